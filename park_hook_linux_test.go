//go:build !iocp_portable && iocp_faults

package iocp

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/waiter"
)

// In this build any futex call of any test may meet a fault:
//
//	go test -count 1 -tags iocp_faults .
//
// What a Parker promises, and what a port promises, holds all the same.

var faultSeed = flag.Uint64("faultseed", 0, "what the injected faults follow from; 0: the clock")

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

func TestMain(m *testing.M) {
	flag.Parse()
	if *faultSeed == 0 {
		*faultSeed = uint64(time.Now().UnixNano())
	}
	parkWait, parkWake = faultyWait, faultyWake
	code := m.Run()
	fmt.Printf("-faultseed %d:", *faultSeed)
	for f := range faults {
		fmt.Printf(" %d %v,", injected.count[f].Load(), f)
	}
	fmt.Printf(" in %d calls\n", injected.calls.Load())
	os.Exit(code)
}

// draw is the next of the numbers that follow from the seed (splitmix64). It
// takes no lock, so that it orders nothing.
func draw() uint64 {
	x := *faultSeed + injected.calls.Add(1)*0x9E3779B97F4A7C15
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
		if err := futexWait(word, val, min(deadline, in(late(r)))); err != unix.ETIMEDOUT {
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

func TestFaults_EveryKind(t *testing.T) {
	a, b := newFutexParker(), newFutexParker()
	const rounds = 1000
	turn := func(mine, other waiter.Parker) func() (int, error) {
		return func() (int, error) {
			for i := range rounds {
				if !mine.Park(nil, waiter.Forever, nil) {
					return i, ErrTimeout
				}
				other.Unpark()
			}
			return rounds, nil
		}
	}
	ta, tb := async(turn(a, b)), async(turn(b, a))
	a.Unpark()
	took(t, rounds, ta)
	took(t, rounds, tb)
	for f := range faults {
		require.NotZero(t, injected.count[f].Load(), f.String())
	}
}

// What no futex call may say is reported, not waited away.
func TestFaults_UnknownErrno(t *testing.T) {
	defer func() { parkWait = faultyWait }()
	for _, err := range []syscall.Errno{unix.EINVAL, unix.EFAULT, unix.ENOSYS} {
		parkWait = func(*atomic.Uint32, uint32, int64) syscall.Errno { return err }
		require.PanicsWithValue(t, "iocp: futex wait: "+err.Error(), func() {
			newFutexParker().Park(nil, waiter.Forever, nil)
		})
	}
}

// No call of the kernel lasts long, whatever the deadline, the first ones least; and
// none that is over ends the Park before the deadline.
func TestPark_Naps(t *testing.T) {
	defer func() { parkWait = faultyWait }()
	for deadline, want := range map[int64]int{waiter.Forever: 12, in(time.Hour): 12, in(1): 1} {
		p := newFutexParker()
		naps, began := 0, waiter.Now()
		parkWait = func(_ *atomic.Uint32, _ uint32, until int64) syscall.Errno {
			nap := min(int64(minNap)<<naps, maxNap)
			require.GreaterOrEqual(t, until, min(deadline, began+nap))
			require.LessOrEqual(t, until, min(deadline, waiter.Now()+nap))
			if naps++; naps == 12 {
				p.Unpark()
			}
			return unix.ETIMEDOUT
		}
		require.Equal(t, want == 12, p.Park(nil, deadline, nil))
		require.Equal(t, want, naps)
	}
	// In a bubble a nap would be over before it began.
	synctest.Test(t, func(t *testing.T) {
		p := newFutexParker()
		parkWait = func(_ *atomic.Uint32, _ uint32, until int64) syscall.Errno {
			require.Equal(t, waiter.Forever, until)
			p.Unpark()
			return 0
		}
		require.True(t, p.Park(nil, waiter.Forever, nil))
	})
}

// A token that comes as a nap ends is neither lost nor left: naps end here as soon as
// they begin, so that many tokens fall between a look at the word and its change.
func TestPark_TokenAsANapEnds(t *testing.T) {
	defer func() { parkWait = faultyWait }()
	parkWait = func(*atomic.Uint32, uint32, int64) syscall.Errno {
		runtime.Gosched() // to who posts, where there is one processor
		return unix.ETIMEDOUT
	}
	const rounds = 20_000
	p := newFutexParker()
	var woken atomic.Int64
	all := async(func() (bool, error) {
		for range rounds {
			if !p.Park(nil, waiter.Forever, nil) {
				return false, nil
			}
			woken.Add(1)
		}
		return p.Park(nil, in(1), nil), nil
	})
	for i := range int64(rounds) {
		eventually(t, "woken", func() bool { return woken.Load() == i })
		for start := waiter.Now(); waiter.Now() < start+i%400; {
		}
		p.Unpark()
	}
	took(t, false, all)
}

// One Unpark at each access of Park to the word: Park returns true for each, and the next Park
// finds no token left. Naps end as soon as they begin.
func TestPark_UnparkAtEachStep(t *testing.T) {
	defer func() { parkWait, parkStep = faultyWait, nil }()
	naps := 0
	parkWait = func(*atomic.Uint32, uint32, int64) syscall.Errno {
		if naps++; naps > 100 {
			panic("the token is lost")
		}
		return unix.ETIMEDOUT
	}
	for at := range 20 {
		p := new(futexParker)
		steps := 0
		parkStep = func(w *parkWord) {
			if steps++; w == &p.word && steps == at+1 {
				step := parkStep
				parkStep = nil // Unpark's own accesses are no steps of Park
				p.Unpark()
				parkStep = step
			}
		}
		naps = 0
		require.True(t, p.Park(nil, waiter.Forever, nil), "at step %d", at)
		parkStep = nil
		require.False(t, p.Park(nil, 0, nil), "a token left at step %d", at)
	}
}
