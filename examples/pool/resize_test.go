package pool_test

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/examples/pool"
)

func TestResizeUp(t *testing.T) {
	inBubble(t, 1, 64, func(t *testing.T, p *pool.Pool) {
		require.NoError(t, p.Resize(50))
		require.Equal(t, 50, p.Workers())
		release := occupy(t, p, 50) // 50 at once
		more := 0
		require.NoError(t, p.Go(func() { more++ }))
		synctest.Wait()
		require.Zero(t, more, "not 51 at once")
		require.NoError(t, p.Resize(51))
		synctest.Wait()
		require.Equal(t, 1, more, "a new worker takes what waits")
		release()
	})
}

// Workers that sleep leave, and those that stay work on.
func TestResizeDownAsleep(t *testing.T) {
	inBubble(t, 300, 2, func(t *testing.T, p *pool.Pool) {
		synctest.Wait()
		for _, n := range []int{299, 100, 3, 1} {
			require.NoError(t, p.Resize(n))
			synctest.Wait()
			require.Equal(t, n, p.Workers())
		}
		called := false
		require.NoError(t, p.Go(func() { called = true }))
		synctest.Wait()
		require.True(t, called)
		require.NoError(t, p.Resize(7))
		occupy(t, p, 7)()
	})
}

// Workers at work finish their functions, and then leave, though the queue is full, and though
// others sleep.
func TestResizeDownAtWork(t *testing.T) {
	inBubble(t, 4, 2, func(t *testing.T, p *pool.Pool) {
		release := occupy(t, p, 4)
		calls := 0
		require.NoError(t, p.Go(func() { calls++ }))
		require.NoError(t, p.Go(func() { calls++ }))
		require.NoError(t, p.Resize(1))
		synctest.Wait()
		require.Equal(t, 4, p.Workers(), "a function that runs is not stopped")
		require.Equal(t, pool.ErrFull, p.TryGo(nothing))
		release()
		synctest.Wait()
		require.Equal(t, 1, p.Workers())
		require.Equal(t, 2, calls)

		require.NoError(t, p.Resize(4))
		synctest.Wait()
		require.NoError(t, p.Resize(1))
		synctest.Wait()
		require.Equal(t, 1, p.Workers(), "and again, as they sleep")
	})
}

// While workers leave, one place in the queue is taken for that at most.
func TestResizeDownLeavesRoom(t *testing.T) {
	inBubble(t, 4, 8, func(t *testing.T, p *pool.Pool) {
		defer occupy(t, p, 1)()
		release := occupy(t, p, 3)
		require.NoError(t, p.Resize(1))
		release()
		synctest.Wait()
		require.Equal(t, 1, p.Workers())
		for range 7 {
			require.NoError(t, p.TryGo(nothing))
		}
	})
}

// A Resize that another takes back costs and leaves nothing.
func TestResizeDownAndUp(t *testing.T) {
	inBubble(t, 8, 2, func(t *testing.T, p *pool.Pool) {
		for range 100 {
			require.NoError(t, p.Resize(1))
			require.NoError(t, p.Resize(8))
		}
		synctest.Wait()
		require.Equal(t, 8, p.Workers())
		release := occupy(t, p, 8)
		require.NoError(t, p.TryGo(nothing))
		require.NoError(t, p.TryGo(nothing))
		release()
	})
}

// A worker that a function ended is replaced, and the one in its place leaves if there are too
// many.
func TestResizeDownBesideGoexit(t *testing.T) {
	inBubble(t, 4, 2, func(t *testing.T, p *pool.Pool) {
		gate := make(chan struct{})
		for range 4 {
			require.NoError(t, p.Go(func() { <-gate; runtime.Goexit() }))
		}
		synctest.Wait()
		require.NoError(t, p.TryGo(runtime.Goexit))
		require.NoError(t, p.TryGo(runtime.Goexit))
		require.NoError(t, p.Resize(1)) // the queue is full
		close(gate)
		synctest.Wait()
		require.Equal(t, 1, p.Workers())
		called := false
		require.NoError(t, p.Go(func() { called = true }))
		synctest.Wait()
		require.True(t, called)
	})
}

func TestResizeBesideClose(t *testing.T) {
	for range 200 {
		inBubble(t, 3, 4, func(t *testing.T, p *pool.Pool) {
			var calls sync.WaitGroup
			calls.Go(func() { p.Resize(20) })
			calls.Go(func() { p.Resize(1) })
			calls.Go(func() { p.Close() })
			calls.Wait()
		})
	}
}
