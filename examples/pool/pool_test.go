package pool_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/examples/pool"
)

var errTest = errors.New("test")

// inBubble runs test with a pool, in a bubble of testing/synctest, and then closes the pool.
// All workers must leave: the bubble fails if a goroutine is left.
func inBubble(t *testing.T, workers, queue int, test func(t *testing.T, p *pool.Pool)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, err := pool.New(workers, queue)
		require.NoError(t, err)
		defer func() {
			p.Close()
			synctest.Wait()
			require.Zero(t, p.Workers())
			require.NoError(t, p.Wait(t.Context()))
		}()
		test(t, p)
	})
}

// occupy gives n workers of p a function each that waits for release, and returns when they
// wait.
func occupy(t *testing.T, p *pool.Pool, n int) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	var waiting atomic.Int32
	for range n {
		require.NoError(t, p.Go(func() {
			waiting.Add(1)
			<-gate
		}))
	}
	synctest.Wait()
	require.EqualValues(t, n, waiting.Load(), "functions that run at once")
	return sync.OnceFunc(func() { close(gate) })
}

// begun starts f and returns when f has ended or waits.
func begun(f func() error) (result chan error) {
	result = make(chan error, 1)
	go func() { result <- f() }()
	synctest.Wait()
	return result
}

func nothing() {}

// ways are the calls that give a function to a pool.
var ways = map[string]func(p *pool.Pool, f func()) error{
	"Go":        (*pool.Pool).Go,
	"TryGo":     (*pool.Pool).TryGo,
	"GoContext": func(p *pool.Pool, f func()) error { return p.GoContext(context.Background(), f) },
	"Submit": func(p *pool.Pool, f func()) error {
		_, err := pool.Submit(context.Background(), p, func() (int, error) { f(); return 0, nil })
		return err
	},
	"Group": func(p *pool.Pool, f func()) error {
		g, ctx := p.Group(context.Background())
		g.Go(func() error { f(); return nil })
		return context.Cause(ctx)
	},
}

func TestCallsEachOnceInOrder(t *testing.T) {
	for name, give := range ways {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, 16, func(t *testing.T, p *pool.Pool) {
				var got []int
				for i := range 10 {
					require.NoError(t, give(p, func() { got = append(got, i) }))
				}
				p.Close()
				require.NoError(t, p.Wait(t.Context()))
				require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, got)
			})
		})
	}
}

func TestSizes(t *testing.T) {
	for _, n := range []int{0, -1} {
		_, err := pool.New(n, 8)
		require.ErrorContains(t, err, "workers, not 1 or more")
		_, err = pool.New(1, n)
		require.ErrorContains(t, err, "pool: queue: iocp: capacity is")
		require.ErrorIs(t, err, iocp.ErrInvalidParameter)
	}
	_, err := pool.New(1, 1<<30+1)
	require.ErrorIs(t, err, iocp.ErrInvalidParameter)

	inBubble(t, 3, 1, func(t *testing.T, p *pool.Pool) {
		require.ErrorContains(t, p.Resize(0), "0 workers, not 1 or more")
		require.ErrorContains(t, p.Resize(-2), "-2 workers")
		require.Equal(t, 3, p.Workers())
		defer occupy(t, p, 3)()
		require.NoError(t, p.TryGo(nothing))
		require.NoError(t, p.TryGo(nothing), "2 places at least")
		require.Equal(t, pool.ErrFull, p.TryGo(nothing))
	})
}

func TestRefusesNil(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		require.Equal(t, pool.ErrNilFunc, p.Go(nil))
		require.Equal(t, pool.ErrNilFunc, p.TryGo(nil))
		require.Equal(t, pool.ErrNilFunc, p.GoContext(t.Context(), nil))
		_, err := pool.Submit[int](t.Context(), p, nil)
		require.Equal(t, pool.ErrNilFunc, err)
		g, _ := p.Group(t.Context())
		g.Go(nil)
		require.Equal(t, pool.ErrNilFunc, g.Wait())

		var none context.Context
		require.ErrorIs(t, p.GoContext(none, nothing), iocp.ErrInvalidParameter)
	})
}

