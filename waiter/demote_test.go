package waiter

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newAuto is a stack under ParkAuto on which the next waiter sleeps as a thread,
// and those who sleep so do it until their token, as if the clock stood still.
func newAuto(t *testing.T) *twoLots {
	procs := runtime.GOMAXPROCS(4)
	s := newTwoLots(t, ParkAuto)
	s.threads.onPark = untilToken
	s.favour()
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		require.Zero(t, threads.Load(), "the budget is there again")
		require.Zero(t, s.threads.stale(), "tokens of threads")
		require.Zero(t, s.goroutine.stale(), "tokens of goroutines")
	})
	return s
}

func untilToken(p *chanParker, _, _ int64) (ok, answer bool) {
	<-p.token
	if p.lot.woken != nil {
		p.lot.woken()
	}
	return true, true
}

// favour makes threads the faster way, whatever has been learned.
func (s *twoLots) favour() {
	s.policy.cost[byThread].Store(8)
	s.policy.cost[byGoroutine].Store(1 << 40)
	s.policy.cost[byBump].Store(0) // on a coarse clock it may be 1
	s.policy.sleep.Store(1 << 40)  // no spinning
	s.policy.trial.Store(s.policy.waits.Load() + 1<<30)
}

// start lets one more wait.
func (s *twoLots) start(who int, deadline int64) {
	go func() {
		v, why := s.Wait(deadline, nil, false)
		s.results <- result{who, v, why}
	}()
}

// sleep waits until so many sleep each way.
func (s *twoLots) sleep(asThreads, asGoroutines int64) {
	s.t.Helper()
	await(s.t, "the waiters to sleep", func() bool {
		// Read again: who is demoted in between would be seen in both places.
		return s.threads.asleep.Load() == asThreads && s.goroutine.asleep.Load() == asGoroutines &&
			s.threads.asleep.Load() == asThreads
	})
}

// over waits for the results of those who wait and returns them by who.
func (s *twoLots) over(n int) map[int]Outcome {
	s.t.Helper()
	got := map[int]Outcome{}
	for range n {
		select {
		case r := <-s.results:
			got[r.who] = r.why
			if r.why == Handed {
				require.NotNil(s.t, r.v)
			}
		case <-time.After(time.Minute):
			s.t.Fatal("somebody still sleeps")
		}
	}
	return got
}

// both hands something to both waiters.
func (s *twoLots) both() {
	s.q.put(1, 2)
	s.HandOver()
}

// again lets waiters use again what those before them have used, each way: who
// finds a token of the wait before returns early.
func (s *twoLots) again() {
	s.t.Helper()
	s.threads.onPark, s.threads.onUnpark, s.threads.woken = untilToken, nil, nil
	s.goroutine.onPark, s.q.onIdle = nil, nil
	require.Zero(s.t, threads.Load())
	s.policy.crowd.Store(false)
	s.favour()
	s.start(10, Forever)
	s.sleep(1, 0)
	s.start(11, Forever)
	s.sleep(1, 1)
	for range 50 {
		runtime.Gosched()
	}
	require.Empty(s.t, s.results, "nobody returns early")
	require.EqualValues(s.t, 2, s.asleep())
	s.both()
	require.Equal(s.t, map[int]Outcome{10: Handed, 11: Handed}, s.over(2))
	require.Zero(s.t, threads.Load())
	s.policy.crowd.Store(false)
	s.favour()
}

