package iocp

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
	"github.com/iocp-go/iocp/waiter"
)

// eachParker runs f for every implementation of waiter.Parker that the platform has: what waiter.Stack relies on holds for all of them.
func eachParker(t *testing.T, f func(t *testing.T, newParker func() waiter.Parker)) {
	t.Run("done", func(t *testing.T) { f(t, newTimedDone) })
	if parkers.Thread != nil {
		t.Run("thread", func(t *testing.T) { f(t, parkers.Thread) })
	}
}

// timedDone is the parker of waits with a done, which is closed at the deadline.
type timedDone struct{ waiter.Parker }

func newTimedDone() waiter.Parker {
	p, _ := newDoneParker()
	return timedDone{p}
}

func (p timedDone) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if deadline == waiter.Forever || done != nil {
		return p.Parker.Park(mu, waiter.Forever, done)
	}
	ended := make(chan struct{})
	defer time.AfterFunc(time.Duration(deadline-waiter.Now()), func() { close(ended) }).Stop()
	return p.Parker.Park(mu, waiter.Forever, ended)
}

// in is the deadline that comes after d.
func in(d time.Duration) int64 { return waiter.Now() + int64(d) }

func TestPark_UnparkBeforeParkIsRemembered(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		for range 100 {
			for _, deadline := range []int64{waiter.Forever, waiter.Forever - 1, in(time.Hour)} {
				p.Unpark()
				require.True(t, p.Park(nil, deadline, nil))
			}
			require.False(t, p.Park(nil, in(1), nil), "one token, consumed once")
		}
	})
}

func TestPark_NeverEarly(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		rnd := rand.New(rand.NewPCG(1, 1))
		for i := range 300 {
			d := time.Duration(rnd.IntN(300_000))
			if i < 10 {
				d = time.Duration(i)
			}
			start := time.Now()
			deadline := in(d)
			require.False(t, p.Park(nil, deadline, nil))
			require.GreaterOrEqual(t, waiter.Now(), deadline)
			require.GreaterOrEqual(t, time.Since(start), d)
		}
		for _, d := range []time.Duration{999_999_999 - 990*time.Millisecond, 12345678, 20 * time.Millisecond} {
			deadline := in(d)
			require.False(t, p.Park(nil, deadline, nil))
			require.GreaterOrEqual(t, waiter.Now(), deadline)
		}
	})
}

func TestPark_DeadlineInThePast(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		for _, deadline := range []int64{0, 1, -1, waiter.Now() - 1, waiter.Now()} {
			require.False(t, p.Park(nil, deadline, nil), "%d", deadline)
			p.Unpark()
			if !p.Park(nil, deadline, nil) { // either answer will do
				require.True(t, p.Park(nil, waiter.Forever, nil), "the token stays")
			}
			require.False(t, p.Park(nil, deadline, nil))
		}
	})
}

// A deadline that the kernel has no negative number for is in the past as well.
func TestPark_DeadlineBeforeTheMachine(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		require.NotPanics(t, func() { require.False(t, newParker().Park(nil, -1<<62, nil)) })
	})
}

// Deadlines far away: none of them overflows into one that has passed.
func TestPark_Forever(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		for _, deadline := range []int64{
			waiter.Forever, waiter.Forever - 1, waiter.Forever / 2, in(time.Hour),
			in(70 * 365 * 24 * time.Hour), in(200 * 365 * 24 * time.Hour), in(1 << 32 * time.Second),
		} {
			woken := rig.Async(func() (bool, error) { return p.Park(nil, deadline, nil), nil })
			rig.Eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
			p.Unpark()
			rig.Took(t, true, woken)
		}
	})
}

