package pool_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/examples/pool"
)

func explode() { panic(errTest) }

// contained requires a panic of explode.
func contained(t *testing.T, err error) {
	t.Helper()
	var got *pool.PanicError
	require.ErrorAs(t, err, &got)
	require.Equal(t, errTest, got.Value)
	require.Contains(t, string(got.Stack), "pool_test.explode(")
	require.ErrorIs(t, err, errTest)
	require.Contains(t, err.Error(), "pool: function panicked: test\n\ngoroutine ")
	require.Contains(t, err.Error(), "pool_test.explode(")
}

func TestPanicIsReported(t *testing.T) {
	for _, name := range []string{"Go", "TryGo", "GoContext"} {
		inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
			var got []*pool.PanicError
			p.OnPanic = func(err *pool.PanicError) { got = append(got, err) }
			worker := goroutine(t, p)
			require.NoError(t, ways[name](p, explode))
			synctest.Wait()
			require.Len(t, got, 1)
			contained(t, got[0])
			require.Equal(t, worker, goroutine(t, p), "the worker goes on")
		})
	}
	require.NoError(t, (&pool.PanicError{Value: 7}).Unwrap())
}

func TestPanicIsLogged(t *testing.T) {
	var said bytes.Buffer
	log.SetOutput(&said)
	defer log.SetOutput(os.Stderr)
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		require.NoError(t, p.Go(explode))
		require.NoError(t, p.Go(nothing))
	})
	require.Contains(t, said.String(), "pool: function panicked: test\n\n")
	require.Contains(t, said.String(), "pool_test.explode(")
}

// goroutine names the goroutine that calls the next function.
func goroutine(t *testing.T, p *pool.Pool) (name string) {
	t.Helper()
	require.NoError(t, p.Go(func() {
		buf := make([]byte, 64)
		fmt.Sscanf(string(buf[:runtime.Stack(buf, false)]), "goroutine %s", &name)
	}))
	synctest.Wait()
	return name
}

func TestGoexitCostsNoWorker(t *testing.T) {
	for name, give := range ways {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 2, 8, func(t *testing.T, p *pool.Pool) {
				p.OnPanic = func(err *pool.PanicError) { t.Error(err) }
				for range 5 {
					require.NoError(t, give(p, runtime.Goexit))
				}
				synctest.Wait()
				require.Equal(t, 2, p.Workers())
				occupy(t, p, 2)()
				require.NoError(t, give(p, runtime.Goexit)) // and the pool ends
			})
		})
	}
}

func TestFuture(t *testing.T) {
	inBubble(t, 1, 8, func(t *testing.T, p *pool.Pool) {
		p.OnPanic = func(err *pool.PanicError) { t.Error(err) }
		submit := func(f func() (int, error)) *pool.Future[int] {
			r, err := pool.Submit(t.Context(), p, f)
			require.NoError(t, err)
			return r
		}
		release := occupy(t, p, 1)
		fine := submit(func() (int, error) { return 7, nil })
		both := submit(func() (int, error) { return 8, errTest })
		panics := submit(func() (int, error) { explode(); return 9, nil })
		exits := submit(func() (int, error) { runtime.Goexit(); return 9, nil })

		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errTest)
		defer cancel()
		start := time.Now()
		v, err := fine.Wait(ctx)
		require.Equal(t, errTest, err)
		require.Zero(t, v)
		require.Equal(t, time.Second, time.Since(start))
		select {
		case <-fine.Done():
			t.Error("done before its call")
		default:
		}

		release()
		<-fine.Done()
		for range 2 {
			v, err = fine.Wait(ctx) // the end wins over a context
			require.Equal(t, 7, v)
			require.NoError(t, err)
		}
		v, err = both.Wait(t.Context())
		require.Equal(t, 8, v)
		require.Equal(t, errTest, err)
		_, err = panics.Wait(t.Context())
		contained(t, err)
		_, err = exits.Wait(t.Context())
		require.Equal(t, pool.ErrGoexit, err)
	})
}

func TestGroup(t *testing.T) {
	inBubble(t, 4, 8, func(t *testing.T, p *pool.Pool) {
		var got [20]int
		g, ctx := p.Group(t.Context())
		for i := range got {
			g.Go(func() error {
				got[i] = i * i
				return nil
			})
		}
		require.NoError(t, g.Wait())
		for i := range got {
			require.Equal(t, i*i, got[i])
		}
		require.Equal(t, context.Canceled, ctx.Err(), "the context ends with the group")

		g, _ = p.Group(t.Context())
		require.NoError(t, g.Wait(), "an empty group")
	})
}

func TestGroupWaitsForAll(t *testing.T) {
	inBubble(t, 2, 8, func(t *testing.T, p *pool.Pool) {
		g, ctx := p.Group(t.Context())
		gate := make(chan struct{})
		ended := false
		g.Go(func() error { return errTest })
		g.Go(func() error {
			<-ctx.Done()
			<-gate
			ended = true
			return errors.New("second")
		})
		synctest.Wait()
		require.Equal(t, errTest, context.Cause(ctx), "the first error ends the context")
		g.Go(func() error { t.Error("called, though refused"); return nil })
		wait := begun(g.Wait)
		require.Empty(t, wait)
		close(gate)
		require.Equal(t, errTest, <-wait)
		require.True(t, ended)
	})
}

// A wait for room ends with the group's context, and Wait tells.
func TestGroupAtAFullPool(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		defer occupy(t, p, 1)()
		require.NoError(t, p.Go(nothing))
		require.NoError(t, p.Go(nothing))
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errTest)
		defer cancel()
		g, _ := p.Group(ctx)
		g.Go(func() error { t.Error("called, though refused"); return nil })
		require.Equal(t, errTest, g.Wait())
	})
}

func TestGroupsAreApart(t *testing.T) {
	inBubble(t, 2, 8, func(t *testing.T, p *pool.Pool) {
		p.OnPanic = func(err *pool.PanicError) { t.Error(err) }
		bad, _ := p.Group(t.Context())
		exits, _ := p.Group(t.Context())
		good, ctx := p.Group(t.Context())
		bad.Go(func() error { explode(); return nil })
		exits.Go(func() error { runtime.Goexit(); return nil })
		good.Go(func() error { return nil })
		contained(t, bad.Wait())
		require.Equal(t, pool.ErrGoexit, exits.Wait())
		require.NoError(t, ctx.Err())
		require.NoError(t, good.Wait())
		require.Equal(t, 2, p.Workers())
	})
}

func TestGroupOfAClosedPool(t *testing.T) {
	inBubble(t, 1, 2, func(t *testing.T, p *pool.Pool) {
		p.Close()
		g, _ := p.Group(t.Context())
		g.Go(func() error { return nil })
		require.Equal(t, pool.ErrClosed, g.Wait())
	})
}
