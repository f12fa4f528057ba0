package waiter

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The limit follows GOMAXPROCS also if the second waiter finds but the sole waiter, which is on
// no list, while a hand-off is in flight.
func TestLimitFollowsProcsBesideTheSoleWaiter(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	q, s := new(fakeQueue), new(Stack[*int])
	s.Init(q, NewestFirst, 0, ParkGoroutine, Parkers{})
	s.state.Or(taken) // somebody has the seat
	inFlight := make(chan Outcome)
	go func() {
		var v *int
		inFlight <- s.Wait(&v, Forever, nil)
	}()
	await(t, "the waiter", func() bool { return s.Waiting() == 1 })
	require.True(t, s.Give(new(int)))
	require.Equal(t, Handed, <-inFlight) // no Pass yet
	s.state.And(^uint64(taken))

	runtime.GOMAXPROCS(4)
	first := begun(t, s, Forever)
	require.NotZero(t, s.state.Load()&sole)
	require.False(t, s.Due(), "the limit is the one last seen")
	second := begun(t, s, Forever)
	require.True(t, s.Due())
	q.put(1, 2)
	s.HandOver()
	for _, c := range []<-chan Outcome{second, first} {
		require.Equal(t, Handed, <-c)
	}
	s.Pass(Handed)
	require.Zero(t, flights(s.state.Load()))
}

// A wait that finds the queue not idle sets no alarm, in the seat or on the list.
func TestNoAlarmWithoutASleep(t *testing.T) {
	for _, listed := range []bool{false, true} {
		s, q := alarmed()
		if listed {
			s.state.Or(taken) // somebody has the seat
		}
		c := begun(t, s, Forever) // makes the waiter that is used below
		s.mu.Lock()
		w := s.sole
		if listed {
			w = s.first
		}
		s.mu.Unlock()
		s.Interrupt()
		require.Equal(t, Interrupted, <-c)
		q.put(1)
		var v *int
		require.Equal(t, Retry, s.Wait(&v, Deadline(time.Hour), nil))
		require.Zero(t, w.alarm.at.Load())
		require.Zero(t, s.Stats().Timeouts)
	}
}

// The alarm keeps the deadline of a wait with a done: its parker needs no timer.
func TestParkerOfDoneHasNoDeadline(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	var deadlines []int64
	b.lot.onPark = func(_ *chanParker, _, deadline int64) (ok, answer bool) {
		deadlines = append(deadlines, deadline)
		return false, false
	}
	deadline := Deadline(time.Millisecond)
	_, why := b.Wait(nil, deadline, make(chan struct{}))
	require.Equal(t, Expired, why)
	require.GreaterOrEqual(t, Now(), deadline)
	require.Equal(t, []int64{Forever}, deadlines)
	require.EqualValues(t, 1, b.Stats().Timeouts)
	b.check(t)
}

// A done that is closed at the deadline is too late.
func TestDoneAtTheDeadline(t *testing.T) {
	moved(t, func(t *testing.T) {
		for late, want := range map[int64]Outcome{-1: Canceled, 0: Expired, 1: Expired} {
			b := newBed(t, NewestFirst, 1)
			w := b.acquire(Forever, make(chan struct{}))
			b.mu.Lock()
			b.insert(w)
			b.mu.Unlock()
			require.Equal(t, want, b.leave(w, Now()-late, make(chan struct{})))
			require.Zero(t, b.Waiting())
		}
	})
}
