package growth

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestGrowthOutOfRange(t *testing.T) {
	for _, c := range []struct{ capacity, max int }{
		{4, -1}, {4, math.MinInt}, {4, 1}, {4, 3}, {5, 4}, {1000, 999},
	} {
		p, err := iocp.New[int](c.capacity, iocp.WithGrowth(c.max))
		require.Nil(t, p)
		require.ErrorIs(t, err, iocp.ErrInvalidParameter, "%+v", c)
	}
	for _, max := range []int{0, 4, 5, 1000, 1<<30 + 1, math.MaxInt} {
		p := ports.Open[int](t, 4, iocp.WithGrowth(max))
		ports.Fill(t, p, 4)
		if max == 4 {
			require.Equal(t, iocp.ErrFull, p.Post(4))
		} else {
			require.NoError(t, p.Post(4))
		}
	}
}

// What is posted is there, wherever the last Get has left off: at the end of a
// segment, or of a ring that was replaced.
func TestPollIsExactAtSeams(t *testing.T) {
	for n := range 40 {
		p := ports.Open[int](t, 2, iocp.WithGrowth(0))
		ports.Fill(t, p, n)
		for i := range n {
			v, err := p.Get(0)
			require.NoError(t, err, "packet %d of %d", i, n)
			require.Equal(t, i, v)
		}
		for range 3 {
			_, err := p.Get(0)
			require.Equal(t, iocp.ErrTimeout, err)
			require.NoError(t, p.Post(7))
			v, err := p.Get(0)
			require.NoError(t, err)
			require.Equal(t, 7, v)
		}
	}
}

// A port takes as many packets as its limit says, and one for each that leaves.
func TestGrowthLimit(t *testing.T) {
	for _, c := range []struct{ capacity, max, want int }{
		{4, 16, 16}, {4, 13, 13}, {4, 5, 5}, {4, 4, 4}, {2, 3, 3}, {1, 7, 7}, {8, 301, 301},
		{5, 6, 8}, // a capacity of 5 is one of 8
	} {
		for _, batch := range []int{0, 1, 3, 64} {
			t.Run(fmt.Sprintf("%d to %d by %d", c.capacity, c.max, batch), func(t *testing.T) {
				p := ports.Open[int](t, c.capacity, iocp.WithGrowth(c.max))
				for in := 0; in < c.want; {
					if batch == 0 {
						require.NoError(t, p.Post(in))
						in++
						continue
					}
					vs := make([]int, batch)
					for i := range vs {
						vs[i] = in + i
					}
					n, err := p.PostBatch(vs)
					require.Equal(t, min(batch, c.want-in), n)
					if n < batch {
						require.Equal(t, iocp.ErrFull, err)
					} else {
						require.NoError(t, err)
					}
					in += n
					require.Equal(t, in, p.Len())
				}
				more := min(3*c.want, 100)
				for i := range more {
					require.Equal(t, iocp.ErrFull, p.Post(-1))
					n, err := p.PostBatch([]int{-1})
					require.Zero(t, n)
					require.Equal(t, iocp.ErrFull, err)
					require.Equal(t, iocp.ErrTimeout, p.PostTimeout(-1, 0))
					v, err := p.Get(0)
					require.NoError(t, err)
					require.Equal(t, i, v)
					require.NoError(t, p.Post(c.want+i))
				}
				ports.Drain(t, p, more, more+c.want)
			})
		}
	}
}

// Microsoft's queue fails for memory alone.
func TestGrowthWithoutReader(t *testing.T) {
	p := ports.Open[int](t, 2, iocp.WithGrowth(0))
	ports.Fill(t, p, 5000)
	require.Equal(t, 5000, p.Len())
	require.EqualValues(t, 5000, p.Stats().Posted)
	ports.Drain(t, p, 0, 5000)
	require.EqualValues(t, 5000, p.Stats().Taken)
}

// The newest waiter gets the oldest packet, and what is left stays in its order,
// though it lies beyond a seam.
func TestBatchThatGrowsGoesToWaitersFirst(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode, iocp.WithGrowth(0), iocp.WithConcurrency(10))
		for round := range 5 {
			gets := ports.Park(t, p, 3)
			vs := make([]int, 100<<round)
			for i := range vs {
				vs[i] = i
			}
			n, err := p.PostBatch(vs)
			require.NoError(t, err)
			require.Equal(t, len(vs), n)
			for i := range gets {
				rig.Took(t, 2-i, gets[i])
			}
			ports.Drain(t, p, 3, len(vs))
		}
	})
}

// Waiters that take turns with a growing queue see it in order.
func TestFIFOAcrossSeams(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode, iocp.WithGrowth(0))
		const n = 3000
		got := rig.Async(func() (bad int, err error) {
			for want := range n {
				v, err := p.Get([]time.Duration{iocp.Infinite, time.Hour}[want%2])
				if err != nil {
					return 0, err
				}
				if v != want {
					bad++
				}
			}
			return bad, nil
		})
		rng := rand.New(rand.NewPCG(7, 7))
		for in := 0; in < n; {
			for range min(rng.IntN(100), n-in) {
				require.NoError(t, p.Post(in))
				in++
			}
			if rng.IntN(3) == 0 {
				rig.Eventually(t, "drained", func() bool { return p.Len() == 0 })
			}
		}
		rig.Took(t, 0, got)
	})
}

