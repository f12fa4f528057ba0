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

// threads is the number of waiters of the process that have claimed a thread to sleep as,
// sleeping how many of them do sleep, and maxThreads how many may claim one.
var threads, sleeping atomic.Int32

const maxThreads = 1000

// spare is how many threads are left to the rest of the program: the runtime starts one
// for each goroutine that is in a system call.
const spare = 32

// system is with what the runtime is asked how many threads there are, by one waiter at a
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

// few is how many waiters may have claimed a thread before the limit is asked for.
const few = 8

// mayHaveThread reports whether the process may have one more thread, and spare others. To
// ask for the limit is to set it, so that is not done for a few waiters.
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
	// A waiter that has claimed a thread and does not sleep yet will need one more. Those
	// that sleep need one each: while a nap ends there may be fewer.
	now := system.sample[0].Value.Uint64() + uint64(max(threads.Load()-sleeping.Load(), 0))
	return max(now, claimed)+spare <= uint64(limit)
}

// futexParker is a waiter.Parker that puts the thread to sleep on a futex. The
// word is 0, token or asleep.
type futexParker struct{ word atomic.Uint32 }

const (
	token  = 1 // Unpark was here; stays until Park consumes it
	asleep = 2 // the owner is in the kernel, or on its way in or out
)

// A Park is a row of naps: the first lasts minNap nanoseconds, each further one twice as
// long, up to maxNap. Where the world is being stopped, for the garbage collector or a
// profile, Go 1.26 can miss a goroutine on its way into a system call, and then waits
// for that to return, or for its monitor, which may sleep for a minute meanwhile. So no
// call of the kernel lasts longer than maxNap, nor the first ones of a Park for long.
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
		// Either this comes first, and Unpark finds asleep and wakes; or the token
		// is there and the word is not what the kernel is told to expect.
		if !p.word.CompareAndSwap(0, asleep) {
			p.word.Store(0) // the token: nobody else stores before the next wait
			return true
		}
		until := deadline
		if now := waiter.Now(); now >= 0 { // in a bubble of testing/synctest it is not, nor the kernel's
			until = min(deadline, now+nap)
		}
		err := parkWait(&p.word, asleep, until)
		switch err {
		case 0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT:
			// Woken, not asleep any more, a signal, the deadline: the word and the
			// clock say more.
		default:
			panic("iocp: futex wait: " + err.Error())
		}
		if p.word.CompareAndSwap(asleep, 0) {
			// No token. The kernel's clock and ours are one, but a nap may end
			// before the deadline, and nothing is owed to a caller that asks for
			// it to have passed here too.
			if err == unix.ETIMEDOUT && waiter.Now() >= deadline {
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
	// The swap publishes the token; the sleeper may be gone, and its parker in
	// other use, before the wake below: then that wakes somebody for nothing, or
	// nobody, and Park looks again.
	if p.word.Swap(token) == asleep {
		parkWake(&p.word)
	}
}

// The flags of the two futex operations: the word is private to the process, and
// FUTEX_WAIT_BITSET, unlike FUTEX_WAIT, takes an absolute time on
// CLOCK_MONOTONIC, so that a wait that a signal interrupted goes on without
// drift. (unix.SYS_FUTEX_WAIT is another, newer call.)
const (
	futexWaitOp   = 9 | 128 // FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG
	futexWakeOp   = 1 | 128 // FUTEX_WAKE | FUTEX_PRIVATE_FLAG
	futexAnyOfBit = math.MaxUint32
)

// clockOffset is what CLOCK_MONOTONIC shows when waiter.Now is 0. Both are one
// clock, read twice here, so the offset is too large by the time between the
// readings, which makes a deadline that much late and never early.
var clockOffset = func() int64 {
	best := waiter.Forever
	for range 10 { // a preemption between two readings spoils one of them
		now := waiter.Now()
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
			panic("iocp: clock_gettime: " + err.Error())
		}
		best = min(best, ts.Nano()-now)
	}
	return best
}()

// A 32-bit kernel has two futex calls. The old one takes 32-bit seconds, which
// last for 68 years of uptime, and is known to every kernel but those built
// without the old calls; so it is the one to ask for, and the new one, with the
// number 422 counted from where an architecture's numbers begin, the one to fall
// back on.
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
		at := max(deadline+clockOffset, 0) // the kernel takes no time before it started
		wide.sec, wide.nsec = at/1e9, at%1e9
		ts = unsafe.Pointer(&wide)
		if !wideTime { // if it does not fit, Park finds the deadline ahead and waits on
			narrow.sec, narrow.nsec = int32(min(wide.sec, math.MaxInt32)), int32(wide.nsec)
			ts = unsafe.Pointer(&narrow)
		}
	}
	// Syscall, not RawSyscall: the scheduler must know that the thread sleeps.
	_, _, err := syscall.Syscall6(futexCall(), uintptr(unsafe.Pointer(word)), futexWaitOp,
		uintptr(val), uintptr(ts), 0, futexAnyOfBit)
	return err
}

// futexWake wakes the thread that sleeps on word, if one does.
func futexWake(word *atomic.Uint32) {
	// RawSyscall: it does not sleep, and the scheduler need not look up.
	_, _, err := syscall.RawSyscall(futexCall(), uintptr(unsafe.Pointer(word)), futexWakeOp, 1)
	if err != 0 {
		panic("iocp: futex wake: " + err.Error())
	}
}
