package iocp

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// fill posts 0 to n-1.
func fill(t *testing.T, p *Port[int], n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, p.Post(i), "packet %d", i)
	}
}

// drain takes from to to-1 in this order, and finds nothing more. A batch may
// end at a seam, so every other one is a single Get.
func drain(t *testing.T, p *Port[int], from, to int) {
	t.Helper()
	dst := make([]int, 3)
	for single := true; from < to; single = !single {
		n, err := 1, error(nil)
		if single {
			dst[0], err = p.Get(0)
		} else {
			n, err = p.GetBatch(dst, 0)
		}
		require.NoError(t, err)
		for _, v := range dst[:n] {
			require.Equal(t, from, v)
			from++
		}
	}
	_, err := p.Get(0)
	require.Equal(t, ErrTimeout, err)
}

func TestGrowthOutOfRange(t *testing.T) {
	for _, c := range []struct{ capacity, max int }{
		{4, -1}, {4, math.MinInt}, {4, 1}, {4, 3}, {5, 4}, {1000, 999},
	} {
		p, err := New[int](c.capacity, WithGrowth(c.max))
		require.Nil(t, p)
		require.ErrorIs(t, err, ErrInvalidParameter, "%+v", c)
	}
	for _, max := range []int{0, 4, 5, 1000, 1<<30 + 1, math.MaxInt} {
		p := open[int](t, 4, WithGrowth(max))
		fill(t, p, 4)
		if max == 4 {
			require.Equal(t, ErrFull, p.Post(4))
		} else {
			require.NoError(t, p.Post(4))
		}
	}
}

// What is posted is there, wherever the last Get has left off: at the end of a
// segment, or of a ring that was replaced.
func TestPollIsExactAtSeams(t *testing.T) {
	for n := range 40 {
		p := open[int](t, 2, WithGrowth(0))
		fill(t, p, n)
		for i := range n {
			v, err := p.Get(0)
			require.NoError(t, err, "packet %d of %d", i, n)
			require.Equal(t, i, v)
		}
		for range 3 {
			_, err := p.Get(0)
			require.Equal(t, ErrTimeout, err)
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
				p := open[int](t, c.capacity, WithGrowth(c.max))
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
						require.Equal(t, ErrFull, err)
					} else {
						require.NoError(t, err)
					}
					in += n
					require.Equal(t, in, p.Len())
				}
				more := min(3*c.want, 100)
				for i := range more {
					require.Equal(t, ErrFull, p.Post(-1))
					n, err := p.PostBatch([]int{-1})
					require.Zero(t, n)
					require.Equal(t, ErrFull, err)
					require.Equal(t, ErrTimeout, p.PostTimeout(-1, 0))
					v, err := p.Get(0)
					require.NoError(t, err)
					require.Equal(t, i, v)
					require.NoError(t, p.Post(c.want+i))
				}
				drain(t, p, more, more+c.want)
			})
		}
	}
}

// Microsoft's queue fails for memory alone.
func TestGrowthWithoutReader(t *testing.T) {
	p := open[int](t, 2, WithGrowth(0))
	fill(t, p, 5000)
	require.Equal(t, 5000, p.Len())
	require.EqualValues(t, 5000, p.Stats().Posted)
	drain(t, p, 0, 5000)
	require.EqualValues(t, 5000, p.Stats().Taken)
}

// The newest waiter gets the oldest packet, and what is left stays in its order,
// though it lies beyond a seam.
func TestBatchThatGrowsGoesToWaitersFirst(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode, WithGrowth(0), WithConcurrency(10))
		for round := range 5 {
			gets := park(t, p, 3)
			vs := make([]int, 100<<round)
			for i := range vs {
				vs[i] = i
			}
			n, err := p.PostBatch(vs)
			require.NoError(t, err)
			require.Equal(t, len(vs), n)
			for i := range gets {
				took(t, 2-i, gets[i])
			}
			drain(t, p, 3, len(vs))
		}
	})
}

// Waiters that take turns with a growing queue see it in order.
func TestFIFOAcrossSeams(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode, WithGrowth(0))
		const n = 3000
		got := async(func() (bad int, err error) {
			for want := range n {
				v, err := p.Get([]time.Duration{Infinite, time.Hour}[want%2])
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
				eventually(t, "drained", func() bool { return p.Len() == 0 })
			}
		}
		took(t, 0, got)
	})
}

