package iocp

import (
	"context"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

// gatedParker holds up the waiter that it woke: it has been handed its packet
// and does not run.
type gatedParker struct {
	waiter.Parker
	gate <-chan struct{}
}

func (g gatedParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	ok := g.Parker.Park(mu, deadline, done)
	if ok {
		<-g.gate
	}
	return ok
}

func TestHandOffsInFlightAreLimited(t *testing.T) {
	const waiters, packets = 6, 8
	for _, limit := range []int{1, 2, 3, waiters, 100, math.MaxInt, 0, -1, math.MinInt} {
		gate := make(chan struct{})
		withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
		p := open[int](t, packets, WithParking(ParkThread), WithConcurrency(limit))
		w := park(t, p, waiters)
		for i := range packets {
			require.NoError(t, p.Post(i))
		}
		inFlight := limit
		if limit < 1 {
			inFlight = runtime.GOMAXPROCS(0)
		}
		inFlight = min(inFlight, waiters)
		require.Equal(t, uint64(inFlight), p.Stats().HandOffs, "limit %d", limit)
		require.Equal(t, packets-inFlight, p.Len())
		require.Equal(t, waiters-inFlight, p.Stats().Waiting)

		close(gate) // from here on each one that resumes passes on what it finds
		for i := range waiters {
			rig.Took(t, i, w[waiters-1-i])
		}
		require.Equal(t, packets-waiters, p.Len())
	}
}

// A batch hands over as many as may be in flight, not one.
func TestBatchHandsOverUpToTheLimit(t *testing.T) {
	gate := make(chan struct{})
	withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
	p := open[int](t, 8, WithParking(ParkThread), WithConcurrency(3))
	w := park(t, p, 4)
	n, err := p.PostBatch([]int{0, 1, 2, 3})
	require.NoError(t, err)
	require.Equal(t, 4, n)
	require.Equal(t, uint64(3), p.Stats().HandOffs)
	close(gate)
	for i := range w {
		rig.Took(t, i, w[3-i])
	}
}

// expiringParker's deadlines pass when the test says so.
type expiringParker struct {
	waiter.Parker
	gate, expire <-chan struct{}
}

func (e *expiringParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if deadline != waiter.Forever {
		mu.Unlock()
		<-e.expire
		return false
	}
	ok := e.Parker.Park(mu, deadline, done)
	<-e.gate
	return ok
}

// A packet is queued behind the limit when a waiter's deadline passes: it was
// there in time, and nobody else took it.
func TestTimeoutBehindTheLimit(t *testing.T) {
	gate, expire := make(chan struct{}), make(chan struct{})
	withParker(t, func() waiter.Parker { return &expiringParker{newTimedDone(), gate, expire} })
	p := open[int](t, 4, WithParking(ParkThread), WithConcurrency(1))
	timed := rig.Async(func() (int, error) { return p.Get(time.Hour) })
	parked(t, p, 1)
	held := park(t, p, 1)[0]
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	require.Equal(t, 1, p.Len())
	close(expire)
	rig.Took(t, 1, timed)
	close(gate)
	rig.Took(t, 0, held)
}

// Close, while a packet is queued behind the limit and a waiter behind it: the
// waiter that resumes passes on the packet, and the last one the news.
func TestCloseBehindTheLimit(t *testing.T) {
	for queued := range 3 {
		gate := make(chan struct{})
		withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
		p := open[int](t, 4, WithParking(ParkThread), WithConcurrency(1))
		w := park(t, p, 3)
		for i := range 1 + queued {
			require.NoError(t, p.Post(i))
		}
		require.Equal(t, uint64(1), p.Stats().HandOffs)
		require.NoError(t, p.Close())
		close(gate)
		for i := range 3 {
			v, err := rig.Await(t, w[2-i])
			if i <= queued {
				require.NoError(t, err)
				require.Equal(t, i, v)
			} else {
				require.Equal(t, ErrClosed, err)
			}
		}
	}
}

// The same, but the packets behind the limit are taken by a Get that never slept.
func TestPasserByTakesBehindTheLimit(t *testing.T) {
	gate := make(chan struct{})
	withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
	p := open[int](t, 4, WithParking(ParkThread), WithConcurrency(1))
	w := park(t, p, 3)
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	require.NoError(t, p.Close())
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	_, err = p.Get(0)
	require.Equal(t, ErrClosed, err)
	close(gate)
	rig.Took(t, 0, w[2])
	for _, get := range w[:2] {
		_, err = rig.Await(t, get)
		require.Equal(t, ErrClosed, err)
	}
}

// lateParker lets its deadline pass, and has a packet posted before it says so.
type lateParker struct {
	waiter.Parker
	post func()
}

func (l *lateParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	ok := l.Parker.Park(mu, deadline, done)
	if !ok {
		l.post()
	}
	return ok
}

// The post comes between the deadline and the waiter's leaving: the packet was
// handed to it, so it has a packet and no timeout.
func TestPostAtTheDeadline(t *testing.T) {
	var p *Port[int]
	posts := 0
	withParker(t, func() waiter.Parker {
		return &lateParker{newTimedDone(), func() {
			posts++
			require.NoError(t, p.Post(posts))
		}}
	})
	p = open[int](t, 2, WithParking(ParkThread))
	for want := 1; want <= 100; want++ {
		v, err := p.Get(time.Microsecond)
		require.NoError(t, err)
		require.Equal(t, want, v)
		require.Zero(t, p.Len())
	}
	require.Zero(t, p.Stats().Timeouts)
	require.Zero(t, p.Stats().Waiting)
}

// cancelFirstParker sees the end of its context before anything else, and the token
// only when asked again.
type cancelFirstParker struct{ waiter.Parker }

func (c *cancelFirstParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if done != nil {
		mu.Unlock()
		<-done
		return false
	}
	return c.Parker.Park(mu, deadline, done)
}

func TestContextHandedOverWinsAtTheLatest(t *testing.T) {
	p := open[int](t, 2)
	p.takers.Init((*packets[int])(p), waiter.NewestFirst, 1, ParkGoroutine, waiter.Parkers{
		Done: func() (waiter.Parker, bool) { return &cancelFirstParker{newTimedDone()}, true },
	})
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		get := rig.Async(func() (int, error) { return p.GetContext(ctx) })
		parked(t, p, 1)
		require.NoError(t, p.Post(i))
		require.Zero(t, p.Len())
		cancel()
		rig.Took(t, i, get)
	}
}

