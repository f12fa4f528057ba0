package iocp

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

// Random operations of one goroutine beside a slice that does the same.
func TestFIFO(t *testing.T) {
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 13))
		p := open[int](t, 1<<(1+seed%5))
		var model []int
		next := 0
		for range 2000 {
			room := p.Cap() - len(model)
			switch rnd.IntN(4) {
			case 0:
				err := p.Post(next)
				if room == 0 {
					require.Equal(t, ErrFull, err)
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
				require.Equal(t, n < len(vs), err == ErrFull)
				model = append(model, vs[:n]...)
				next += n
			case 2:
				v, err := p.Get(0)
				if len(model) == 0 {
					require.Equal(t, ErrTimeout, err)
					break
				}
				require.NoError(t, err)
				require.Equal(t, model[0], v, "seed %d", seed)
				model = model[1:]
			case 3:
				dst := make([]int, 1+rnd.IntN(7))
				n, err := p.GetBatch(dst, 0)
				require.Equal(t, min(len(model), len(dst)), n)
				require.Equal(t, n == 0, err == ErrTimeout)
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
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode, WithConcurrency(1))
		var both sync.WaitGroup
		both.Add(2)
		handler := func() (int, error) {
			v, err := p.Get(Infinite)
			both.Done()
			both.Wait()
			return v, err
		}
		a, b := async(handler), async(handler)
		parked(t, p, 2)
		require.NoError(t, p.Post(1))
		require.NoError(t, p.Post(1))
		took(t, 1, a)
		took(t, 1, b)
	})
}

// What was posted to a parked waiter is its own when Post returns: the poster,
// quick as it is, finds nothing.
func TestPostHandsOver(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		posts := []func(int) error{
			p.Post,
			func(v int) error { return p.PostTimeout(v, 0) },
			func(v int) error { return p.PostContext(t.Context(), v) },
			func(v int) error { _, err := p.PostBatch([]int{v}); return err },
		}
		for i := range 200 {
			get := park(t, p, 1)[0]
			require.NoError(t, posts[i%len(posts)](i))
			_, err := p.Get(0)
			require.Equal(t, ErrTimeout, err)
			require.Zero(t, p.Len())
			took(t, i, get)
		}
		require.Equal(t, uint64(200), p.Stats().HandOffs)
	})
}

func TestNewestWaiterFirst(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 8, mode)
		for range 20 {
			w := park(t, p, 4)
			for i := range 4 {
				require.NoError(t, p.Post(i))
			}
			for i := range 4 {
				took(t, i, w[3-i])
			}
		}
	})
}

// Get, GetBatch, GetContext and All share one stack.
func TestOneStackForAllCalls(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 8, mode)
		batch := func(f func(dst []int) (int, error)) func() (int, error) {
			return func() (int, error) {
				dst := make([]int, 1)
				_, err := f(dst)
				return dst[0], err
			}
		}
		kinds := []func() (int, error){
			func() (int, error) { return p.Get(Infinite) },
			batch(func(dst []int) (int, error) { return p.GetBatch(dst, Infinite) }),
			func() (int, error) { return p.GetContext(t.Context()) },
			batch(func(dst []int) (int, error) { return p.GetBatchContext(t.Context(), dst) }),
			func() (int, error) {
				for v := range p.All(t.Context()) {
					return v, nil
				}
				return 0, ErrClosed
			},
			func() (int, error) { return p.Get(time.Hour) },
		}
		var w []<-chan result[int]
		for i, kind := range append(kinds, kinds...) {
			w = append(w, async(kind))
			parked(t, p, i+1)
		}
		for i := len(w) - 1; i >= 0; i-- {
			require.NoError(t, p.Post(i))
			took(t, i, w[i])
		}
	})
}

// Two that wait in a loop and posts far between: the one that ran last is the
// newest again, and serves them all.
func TestHotWaiterServesAll(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		served := make(chan int, 1)
		var wg sync.WaitGroup
		for id := range 2 {
			wg.Go(func() {
				for {
					if _, err := p.Get(Infinite); err != nil {
						return
					}
					served <- id
				}
			})
			parked(t, p, id+1)
		}
		for i := range 100 {
			require.NoError(t, p.Post(i))
			require.Equal(t, 1, <-served)
			parked(t, p, 2)
		}
		require.NoError(t, p.Close())
		wg.Wait()
	})
}

func TestNewestWaiterOldestPacket(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		for _, burst := range []func(p *Port[int]) error{
			func(p *Port[int]) error {
				for v := 3; v <= 5; v++ {
					if err := p.Post(v); err != nil {
						return err
					}
				}
				return nil
			},
			func(p *Port[int]) error { _, err := p.PostBatch([]int{3, 4, 5}); return err },
		} {
			p := open[int](t, 8, mode)
			w := park(t, p, 2) // w1, then w0
			require.NoError(t, burst(p))
			took(t, 3, w[1])
			took(t, 4, w[0])
			v, err := p.Get(0)
			require.NoError(t, err)
			require.Equal(t, 5, v)
			require.Zero(t, p.Len())
		}
	})
}

func TestOnePostWakesOne(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		const n = 6
		p := open[int](t, 8, mode)
		w := park(t, p, n)
		for i := n - 1; i >= 0; i-- {
			require.NoError(t, p.Post(i))
			took(t, i, w[i])
			parked(t, p, i)
			require.Equal(t, uint64(n-i), p.Stats().Wakes)
		}
		for range 20 { // N posts, N waiters
			w = park(t, p, n)
			seen := map[int]bool{}
			for i := range n {
				require.NoError(t, p.Post(i))
			}
			for _, get := range w {
				v, err := await(t, get)
				require.NoError(t, err)
				seen[v] = true
			}
			require.Len(t, seen, n)
			require.Zero(t, p.Stats().Waiting)
		}
	})
}

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
			took(t, i, w[waiters-1-i])
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
		took(t, i, w[3-i])
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
	timed := async(func() (int, error) { return p.Get(time.Hour) })
	parked(t, p, 1)
	held := park(t, p, 1)[0]
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	require.Equal(t, 1, p.Len())
	close(expire)
	took(t, 1, timed)
	close(gate)
	took(t, 0, held)
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
			v, err := await(t, w[2-i])
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
	took(t, 0, w[2])
	for _, get := range w[:2] {
		_, err = await(t, get)
		require.Equal(t, ErrClosed, err)
	}
}
