package waiter

import (
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// begun is a wait that sleeps, and what will come of it.
func begun(t *testing.T, s *Stack[*int], deadline int64) <-chan Outcome {
	t.Helper()
	c := make(chan Outcome, 1)
	before := s.Waiting()
	go func() {
		var v *int
		why := s.Wait(&v, deadline, nil)
		if why == Handed {
			s.Pass(why)
		}
		c <- why
	}()
	await(t, "the waiter", func() bool { return s.Waiting() > before })
	return c
}

// The sole waiter counts as any other.
func TestStatsOfTheSoleWaiter(t *testing.T) {
	s, q := alarmed()
	c := begun(t, s, Forever)
	require.True(t, s.HasWaiters())
	require.Equal(t, Stats{Parks: 1}, s.Stats())
	require.True(t, s.Give(new(int)))
	require.Equal(t, Given, <-c)
	want := Stats{HandOffs: 1, Parks: 1, Wakes: 1, Direct: 1}
	require.Equal(t, want, s.Stats())

	waitFor(t, s, time.Microsecond)
	want.Parks++
	want.Timeouts++
	require.Equal(t, want, s.Stats())

	q.put(1)
	var v *int
	require.Equal(t, Retry, s.Wait(&v, Forever, nil))
	require.Equal(t, want, s.Stats(), "it did not sleep")
	q.take()

	c = begun(t, s, Deadline(time.Hour))
	require.Equal(t, 1, s.Interrupt())
	require.Equal(t, Interrupted, <-c)
	want.Parks++
	want.Wakes++
	require.Equal(t, want, s.Stats())
	require.Zero(t, s.Waiting())
}

// What a waiter keeps for the next wait, the stack's own or one from the pool, is nothing of
// this wait: no packet, no lock and with it no queue, and no time of a hand-over.
func TestPooledWaiterKeepsNothing(t *testing.T) {
	for _, listed := range []bool{false, true} {
		var s Stack[*int]
		s.Init(new(fakeQueue), NewestFirst, 1, ParkAuto, Parkers{})
		if listed {
			s.state.Or(taken) // somebody has the seat
		}
		for _, give := range []bool{true, false} {
			s.lags.Store(1) // so that the hand-over is timed
			c := begun(t, &s, Forever)
			s.mu.Lock()
			w := s.sole
			if listed {
				w = s.first
			}
			s.mu.Unlock()
			if give {
				require.True(t, s.Give(new(int)))
			} else {
				require.Equal(t, 1, s.Interrupt())
			}
			<-c
			require.Nil(t, w.val[0])
			require.Nil(t, w.seat.cond.L)
			require.Zero(t, w.handed)
		}
		lags := s.lags.Load()
		c := begun(t, &s, Forever)
		s.Interrupt()
		<-c
		require.Equal(t, lags, s.lags.Load())
	}
}

// Waits in a bubble and outside of it have nothing in common: the alarm of one would be
// set by the clock of the other.
func TestWaitersOfBubbles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // there the pool returns what was put last
	for _, listed := range []bool{false, true} {
		s, _ := alarmed()
		if listed {
			s.state.Or(taken) // somebody has the seat
		}
		for range 2 {
			synctest.Test(t, func(t *testing.T) {
				for range 2 {
					start := time.Now()
					var v *int
					require.Equal(t, Expired, s.Wait(&v, Deadline(time.Hour), nil))
					require.Equal(t, time.Hour, time.Since(start))
				}
			})
			waitFor(t, s, time.Microsecond)
		}
	}
}