// heldParker runs no further after its token until the gate lets it.
type heldParker struct {
	waiter.Parker
	gate chan struct{}
}

func (g *heldParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	woken := g.Parker.Park(mu, deadline, done)
	if woken {
		<-g.gate
	}
	return woken
}

func holding(gate chan struct{}) waiter.Parkers {
	return waiter.Parkers{Goroutine: func() waiter.Parker { return &heldParker{newTimedDone(), gate} }}
}

// Takers and posters wait at once where the limit of hand-offs is reached.
func TestInterruptEndsBothSides(t *testing.T) {
	p, gate := open[int](t, 2), make(chan struct{})
	p.takers.Init((*packets[int])(p), waiter.NewestFirst, 1, ParkGoroutine, holding(gate))
	var gets []<-chan rig.Result[int]
	for i := range 2 {
		gets = append(gets, rig.Async(func() (int, error) { return p.Get(Infinite) }))
		rig.Eventually(t, "a taker waits", func() bool { return p.Stats().Waiting == i+1 })
	}
	fill(t, p, 3) // one is handed over, and two are in the queue
	post := rig.AsyncErr(func() error { return p.PostTimeout(3, Infinite) })
	rig.Eventually(t, "a poster waits", func() bool { return p.Stats().WaitingPosters == 1 })
	require.Equal(t, 2, p.Interrupt())
	_, err := rig.Await(t, post)
	require.Equal(t, ErrInterrupted, err)
	close(gate)
	_, err = rig.Await(t, gets[0])
	require.Equal(t, ErrInterrupted, err)
	rig.Took(t, 0, gets[1])
	drain(t, p, 1, 3)
}

// A poster whose time is up behind others, which have been served and do not run, finds that
// there is room: for one that has waited longer, and then for itself.
func TestLastLookOfAPoster(t *testing.T) {
	const others = waiter.Moved
	p, gate := open[int](t, 16), make(chan struct{})
	p.posts.Init((*room[int])(p), waiter.OldestFirst, others, ParkGoroutine, holding(gate))
	fill(t, p, 16)
	var posters []<-chan rig.Result[struct{}]
	for i := range others + 2 {
		timeout := Infinite
		if i == others+1 {
			timeout = 50 * time.Millisecond
		}
		posters = append(posters, rig.AsyncErr(func() error { return p.PostTimeout(16+i, timeout) }))
		rig.Eventually(t, "a poster waits", func() bool { return p.Stats().WaitingPosters == i+1 })
	}
	dst := make([]int, 16)
	n, err := p.GetBatch(dst, 0)
	require.NoError(t, err)
	require.Equal(t, 16, n)
	require.Equal(t, 2, p.Stats().WaitingPosters)
	rig.Eventually(t, "its time is up", func() bool { return p.Stats().WaitingPosters == 0 })
	close(gate)
	for _, post := range posters {
		_, err := rig.Await(t, post)
		require.NoError(t, err)
	}
	drain(t, p, 16, 16+others+2)
}

// A poster that waits for room is told of the places that hand-offs free, when
// every packet of a full port leaves by a hand-off and nobody takes for himself.
func TestHandOffsMakeRoom(t *testing.T) {
	gate := make(chan struct{})
	withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
	p := open[int](t, 2, WithParking(ParkThread), WithConcurrency(1))
	w := park(t, p, 3)
	for i := range 3 { // one is handed over, two fill the port
		require.NoError(t, p.Post(i))
	}
	post := rig.AsyncErr(func() error { return p.PostTimeout(3, Infinite) })
	parkedPosters(t, p, 1)
	close(gate) // the three waiters pass the packets on
	for i := range w {
		rig.Took(t, i, w[2-i])
	}
	_, err := rig.Await(t, post)
	require.NoError(t, err)
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 3, v)
}
