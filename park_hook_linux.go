//go:build !iocp_portable && iocp_faults

package iocp

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/waiter"
)

// In a build with the tag iocp_faults, which is for tests, any futex call may meet a fault.
// What a Parker promises, and what a port promises, holds all the same. The variables are
// replaced by tests that give the kernel's answers, and the clock's, themselves.
var (
	parkWait = faultyWait
	parkWake = faultyWake

	parkNow       = waiter.Now
	parkMonotonic = monotonic

	// parkStep is called before each access of a parker to its word, if not nil.
	parkStep func(*parkWord)
)

// faultSeed is what the faults follow from: IOCP_FAULTSEED in the environment, or the clock.
var faultSeed = func() uint64 {
	seed, err := strconv.ParseUint(os.Getenv("IOCP_FAULTSEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	fmt.Fprintf(os.Stderr, "IOCP_FAULTSEED=%d\n", seed)
	return seed
}()

// fault is what a call meets. Three waits of four meet none of the first two kinds,
// and end by nothing but a wake or the deadline: if every sleep ended by itself, no
// lost wake-up would show.
type fault uint64

const (
	atOnce    fault = iota // the wait does not sleep, and returns one of errnos
	nap                    // the wait ends after a while without a reason, as one of errnos
	lateSleep              // the wait begins late: the token may be there
	lateAwake              // it returns late: the token may have come meanwhile
	lateWake               // the wake comes late: the sleeper may have gone, and sleep again
	staleWake              // the wake before this one comes once more
	faults
)

func (f fault) String() string {
	return [...]string{"at once", "nap", "late to sleep", "late to awake", "late wake", "stale wake"}[f]
}

// errnos are what the kernel may say to a wait at any time, an early ETIMEDOUT
// among them.
var errnos = [...]syscall.Errno{0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT}

var injected struct {
	calls atomic.Uint64
	count [faults]atomic.Int64
	woken atomic.Pointer[atomic.Uint32] // the word of the last wake
}

// draw is the next of the numbers that follow from the seed (splitmix64). It
// takes no lock, so that it orders nothing.
func draw() uint64 {
	x := faultSeed + injected.calls.Add(1)*0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// late is up to 100 µs, mostly less.
func late(r uint64) time.Duration { return time.Duration(r>>32%100_000) >> (r >> 20 % 8) }

func faultyWait(word *atomic.Uint32, val uint32, deadline int64) syscall.Errno {
	r := draw()
	errno := errnos[r>>8%uint64(len(errnos))]
	switch f := fault(r % 8); f {
	case atOnce:
		injected.count[f].Add(1)
		return errno
	case nap:
		injected.count[f].Add(1)
		if err := futexWait(word, val, min(deadline, waiter.Now()+int64(late(r)))); err != unix.ETIMEDOUT {
			return err
		}
		return errno
	case lateSleep:
		injected.count[f].Add(1)
		time.Sleep(late(r))
	case lateAwake:
		injected.count[f].Add(1)
		defer time.Sleep(late(r))
	}
	return futexWait(word, val, deadline)
}

func faultyWake(word *atomic.Uint32) {
	r := draw()
	stale := injected.woken.Swap(word)
	switch f := lateWake + fault(r%8); f {
	case lateWake:
		injected.count[f].Add(1)
		time.Sleep(late(r))
	case staleWake:
		if stale != nil {
			injected.count[f].Add(1)
			futexWake(stale)
		}
	}
	futexWake(word)
}

// parkWord is the word that a parker sleeps on.
type parkWord struct{ word atomic.Uint32 }

func futexWord(w *parkWord) *atomic.Uint32 { return &w.word }

func (w *parkWord) step() *atomic.Uint32 {
	if parkStep != nil {
		parkStep(w)
	}
	return &w.word
}

func (w *parkWord) Load() uint32         { return w.step().Load() }
func (w *parkWord) Store(v uint32)       { w.step().Store(v) }
func (w *parkWord) Swap(v uint32) uint32 { return w.step().Swap(v) }
func (w *parkWord) CompareAndSwap(old, new uint32) (ok bool) {
	return w.step().CompareAndSwap(old, new)
}