// The newest waiter sleeps as a thread and the one below goes on as a goroutine,
// woken once for that. Everything that ends a wait ends both.
func TestNewcomerDemotes(t *testing.T) {
	for name, end := range map[string]struct {
		why Outcome
		f   func(s *twoLots)
	}{
		"handed":      {Handed, func(s *twoLots) { s.both() }},
		"interrupted": {Interrupted, func(s *twoLots) { s.Interrupt() }},
		"closed":      {Closed, func(s *twoLots) { s.q.close(); s.Settle() }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAuto(t)
			s.start(0, Forever)
			s.sleep(1, 0)
			require.EqualValues(t, 1, threads.Load())
			s.start(1, Forever)
			s.sleep(1, 1)
			require.EqualValues(t, 1, threads.Load())
			require.EqualValues(t, 1, s.threads.unparks.Load())
			require.Zero(t, s.goroutine.unparks.Load())
			require.Equal(t, Stats{Parks: 2}, s.Stats(), "one wait, in two ways")

			end.f(s)
			require.Equal(t, map[int]Outcome{0: end.why, 1: end.why}, s.over(2))
			require.EqualValues(t, 2, s.threads.unparks.Load())
			require.EqualValues(t, 1, s.goroutine.unparks.Load())
			if end.why != Closed {
				s.again()
			}
		})
	}
}

// A newcomer that sleeps as a goroutine demotes all the same: the thread below it
// would sleep there in vain.
func TestGoroutineDemotes(t *testing.T) {
	s := newAuto(t)
	s.start(0, Forever)
	s.sleep(1, 0)
	s.park(1, make(chan struct{}))
	s.sleep(0, 2)
	require.Zero(t, threads.Load())
	require.EqualValues(t, 1, s.threads.unparks.Load())
	s.both()
	s.over(2)
}

// The deadline of a demoted waiter is the one it came with.
func TestDemotedKeepsItsDeadline(t *testing.T) {
	s := newAuto(t)
	asked := make(chan int64, 2)
	s.goroutine.onPark = func(_ *chanParker, _, deadline int64) (ok, answer bool) {
		asked <- deadline
		return false, true
	}
	deadline := Deadline(time.Hour)
	s.start(0, deadline)
	s.sleep(1, 0)
	s.start(1, Forever)
	require.Equal(t, map[int]Outcome{0: Expired}, s.over(1))
	require.Equal(t, deadline-threadSleep, <-asked, "to end as a thread")
	require.Equal(t, deadline, <-asked, "as it may not")
	require.EqualValues(t, 1, s.Stats().Timeouts)
	s.sleep(1, 0)
	s.q.put(1)
	s.HandOver()
	require.Equal(t, map[int]Outcome{1: Handed}, s.over(1))
	s.again()
}

// A thread that nothing wakes for a while goes on as a goroutine, by itself.
func TestThreadSleepsBriefly(t *testing.T) {
	for _, deadline := range []int64{Forever, Deadline(time.Hour)} {
		s := newAuto(t)
		var brief, before, after int64
		s.threads.onPark = func(_ *chanParker, _, deadline int64) (ok, answer bool) {
			brief, after = deadline, Now()
			return false, true
		}
		var rest atomic.Int64
		s.goroutine.onPark = func(_ *chanParker, _, deadline int64) (ok, answer bool) {
			rest.Store(deadline)
			return false, false
		}
		before = Now()
		s.start(0, deadline)
		s.sleep(0, 1)
		await(t, "the deadline", func() bool { return rest.Load() != 0 })
		require.GreaterOrEqual(t, brief, before+threadSleep)
		require.LessOrEqual(t, brief, after+threadSleep)
		if deadline != Forever { // the rest of it is for a thread again
			require.Equal(t, deadline-threadSleep, rest.Load())
		}
		require.Zero(t, threads.Load(), "it counts as a thread no more")
		require.Equal(t, Stats{Parks: 1}, s.Stats())

		s.threads.onPark = untilToken
		s.start(1, Forever)
		s.sleep(1, 1)
		require.Zero(t, s.threads.unparks.Load(), "there is no thread to wake")
		s.both()
		require.Equal(t, map[int]Outcome{0: Handed, 1: Handed}, s.over(2))
		s.again()
	}
}

// A deadline that comes first is the end, without another sleep.
func TestThreadExpires(t *testing.T) {
	s := newAuto(t)
	s.threads.onPark = nil
	for range 20 {
		s.favour()
		deadline := Deadline(20 * time.Microsecond)
		_, why := s.Wait(deadline, nil, false)
		require.Equal(t, Expired, why)
		require.GreaterOrEqual(t, Now(), deadline)
		require.Zero(t, threads.Load())
	}
	require.Zero(t, s.goroutine.parks.Load())
	require.EqualValues(t, 20, s.threads.parks.Load())
	require.EqualValues(t, 20, s.Stats().Timeouts)
	s.again()
}

