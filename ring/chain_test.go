package ring

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newChain[T any](t *testing.T, capacity int, start uint64, max int) *Chain[T] {
	t.Helper()
	r, err := NewAt[T](capacity, start)
	require.NoError(t, err)
	c := new(Chain[T])
	c.Init(r, max)
	return c
}

// rings is the number of rings from head on.
func (c *Chain[T]) rings() (n int) {
	for r := c.first(); r != nil; r = r.next.Load() {
		n++
	}
	return n
}

// A chain holds exactly as many elements as its limit, whatever the sizes of the
// rings that this takes, and wherever the positions wrap.
func TestChainLimit(t *testing.T) {
	for _, start := range []uint64{0, 1<<63 - 5, 1<<63 - 1} {
		for _, capacity := range []int{2, 4, 8} {
			for _, max := range []int{0, capacity, capacity + 1, 13, 16, 100} {
				for _, batch := range []int{1, 3, 7} {
					c := newChain[int](t, capacity, start, max)
					want := max
					if max == 0 {
						want = 1000
					} else if max < capacity {
						want = capacity
					}
					vs := make([]int, batch)
					pushed := 0
					for pushed < want {
						for i := range vs {
							vs[i] = pushed + i
						}
						n := c.TryPushBatch(vs)
						require.Positive(t, n)
						if n < batch {
							require.Equal(t, want, pushed+n)
						}
						pushed += n
						require.Equal(t, pushed, c.Len())
						require.EqualValues(t, pushed, c.Pushed())
					}
					if max != 0 {
						require.False(t, c.TryPush(0))
						require.Zero(t, c.TryPushBatch(vs))
						require.Zero(t, c.Room())
						require.True(t, c.Full())
					}
					for i := range pushed {
						v, ok := c.TryPop()
						require.True(t, ok)
						require.Equal(t, i, v)
					}
					_, ok := c.TryPop()
					require.False(t, ok)
					require.True(t, c.Empty())
					require.Zero(t, c.Len())
					require.EqualValues(t, pushed, c.Popped())
				}
			}
		}
	}
}

// At its limit a chain has room as soon as, and for as many as, elements leave.
func TestChainAtTheBrim(t *testing.T) {
	c := newChain[int](t, 4, 0, 29)
	in, out := 0, 0
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		vs := make([]int, 1+rng.IntN(9))
		for i := range vs {
			vs[i] = in + i
		}
		n := c.TryPushBatch(vs)
		require.Equal(t, min(len(vs), 29-(in-out)), n)
		in += n
		dst := make([]int, 1+rng.IntN(9))
		for want := min(len(dst), in-out); want > 0; {
			n := c.TryPopBatch(dst[:want])
			require.Positive(t, n)
			for _, v := range dst[:n] {
				require.Equal(t, out, v)
				out++
			}
			want -= n
		}
		require.Equal(t, in-out, c.Len())
	}
}

// What is popped and pushed at the limit, or near it, goes through one ring that holds
// all of it: no other is linked, and nothing is allocated.
func TestChainHeldAtItsLimit(t *testing.T) {
	for _, capacity := range []int{2, 8} {
		for _, limit := range []int{capacity + 1, 13, 16, 100, 128, 1000} {
			for _, below := range []int{0, 1} {
				c := newChain[int](t, capacity, 1<<63-40, limit)
				for i := range limit {
					require.True(t, c.TryPush(i))
				}
				for range below {
					c.TryPop()
				}
				last := c.Tail()
				next := below
				turn := func() {
					v, ok := c.TryPop()
					if !ok || v != next || !c.TryPush(v+limit-below) {
						t.Fatalf("limit %d: %v, %v, not %v", limit, v, ok, next)
					}
					next++
				}
				require.Zero(t, allocs(3*limit, turn))
				require.Same(t, last, c.Tail())
				require.Equal(t, 1, c.rings(), "the smaller ones have been drained")
				require.Equal(t, limit, c.Cap())
				require.Equal(t, limit-below, c.Len())
				require.Equal(t, below == 0, c.Full())
				require.Equal(t, below, c.Room())
				s, _ := last.ClaimPush()
				require.Nil(t, s, "which knows no limit")
				require.Equal(t, below, c.TryPushBatch([]int{1, 2, 3}))
			}
		}
	}
}