// A deadline is the time after the timeout, or Forever, and never one that has passed.
func TestDeadline(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, timeout := range []time.Duration{-1, math.MinInt64, math.MaxInt64} {
		require.Equal(t, Forever, Deadline(timeout))
	}
	for _, timeout := range []time.Duration{0, 1, time.Hour, 200 * year} {
		before := Now()
		deadline := Deadline(timeout)
		require.GreaterOrEqual(t, deadline, before+int64(timeout))
		require.LessOrEqual(t, deadline, Now()+int64(timeout))
	}
	synctest.Test(t, func(t *testing.T) {
		require.Negative(t, Now())
		for _, timeout := range []time.Duration{0, 1, time.Hour, 20 * year} {
			require.Equal(t, Now()+int64(timeout), Deadline(timeout))
			require.Negative(t, Deadline(timeout))
		}
		for _, timeout := range []time.Duration{-1, 100 * year, math.MaxInt64} {
			require.Equal(t, Forever, Deadline(timeout))
		}
	})
}

// While no one waits nobody takes the lock: what it guards is held by the test meanwhile.
func TestNoLockWhileNobodyWaits(t *testing.T) {
	b := newAuto(t)
	p := b.begin(Forever)
	b.q.put(1)
	b.mu.Lock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.Done(p, false)
		b.state.And(^uint64(watched)) // which stays if nobody waits
		b.state.Add(flight1)          // one on its way, and the last that waited
		b.Pass(Handed)
		if b.HasWaiters() || b.Due() || b.Waiting() != 0 {
			t.Error("nobody waits")
		}
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Error("the lock was taken")
	}
	b.mu.Unlock()
	<-done
}

// Without a limit of its own a stack has GOMAXPROCS.
func TestLimitBelowOneIsProcs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for _, limit := range []int{0, -1, -1 << 31, math.MinInt} {
		b := newBed(t, NewestFirst, limit)
		let := b.hold()
		for who := range 5 {
			b.park(who)
		}
		b.post(1, 2, 3, 4, 5)
		require.EqualValues(t, 3, flights(b.state.Load()))
		for range 5 {
			let()
			require.Equal(t, Handed, b.next().why)
		}
	}
}

// inVain lets a sole waiter sleep, and a poster claim it who finds a packet in the queue.
// meanwhile is called when the poster has found it, and that packet has been taken.
func inVain(t *testing.T, meanwhile func(s *Stack[*int])) (*Stack[*int], *fakeQueue, <-chan Outcome) {
	t.Helper()
	s, q := alarmed()
	s.limit, s.parking = 100, ParkAuto
	s.know()
	var looks atomic.Int32
	asleep := make(chan struct{})
	q.onIdle = func() {
		switch looks.Add(1) {
		case 1:
			close(asleep) // the waiter has found nothing
		case 2:
			q.take()
			meanwhile(s)
		}
	}
	c := begun(t, s, Forever)
	<-asleep
	q.put(1)
	require.False(t, s.Give(new(int)))
	return s, q, c
}

// A waiter that was claimed in vain has waited longer than those who came meanwhile: they
// are released before it.
func TestClaimedInVainIsTheOldest(t *testing.T) {
	var newer <-chan Outcome
	s, q, older := inVain(t, func(s *Stack[*int]) { newer = begun(t, s, Forever) })
	require.Equal(t, 2, s.Waiting())
	for _, c := range []<-chan Outcome{newer, older} {
		q.put(2)
		require.True(t, s.Due())
		s.HandOver()
		select {
		case why := <-c:
			require.Equal(t, Handed, why)
		case <-time.After(time.Minute):
			t.Fatal("another was released")
		}
	}
	require.Zero(t, s.Waiting())
}

// Nor does it miss what is posted later because somebody watched meanwhile.
func TestClaimedInVainWhileWatched(t *testing.T) {
	newAuto(t)
	s, _, c := inVain(t, func(s *Stack[*int]) {
		p := new(Poll)
		await(t, "to watch", func() bool { return s.beginWatch(p, Forever) })
		s.Done(p, false)
		require.NotZero(t, s.state.Load()&watched, "nobody waits")
	})
	require.True(t, s.Due())
	require.True(t, s.Give(new(int)))
	require.Equal(t, Handed, <-c)
}
