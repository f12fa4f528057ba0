package iocp

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tracked is what is posted; kept counts those that the collector has not got.
type tracked struct {
	_ *tracked // a pointer, so that it does not share a tiny block
	_ [48]byte
}

func track(kept *atomic.Int32) *tracked {
	v := new(tracked)
	kept.Add(1)
	runtime.AddCleanup(v, func(*atomic.Int32) { kept.Add(-1) }, kept)
	return v
}

func collected(t *testing.T, kept *atomic.Int32) {
	t.Helper()
	eventually(t, "collected", func() bool {
		runtime.GC()
		return kept.Load() == 0
	})
}

func TestTakenSlotKeepsNothing(t *testing.T) {
	for name, move := range map[string]func(p *Port[*tracked], kept *atomic.Int32) (int, error){
		"Post and Get": func(p *Port[*tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = p.Post(track(kept))
				_, err2 := p.Get(0)
				n, err = n+1, first(err, err2)
			}
			return n, err
		},
		"PostBatch and GetBatch": func(p *Port[*tracked], kept *atomic.Int32) (int, error) {
			_, err := p.PostBatch([]*tracked{track(kept), track(kept), track(kept)})
			n, err2 := p.GetBatch(make([]*tracked, 4), 0)
			return n, first(err, err2)
		},
		"PostContext and GetContext": func(p *Port[*tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = p.PostContext(context.Background(), track(kept))
				_, err2 := p.GetContext(context.Background())
				n, err = n+1, first(err, err2)
			}
			return n, err
		},
		"PostTimeout and All, closed": func(p *Port[*tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = first(err, p.PostTimeout(track(kept), time.Hour))
			}
			err = first(err, p.Close())
			for range p.All(context.Background()) {
				n++
			}
			return n, err
		},
		"refused": func(p *Port[*tracked], kept *atomic.Int32) (int, error) {
			for range 4 {
				if err := p.Post(nil); err != nil {
					return 0, err
				}
			}
			for range 3 {
				if p.Post(track(kept)) != ErrFull || p.PostTimeout(track(kept), 1000) != ErrTimeout {
					return 0, errTest
				}
			}
			return 3, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := open[*tracked](t, 4)
			var kept atomic.Int32
			n, err := move(p, &kept)
			require.NoError(t, err)
			require.Equal(t, 3, n)
			collected(t, &kept)
			runtime.KeepAlive(p)
		})
	}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// A hand-over leaves nothing in the waiter, which the next wait uses again: the
// same goroutine parks, and nothing of what it had before is kept.
func TestHandOverKeepsNothing(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		for name, get := range map[string]func(p *Port[*tracked], dst []*tracked) (int, error){
			"Get": func(p *Port[*tracked], _ []*tracked) (int, error) {
				_, err := p.Get(Infinite)
				return 1, err
			},
			"GetBatch": func(p *Port[*tracked], dst []*tracked) (int, error) {
				n, err := p.GetBatch(dst, Infinite)
				clear(dst)
				return n, err
			},
		} {
			t.Run(name, func(t *testing.T) {
				p := open[*tracked](t, 8, mode)
				var kept atomic.Int32
				taken := make(chan int)
				over := make(chan error)
				go func() {
					dst := make([]*tracked, 4)
					for {
						n, err := get(p, dst)
						if err != nil {
							over <- err
							return
						}
						taken <- n
					}
				}()
				for range 5 {
					parked(t, p, 1)
					require.NoError(t, p.Post(track(&kept)))
					require.Equal(t, 1, <-taken)
				}
				parked(t, p, 1)
				collected(t, &kept)

				n, err := p.PostBatch([]*tracked{track(&kept), track(&kept), track(&kept)})
				require.NoError(t, err)
				for n > 0 {
					n -= <-taken
				}
				parked(t, p, 1)
				collected(t, &kept)
				require.NoError(t, p.Close())
				require.Equal(t, ErrClosed, <-over)
			})
		}
	})
}

