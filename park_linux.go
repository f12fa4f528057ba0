//go:build !iocp_portable

package iocp

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/waiter"
)

func init() {
	parkers.Thread, parkers.Claim, parkers.Release = newFutexParker, claimThread, releaseThread
}

// threads counts the waiters of the process that have claimed a thread to sleep as, and
// sleeping those that sleep. At most maxThreads may claim one.
var threads, sleeping atomic.Int32

const maxThreads = 1000

// spare is the number of threads left to the rest of the program: the runtime starts a
// thread for each goroutine in a system call.
const spare = 32

// system is the sample for asking the runtime how many threads there are, one waiter at a
// time.
var system struct {
	sync.Mutex
	sample []metrics.Sample
}

// claimThread counts a waiter that is to sleep as a thread, and reports whether it may.
func claimThread() bool {
	if threads.Add(1) <= maxThreads && mayHaveThread() {
		return true
	}
	releaseThread()
	return false
}

func releaseThread() { threads.Add(-1) }

// few is the number of claimed threads up to which the limit is not asked for.
const few = 8

// mayHaveThread reports whether the process may have one more thread, and spare others.
// SetMaxThreads, the only way to read the limit, also writes it, so up to few waiters do
// without.
func mayHaveThread() bool {
	claimed := uint64(threads.Load())
	if claimed <= few {
		return true
	}
	system.Lock()
	defer system.Unlock()
	if system.sample == nil {
		system.sample = []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	}
	metrics.Read(system.sample)
	limit := debug.SetMaxThreads(math.MaxInt32)
	debug.SetMaxThreads(limit)
	// Claims whose waiters do not sleep yet will need a thread each, on top of now. The sum
	// is at least claimed: between two naps a waiter may be without a thread.
	now := system.sample[0].Value.Uint64() + uint64(max(threads.Load()-sleeping.Load(), 0))
	return max(now, claimed)+spare <= uint64(limit)
}

// futexParker is a waiter.Parker that puts the thread to sleep on a futex. The
// word is 0, token or asleep.
type futexParker struct{ word parkWord }

const (
	token  = 1 // Unpark was called; Park consumes the token
	asleep = 2 // the owner is in the kernel, or on its way in or out
)

// A Park is a sequence of naps: the first lasts minNap nanoseconds, each further one twice
// as long, up to maxNap. The reason: while Go 1.26 stops the world, for the garbage collector
// or a profile, it can miss a goroutine that is entering a system call. The stop then waits
// until the call returns, or until the runtime's monitor notices, which may sleep for a
// minute. Short naps bound that wait, the first ones of a Park most.
const (
	minNap = 10_000_000
	maxNap = 1_000_000_000
)

func newFutexParker() waiter.Parker { return new(futexParker) }

// Park implements [waiter.Parker]; done must be nil.
func (p *futexParker) Park(mu sync.Locker, deadline int64, _ <-chan struct{}) bool {
	if mu != nil {
		mu.Unlock()
	}
	sleeping.Add(1)
	defer sleeping.Add(-1)
	for nap := int64(minNap); ; nap = min(2*nap, maxNap) {
		// If this swap precedes Unpark's, Unpark finds asleep and wakes; should that wake come
		// before the sleep, the kernel finds the word changed and does not sleep. Else this
		// swap fails: the token is there.
		if !p.word.CompareAndSwap(0, asleep) {
			p.word.Store(0) // consumes the token; no Unpark comes before the next Park
			return true
		}
		until := deadline
		if now := parkNow(); now >= 0 { // below 0 in a bubble of testing/synctest, whose clock the kernel lacks
			until = min(deadline, now+nap)
		}
		err := parkWait(futexWord(&p.word), asleep, until)
		switch err {
		case 0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT:
			// A wake, a word that has changed, a signal, the deadline: the word and the clock
			// below tell which.
		default:
			panic("iocp: futex wait: " + err.Error())
		}
		if p.word.CompareAndSwap(asleep, 0) {
			// No token. A nap may end before the deadline, so the clock decides. The kernel
			// reads the same clock: a sleep until the deadline passes this check.
			if err == unix.ETIMEDOUT && parkNow() >= deadline {
				return false
			}
			continue
		}
		p.word.Store(0)
		return true
	}
}

