package waiter

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hold keeps waiters that have their token from running until it is told to let
// one go.
func (b *bed) hold() (let func()) {
	gate := make(chan struct{})
	b.lot.woken = func() { <-gate }
	return func() { gate <- struct{}{} }
}

// With one hand-off allowed the second packet stays until the first waiter runs,
// and that one passes it on.
func TestLimitOne(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	for who := range 3 {
		b.park(who)
	}
	b.post(1)
	b.post(2)
	b.post(3)
	require.Equal(t, []int{2, 3}, b.q.left())
	require.Equal(t, 2, b.Waiting())
	require.EqualValues(t, 1, b.Stats().HandOffs)
	b.none()

	for i := range 3 {
		let()
		r := b.next()
		require.Equal(t, 2-i, r.who)
		handed(t, r, i+1)
		b.check(t)
	}
	require.Empty(t, b.q.left())
	require.False(t, b.HasWaiters())
	require.Zero(t, flights(b.state.Load()))
}

func TestLimitTwo(t *testing.T) {
	b := newBed(t, NewestFirst, 2)
	let := b.hold()
	for who := range 5 {
		b.park(who)
	}
	b.post(1, 2, 3, 4, 5)
	require.Equal(t, []int{3, 4, 5}, b.q.left())
	require.Equal(t, 3, b.Waiting())
	let()
	handedTo := b.next().who
	require.Contains(t, []int{3, 4}, handedTo)
	await(t, "the next link", func() bool { return b.Waiting() == 2 })
	require.Equal(t, []int{4, 5}, b.q.left())
	for range 4 {
		let()
		require.Equal(t, Handed, b.next().why)
	}
	require.False(t, b.HasWaiters())
}

// A waiter that resumes passes on as many as the limit has come to allow, and
// stops at the number of waiters.
func TestChainEndsWithWaiters(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	b.park(0)
	b.post(1)
	b.post(2)
	let()
	handed(t, b.next(), 1)
	require.Equal(t, []int{2}, b.q.left(), "it is for whoever looks next")
	v, why := b.Wait(nil, Forever, nil)
	require.Equal(t, Retry, why)
	require.Nil(t, v)
}

// Those who were released without a packet do not count against the limit, and
// a queue that is over releases all at once.
func TestLimitIsForHandOffs(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	for who := range 4 {
		b.park(who)
	}
	b.post(1)
	b.q.close()
	b.Settle()
	require.Zero(t, b.Waiting(), "released although one hand-off is in flight")
	closed := 0
	for range 4 {
		let()
		if b.next().why == Closed {
			closed++
		}
	}
	require.Equal(t, 3, closed)
	require.Zero(t, flights(b.state.Load()))

	b = newBed(t, NewestFirst, 1)
	let = b.hold()
	for who := range 3 {
		b.park(who)
	}
	require.Equal(t, 3, b.Interrupt())
	for range 3 {
		let()
		require.Equal(t, Interrupted, b.next().why)
	}
	b.park(3)
	b.post(1)
	let()
	handed(t, b.next(), 1)
}

// Closing while packets wait behind the limit: the chain delivers them, and its
// last link releases those who are left.
func TestClosedBehindLimit(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	for who := range 4 {
		b.park(who)
	}
	b.post(1)
	b.post(2)
	b.q.close()
	b.Settle()
	require.Equal(t, 3, b.Waiting())
	let()
	handed(t, b.next(), 1)
	await(t, "the last link", func() bool { return b.Waiting() == 0 })
	whys := map[Outcome]int{}
	for range 3 {
		let()
		whys[b.next().why]++
	}
	require.Equal(t, map[Outcome]int{Handed: 1, Closed: 2}, whys)
}

// The packet behind the limit is taken by somebody who does not wait: the waiter
// that resumes finds nothing, and, the queue being closed, releases the others.
func TestRobbedBehindLimit(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	b.park(0)
	b.park(1)
	b.post(1)
	b.post(2)
	b.q.close()
	b.Settle()
	v, ok := b.q.take()
	require.True(t, ok)
	require.Equal(t, 2, *v)
	let()
	handed(t, b.next(), 1)
	let()
	require.Equal(t, result{0, nil, Closed}, b.next())
}

