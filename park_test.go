package iocp

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/stacks"
	"github.com/iocp-go/iocp/waiter"
)

// eachParker runs f for every implementation of waiter.Parker that the platform
// has: what waiter.Stack relies on holds for all of them.
func eachParker(t *testing.T, f func(t *testing.T, newParker func() waiter.Parker)) {
	t.Run("goroutine", func(t *testing.T) { f(t, newSeatedParker) })
	if newThreadParker != nil {
		t.Run("thread", func(t *testing.T) { f(t, newThreadParker) })
	}
}

// newSeatedParker makes parkers of goroutines with a seat of their own.
func newSeatedParker() waiter.Parker { return newGoroutineParker(new(waiter.Seat)) }

// in is the deadline that comes after d.
func in(d time.Duration) int64 { return waiter.Now() + int64(d) }

func TestPark_UnparkBeforeParkIsRemembered(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		for range 100 {
			for _, deadline := range []int64{waiter.Forever, waiter.Forever - 1, in(time.Hour)} {
				p.Unpark()
				require.True(t, p.Park(deadline, nil))
			}
			require.False(t, p.Park(in(1), nil), "one token, consumed once")
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
			require.False(t, p.Park(deadline, nil))
			require.GreaterOrEqual(t, waiter.Now(), deadline)
			require.GreaterOrEqual(t, time.Since(start), d)
		}
		for _, d := range []time.Duration{999_999_999 - 990*time.Millisecond, 12345678, 20 * time.Millisecond} {
			deadline := in(d)
			require.False(t, p.Park(deadline, nil))
			require.GreaterOrEqual(t, waiter.Now(), deadline)
		}
	})
}

func TestPark_DeadlineInThePast(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		for _, deadline := range []int64{0, 1, -1, waiter.Now() - 1, waiter.Now()} {
			require.False(t, p.Park(deadline, nil), "%d", deadline)
			p.Unpark()
			if !p.Park(deadline, nil) { // either answer will do
				require.True(t, p.Park(waiter.Forever, nil), "the token stays")
			}
			require.False(t, p.Park(deadline, nil))
		}
	})
}

// A deadline that the kernel has no negative number for is in the past as well.
func TestPark_DeadlineBeforeTheMachine(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		require.NotPanics(t, func() { require.False(t, newParker().Park(-1<<62, nil)) })
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
			woken := async(func() (bool, error) { return p.Park(deadline, nil), nil })
			eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
			p.Unpark()
			took(t, true, woken)
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
			if p.Park(deadline, nil) {
				consumed++
			} else {
				require.GreaterOrEqual(t, waiter.Now(), deadline)
				require.True(t, p.Park(waiter.Forever, nil))
				stayed++
			}
			<-unparked
		}
		close(unpark)
		<-unparked
		require.False(t, p.Park(in(1), nil), "a token too many")
		t.Logf("%d consumed, %d stayed", consumed, stayed)
	})
}

func TestPark_Done(t *testing.T) {
	p := newSeatedParker()
	for _, deadline := range []int64{waiter.Forever, in(time.Hour)} {
		done := make(chan struct{})
		woken := async(func() (bool, error) { return p.Park(deadline, done), nil })
		eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
		close(done)
		took(t, false, woken)

		p.Unpark() // with done closed either answer will do
		if !p.Park(deadline, done) {
			require.True(t, p.Park(waiter.Forever, nil), "the token stays")
		}

		open := make(chan struct{})
		woken = async(func() (bool, error) { return p.Park(deadline, open), nil })
		eventually(t, "parked", func() bool { return stacks.Parked() == 1 })
		p.Unpark()
		took(t, true, woken)
		past := waiter.Now()
		require.False(t, p.Park(past, open))
	}
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
					if !mine.Park(deadline, nil) {
						return i, ErrTimeout
					}
					count++
					other.Unpark()
				}
				return rounds, nil
			}
		}
		ta, tb := async(turn(a, b)), async(turn(b, a))
		a.Unpark()
		took(t, rounds, ta)
		took(t, rounds, tb)
		require.Equal(t, 2*rounds, count)
		require.True(t, a.Park(waiter.Forever, nil), "the last token")
		require.False(t, b.Park(in(1), nil))
	})
}

func TestPark_DoesNotAllocate(t *testing.T) {
	eachParker(t, func(t *testing.T, newParker func() waiter.Parker) {
		p := newParker()
		p.Park(in(1), nil)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			p.Unpark()
			p.Park(waiter.Forever, nil)
			p.Unpark()
			p.Park(in(time.Hour), nil)
			p.Park(in(time.Microsecond), nil)
			p.Park(0, nil)
		}))
	})
}

// With asynctimerchan=1 a timer that was stopped too late leaves its tick in the
// channel. The next wait must not take that for its own.
func TestPark_StaleTick(t *testing.T) {
	t.Setenv("GODEBUG", "asynctimerchan=1")
	p := newSeatedParker()
	for range 300 {
		deadline := in(250 * time.Microsecond)
		unparked := async(func() (bool, error) {
			for waiter.Now() < deadline {
			}
			p.Unpark()
			return true, nil
		})
		if !p.Park(deadline, nil) {
			require.True(t, p.Park(waiter.Forever, nil))
		}
		<-unparked
		deadline = in(500 * time.Microsecond)
		require.False(t, p.Park(deadline, nil))
		require.GreaterOrEqual(t, waiter.Now(), deadline)
	}
}