// A goroutine with a deadline spends the end of its wait as a thread, if it is the
// newest waiter then and nothing has been handed to it.
func TestEndsAsThread(t *testing.T) {
	for name, f := range map[string]func(s *twoLots, early func()){
		"and is handed something": func(s *twoLots, early func()) {
			early()
			s.sleep(1, 0)
			require.EqualValues(t, 1, threads.Load())
			s.q.put(1)
			s.HandOver()
			require.Equal(t, map[int]Outcome{0: Handed}, s.over(1))
			require.EqualValues(t, 1, s.threads.unparks.Load())
		},
		"and is interrupted": func(s *twoLots, early func()) {
			early()
			s.sleep(1, 0)
			require.Equal(t, 1, s.Interrupt())
			require.Equal(t, map[int]Outcome{0: Interrupted}, s.over(1))
		},
		"until a newcomer demotes it": func(s *twoLots, early func()) {
			early()
			s.sleep(1, 0)
			s.start(1, Forever)
			s.sleep(0, 2)
			require.Zero(t, threads.Load())
			s.both()
			require.Equal(t, map[int]Outcome{0: Handed, 1: Handed}, s.over(2))
		},
		"not below another": func(s *twoLots, early func()) {
			s.start(1, Forever)
			s.sleep(0, 2)
			early()
			s.sleep(0, 2)
			s.both()
			require.Equal(t, map[int]Outcome{0: Handed, 1: Handed}, s.over(2))
			require.Zero(t, s.threads.parks.Load())
		},
		"not with a token": func(s *twoLots, early func()) {
			s.q.put(1)
			s.HandOver()
			early()
			require.Equal(t, map[int]Outcome{0: Handed}, s.over(1))
			require.Zero(t, s.threads.parks.Load())
		},
		"not beside who has been readied": func(s *twoLots, early func()) {
			s.inFlight.Add(1)
			early()
			s.sleep(0, 1)
			s.inFlight.Add(-1)
			require.Equal(t, 1, s.Interrupt())
			s.over(1)
			require.Zero(t, s.threads.parks.Load())
		},
		"not in a torrent": func(s *twoLots, early func()) {
			s.policy.pace.fast.Store(true)
			early()
			s.sleep(0, 1)
			s.policy.pace.fast.Store(false)
			require.Equal(t, 1, s.Interrupt())
			s.over(1)
			require.Zero(t, s.threads.parks.Load())
		},
		"not without a budget": func(s *twoLots, early func()) {
			runtime.GOMAXPROCS(1)
			early()
			s.sleep(0, 1)
			require.Equal(t, 1, s.Interrupt())
			s.over(1)
			require.Zero(t, s.threads.parks.Load())
			runtime.GOMAXPROCS(4)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAuto(t)
			s.policy.cost[byGoroutine].Store(1)
			deadline := Deadline(time.Hour)
			gate := make(chan struct{})
			s.goroutine.onPark = func(_ *chanParker, _, until int64) (ok, answer bool) {
				if until != deadline-threadSleep {
					require.Contains(t, []int64{deadline, Forever}, until)
					return false, false
				}
				<-gate
				return false, true
			}
			s.start(0, deadline)
			s.sleep(0, 1)
			f(s, func() {
				parks := func() int64 { return s.goroutine.parks.Load() + s.threads.parks.Load() }
				before := parks()
				close(gate)
				await(t, "the waiter to sleep on", func() bool { return parks() > before })
			})
			s.again()
		})
	}

	s := newAuto(t) // there is no early to a deadline that is near
	s.policy.cost[byGoroutine].Store(1)
	_, why := s.Wait(Deadline(threadSleep/2), nil, false)
	require.Equal(t, Expired, why)
	require.Zero(t, s.threads.parks.Load())
	s.again()
}