// As TestTokens, at a chain's limit and from its first seam on: who has popped one
// finds room for it.
func TestChainTokens(t *testing.T) {
	for _, n := range []int{3, 5, 8} {
		var c *Chain[int]
		var failed atomic.Int32
		race(400, n, func() {
			c = newChain[int](t, 2, 0, n)
			for i := range n {
				require.True(t, c.TryPush(i))
			}
		}, func(g int) {
			dst := make([]int, 1)
			for i := range 100 {
				var ok bool
				if i%3 == 0 {
					ok = c.TryPopBatch(dst) == 1
				} else {
					dst[0], ok = c.TryPop()
				}
				if !ok {
					failed.Add(1)
					continue
				}
				if i%2 == 0 {
					ok = c.TryPushBatch(dst) == 1
				} else {
					ok = c.TryPush(dst[0])
				}
				if !ok {
					failed.Add(1)
				}
				if l := c.Len(); l < 0 || l > n {
					failed.Add(1)
				}
			}
		})
		require.Zero(t, failed.Load(), "%d tokens", n)
		require.Equal(t, n, c.Len())
	}
}

// Cap counts what is in the rings before the last: without growing a chain holds just
// as many.
func TestChainCap(t *testing.T) {
	for _, max := range []int{0, 29} {
		for popped := range 20 {
			c := newChain[int](t, 2, 0, max)
			for i := range 20 {
				require.True(t, c.TryPush(i))
			}
			for range popped {
				c.TryPop()
			}
			last := c.Tail()
			for c.Len() < c.Cap() {
				require.True(t, c.TryPush(0))
			}
			require.Same(t, last, c.Tail(), "%d popped", popped)
			require.Equal(t, max == 0, c.TryPush(0))
			require.Equal(t, max == 0, last != c.Tail())
		}
	}
}

// A batch that has something to pop does not wait for what is in flight in a ring behind.
func TestChainBatchPushInFlightBeyondASeam(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	for i := range 3 {
		require.True(t, c.TryPush(i))
	}
	last := c.Tail()
	claimed, n := last.claimPush(1, 1)
	require.Equal(t, 1, n)
	dst := make([]int, 4)
	popped := make(chan int, 1)
	go func() { popped <- c.TryPopBatch(dst) }()
	select {
	case n = <-popped:
	case <-time.After(10 * time.Second):
		t.Error("the batch waits for a claim in flight")
		storeRelease(&last.slot(claimed).seq, last.turn(claimed)+published)
		n = <-popped
	}
	require.Equal(t, 3, n)
	require.Equal(t, []int{0, 1, 2, 0}, dst)
}

func TestChainClose(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	for i := range 11 {
		require.True(t, c.TryPush(i))
	}
	require.False(t, c.Closed())
	require.True(t, c.Close())
	require.False(t, c.Close())
	require.True(t, c.Closed())
	require.False(t, c.TryPush(0))
	require.Zero(t, c.TryPushBatch([]int{1, 2}))
	for i := range 11 {
		require.False(t, c.Drained())
		v, ok := c.TryPopReady()
		require.True(t, ok)
		require.Equal(t, i, v)
	}
	require.True(t, c.Drained())
	require.False(t, c.Empty(), "a closed chain is not idle")
}