// A batch that does not fit into the last segment begins the next: nobody's
// packets come in between.
func TestBatchesAreContiguousAcrossSeams(t *testing.T) {
	const posters, batches = 3, 300
	p := ports.Open[packetNo](t, 2, iocp.WithGrowth(0))
	var wg sync.WaitGroup
	total := new(atomic.Int64)
	for poster := range posters {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(3, uint64(poster)))
			for range batches {
				vs := make([]packetNo, 2+rng.IntN(9))
				for i := range vs {
					vs[i] = packetNo{poster, len(vs) - 1 - i} // counts down to 0
				}
				if n, err := p.PostBatch(vs); n != len(vs) || err != nil {
					t.Errorf("PostBatch of %d: %d, %v", len(vs), n, err)
				}
				total.Add(int64(len(vs)))
			}
		})
	}
	closed := rig.AsyncErr(func() error { wg.Wait(); return p.Close() })
	dst := make([]packetNo, 5)
	var last packetNo
	seen := 0
	for {
		n, err := p.GetBatch(dst, iocp.Infinite)
		if err != nil {
			require.Equal(t, iocp.ErrClosed, err)
			break
		}
		for _, v := range dst[:n] {
			if last.n != 0 {
				require.Equal(t, packetNo{last.poster, last.n - 1}, v)
			}
			last = v
		}
		seen += n
	}
	_, err := rig.Await(t, closed)
	require.NoError(t, err)
	require.EqualValues(t, total.Load(), seen)
}

// At its limit a port that has grown is as full as any: posters wait for room,
// and are woken in their order.
func TestGrownToTheLimitPostersWait(t *testing.T) {
	p := ports.Open[int](t, 2, iocp.WithGrowth(7))
	ports.Fill(t, p, 7)
	start := time.Now()
	require.Equal(t, iocp.ErrTimeout, p.PostTimeout(-1, time.Millisecond))
	require.GreaterOrEqual(t, time.Since(start), time.Millisecond)

	var posts []<-chan rig.Result[struct{}]
	for i := range 4 {
		posts = append(posts, rig.AsyncErr(func() error { return p.PostTimeout(7+i, iocp.Infinite) }))
		ports.ParkedPosters(t, p, i+1)
	}
	for i := range 3 {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, i, v)
		_, err = rig.Await(t, posts[i])
		require.NoError(t, err)
		require.Equal(t, 7, p.Len())
	}
	ports.ParkedPosters(t, p, 1)
	require.NoError(t, p.Close())
	_, err := rig.Await(t, posts[3])
	require.Equal(t, iocp.ErrClosed, err)
	next := 3
	for ; ; next++ {
		v, err := p.Get(0)
		if err != nil {
			require.Equal(t, iocp.ErrClosed, err)
			break
		}
		require.Equal(t, next, v)
	}
	require.Equal(t, 10, next, "the fourth was refused")
}

func TestCloseKeepsSeveralRings(t *testing.T) {
	for _, max := range []int{0, 100} {
		p := ports.Open[int](t, 2, iocp.WithGrowth(max))
		ports.Fill(t, p, 100)
		require.NoError(t, p.Close())
		require.Equal(t, iocp.ErrClosed, p.Close())
		require.Equal(t, iocp.ErrClosed, p.Post(0))
		n, err := p.PostBatch([]int{0, 0, 0})
		require.Zero(t, n)
		require.Equal(t, iocp.ErrClosed, err)
		require.Equal(t, iocp.ErrClosed, p.PostTimeout(0, iocp.Infinite))
		require.Equal(t, 100, p.Len())
		for i := range 100 {
			v, err := p.Get([]time.Duration{0, iocp.Infinite, time.Hour}[i%3])
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		_, err = p.Get(iocp.Infinite)
		require.Equal(t, iocp.ErrClosed, err)
	}
}

// A batch takes all that is there, in however many rings it lies.
func TestBatchAcrossSeamsTakesAll(t *testing.T) {
	p := ports.Open[int](t, 2, iocp.WithGrowth(0))
	dst := make([]int, 1001)
	for range 3 {
		ports.Fill(t, p, 1000)
		for from := 0; from < 1000; {
			want := min(1000-from, 700)
			n, err := p.GetBatch(dst[:700], 0)
			require.NoError(t, err)
			require.Equal(t, want, n)
			for i := range n {
				require.Equal(t, from+i, dst[i])
			}
			from += n
			require.Equal(t, 1000-from, p.Len())
		}
		require.EqualValues(t, p.Stats().Posted, p.Stats().Taken)
		p.Get(0)
	}
}
