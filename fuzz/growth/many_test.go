package growth

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// packetNo is the n-th packet that a poster had accepted.
type packetNo struct{ poster, n int }

// Everything that was accepted is taken once, and by each taker in each poster's
// order, while the port grows and shrinks.
func TestGrowthStress(t *testing.T) {
	for _, max := range []int{0, 2, 3, 13, 200} {
		for _, mode := range []iocp.Parking{iocp.ParkAuto, iocp.ParkGoroutine} {
			t.Run(fmt.Sprintf("max=%d mode=%d", max, mode), func(t *testing.T) {
				const posters, takers, packets = 3, 3, 3000
				p := ports.Open[packetNo](t, 2, iocp.WithGrowth(max), iocp.WithParking(mode))
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
								if err == iocp.ErrFull && max != 0 {
									n = 0
								} else if err != nil {
									t.Error(err)
								}
							case 1:
								if err = p.PostTimeout(packetNo{poster, i}, iocp.Infinite); err != nil {
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
								dst[0], err = p.Get(iocp.Infinite)
							case 2:
								dst[0], err = p.Get(time.Duration(rng.IntN(100_000)))
							case 3:
								n, err = p.GetBatch(dst, iocp.Infinite)
							}
							if err == iocp.ErrClosed {
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
				ended := rig.AsyncErr(func() error {
					posting.Wait()
					err := p.Close()
					taking.Wait()
					return err
				})
				_, err := rig.Await(t, ended)
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
		p := ports.Open[int](t, 2, iocp.WithGrowth(room))
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

// Ex takes all that it takes at one instant, however much that is.
func TestHandleExTakesAtOneInstant(t *testing.T) {
	h := ports.Create(t)
	n := holes(t, 100_000, func(v int) { ports.PostKey(t, h, uintptr(v)) }, func() (keys []int) {
		entries, _ := ports.DequeueEx(t, h, 300, 0)
		for _, e := range entries {
			keys = append(keys, int(e.CompletionKey))
		}
		return keys
	}, func() { ports.Dequeue(h, 0) })
	require.Zero(t, n, "batches with a hole")
}