// Either the Park consumes the token, or it says that the deadline has passed
// and the token is there for the next.
func TestPark_UnparkRacingTheDeadline(t *testing.T) {
	rounds := 5000
	if testing.Short() {
		rounds = 1000
	}
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		unpark := make(chan int64)
		unparked := make(chan struct{})
		go func() {
			defer close(unparked)
			for at := range unpark {
				for waiter.Now() < at {
					runtime.Gosched()
				}
				p.Unpark()
				unparked <- struct{}{}
			}
		}()
		consumed, stayed := 0, 0
		for i := range rounds {
			deadline := in(time.Duration(i%40) * time.Microsecond)
			unpark <- deadline + int64(i%7-3)*1000
			if p.Park(nil, deadline, nil) {
				consumed++
			} else {
				require.GreaterOrEqual(t, waiter.Now(), deadline)
				require.True(t, p.Park(nil, waiter.Forever, nil))
				stayed++
			}
			<-unparked
		}
		close(unpark)
		<-unparked
		require.False(t, p.Park(nil, in(1), nil), "a token too many")
		t.Logf("%d consumed, %d stayed", consumed, stayed)
	})
}

func TestPark_Done(t *testing.T) {
	p, _ := newDoneParker()
	done := make(chan struct{})
	woken := rig.Async(func() (bool, error) { return p.Park(nil, waiter.Forever, done), nil })
	rig.Eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
	close(done)
	rig.Took(t, false, woken)

	p.Unpark() // with done closed either answer will do
	if !p.Park(nil, waiter.Forever, done) {
		require.True(t, p.Park(nil, waiter.Forever, nil), "the token stays")
	}

	open := make(chan struct{})
	woken = rig.Async(func() (bool, error) { return p.Park(nil, waiter.Forever, open), nil })
	rig.Eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
	p.Unpark()
	rig.Took(t, true, woken)
}

// Two that wake each other in turn. What one wrote before its Unpark is there
// when the other's Park returns: count is no atomic.
func TestPark_Storm(t *testing.T) {
	rounds := 100_000
	if testing.Short() {
		rounds = 10_000
	}
	// A thread that sleeps keeps the only processor until the system monitor
	// takes it away: with one of them this would take minutes.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 3)))
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		a, b := newParker(), newParker()
		count := 0
		turn := func(mine, other waiter.Parker) func() (int, error) {
			return func() (int, error) {
				for i := range rounds {
					deadline := waiter.Forever
					if i%3 == 0 {
						deadline = in(time.Hour)
					}
					if !mine.Park(nil, deadline, nil) {
						return i, ErrTimeout
					}
					count++
					other.Unpark()
				}
				return rounds, nil
			}
		}
		ta, tb := rig.Async(turn(a, b)), rig.Async(turn(b, a))
		a.Unpark()
		rig.Took(t, rounds, ta)
		rig.Took(t, rounds, tb)
		require.Equal(t, 2*rounds, count)
		require.True(t, a.Park(nil, waiter.Forever, nil), "the last token")
		require.False(t, b.Park(nil, in(1), nil))
	})
}

func TestPark_DoesNotAllocate(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	done, _ := newDoneParker()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		done.Unpark()
		done.Park(nil, waiter.Forever, nil)
		done.Park(nil, waiter.Forever, closed)
	}))
	if parkers.Thread == nil {
		return
	}
	p := parkers.Thread()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		p.Unpark()
		p.Park(nil, waiter.Forever, nil)
		p.Unpark()
		p.Park(nil, in(time.Hour), nil)
		p.Park(nil, in(time.Microsecond), nil)
		p.Park(nil, 0, nil)
	}))
}

// unlocker is a mutex whose Lock does nothing, as a Parker's is.
type unlocker struct{ *sync.Mutex }

func (unlocker) Lock() {}

func locked(mu *sync.Mutex) bool {
	if !mu.TryLock() {
		return true
	}
	mu.Unlock()
	return false
}

// Each parker unlocks the lock that it is given, whatever ends the sleep.
func TestPark_Unlocks(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		var mu sync.Mutex
		mu.Lock()
		require.False(t, p.Park(unlocker{&mu}, in(1), nil))
		require.False(t, locked(&mu))
		p.Unpark()
		mu.Lock()
		require.True(t, p.Park(unlocker{&mu}, waiter.Forever, nil))
		require.False(t, locked(&mu))
		mu.Lock()
		woken := rig.Async(func() (bool, error) { return p.Park(unlocker{&mu}, in(time.Hour), nil), nil })
		rig.Eventually(t, "unlocked", func() bool { return !locked(&mu) })
		p.Unpark()
		rig.Took(t, true, woken)
	})
}
