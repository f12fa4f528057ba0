package waiter

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Whoever hands a packet to the sole waiter bumps it where takers have run late.
func TestBumpOfTheSoleWaiter(t *testing.T) {
	newAuto(t)
	for lags, want := range map[int32]int32{0: 0, 8: 1} {
		alone(t, "an undisturbed hand-over", func() bool {
			s := new(Stack[*int])
			s.Init(new(fakeQueue), NewestFirst, 100, ParkAuto, Parkers{})
			c := begun(t, s, Forever)
			require.NotZero(t, s.state.Load()&sole)
			s.lags.Store(lags)
			await(t, "the bumps before", func() bool { return bumps.Load() == 0 && runnable() == 0 })
			s.Give(new(int))
			n := bumps.Load()
			require.Equal(t, Given, <-c)
			require.LessOrEqual(t, n, want)
			return n == want
		})
	}
}

// A lag is the time since the hand-over, whatever the clock shows.
func TestLagIsSinceTheHandOver(t *testing.T) {
	b := newAuto(t)
	moved(t, func(t *testing.T) {
		time.Sleep(time.Hour)
		for lag, want := range map[int64]int32{0: 3, lateness: 3, lateness + 1: 5} {
			b.lags.Store(4)
			var v *int
			b.receive(&Waiter[*int]{handed: Now() - lag}, &v)
			require.Equal(t, want, b.lags.Load())
		}
	})
}

// The timer of the sole waiter is made before a poster may claim the waiter and set the alarm.
func TestTimerIsMadeBeforeTheWait(t *testing.T) {
	s, q := alarmed()
	asked := 0
	q.onIdle = func() {
		if asked++; asked == 1 {
			require.NotNil(t, s.sole.alarm.timer)
		}
	}
	waitFor(t, s, time.Millisecond)
	require.NotZero(t, asked)
}

// A waiter is used again, unless the queue is closed, with the parker that it keeps.
func TestWaitersAreUsedAgain(t *testing.T) {
	again := func(why Outcome) (times int) {
		for range 100 { // the race detector drops some
			b := newBed(t, NewestFirst, 1)
			done := make(chan struct{})
			w := b.acquire(Forever, done)
			kept := w.parker
			b.Stack.free(w, why)
			if next := b.acquire(Forever, done); next == w {
				require.Same(t, kept, next.parker)
				times++
			}
		}
		return times
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	require.NotZero(t, again(Retry))
	require.Zero(t, again(Closed))
}

// In a bubble a waiter has a parker that was made there.
func TestParkerOfDoneInABubble(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := newBed(t, NewestFirst, 1)
	b.parkers.Done = func() (Parker, bool) { return b.lot.newParker(), !InBubble() }
	w := b.acquire(Forever, make(chan struct{}))
	kept := w.parker
	b.Stack.free(w, Retry)
	synctest.Test(t, func(t *testing.T) {
		require.NotSame(t, kept, b.acquire(Forever, make(chan struct{})).parker)
	})
}