// Unpark implements [waiter.Parker].
func (p *futexParker) Unpark() {
	// The swap publishes the token. Before the wake below the sleeper may be gone and its
	// parker in use again. The wake is then spurious or finds nobody, and a spurious wake
	// makes Park loop.
	if p.word.Swap(token) == asleep {
		parkWake(futexWord(&p.word))
	}
}

// The two futex operations. PRIVATE: no other process shares the word. FUTEX_WAIT_BITSET,
// unlike FUTEX_WAIT, takes an absolute time on CLOCK_MONOTONIC, so a wait that a signal
// interrupts resumes without drift. (unix.SYS_FUTEX_WAIT is another, newer call.)
const (
	futexWaitOp   = 9 | 128 // FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG
	futexWakeOp   = 1 | 128 // FUTEX_WAKE | FUTEX_PRIVATE_FLAG
	futexAnyOfBit = math.MaxUint32
)

// clockOffset is what CLOCK_MONOTONIC shows when waiter.Now is 0. Both read the same clock.
// The offset is too large by the time between the two readings here, so deadlines are late
// by that time and never early.
var clockOffset = readOffset()

func readOffset() int64 {
	best := waiter.Forever
	for range 10 { // the least of ten: a preemption between the readings spoils a sample
		now := parkNow()
		best = min(best, parkMonotonic()-now)
	}
	return best
}

// monotonic is CLOCK_MONOTONIC.
func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("iocp: clock_gettime: " + err.Error())
	}
	return ts.Nano()
}

// A 32-bit kernel has two futex calls. The old call takes 32-bit seconds, enough for 68
// years of uptime, and only kernels built without the old calls lack it. So the old call is
// preferred. The new call, the fallback, has the number 422 on top of the architecture's
// base.
const futexTime64 = unix.SYS_FUTEX/1000*1000 + 422

var wideTime = math.MaxUint == math.MaxUint64 || oldFutexMissing()

func oldFutexMissing() bool {
	var word uint32
	_, _, err := syscall.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&word)), futexWakeOp, 0)
	return err == unix.ENOSYS
}

func futexCall() uintptr {
	if math.MaxUint != math.MaxUint64 && wideTime {
		return futexTime64
	}
	return unix.SYS_FUTEX
}

// futexWait sleeps while *word is val, until deadline or a wake.
func futexWait(word *atomic.Uint32, val uint32, deadline int64) syscall.Errno {
	var (
		wide   struct{ sec, nsec int64 }
		narrow struct{ sec, nsec int32 }
		ts     unsafe.Pointer
	)
	if deadline < waiter.Forever-clockOffset {
		at := max(deadline+clockOffset, 0) // the kernel refuses negative times
		wide.sec, wide.nsec = at/1e9, at%1e9
		ts = unsafe.Pointer(&wide)
		if !wideTime { // a time that does not fit is cut: Park finds the deadline ahead and loops
			narrow.sec, narrow.nsec = int32(min(wide.sec, math.MaxInt32)), int32(wide.nsec)
			ts = unsafe.Pointer(&narrow)
		}
	}
	// Syscall6, not RawSyscall6: the scheduler must give the processor to other goroutines.
	_, _, err := syscall.Syscall6(futexCall(), uintptr(unsafe.Pointer(word)), futexWaitOp,
		uintptr(val), uintptr(ts), 0, futexAnyOfBit)
	return err
}

// futexWake wakes the thread that sleeps on word, if one does.
func futexWake(word *atomic.Uint32) {
	// RawSyscall: a wake does not sleep, so the scheduler need not be told.
	_, _, err := syscall.RawSyscall(futexCall(), uintptr(unsafe.Pointer(word)), futexWakeOp, 1)
	if err != 0 {
		panic("iocp: futex wake: " + err.Error())
	}
}