// A full pool: TryGo says so, the others wait for room, and what is refused is not called.
func TestFull(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		release := occupy(t, p, 1)
		defer release()
		require.NoError(t, p.TryGo(nothing))
		require.NoError(t, p.TryGo(nothing))

		late := func() { t.Error("called, though refused") }
		err := p.TryGo(late)
		require.Equal(t, pool.ErrFull, err)
		require.ErrorIs(t, err, iocp.ErrFull)
		require.EqualError(t, err, "pool: no room for another function: iocp: port is full")

		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, errTest)
		defer cancel()
		start := time.Now()
		require.Equal(t, errTest, p.GoContext(ctx, late))
		require.Equal(t, time.Hour, time.Since(start))

		var got []int
		first := begun(func() error { return p.Go(func() { got = append(got, 1) }) })
		second := begun(func() error { return p.GoContext(t.Context(), func() { got = append(got, 2) }) })
		require.Empty(t, first, "Go waits")
		require.Empty(t, second, "GoContext waits")
		release()
		require.NoError(t, <-first)
		require.NoError(t, <-second)
		synctest.Wait()
		require.Equal(t, []int{1, 2}, got)
	})
}

func TestContextIsDoneBefore(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errTest)
		called := func() { t.Error("called, though refused") }
		require.Equal(t, errTest, p.GoContext(ctx, called))
		_, err := pool.Submit(ctx, p, func() (int, error) { called(); return 0, nil })
		require.Equal(t, errTest, err)
		g, _ := p.Group(ctx)
		g.Go(func() error { called(); return nil })
		require.Equal(t, errTest, g.Wait())

		other, cancel := context.WithCancelCause(t.Context())
		cancel(iocp.ErrClosed)
		require.NotErrorIs(t, p.GoContext(other, called), pool.ErrClosed, "another port is closed, the pool is not")
	})
}

// What is accepted does not depend on the context any more.
func TestContextIsDoneAfter(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		release := occupy(t, p, 1)
		ctx, cancel := context.WithCancel(t.Context())
		called := false
		require.NoError(t, p.GoContext(ctx, func() { called = true }))
		cancel()
		release()
		synctest.Wait()
		require.True(t, called)
	})
}

func TestClose(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		release := occupy(t, p, 1)
		calls := 0
		require.NoError(t, p.Go(func() { calls++ }))
		require.NoError(t, p.Go(func() { calls++ }))
		late := func() { t.Error("called, though refused") }
		waits := begun(func() error { return p.Go(late) })
		require.Empty(t, waits)

		require.NoError(t, p.Close())
		require.Equal(t, pool.ErrClosed, <-waits)
		require.Equal(t, pool.ErrClosed, p.Close())
		require.Equal(t, pool.ErrClosed, p.Resize(2))
		for name, give := range ways {
			err := give(p, late)
			require.Equal(t, pool.ErrClosed, err, name)
			require.ErrorIs(t, err, iocp.ErrClosed)
		}

		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errTest)
		defer cancel()
		start := time.Now()
		require.Equal(t, errTest, p.Wait(ctx))
		require.Equal(t, time.Minute, time.Since(start))
		require.Zero(t, calls)

		release()
		require.NoError(t, p.Wait(t.Context()))
		require.Equal(t, 2, calls)
		require.Zero(t, p.Workers())
		require.NoError(t, p.Wait(ctx), "the end wins over a context")
		require.Equal(t, pool.ErrClosed, p.Resize(2))
		require.Zero(t, p.Workers())
	})
}

// Wait does not close.
func TestWaitForClose(t *testing.T) {
	inBubble(t, 2, 2, func(t *testing.T, p *pool.Pool) {
		waits := begun(func() error { return p.Wait(context.Background()) })
		require.Empty(t, waits)
		require.NoError(t, p.Go(nothing))
		p.Close()
		require.NoError(t, <-waits)
	})
}