// A port that nobody knows any more goes, and its packets with it, those in rings
// that it has grown by among them.
func TestAbandonedPortIsCollectable(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		var kept atomic.Int32
		ctx, cancel := context.WithCancel(t.Context()) // outlives the port
		defer cancel()
		func() {
			p := open[*tracked](t, 8, mode, WithGrowth(64))
			get := park(t, p, 1)[0]
			require.NoError(t, p.Post(track(&kept)))
			_, err := await(t, get)
			require.NoError(t, err)
			_, err = p.Get(time.Microsecond)
			require.Equal(t, ErrTimeout, err)
			done := async(func() (*tracked, error) { return p.GetContext(ctx) })
			parked(t, p, 1)
			require.Equal(t, 1, p.Interrupt())
			_, err = await(t, done)
			require.Equal(t, ErrInterrupted, err)
			for range 64 {
				require.NoError(t, p.Post(track(&kept)))
			}
			require.Equal(t, ErrTimeout, p.PostTimeout(track(&kept), time.Microsecond))
			kept.Add(1)
			runtime.AddCleanup(p, func(*atomic.Int32) { kept.Add(-1) }, &kept)
		}()
		collected(t, &kept)
	})
}

// steady requires that f, which does n rounds, does not allocate in each. What
// fills up once for each processor, the pools and the runtime's own of what
// sleeps in a select, may need some calls of f; a collection would empty it.
func steady(t *testing.T, n int, f func(n int)) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var counts []uint64
	for range 6 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f(n)
		runtime.ReadMemStats(&after)
		count := after.Mallocs - before.Mallocs
		if count < uint64(n/4) || raceEnabled { // there sync.Pool forgets a quarter of what it is given
			return
		}
		counts = append(counts, count)
	}
	t.Errorf("%d blocks, each time in %d rounds", counts, n)
}

func TestNoWaitAllocatesNothing(t *testing.T) {
	p := open[Packet](t, 64)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	require.NotNil(t, ctx.Done())
	vs, dst := make([]Packet, 16), make([]Packet, 16)
	for name, f := range map[string]func(){
		"Post, Get":               func() { _ = p.Post(vs[0]); _, _ = p.Get(0) },
		"PostTimeout, Get":        func() { _ = p.PostTimeout(vs[0], Infinite); _, _ = p.Get(Infinite) },
		"PostContext, GetContext": func() { _ = p.PostContext(ctx, vs[0]); _, _ = p.GetContext(ctx) },
		"PostBatch, GetBatch":     func() { _, _ = p.PostBatch(vs); _, _ = p.GetBatch(dst, 0) },
		"GetBatchContext":         func() { _, _ = p.PostBatch(vs); _, _ = p.GetBatchContext(ctx, dst) },
		"Get of nothing":          func() { _, _ = p.Get(0) },
		"Len, Cap, Stats":         func() { _, _, _ = p.Len(), p.Cap(), p.Stats() },
		"Interrupt":               func() { _ = p.Interrupt() },
	} {
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
	require.Zero(t, p.Len())
}

func TestTimeoutAllocatesNothing(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[Packet](t, 2, mode)
		dst := make([]Packet, 2)
		steady(t, 400, func(n int) {
			for range n {
				_, _ = p.Get(time.Microsecond)
				_, _ = p.GetBatch(dst, time.Microsecond)
			}
		})
		require.GreaterOrEqual(t, p.Stats().Timeouts, uint64(800))
	})
}

// waiting polls until one Get of p is on the stack. It reads no clock and
// allocates nothing.
func waiting(p *Port[Packet]) {
	for p.Stats().Waiting == 0 {
		runtime.Gosched()
	}
}