// A batch that does not fit into the last segment begins the next: nobody's
// packets come in between.
func TestBatchesAreContiguousAcrossSeams(t *testing.T) {
	const posters, batches = 3, 300
	p := open[packetNo](t, 2, WithGrowth(0))
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
	closed := asyncErr(func() error { wg.Wait(); return p.Close() })
	dst := make([]packetNo, 5)
	var last packetNo
	seen := 0
	for {
		n, err := p.GetBatch(dst, Infinite)
		if err != nil {
			require.Equal(t, ErrClosed, err)
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
	_, err := await(t, closed)
	require.NoError(t, err)
	require.EqualValues(t, total.Load(), seen)
}

// At its limit a port that has grown is as full as any: posters wait for room,
// and are woken in their order.
func TestGrownToTheLimitPostersWait(t *testing.T) {
	p := open[int](t, 2, WithGrowth(7))
	fill(t, p, 7)
	start := time.Now()
	require.Equal(t, ErrTimeout, p.PostTimeout(-1, time.Millisecond))
	require.GreaterOrEqual(t, time.Since(start), time.Millisecond)

	var posts []<-chan result[struct{}]
	for i := range 4 {
		posts = append(posts, asyncErr(func() error { return p.PostTimeout(7+i, Infinite) }))
		parkedPosters(t, p, i+1)
	}
	for i := range 3 {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, i, v)
		_, err = await(t, posts[i])
		require.NoError(t, err)
		require.Equal(t, 7, p.Len())
	}
	parkedPosters(t, p, 1)
	require.NoError(t, p.Close())
	_, err := await(t, posts[3])
	require.Equal(t, ErrClosed, err)
	next := 3
	for ; ; next++ {
		v, err := p.Get(0)
		if err != nil {
			require.Equal(t, ErrClosed, err)
			break
		}
		require.Equal(t, next, v)
	}
	require.Equal(t, 10, next, "the fourth was refused")
}

func TestCloseKeepsSeveralRings(t *testing.T) {
	for _, max := range []int{0, 100} {
		p := open[int](t, 2, WithGrowth(max))
		fill(t, p, 100)
		require.NoError(t, p.Close())
		require.Equal(t, ErrClosed, p.Close())
		require.Equal(t, ErrClosed, p.Post(0))
		n, err := p.PostBatch([]int{0, 0, 0})
		require.Zero(t, n)
		require.Equal(t, ErrClosed, err)
		require.Equal(t, ErrClosed, p.PostTimeout(0, Infinite))
		require.Equal(t, 100, p.Len())
		for i := range 100 {
			v, err := p.Get([]time.Duration{0, Infinite, time.Hour}[i%3])
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		_, err = p.Get(Infinite)
		require.Equal(t, ErrClosed, err)
	}
}

// shrunk waits until an empty p has given back what it has grown by.
func shrunk[T any](t *testing.T, p *Port[T], capacity int) {
	t.Helper()
	eventually(t, "shrunk", func() bool {
		_, err := p.Get(0)
		require.Equal(t, ErrTimeout, err)
		return p.Cap() == capacity
	})
}

// What is parked while the port replaces its ring is still on the stack.
func TestHandOverAfterShrink(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode, WithGrowth(0))
		fill(t, p, 100)
		drain(t, p, 0, 100)
		shrunk(t, p, 2)
		gets := park(t, p, 2)
		for i := range 2 {
			require.NoError(t, p.Post(i))
			_, err := p.Get(0)
			require.Equal(t, ErrTimeout, err, "it was handed over")
			took(t, i, gets[1-i])
		}

		// It keeps the ring for a moment, and shrinks under those who wait.
		fill(t, p, 5)
		drain(t, p, 0, 5)
		gets = park(t, p, 3)
		shrunk(t, p, 2)
		for i := range 3 {
			require.NoError(t, p.Post(i))
			require.Zero(t, p.Len())
			took(t, i, gets[2-i])
		}
	})
}

// heap is what is live.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// After a burst has drained, its memory comes back.
func TestGrowthGivesBack(t *testing.T) {
	n := 1_000_000
	if raceEnabled {
		n /= 10
	}
	p := open[Packet](t, 4, WithGrowth(0))
	before := heap()
	for range n {
		if err := p.Post(Packet{}); err != nil {
			t.Fatal(err)
		}
	}
	require.Greater(t, heap()-before, int64(16*n))
	taken := 0
	for ; ; taken++ {
		if _, err := p.Get(0); err != nil {
			require.Equal(t, ErrTimeout, err)
			break
		}
	}
	require.Equal(t, n, taken)
	shrunk(t, p, 4)
	require.Less(t, heap()-before, int64(1<<20))
	runtime.KeepAlive(p)
}

