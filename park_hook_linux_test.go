//go:build !iocp_portable && iocp_faults

package iocp

import (
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

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

// The faults that were injected are told at the end.
func TestMain(m *testing.M) {
	code := m.Run()
	for f := range faults {
		fmt.Printf("%d %v, ", injected.count[f].Load(), f)
	}
	fmt.Printf("in %d calls\n", injected.calls.Load())
	os.Exit(code)
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
	ta, tb := rig.Async(turn(a, b)), rig.Async(turn(b, a))
	a.Unpark()
	rig.Took(t, rounds, ta)
	rig.Took(t, rounds, tb)
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
	all := rig.Async(func() (bool, error) {
		for range rounds {
			if !p.Park(nil, waiter.Forever, nil) {
				return false, nil
			}
			woken.Add(1)
		}
		return p.Park(nil, in(1), nil), nil
	})
	for i := range int64(rounds) {
		rig.Eventually(t, "woken", func() bool { return woken.Load() == i })
		for start := waiter.Now(); waiter.Now() < start+i%400; {
		}
		p.Unpark()
	}
	rig.Took(t, false, all)
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

// kernel is a clock that the test moves, and a kernel in which a thread sleeps by it.
type kernel struct {
	now   int64
	calls []int64 // until when each call was to sleep
	// says lets a call that was to sleep until then end sooner, or later, and says why. nil
	// is a kernel that keeps its time.
	says func(until int64) (ends int64, why syscall.Errno)
	read func() // called before each reading of the clock
}

// start makes k the kernel and the clock of the parkers of this test.
func (k *kernel) start(t *testing.T) *kernel {
	t.Cleanup(func() { parkWait, parkWake, parkNow = faultyWait, faultyWake, waiter.Now })
	parkWake = func(*atomic.Uint32) {}
	parkNow = func() int64 {
		if k.read != nil {
			k.read()
		}
		return k.now
	}
	parkWait = func(word *atomic.Uint32, val uint32, until int64) syscall.Errno {
		k.calls = append(k.calls, until)
		if len(k.calls) > 10_000 {
			t.Fatal("a sleep without end")
		}
		if word.Load() != val {
			return unix.EAGAIN
		}
		ends, why := until, unix.ETIMEDOUT
		if k.says != nil {
			ends, why = k.says(until)
		}
		k.now = max(k.now, ends)
		return why
	}
	return k
}

// limits of sleeps: around the ends of naps, and beyond many.
var napLimits = []time.Duration{
	0, 1, minNap - 1, minNap, minNap + 1, 3 * minNap, 3*minNap + 1, time.Second, time.Minute, time.Hour,
}

// Each call of the kernel is to end with its nap, or at the deadline before that, and the
// Park ends at the deadline.
func TestParkClock_Naps(t *testing.T) {
	for _, limit := range napLimits {
		k := (&kernel{now: 1000}).start(t)
		require.False(t, newFutexParker().Park(nil, 1000+int64(limit), nil))
		require.EqualValues(t, 1000+limit, k.now)
		at, nap := int64(1000), int64(minNap)
		for _, until := range k.calls {
			require.Equal(t, min(at+nap, 1000+int64(limit)), until)
			at, nap = until, min(2*nap, maxNap)
		}
	}
}

// A call that ends early, whatever it says, or late, ends no Park before its deadline.
func TestParkClock_Early(t *testing.T) {
	for _, why := range errnos {
		for _, early := range []int64{1, 1000, minNap - 1, minNap / 2, -1, -minNap} {
			for _, limit := range napLimits {
				k := (&kernel{now: 1000}).start(t)
				k.says = func(until int64) (int64, syscall.Errno) {
					if len(k.calls)%2 == 0 {
						return until, unix.ETIMEDOUT
					}
					return until - early, why
				}
				deadline := 1000 + int64(limit)
				require.False(t, newFutexParker().Park(nil, deadline, nil))
				require.GreaterOrEqual(t, k.now, deadline)
				require.LessOrEqual(t, k.now, deadline+minNap)
				for _, until := range k.calls {
					require.LessOrEqual(t, until, deadline)
				}
			}
		}
	}
}

// A token that comes at any call of the kernel, or before any look at the clock, is neither
// lost nor left twice, and nobody who finds it says that the deadline has passed without
// leaving it.
func TestParkClock_Token(t *testing.T) {
	for _, why := range errnos {
		for _, early := range []int64{0, 1} {
			for at := 1; at <= 9; at++ {
				for _, atRead := range []bool{false, true} {
					p := newFutexParker()
					reads := 0
					k := (&kernel{now: 1000}).start(t)
					k.read = func() {
						if reads++; atRead && reads == at {
							p.Unpark()
						}
					}
					k.says = func(until int64) (int64, syscall.Errno) {
						if !atRead && len(k.calls) == at {
							p.Unpark()
							return until - early, why
						}
						return until - early, unix.ETIMEDOUT
					}
					deadline := 1000 + int64(10*minNap)
					woken := p.Park(nil, deadline, nil)
					if !atRead && len(k.calls) < at || atRead && reads < at {
						require.False(t, woken, "the deadline came first")
						continue
					}
					if !woken {
						require.GreaterOrEqual(t, k.now, deadline)
						require.True(t, p.Park(nil, waiter.Forever, nil), "lost")
					}
					require.False(t, p.Park(nil, k.now, nil), "left")
				}
			}
		}
	}
}

// The offset between the clocks is that of the readings between which the least time went by,
// and no such time makes it too small.
func TestParkClock_Offset(t *testing.T) {
	defer func() { parkNow, parkMonotonic = waiter.Now, monotonic }()
	const offset = int64(12345 * time.Second)
	for good := range 10 { // the one pair of readings that no preemption came between
		now, pair := int64(1000), 0
		parkNow = func() int64 {
			defer func() {
				if pair != good {
					now += 10_000_000
				}
			}()
			now++
			return now
		}
		parkMonotonic = func() int64 {
			now++
			pair++
			return now + offset
		}
		require.Equal(t, offset+1, readOffset(), "%d", good)
	}
}

// The zero of the clock is a time as any other: a call there ends with its nap.
func TestParkClock_NapAtZero(t *testing.T) {
	for _, now := range []int64{0, 1} {
		k := (&kernel{now: now}).start(t)
		require.False(t, newFutexParker().Park(nil, now+int64(time.Hour), nil))
		require.EqualValues(t, now+minNap, k.calls[0])
	}
}