// The limit is for posters as well: one whose packet was moved, and that does not run yet,
// keeps those behind it waiting, though there is room.
func TestLimitForPosters(t *testing.T) {
	b := newBed(t, OldestFirst, 1)
	let := b.hold()
	for who := range 3 {
		b.park(who + 1)
	}
	b.q.room = 3
	require.Equal(t, 0, b.free())
	require.Equal(t, []int{1}, b.q.left())
	require.Equal(t, 2, b.Waiting())
	b.none()
	v := 4
	after := make(chan struct{})
	go func() { b.Wait(&v, Forever, nil); close(after) }()
	await(t, "one more to wait", func() bool { return b.Waiting() == 3 })
	require.Equal(t, []int{1}, b.q.left(), "it does not move them either")
	for who := range 3 {
		let()
		r := b.next()
		require.Equal(t, who+1, r.who)
		require.Equal(t, Handed, r.why)
	}
	require.Equal(t, 1, b.free())
	let()
	<-after
	require.Equal(t, []int{2, 3, 4}, b.q.left())
	b.check(t)
}

// GOMAXPROCS is the limit of a stack that has none of its own, also if it changes after
// Init: once a second waiter has come, or a hand-off is in flight.
func TestLimitFollowsProcs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, order := range []Order{NewestFirst, OldestFirst} {
		b := newBed(t, order, 0)
		give := func(n int) {
			if order == NewestFirst {
				for v := range n {
					b.post(v)
				}
			} else {
				b.q.mu.Lock()
				b.q.room += n
				b.q.mu.Unlock()
				b.HandOver()
			}
		}
		let := b.hold()
		for _, procs := range []int{3, 2, 1, 4} {
			runtime.GOMAXPROCS(procs)
			b.behind.Store(0) // this machine may have been slow
			for who := range 6 {
				b.park(who)
			}
			give(6)
			require.EqualValues(t, procs, flights(b.state.Load()))
			require.Equal(t, 6-procs, b.Waiting())
			for range 6 {
				let()
				require.Equal(t, Handed, b.next().why)
			}
			b.check(t)
		}
		// Fewer than before, seen by whoever hands over.
		runtime.GOMAXPROCS(4)
		for who := range 6 {
			b.park(who)
		}
		runtime.GOMAXPROCS(2)
		b.behind.Store(0)
		give(6)
		require.EqualValues(t, 2, flights(b.state.Load()))
		for range 6 {
			let()
			require.Equal(t, Handed, b.next().why)
		}
	}
}

// More than before, seen by a second waiter that comes while one is on its way.
func TestLimitFollowsProcsInFlight(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := newBed(t, NewestFirst, 0)
	let := b.hold()
	runtime.GOMAXPROCS(4)
	for who := range 3 {
		b.park(who)
		if who == 0 {
			b.post(1)
		}
	}
	b.post(2)
	require.EqualValues(t, 2, flights(b.state.Load()))
	b.post(3)
	for range 3 {
		let()
		require.Equal(t, Handed, b.next().why)
	}
}

// More than before, seen by a waiter that comes to many.
func TestLimitRaisedWhileManyWait(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	b := newBed(t, NewestFirst, 0)
	let := b.hold()
	for who := range 4 {
		if who == 3 {
			runtime.GOMAXPROCS(4)
		}
		b.park(who)
	}
	for v := range 4 { // past the queue, where nobody but waiters asks for the limit
		require.True(t, b.Due())
		require.True(t, b.Give(&v))
	}
	for range 4 {
		let()
		require.Equal(t, Handed, b.next().why)
	}
}

// A limit that was given stays what it is.
func TestLimitGivenStays(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	for who := range 3 {
		b.park(who)
	}
	b.post(1, 2, 3)
	require.EqualValues(t, 1, flights(b.state.Load()))
	for range 3 {
		let()
		require.Equal(t, Handed, b.next().why)
	}
}

// A poster that begins to wait at a queue that was closed meanwhile does not sleep, though the
// limit is reached.
func TestClosedBeyondTheLimit(t *testing.T) {
	b := newBedOf(t, OldestFirst, 1, ParkGoroutine)
	b.state.Add(flight1) // a poster that was served and does not run
	b.q.close()
	why := make(chan Outcome, 1)
	go func() {
		v := 1
		_, outcome := b.Wait(&v, Forever, nil)
		why <- outcome
	}()
	select {
	case outcome := <-why:
		require.Equal(t, Closed, outcome)
	case <-time.After(time.Minute):
		t.Fatal("sleeps at a closed queue")
	}
	b.state.Add(^uint64(flight1 - 1))
}