// The port of a burst needs no call to give back what it has grown by, and keeps
// nothing once it is closed and drained.
func TestGrowthGivesBackByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New[int](4, WithGrowth(0))
		require.NoError(t, err)
		burst := func() {
			fill(t, p, 1000)
			require.GreaterOrEqual(t, p.Cap(), 1000)
		}
		take := func() {
			for i := range 1000 {
				v, err := p.Get(0)
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			require.Greater(t, p.Cap(), 4)
		}
		burst()
		time.Sleep(time.Hour)
		require.Equal(t, 1000, p.Len())
		take()
		time.Sleep(time.Second)
		require.Equal(t, 4, p.Cap())

		burst()
		require.NoError(t, p.Close())
		take()
		_, err = p.Get(Infinite)
		require.Equal(t, ErrClosed, err)
		require.Equal(t, 4, p.Cap())
		require.EqualValues(t, 2000, p.Stats().Posted)
		require.EqualValues(t, 2000, p.Stats().Taken)
		require.Equal(t, ErrClosed, p.Post(0))
		require.Equal(t, ErrClosed, p.Close())
	})
}

// A Get that finds a port empty gives back what it has grown by, before any timer does.
func TestGivesBackWhenFoundEmpty(t *testing.T) {
	for name, get := range map[string]func(p *Port[int]) error{
		"Get, timeout 0": func(p *Port[int]) error { _, err := p.Get(0); return err },
		"Get":            func(p *Port[int]) error { _, err := p.Get(1); return err },
		"GetBatch":       func(p *Port[int]) error { _, err := p.GetBatch(make([]int, 3), 0); return err },
		"GetContext": func(p *Port[int]) error {
			ctx, cancel := context.WithTimeout(context.Background(), 1)
			defer cancel()
			_, err := p.GetContext(ctx)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, mode := range []Parking{ParkAuto, ParkGoroutine} {
					p := open[int](t, 2, WithGrowth(0), WithParking(mode))
					fill(t, p, 100)
					drain := make([]int, 100)
					n, err := p.GetBatch(drain, 0)
					require.NoError(t, err)
					require.Equal(t, 100, n)
					require.Error(t, get(p))
					require.Greater(t, p.Cap(), 2, "bursts may follow each other")
					time.Sleep(5 * time.Millisecond)
					require.Greater(t, p.Cap(), 2)
					require.Error(t, get(p))
					require.Equal(t, 2, p.Cap())
				}
			})
		})
	}
}

// Once it has grown, a port with traffic allocates no more than a fixed one.
func TestGrownPortAllocatesNothing(t *testing.T) {
	p := open[Packet](t, 2, WithGrowth(0))
	for range 100 {
		require.NoError(t, p.Post(Packet{}))
	}
	vs, dst := make([]Packet, 16), make([]Packet, 16)
	for name, f := range map[string]func(){
		"Post, Get":           func() { _ = p.Post(vs[0]); _, _ = p.Get(Infinite) },
		"PostBatch, GetBatch": func() { _, _ = p.PostBatch(vs); _, _ = p.GetBatch(dst, 0) },
	} {
		for range 300 { // to the last segment, and the rest of the way
			f()
		}
		require.Zero(t, testing.AllocsPerRun(1000, f), name)
	}
}