// While waiters come and none is served, newcomers sleep as goroutines.
func TestCrowd(t *testing.T) {
	s := newAuto(t)
	s.start(0, Forever)
	s.sleep(1, 0)
	s.start(1, Forever)
	s.sleep(1, 1)
	for who := range 5 {
		s.favour()
		s.start(2+who, Forever)
		s.sleep(0, int64(3+who))
	}
	require.Zero(t, threads.Load())
	s.q.put(1)
	s.HandOver()
	require.Equal(t, map[int]Outcome{6: Handed}, s.over(1))
	s.favour()
	s.start(7, Forever)
	s.sleep(1, 6)
	require.Equal(t, 7, s.Interrupt())
	s.over(7)

	// That waits end otherwise changes nothing.
	s.favour()
	s.start(0, Forever)
	s.sleep(1, 0)
	s.start(1, Forever)
	s.sleep(1, 1)
	require.Equal(t, 2, s.Interrupt())
	s.over(2)
	s.favour()
	s.start(2, Forever)
	s.sleep(0, 1)
	s.q.put(1)
	s.HandOver()
	s.over(1)
	s.again()
}

// A thread would take its scheduler slot from who has been readied.
func TestInFlightMeansGoroutine(t *testing.T) {
	s := newAuto(t)
	s.q.onIdle = func() { s.q.put(1); s.HandOver() }
	_, why := s.Stack.Wait(Forever, nil, false)
	s.q.onIdle = nil
	require.Equal(t, Handed, why)
	s.favour()
	s.start(0, Forever)
	s.sleep(0, 1)
	s.Pass()
	s.favour()
	s.start(1, Forever)
	s.sleep(1, 1)
	s.both()
	s.over(2)
}

// Everything at once: each item is taken once, and every wait has its end.
func TestDemotionStress(t *testing.T) {
	s := newAuto(t)
	s.threads.onPark = nil
	const items = 6000
	var taken [items]atomic.Int32
	var left atomic.Int64
	left.Store(items)
	take := func(v *int) {
		taken[*v].Add(1)
		left.Add(-1)
	}
	var waiters, others sync.WaitGroup
	for who := range 8 {
		waiters.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(who)))
			for {
				deadline, done := Forever, (chan struct{})(nil)
				switch rng.IntN(4) {
				case 0:
					deadline = Deadline(time.Duration(rng.IntN(100_000)))
				case 1:
					deadline = Deadline(time.Duration(rng.IntN(4 * threadSleep)))
				case 2:
					done = make(chan struct{})
					if rng.IntN(2) == 0 {
						close(done)
					}
				}
				switch v, why := s.Wait(deadline, done, false); why {
				case Handed:
					take(v)
				case Retry:
					if v, ok := s.q.TryTake(); ok {
						take(v)
					} else if s.q.Over() {
						return
					}
				case Closed:
					return
				}
			}
		})
	}
	for poster := range 3 {
		others.Go(func() {
			rng := rand.New(rand.NewPCG(2, uint64(poster)))
			for i := poster; i < items; i += 3 {
				s.q.put(i)
				if s.Any() {
					s.HandOver()
				}
				if rng.IntN(2) == 0 { // let them all go to sleep, or some
					for range rng.IntN(50) {
						runtime.Gosched()
					}
				}
				if i%16 == 0 {
					s.favour()
				}
				if i%100 == 0 {
					s.Interrupt()
				}
			}
		})
	}
	others.Wait()
	await(t, "the items to be taken", func() bool { return left.Load() == 0 })
	s.q.close()
	s.Settle()
	waiters.Wait()
	for i := range taken {
		require.EqualValues(t, 1, taken[i].Load(), "item %d", i)
	}
	s.check(t)
	require.Zero(t, s.inFlight.Load())
	require.Zero(t, s.Waiting())
	require.Positive(t, s.threads.parks.Load())
	require.Positive(t, s.goroutine.parks.Load())
}
