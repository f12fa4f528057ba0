package order

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// Random operations of one goroutine beside a slice that does the same.
func TestFIFO(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 13))
		p := ports.Open[int](t, 1<<(1+seed%5))
		var model []int
		next := 0
		for range 2000 {
			room := p.Cap() - len(model)
			switch rnd.IntN(4) {
			case 0:
				err := p.Post(next)
				if room == 0 {
					require.Equal(t, iocp.ErrFull, err)
					break
				}
				require.NoError(t, err)
				model = append(model, next)
				next++
			case 1:
				vs := make([]int, rnd.IntN(7))
				for i := range vs {
					vs[i] = next + i
				}
				n, err := p.PostBatch(vs)
				require.Equal(t, min(room, len(vs)), n, "seed %d", seed)
				require.Equal(t, n < len(vs), err == iocp.ErrFull)
				model = append(model, vs[:n]...)
				next += n
			case 2:
				v, err := p.Get(0)
				if len(model) == 0 {
					require.Equal(t, iocp.ErrTimeout, err)
					break
				}
				require.NoError(t, err)
				require.Equal(t, model[0], v, "seed %d", seed)
				model = model[1:]
			case 3:
				dst := make([]int, 1+rnd.IntN(7))
				n, err := p.GetBatch(dst, 0)
				require.Equal(t, min(len(model), len(dst)), n)
				require.Equal(t, n == 0, err == iocp.ErrTimeout)
				require.True(t, slices.Equal(model[:n], dst[:n]), "seed %d", seed)
				model = model[n:]
			}
			require.Equal(t, len(model), p.Len())
		}
	}
}

// Two handlers run at the same time, even where one hand-off may be in flight:
// each waits for the other here.
func TestHandlersOverlap(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode, iocp.WithConcurrency(1))
		var both sync.WaitGroup
		both.Add(2)
		handler := func() (int, error) {
			v, err := p.Get(iocp.Infinite)
			both.Done()
			both.Wait()
			return v, err
		}
		a, b := rig.Async(handler), rig.Async(handler)
		ports.Parked(t, p, 2)
		require.NoError(t, p.Post(1))
		require.NoError(t, p.Post(1))
		rig.Took(t, 1, a)
		rig.Took(t, 1, b)
	})
}

// What was posted to a parked waiter is its own when Post returns: the poster,
// quick as it is, finds nothing.
func TestPostHandsOver(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		posts := []func(int) error{
			p.Post,
			func(v int) error { return p.PostTimeout(v, 0) },
			func(v int) error { return p.PostContext(t.Context(), v) },
			func(v int) error { _, err := p.PostBatch([]int{v}); return err },
		}
		for i := range 200 {
			get := ports.Park(t, p, 1)[0]
			require.NoError(t, posts[i%len(posts)](i))
			_, err := p.Get(0)
			require.Equal(t, iocp.ErrTimeout, err)
			require.Zero(t, p.Len())
			rig.Took(t, i, get)
		}
		require.Equal(t, uint64(200), p.Stats().HandOffs)
	})
}

func TestNewestWaiterFirst(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode)
		for range 20 {
			w := ports.Park(t, p, 4)
			for i := range 4 {
				require.NoError(t, p.Post(i))
			}
			for i := range 4 {
				rig.Took(t, i, w[3-i])
			}
		}
	})
}

// Get, GetBatch, GetContext and All share one stack.
func TestOneStackForAllCalls(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode)
		batch := func(f func(dst []int) (int, error)) func() (int, error) {
			return func() (int, error) {
				dst := make([]int, 1)
				_, err := f(dst)
				return dst[0], err
			}
		}
		kinds := []func() (int, error){
			func() (int, error) { return p.Get(iocp.Infinite) },
			batch(func(dst []int) (int, error) { return p.GetBatch(dst, iocp.Infinite) }),
			func() (int, error) { return p.GetContext(t.Context()) },
			batch(func(dst []int) (int, error) { return p.GetBatchContext(t.Context(), dst) }),
			func() (int, error) {
				for v := range p.All(t.Context()) {
					return v, nil
				}
				return 0, iocp.ErrClosed
			},
			func() (int, error) { return p.Get(time.Hour) },
		}
		var w []<-chan rig.Result[int]
		for i, kind := range append(kinds, kinds...) {
			w = append(w, rig.Async(kind))
			ports.Parked(t, p, i+1)
		}
		for i := len(w) - 1; i >= 0; i-- {
			require.NoError(t, p.Post(i))
			rig.Took(t, i, w[i])
		}
	})
}

// Two that wait in a loop and posts far between: the one that ran last is the
// newest again, and serves them all.
func TestHotWaiterServesAll(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		served := make(chan int, 1)
		var wg sync.WaitGroup
		for id := range 2 {
			wg.Go(func() {
				for {
					if _, err := p.Get(iocp.Infinite); err != nil {
						return
					}
					served <- id
				}
			})
			ports.Parked(t, p, id+1)
		}
		for i := range 100 {
			require.NoError(t, p.Post(i))
			require.Equal(t, 1, <-served)
			ports.Parked(t, p, 2)
		}
		require.NoError(t, p.Close())
		wg.Wait()
	})
}

func TestNewestWaiterOldestPacket(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		for _, burst := range []func(p *iocp.Port[int]) error{
			func(p *iocp.Port[int]) error {
				for v := 3; v <= 5; v++ {
					if err := p.Post(v); err != nil {
						return err
					}
				}
				return nil
			},
			func(p *iocp.Port[int]) error { _, err := p.PostBatch([]int{3, 4, 5}); return err },
		} {
			p := ports.Open[int](t, 8, mode)
			w := ports.Park(t, p, 2) // w1, then w0
			require.NoError(t, burst(p))
			rig.Took(t, 3, w[1])
			rig.Took(t, 4, w[0])
			v, err := p.Get(0)
			require.NoError(t, err)
			require.Equal(t, 5, v)
			require.Zero(t, p.Len())
		}
	})
}

func TestOnePostWakesOne(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		const n = 6
		p := ports.Open[int](t, 8, mode)
		w := ports.Park(t, p, n)
		for i := n - 1; i >= 0; i-- {
			require.NoError(t, p.Post(i))
			rig.Took(t, i, w[i])
			ports.Parked(t, p, i)
			require.Equal(t, uint64(n-i), p.Stats().Wakes)
		}
		for range 20 { // N posts, N waiters
			w = ports.Park(t, p, n)
			seen := map[int]bool{}
			for i := range n {
				require.NoError(t, p.Post(i))
			}
			for _, get := range w {
				v, err := rig.Await(t, get)
				require.NoError(t, err)
				seen[v] = true
			}
			require.Len(t, seen, n)
			require.Zero(t, p.Stats().Waiting)
		}
	})
}
