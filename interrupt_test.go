package iocp

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

func TestInterruptEndsTheParked(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		require.Zero(t, p.Interrupt(), "nobody waits")
		_, err := p.Get(time.Microsecond)
		require.Equal(t, ErrTimeout, err, "and nobody is affected later")

		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i, get := range []func() error{
			func() error { _, err := p.Get(Infinite); return err },
			func() error { _, err := p.Get(time.Hour); return err },
			func() error { _, err := p.GetContext(ctx); return err },
			func() error { n, err := p.GetBatch(make([]int, 2), Infinite); return requireZero(n, err) },
			func() error { n, err := p.GetBatchContext(ctx, make([]int, 2)); return requireZero(n, err) },
			func() error {
				for range p.All(ctx) {
					return errTest
				}
				return ErrInterrupted
			},
		} {
			call := asyncErr(get)
			parked(t, p, 1)
			require.Equal(t, 1, p.Interrupt(), "call %d", i)
			_, err := await(t, call)
			require.Equal(t, ErrInterrupted, err, "call %d", i)
		}

		gets := park(t, p, 3)
		require.Equal(t, 3, p.Interrupt())
		require.Zero(t, p.Interrupt())
		for _, get := range gets {
			_, err := await(t, get)
			require.Equal(t, ErrInterrupted, err)
		}
		get := park(t, p, 1)[0] // a later call
		require.NoError(t, p.Post(1))
		require.Zero(t, p.Interrupt(), "what was handed over is no wait any more")
		took(t, 1, get)
	})
}

func requireZero(n int, err error) error {
	if n != 0 {
		return errTest
	}
	return err
}

func TestInterruptTakesNoPacket(t *testing.T) {
	p := open[int](t, 2)
	require.NoError(t, p.Post(1))
	require.NoError(t, p.Post(2))
	posts := []<-chan result[struct{}]{
		asyncErr(func() error { return p.PostTimeout(3, Infinite) }),
		asyncErr(func() error { return p.PostTimeout(3, time.Hour) }),
		asyncErr(func() error { return p.PostContext(t.Context(), 3) }),
	}
	parkedPosters(t, p, 3)
	require.Equal(t, 3, p.Interrupt())
	for _, post := range posts {
		_, err := await(t, post)
		require.Equal(t, ErrInterrupted, err)
	}
	require.Equal(t, 2, p.Len())
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

func TestContextEndsTheWait(t *testing.T) {
	p := open[int](t, 2)
	for _, get := range []func(ctx context.Context) (int, error){
		p.GetContext,
		func(ctx context.Context) (int, error) { return p.GetBatchContext(ctx, make([]int, 2)) },
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		call := async(func() (int, error) { return get(ctx) })
		parked(t, p, 1)
		cancel(errTest)
		v, err := await(t, call)
		require.Equal(t, errTest, err, "the cause")
		require.Zero(t, v)

		ctx, stop := context.WithCancel(context.Background())
		call = async(func() (int, error) { return get(ctx) })
		parked(t, p, 1)
		stop()
		_, err = await(t, call)
		require.Equal(t, context.Canceled, err)

		start := time.Now()
		ctx, stop = context.WithTimeout(context.Background(), 2*time.Millisecond)
		_, err = get(ctx)
		require.GreaterOrEqual(t, time.Since(start), 2*time.Millisecond)
		require.Equal(t, context.DeadlineExceeded, err)
		stop()
	}
	require.Zero(t, p.Stats().Waiting)
}

func TestContextDoneBeforeTheCallTakesNothing(t *testing.T) {
	p := open[int](t, 2)
	require.NoError(t, p.Post(1))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	_, err := p.GetContext(ctx)
	require.Equal(t, errTest, err)
	dst := []int{-1}
	n, err := p.GetBatchContext(ctx, dst)
	require.Equal(t, errTest, err)
	require.Zero(t, n)
	require.Equal(t, []int{-1}, dst)
	for range p.All(ctx) {
		t.Error("a packet was taken")
	}
	require.Equal(t, 1, p.Len())
}

// Post, then cancel: the packet had been handed over when Post returned, however
// the sleeper learns of it.
func TestContextHandedOverWins(t *testing.T) {
	p := open[int](t, 2)
	for i := range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		get := async(func() (int, error) { return p.GetContext(ctx) })
		parked(t, p, 1)
		require.NoError(t, p.Post(i))
		cancel()
		took(t, i, get)
	}
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
		get := async(func() (int, error) { return p.GetContext(ctx) })
		parked(t, p, 1)
		require.NoError(t, p.Post(i))
		require.Zero(t, p.Len())
		cancel()
		took(t, i, get)
	}
}

// A waiter that is canceled leaves the stack: the next post goes to the next one.
func TestCanceledLeavesTheStack(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		older := park(t, p, 1)[0]
		ctx, cancel := context.WithCancel(t.Context())
		newer := async(func() (int, error) { return p.GetContext(ctx) })
		parked(t, p, 2)
		cancel()
		_, err := await(t, newer)
		require.Equal(t, context.Canceled, err)
		_, err = p.Get(10 * time.Microsecond) // the newest, until it times out
		require.Equal(t, ErrTimeout, err)
		parked(t, p, 1)
		require.NoError(t, p.Post(1))
		took(t, 1, older)
	})
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
	var gets []<-chan result[int]
	for i := range 2 {
		gets = append(gets, async(func() (int, error) { return p.Get(Infinite) }))
		eventually(t, "a taker waits", func() bool { return p.Stats().Waiting == i+1 })
	}
	fill(t, p, 3) // one is handed over, and two are in the queue
	post := asyncErr(func() error { return p.PostTimeout(3, Infinite) })
	eventually(t, "a poster waits", func() bool { return p.Stats().WaitingPosters == 1 })
	require.Equal(t, 2, p.Interrupt())
	_, err := await(t, post)
	require.Equal(t, ErrInterrupted, err)
	close(gate)
	_, err = await(t, gets[0])
	require.Equal(t, ErrInterrupted, err)
	took(t, 0, gets[1])
	drain(t, p, 1, 3)
}

func TestInterruptOfMany(t *testing.T) {
	p := open[int](t, 2)
	gets := park(t, p, 300)
	require.Equal(t, 300, p.Interrupt())
	for _, get := range gets {
		_, err := await(t, get)
		require.Equal(t, ErrInterrupted, err)
	}
	require.Zero(t, p.Stats().Waiting)
}

// What ended with its context is neither a wake nor a timeout.
func TestStatsOfCanceled(t *testing.T) {
	p := open[int](t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	get := async(func() (int, error) { return p.GetContext(ctx) })
	parked(t, p, 1)
	cancel()
	_, err := await(t, get)
	require.Equal(t, context.Canceled, err)
	require.Equal(t, Stats{Parks: 1, Cap: 2}, p.Stats())
}
