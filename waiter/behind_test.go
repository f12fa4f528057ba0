package waiter

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// giveEach makes n packets, or room for n, one after the other.
func (b *bed) giveEach(n int) {
	for v := range n {
		if b.order == NewestFirst {
			b.post(v)
		} else {
			b.q.mu.Lock()
			b.q.room++
			b.q.mu.Unlock()
			b.HandOver()
		}
	}
}

// Once a waiter in flight has stood behind goroutines that compute, the limit does not hold
// for a while: of posters, and of takers where it is GOMAXPROCS.
func TestNoLimitBehindCompute(t *testing.T) {
	defer func(was int64) { dear.Store(was) }(dear.Load())
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range []struct {
		order Order
		limit int
		lag   int64
		want  int32 // in flight
	}{
		{NewestFirst, 0, slice + 1, 3},
		{NewestFirst, 0, slice, 1},
		{NewestFirst, 1, slice + 1, 1},
		{OldestFirst, 0, slice + 1, 3},
		{OldestFirst, 1, slice + 1, 3},
		{OldestFirst, 1, slice, 1},
	} {
		b := newBed(t, c.order, c.limit)
		let := b.hold()
		for who := range 3 {
			b.park(who)
		}
		dear.Store(0)
		b.lag(c.lag)
		if c.lag > slice {
			until := b.behind.Load()
			require.LessOrEqual(t, until, Now()+toll*c.lag)
			require.Greater(t, until, Now()+toll*c.lag-slice*toll/2, "a hundred times as long")
			require.Equal(t, until, dear.Load(), "a yield would go behind these as well")
			b.behind.Store(Forever) // however slow this machine is
		} else {
			require.Zero(t, b.behind.Load())
			require.Zero(t, dear.Load())
		}
		b.giveEach(3)
		require.Equal(t, c.want, flights(b.state.Load()), "%+v", c)
		for range 3 {
			let()
			require.Equal(t, Handed, b.next().why)
		}
	}
}

// When that time is over the limit holds again.
func TestLimitAfterCompute(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, order := range []Order{NewestFirst, OldestFirst} {
		b := newBed(t, order, 0)
		b.behind.Store(Now())
		let := b.hold()
		for who := range 3 {
			b.park(who)
		}
		b.giveEach(3)
		require.EqualValues(t, 1, flights(b.state.Load()))
		require.Zero(t, b.behind.Load())
		for range 3 {
			let()
			require.Equal(t, Handed, b.next().why)
		}
	}
}

// Without a limit too, a packet is left to a caller that watches, and while a waiter in flight
// looks for the oldest.
func TestNoLimitAndAnotherLooks(t *testing.T) {
	for _, bit := range []uint64{watched, looking} {
		b := newBed(t, NewestFirst, 0)
		b.behind.Store(Forever)
		b.park(0)
		require.True(t, b.Due())
		b.state.Or(bit)
		require.False(t, b.Due())
		v := 1
		require.False(t, b.Give(&v))
		b.state.And(^bit)
		b.post(2)
		handed(t, b.next(), 2)
	}
}

// While takers run in time the lag of a goroutine's hand-off is measured once in 8, whether
// callers may watch or not. The lag of a thread is not: threads do not stand in a run queue.
func TestLagsOfGoroutinesAreMeasured(t *testing.T) {
	const measured = 5
	for parking, want := range map[Parking]bool{ParkAuto: true, ParkGoroutine: true, ParkThread: false} {
		b := newBedOf(t, NewestFirst, 0, parking)
		n := 0
		for i := range uint64(640) {
			w := new(Waiter[*int])
			require.False(t, b.time(w, i))
			if w.handed != 0 {
				n++
			}
			if i == measured {
				require.Equal(t, want, w.handed != 0)
			}
		}
		if want {
			require.InDelta(t, 80, n, 2)
		} else {
			require.Zero(t, n)
		}
	}
}

// A process that was stopped lags for as long, and keeps no goroutine waiting for that.
func TestLongLag(t *testing.T) {
	defer func(was int64) { dear.Store(was) }(dear.Load())
	b := newBed(t, NewestFirst, 0)
	dear.Store(0)
	b.lag(longLag * 1000)
	require.LessOrEqual(t, b.behind.Load(), Now()+toll*longLag)
	require.Greater(t, b.behind.Load(), Now())
	require.Equal(t, b.behind.Load(), dear.Load())
	dear.Store(Forever)
	b.lag(longLag)
	require.Equal(t, Forever, dear.Load(), "a lag makes yields cheap sooner than they were")
}

// What a stack has learned outside does not count in a bubble, where runs are to be alike.
func TestLimitInABubble(t *testing.T) {
	b := newBed(t, NewestFirst, 0)
	b.behind.Store(Forever)
	require.True(t, b.unlimited())
	synctest.Test(t, func(t *testing.T) { require.False(t, b.unlimited()) })
	require.True(t, b.unlimited())
}
