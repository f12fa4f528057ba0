package waiter

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// twoLots is a stack whose parkers of both kinds are counted.
type twoLots struct {
	t *testing.T
	Stack[*int]
	q                  fakeQueue
	threads, goroutine lot
	results            chan result
}

func newTwoLots(t *testing.T, parking Parking) *twoLots {
	s := &twoLots{t: t, results: make(chan result, 2*maxThreads)}
	s.Init(&s.q, NewestFirst, 1<<20, parking, Parkers{Thread: s.threads.newParker, Goroutine: s.goroutine.seated})
	t.Cleanup(func() {
		require.Zero(t, s.threads.doubled.Load())
		require.Zero(t, s.goroutine.doubled.Load())
	})
	return s
}

// Wait is Stack.Wait by a caller that passes on as soon as it runs.
func (s *twoLots) Wait(deadline int64, done <-chan struct{}, again bool) (*int, Outcome) {
	v, why := s.Stack.Wait(deadline, done, again)
	if why == Handed {
		s.Pass()
	}
	return v, why
}

// asleep is how many sleep, or fewer: read the other way round, one that is demoted in
// between would be seen in both places.
func (s *twoLots) asleep() int64 { return s.goroutine.asleep.Load() + s.threads.asleep.Load() }

// park lets n more wait, and returns when they sleep.
func (s *twoLots) park(n int, done <-chan struct{}) {
	s.t.Helper()
	want := s.asleep() + int64(n)
	for who := range n {
		go func() {
			v, why := s.Wait(Forever, done, false)
			s.results <- result{who, v, why}
		}()
	}
	await(s.t, "the waiters to park", func() bool { return s.asleep() == want })
}

// release hands something to n of the waiters and returns when they have it.
func (s *twoLots) release(n int) {
	s.t.Helper()
	for i := range n {
		s.q.put(i)
	}
	s.HandOver()
	for range n {
		select {
		case r := <-s.results:
			require.Equal(s.t, Handed, r.why)
		case <-time.After(time.Minute):
			s.t.Fatal("nobody was released")
		}
	}
}

func TestAutoStaysInBudget(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		t.Run(fmt.Sprintf("procs=%d", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			// The budget is the process's: two stacks have one between them.
			a, b := newTwoLots(t, ParkAuto), newTwoLots(t, ParkAuto)
			for range 300 {
				a.park(3, nil)
				b.park(3, nil)
				require.LessOrEqual(t, a.threads.asleep.Load()+b.threads.asleep.Load(), int64(procs-1))
				a.release(3)
				b.release(3)
				require.Zero(t, threads.Load(), "returned")
			}
			if procs == 1 {
				require.Zero(t, a.threads.parks.Load()+b.threads.parks.Load())
			}
		})
	}
}

func TestThreadForced(t *testing.T) {
	s := newTwoLots(t, ParkThread)
	for range 3 { // the budget that the first round used up is there again
		s.park(maxThreads, nil)
		require.EqualValues(t, maxThreads, s.threads.asleep.Load())
		s.park(20, nil)
		require.EqualValues(t, maxThreads, s.threads.asleep.Load(), "no more than that")
		require.EqualValues(t, 20, s.goroutine.asleep.Load())
		s.release(maxThreads + 20)
	}
	require.Zero(t, threads.Load())
}

// Every way out of a wait returns what it took from the budget.
func TestThreadBudgetReturned(t *testing.T) {
	s := newTwoLots(t, ParkThread)
	s.q.put(1)
	_, why := s.Wait(Forever, nil, false)
	require.Equal(t, Retry, why)
	require.Zero(t, threads.Load())
	s.q.TryTake()

	_, why = s.Wait(Deadline(0), nil, false)
	require.Equal(t, Expired, why)
	require.Zero(t, threads.Load())

	s.q.onIdle = func() { s.q.put(1); s.HandOver() }
	_, why = s.Wait(Forever, nil, false)
	require.Equal(t, Handed, why)
	require.Zero(t, threads.Load())

	s.q.onIdle = func() { s.Interrupt() }
	_, why = s.Wait(Forever, nil, false)
	require.Equal(t, Interrupted, why)
	require.Zero(t, threads.Load())

	s.q.onIdle = func() { s.q.close(); s.Settle() }
	_, why = s.Wait(Forever, nil, false)
	require.Equal(t, Closed, why)
	require.Zero(t, threads.Load())
}

func TestGoroutineForced(t *testing.T) {
	s := newTwoLots(t, ParkGoroutine)
	for range 50 {
		s.park(4, nil)
		require.EqualValues(t, 4, s.goroutine.asleep.Load())
		s.release(4)
	}
	require.Zero(t, s.threads.made.Load())
}

// A thread cannot wait for a channel.
func TestDoneMeansGoroutine(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, parking := range []Parking{ParkAuto, ParkThread, ParkGoroutine} {
		s := newTwoLots(t, parking)
		for range 50 {
			s.park(2, make(chan struct{}))
			require.EqualValues(t, 2, s.goroutine.asleep.Load())
			s.release(2)
		}
		require.Zero(t, s.threads.parks.Load())
	}
}

// Where threads cannot be parked, goroutines are, whatever was asked for.
func TestNoThreadParker(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, parking := range []Parking{ParkAuto, ParkThread, ParkGoroutine} {
		s := newTwoLots(t, parking)
		s.Init(&s.q, NewestFirst, 0, parking, Parkers{Goroutine: s.goroutine.seated})
		for range 50 {
			s.park(2, nil)
			require.EqualValues(t, 2, s.goroutine.asleep.Load())
			s.release(2)
		}
	}
}

func TestDeadline(t *testing.T) {
	for _, never := range []time.Duration{-1, -time.Hour, math.MinInt64, math.MaxInt64} {
		require.Equal(t, Forever, Deadline(never), "timeout %d", never)
	}
	await(t, "the clock to start", func() bool { return Now() > 1 })
	// What just fails to fit is for ever; what fits is not, and is not early.
	require.Equal(t, Forever, Deadline(math.MaxInt64-1))
	for _, timeout := range []time.Duration{
		0, 1, time.Microsecond, time.Second, 0xFFFFFFFE * time.Millisecond,
		math.MaxInt64 / 2, math.MaxInt64 - 100*365*24*time.Hour,
	} {
		before := Now()
		d := Deadline(timeout)
		after := Now()
		require.GreaterOrEqual(t, d-int64(timeout), before, "timeout %v", timeout)
		require.LessOrEqual(t, d-int64(timeout), after, "timeout %v", timeout)
		require.Less(t, d, Forever)
	}
}

func TestNowIsMonotonic(t *testing.T) {
	last := Now()
	require.GreaterOrEqual(t, last, int64(0))
	start := time.Now()
	first := last
	for range 100_000 {
		now := Now()
		require.GreaterOrEqual(t, now, last)
		last = now
	}
	require.LessOrEqual(t, last-first-int64(time.Since(start)), int64(time.Second), "in nanoseconds")
	await(t, "the clock to tick", func() bool { return Now() > first })
}