// A ring that is sealed with a push in flight is not passed before that push has
// been popped.
func TestChainPushInFlightAtTheSeam(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	r := c.Tail()
	require.True(t, c.TryPush(0))
	claimed, n := r.claimPush(1, 1)
	require.Equal(t, 1, n)
	require.True(t, c.TryPush(2)) // full: sealed, and a ring linked
	require.Equal(t, 2, c.rings())
	require.Equal(t, 3, c.Len())

	v, ok := c.TryPop()
	require.True(t, ok)
	require.Equal(t, 0, v)
	_, ok = c.TryPopReady()
	require.False(t, ok, "the oldest is in flight")
	require.False(t, c.Empty())
	popped := make(chan int)
	go func() {
		v, _ := c.TryPop()
		popped <- v
	}()
	for range 300 {
		runtime.Gosched()
	}
	require.Empty(t, popped)
	s := r.slot(claimed)
	s.val = 1
	storeRelease(&s.seq, r.turn(claimed)+published)
	require.Equal(t, 1, <-popped)
	v, ok = c.TryPopReady()
	require.True(t, ok)
	require.Equal(t, 2, v)
}

// Each element once, in each producer's order, across many seams.
func TestChainStress(t *testing.T) {
	for _, max := range []int{0, 2, 50} {
		t.Run(fmt.Sprint("max=", max), func(t *testing.T) {
			const producers, consumers = 4, 3
			count := 20000
			if testing.Short() {
				count = 2000
			}
			c := newChain[[2]int](t, 2, 1<<63-100, max)
			var pushing, popping sync.WaitGroup
			var popped atomic.Int64
			var sum [producers]atomic.Int64
			for p := range producers {
				pushing.Go(func() {
					rng := rand.New(rand.NewPCG(4, uint64(p)))
					for i := 0; i < count; {
						vs := make([][2]int, 1+rng.IntN(4))
						for j := range vs {
							vs[j] = [2]int{p, i + j}
						}
						n := c.TryPushBatch(vs[:min(len(vs), count-i)])
						if i += n; n == 0 || i%64 == 0 { // in a chain without limit, let it drain
							runtime.Gosched()
						}
					}
				})
			}
			for range consumers {
				popping.Go(func() {
					last := [producers]int{-1, -1, -1, -1}
					dst := make([][2]int, 3)
					for {
						over := c.Drained()
						n := c.TryPopBatch(dst)
						for _, v := range dst[:n] {
							if v[1] <= last[v[0]] {
								t.Errorf("producer %d: %d after %d", v[0], v[1], last[v[0]])
							}
							last[v[0]] = v[1]
							sum[v[0]].Add(int64(v[1]))
						}
						popped.Add(int64(n))
						if n == 0 {
							if over {
								return
							}
							c.Shrink()
							runtime.Gosched()
						}
					}
				})
			}
			pushing.Wait()
			require.True(t, c.Close())
			popping.Wait()
			require.EqualValues(t, producers*count, popped.Load())
			for p := range producers {
				require.EqualValues(t, count*(count-1)/2, sum[p].Load())
			}
		})
	}
}

// Wherever in a lap a ring was sealed, a batch takes what is left in it, and goes on in the
// next.
func TestChainBatchAcrossSeams(t *testing.T) {
	for start := range uint64(8) {
		for popped := range 8 {
			for _, slots := range []int{2, 4, 8} {
				c := newChain[int](t, slots, start, 0)
				for i := range slots + popped {
					require.True(t, c.TryPush(i))
					if i < popped {
						v, ok := c.TryPop()
						require.True(t, ok)
						require.Equal(t, i, v)
					}
				}
				require.Equal(t, 1, c.rings())
				for i := range 3 * slots {
					require.True(t, c.TryPush(slots+popped+i))
				}
				require.Less(t, 1, c.rings())
				dst := make([]int, 4*slots+1)
				require.Equal(t, 4*slots, c.TryPopBatch(dst))
				for i, v := range dst[:4*slots] {
					require.Equal(t, popped+i, v)
				}
				require.True(t, c.Empty())
			}
		}
	}
}
