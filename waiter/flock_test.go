package waiter

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// flocked is the queue of a stack that releases its waiters in flocks. The queue notes how
// many wait and have run when it is asked whether it is over: before and after each flock.
type flocked struct {
	*fakeQueue
	ran, waiting func() int
	gaps         []gap
}

// gap is what happens between two flocks.
type gap struct {
	waiting    int
	first, ran int // how many had run at the first look, and at the last
}

func (q *flocked) Over() bool {
	if !q.fakeQueue.Over() {
		return false
	}
	ran, waiting := q.ran(), q.waiting()
	if n := len(q.gaps); n == 0 || q.gaps[n-1].waiting != waiting {
		q.gaps = append(q.gaps, gap{waiting: waiting, first: ran})
	}
	q.gaps[len(q.gaps)-1].ran = ran
	return true
}

// flocks lets waiters of three flocks sleep, closes the queue and lets release do the rest. The
// result is how many waiters run before each of the flocks.
func flocks(t *testing.T, release func(s *Stack[*int])) (ran [3]int) {
	t.Helper()
	const waiters = 2*flock + 1
	s, q := new(Stack[*int]), &flocked{fakeQueue: new(fakeQueue)}
	results := make(chan Outcome, waiters)
	s.Init(q, NewestFirst, 1, ParkGoroutine, Parkers{})
	q.ran, q.waiting = func() int { return len(results) }, s.Waiting
	for range waiters {
		go func() {
			var v *int
			results <- s.Wait(&v, Forever, nil)
		}()
	}
	await(t, "the waiters", func() bool { return s.Waiting() == waiters })
	q.close()
	release(s)
	require.Zero(t, s.Waiting())
	for range waiters {
		require.Equal(t, Closed, <-results)
	}
	require.Len(t, q.gaps, 3)
	for i, g := range q.gaps {
		require.Equal(t, waiters-i*flock, g.waiting)
		ran[i] = g.ran - g.first
	}
	return ran
}

// Settle lets the waiters of a flock run before it releases the next. HandOver does not wait
// for them.
func TestSettleYieldsBetweenFlocks(t *testing.T) {
	alone(t, "each flock ran before the next", func() bool {
		ran := flocks(t, (*Stack[*int]).Settle)
		return ran[0] == 0 && ran[1] > 0 && ran[2] > 0
	})
	alone(t, "nobody ran meanwhile", func() bool {
		return flocks(t, (*Stack[*int]).HandOver) == [3]int{}
	})
}

// After a yield that took long, for goroutines that compute, Settle yields no more.
func TestSettleLosesPatience(t *testing.T) {
	alone(t, "no yield after the slow one", func() bool {
		ran := flocks(t, func(s *Stack[*int]) {
			go func() {
				for start := time.Now(); time.Since(start) < 2*patience; {
				}
			}()
			s.Settle()
		})
		return ran[1] > 0 && ran[2] == 0
	})
}

// A waiter that is woken to look is not bumped: it has no packet that could be late.
func TestNoBumpToLook(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1) // nobody runs while this goroutine does not yield
	b.lags.Store(0)
	b.park(0)
	await(t, "the bumps before", func() bool { return bumps.Load() == 0 && runnable() == 0 })
	publish := b.q.putHalf(1)
	b.HandOver()
	require.Zero(t, bumps.Load())
	publish()
	require.Equal(t, Look, b.next().why)

	w := new(Waiter[*int])
	b.mu.Lock()
	b.insert(w)
	late := b.hand(w, Look)
	b.mu.Unlock()
	require.False(t, late)
	b.Pass(Look)
}