// Everything that was accepted is taken once, and by each taker in each poster's
// order, while the port grows and shrinks.
func TestGrowthStress(t *testing.T) {
	for _, max := range []int{0, 2, 3, 13, 200} {
		for _, mode := range []Parking{ParkAuto, ParkGoroutine} {
			t.Run(fmt.Sprintf("max=%d mode=%d", max, mode), func(t *testing.T) {
				const posters, takers, packets = 3, 3, 3000
				p := open[packetNo](t, 2, WithGrowth(max), WithParking(mode))
				var posting, taking sync.WaitGroup
				var seen [posters][packets]atomic.Int32
				for poster := range posters {
					posting.Go(func() {
						rng := rand.New(rand.NewPCG(5, uint64(poster)))
						for i := 0; i < packets; {
							n := 1
							switch err := error(nil); rng.IntN(3) {
							case 0:
								err = p.Post(packetNo{poster, i})
								if err == ErrFull && max != 0 {
									n = 0
								} else if err != nil {
									t.Error(err)
								}
							case 1:
								if err = p.PostTimeout(packetNo{poster, i}, Infinite); err != nil {
									t.Error(err)
								}
							case 2:
								vs := make([]packetNo, min(1+rng.IntN(20), packets-i))
								for j := range vs {
									vs[j] = packetNo{poster, i + j}
								}
								if n, err = p.PostBatch(vs); (err == nil) != (n == len(vs)) || err != nil && max == 0 {
									t.Errorf("PostBatch of %d: %d, %v", len(vs), n, err)
								}
							}
							if i += n; n == 0 || rng.IntN(32) == 0 {
								runtime.Gosched()
							}
						}
					})
				}
				for taker := range takers {
					taking.Go(func() {
						rng := rand.New(rand.NewPCG(6, uint64(taker)))
						last := [posters]int{-1, -1, -1}
						dst := make([]packetNo, 4)
						for {
							n := 1
							var err error
							switch rng.IntN(4) {
							case 0:
								dst[0], err = p.Get(0)
							case 1:
								dst[0], err = p.Get(Infinite)
							case 2:
								dst[0], err = p.Get(time.Duration(rng.IntN(100_000)))
							case 3:
								n, err = p.GetBatch(dst, Infinite)
							}
							if err == ErrClosed {
								return
							} else if err != nil {
								runtime.Gosched()
								continue
							}
							for _, v := range dst[:n] {
								if seen[v.poster][v.n].Add(1) != 1 || v.n <= last[v.poster] {
									t.Errorf("%v after %d", v, last[v.poster])
								}
								last[v.poster] = v.n
							}
						}
					})
				}
				ended := asyncErr(func() error {
					posting.Wait()
					err := p.Close()
					taking.Wait()
					return err
				})
				_, err := await(t, ended)
				require.NoError(t, err)
				for poster := range seen {
					for n := range seen[poster] {
						require.EqualValues(t, 1, seen[poster][n].Load(), "packet %d of %d", n, poster)
					}
				}
				s := p.Stats()
				require.EqualValues(t, posters*packets, s.Posted)
				require.EqualValues(t, posters*packets, s.Taken)
				require.Zero(t, p.Len())
			})
		}
	}
}

// holes starts takers that take batches, and two that take one packet at a time, beside a
// poster that posts numbers in order, and reports how many batches were not consecutive:
// others had packets of their middle.
func holes(t *testing.T, packets int, post func(int), batch func() []int, one func()) (n int) {
	t.Helper()
	var holes, taken atomic.Int64
	var over atomic.Bool
	var takers sync.WaitGroup
	for range 2 {
		takers.Go(func() {
			for !over.Load() {
				got := batch()
				taken.Add(int64(len(got)))
				for i := range got {
					if got[i] != got[0]+i {
						holes.Add(1)
						break
					}
				}
			}
		})
		takers.Go(func() {
			for !over.Load() {
				one()
				runtime.Gosched()
			}
		})
	}
	for i := range packets {
		post(i)
		if i%512 == 0 {
			runtime.Gosched()
		}
	}
	over.Store(true)
	takers.Wait()
	require.NotZero(t, taken.Load())
	return int(holes.Load())
}

// A batch that crosses seams is taken at one instant.
func TestBatchAcrossSeamsIsOneInstant(t *testing.T) {
	for _, room := range []int{0, 64, 100} {
		p := open[int](t, 2, WithGrowth(room))
		n := holes(t, 100_000, func(v int) {
			for p.Post(v) != nil {
				runtime.Gosched()
			}
		}, func() []int {
			dst := make([]int, 16)
			n, _ := p.GetBatch(dst, 0)
			return dst[:n]
		}, func() { p.Get(0) })
		require.Zero(t, n, "batches with a hole, of a port that grows to %d", room)
	}
}

// A batch takes all that is there, in however many rings it lies.
func TestBatchAcrossSeamsTakesAll(t *testing.T) {
	p := open[int](t, 2, WithGrowth(0))
	dst := make([]int, 1001)
	for range 3 {
		fill(t, p, 1000)
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

// A Get that finds nothing gives back what a burst has left, one that waits before it waits,
// and not the timer.
func TestGetThatFindsNothingGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 2, WithGrowth(0))
		burst := func() {
			fill(t, p, 100)
			for i := range 100 {
				v, err := p.Get(0)
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			time.Sleep(10 * time.Millisecond) // those of the last 5 ms are kept
			require.Greater(t, p.Cap(), 2)
		}
		burst()
		_, err := p.Get(0)
		require.Equal(t, ErrTimeout, err)
		require.Equal(t, 2, p.Cap())

		burst()
		get := async(func() (int, error) { return p.Get(time.Hour) })
		synctest.Wait()
		require.Equal(t, 2, p.Cap())
		require.NoError(t, p.Close())
		_, err = await(t, get)
		require.Equal(t, ErrClosed, err)
	})
}