// Ping-pong over two ports: whoever posts does so when the other sleeps.
func TestParkAllocatesNothing(t *testing.T) {
	// With few processors a thread that was woken waits long for one of them,
	// while the other side polls.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 8)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	eachMode(t, func(t *testing.T, mode Option) {
		for name, get := range map[string]func(p *Port[Packet], dst []Packet) error{
			"Get":         func(p *Port[Packet], _ []Packet) error { _, err := p.Get(Infinite); return err },
			"Get, timed":  func(p *Port[Packet], _ []Packet) error { _, err := p.Get(time.Hour); return err },
			"GetContext":  func(p *Port[Packet], _ []Packet) error { _, err := p.GetContext(ctx); return err },
			"GetBatch":    func(p *Port[Packet], dst []Packet) error { _, err := p.GetBatch(dst, Infinite); return err },
			"GetBatchCtx": func(p *Port[Packet], dst []Packet) error { _, err := p.GetBatchContext(ctx, dst); return err },
		} {
			t.Run(name, func(t *testing.T) {
				there, back := open[Packet](t, 2, mode), open[Packet](t, 2, mode)
				over := make(chan struct{})
				go func() {
					defer close(over)
					dst := make([]Packet, 2)
					for get(there, dst) == nil {
						waiting(back)
						if back.Post(dst[0]) != nil {
							return
						}
					}
				}()
				dst := make([]Packet, 2)
				steady(t, 500, func(n int) {
					for range n {
						waiting(there)
						if there.Post(dst[0]) != nil || get(back, dst) != nil {
							t.Error("the other one is gone")
							return
						}
					}
				})
				require.NoError(t, there.Close())
				<-over
				require.Greater(t, there.Stats().Parks, uint64(250))
				require.Greater(t, back.Stats().Parks, uint64(250))
			})
		}
	})
}

func TestWaitForRoomAllocatesNothing(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[Packet](t, 2, mode)
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				if _, err := p.Get(Infinite); err != nil {
					return
				}
			}
		}()
		steady(t, 5000, func(n int) {
			for range n {
				if err := p.PostTimeout(Packet{}, Infinite); err != nil {
					t.Error(err)
				}
			}
		})
		require.NoError(t, p.Close())
		<-over
	})
	full := open[Packet](t, 2)
	_, err := full.PostBatch(make([]Packet, 2))
	require.NoError(t, err)
	steady(t, 500, func(n int) {
		for range n {
			_ = full.PostTimeout(Packet{}, time.Microsecond)
		}
	})
	require.GreaterOrEqual(t, full.Stats().Timeouts, uint64(500))
}

// A goroutine that sleeps in a Get keeps the stack that it began with, as one does that
// sleeps on a channel: there may be very many.
func TestStackOfASleeperIsSmall(t *testing.T) {
	// In a process of its own: stacks of goroutines that have ended are used again, and
	// the collector makes those of new ones larger if there are deep ones.
	const own = "adaptivestackstart=0"
	if os.Getenv("GODEBUG") != own {
		self, err := os.Executable()
		require.NoError(t, err)
		cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG="+own)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: "+t.Name())
		return
	}
	const n = 2000
	for _, mode := range []Parking{ParkAuto, ParkGoroutine} {
		p := open[Packet](t, 4, WithParking(mode))
		closed := make(chan error, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			go func() { _, err := p.Get(Infinite); closed <- err }()
			go func() { _, err := p.GetBatch(make([]Packet, 2), Infinite); closed <- err }()
		}
		eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == 2*n })
		runtime.ReadMemStats(&after)
		each := (int64(after.StackInuse) - int64(before.StackInuse)) / (2 * n)
		t.Logf("%d bytes of stack", each)
		most := int64(3 << 10) // the smallest stack is 2048, the next 4096
		if raceEnabled {
			most *= 2 // the detector's frames are larger: one size up
		}
		require.Less(t, each, most)
		defer func() {
			require.NoError(t, p.Close())
			for range 2 * n {
				require.Equal(t, ErrClosed, <-closed)
			}
		}()
	}
}
