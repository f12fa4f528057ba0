package waits

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestInterruptEndsTheParked(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		require.Zero(t, p.Interrupt(), "nobody waits")
		_, err := p.Get(time.Microsecond)
		require.Equal(t, iocp.ErrTimeout, err, "and nobody is affected later")

		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i, get := range []func() error{
			func() error { _, err := p.Get(iocp.Infinite); return err },
			func() error { _, err := p.Get(time.Hour); return err },
			func() error { _, err := p.GetContext(ctx); return err },
			func() error { n, err := p.GetBatch(make([]int, 2), iocp.Infinite); return requireZero(n, err) },
			func() error { n, err := p.GetBatchContext(ctx, make([]int, 2)); return requireZero(n, err) },
			func() error {
				for range p.All(ctx) {
					return rig.ErrTest
				}
				return iocp.ErrInterrupted
			},
		} {
			call := rig.AsyncErr(get)
			ports.Parked(t, p, 1)
			require.Equal(t, 1, p.Interrupt(), "call %d", i)
			_, err := rig.Await(t, call)
			require.Equal(t, iocp.ErrInterrupted, err, "call %d", i)
		}

		gets := ports.Park(t, p, 3)
		require.Equal(t, 3, p.Interrupt())
		require.Zero(t, p.Interrupt())
		for _, get := range gets {
			_, err := rig.Await(t, get)
			require.Equal(t, iocp.ErrInterrupted, err)
		}
		get := ports.Park(t, p, 1)[0] // a later call
		require.NoError(t, p.Post(1))
		require.Zero(t, p.Interrupt(), "what was handed over is no wait any more")
		rig.Took(t, 1, get)
	})
}

func requireZero(n int, err error) error {
	if n != 0 {
		return rig.ErrTest
	}
	return err
}

func TestInterruptTakesNoPacket(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(1))
	require.NoError(t, p.Post(2))
	posts := []<-chan rig.Result[struct{}]{
		rig.AsyncErr(func() error { return p.PostTimeout(3, iocp.Infinite) }),
		rig.AsyncErr(func() error { return p.PostTimeout(3, time.Hour) }),
		rig.AsyncErr(func() error { return p.PostContext(t.Context(), 3) }),
	}
	ports.ParkedPosters(t, p, 3)
	require.Equal(t, 3, p.Interrupt())
	for _, post := range posts {
		_, err := rig.Await(t, post)
		require.Equal(t, iocp.ErrInterrupted, err)
	}
	require.Equal(t, 2, p.Len())
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 1, v)
}

func TestContextEndsTheWait(t *testing.T) {
	p := ports.Open[int](t, 2)
	for _, get := range []func(ctx context.Context) (int, error){
		p.GetContext,
		func(ctx context.Context) (int, error) { return p.GetBatchContext(ctx, make([]int, 2)) },
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		call := rig.Async(func() (int, error) { return get(ctx) })
		ports.Parked(t, p, 1)
		cancel(rig.ErrTest)
		v, err := rig.Await(t, call)
		require.Equal(t, rig.ErrTest, err, "the cause")
		require.Zero(t, v)

		ctx, stop := context.WithCancel(context.Background())
		call = rig.Async(func() (int, error) { return get(ctx) })
		ports.Parked(t, p, 1)
		stop()
		_, err = rig.Await(t, call)
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
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(1))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(rig.ErrTest)
	_, err := p.GetContext(ctx)
	require.Equal(t, rig.ErrTest, err)
	dst := []int{-1}
	n, err := p.GetBatchContext(ctx, dst)
	require.Equal(t, rig.ErrTest, err)
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
	p := ports.Open[int](t, 2)
	for i := range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		get := rig.Async(func() (int, error) { return p.GetContext(ctx) })
		ports.Parked(t, p, 1)
		require.NoError(t, p.Post(i))
		cancel()
		rig.Took(t, i, get)
	}
}

// A waiter that is canceled leaves the stack: the next post goes to the next one.
func TestCanceledLeavesTheStack(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		older := ports.Park(t, p, 1)[0]
		ctx, cancel := context.WithCancel(t.Context())
		newer := rig.Async(func() (int, error) { return p.GetContext(ctx) })
		ports.Parked(t, p, 2)
		cancel()
		_, err := rig.Await(t, newer)
		require.Equal(t, context.Canceled, err)
		_, err = p.Get(10 * time.Microsecond) // the newest, until it times out
		require.Equal(t, iocp.ErrTimeout, err)
		ports.Parked(t, p, 1)
		require.NoError(t, p.Post(1))
		rig.Took(t, 1, older)
	})
}

func TestInterruptOfMany(t *testing.T) {
	p := ports.Open[int](t, 2)
	gets := ports.Park(t, p, 300)
	require.Equal(t, 300, p.Interrupt())
	for _, get := range gets {
		_, err := rig.Await(t, get)
		require.Equal(t, iocp.ErrInterrupted, err)
	}
	require.Zero(t, p.Stats().Waiting)
}

// What ended with its context is neither a wake nor a timeout.
func TestStatsOfCanceled(t *testing.T) {
	p := ports.Open[int](t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	get := rig.Async(func() (int, error) { return p.GetContext(ctx) })
	ports.Parked(t, p, 1)
	cancel()
	_, err := rig.Await(t, get)
	require.Equal(t, context.Canceled, err)
	require.Equal(t, iocp.Stats{Parks: 1, Cap: 2}, p.Stats())
}

// quit is a context that breaks its contract: its Done is closed, and its Err nil.
type quit struct {
	context.Context
	done chan struct{}
}

func (q quit) Done() <-chan struct{} { return q.done }

// A context whose Done is closed ends the wait with an error, whatever its Err says, and
// nothing is taken or lost.
func TestContextDoneWithoutErr(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		q := quit{context.Background(), make(chan struct{})}
		close(q.done)
		p := ports.Open[int](t, 2, mode)
		v, err := p.GetContext(q)
		require.Equal(t, context.Canceled, err)
		require.Zero(t, v)
		dst := []int{-1, -1}
		n, err := p.GetBatchContext(q, dst)
		require.Equal(t, context.Canceled, err)
		require.Zero(t, n)
		require.Equal(t, []int{-1, -1}, dst)
		for range p.All(q) {
			t.Error("a packet that nobody posted")
		}
		_, err = p.PostBatch([]int{1, 2})
		require.NoError(t, err)
		require.Equal(t, context.Canceled, p.PostContext(q, 3))
		n, err = p.GetBatch(dst, 0)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, dst[:n])
		require.Zero(t, p.Len())
		require.Zero(t, p.Stats().Waiting+p.Stats().WaitingPosters)
	})
}
