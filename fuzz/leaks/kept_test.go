package leaks

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestTakenSlotKeepsNothing(t *testing.T) {
	for name, move := range map[string]func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (int, error){
		"Post and Get": func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = p.Post(rig.Track(kept))
				_, err2 := p.Get(0)
				n, err = n+1, rig.First(err, err2)
			}
			return n, err
		},
		"PostBatch and GetBatch": func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (int, error) {
			_, err := p.PostBatch([]*rig.Tracked{rig.Track(kept), rig.Track(kept), rig.Track(kept)})
			n, err2 := p.GetBatch(make([]*rig.Tracked, 4), 0)
			return n, rig.First(err, err2)
		},
		"PostContext and GetContext": func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = p.PostContext(context.Background(), rig.Track(kept))
				_, err2 := p.GetContext(context.Background())
				n, err = n+1, rig.First(err, err2)
			}
			return n, err
		},
		"PostTimeout and All, closed": func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (n int, err error) {
			for range 3 {
				err = rig.First(err, p.PostTimeout(rig.Track(kept), time.Hour))
			}
			err = rig.First(err, p.Close())
			for range p.All(context.Background()) {
				n++
			}
			return n, err
		},
		"refused": func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) (int, error) {
			for range 4 {
				if err := p.Post(nil); err != nil {
					return 0, err
				}
			}
			for range 3 {
				if p.Post(rig.Track(kept)) != iocp.ErrFull || p.PostTimeout(rig.Track(kept), 1000) != iocp.ErrTimeout {
					return 0, rig.ErrTest
				}
			}
			return 3, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := ports.Open[*rig.Tracked](t, 4)
			var kept atomic.Int32
			n, err := move(p, &kept)
			require.NoError(t, err)
			require.Equal(t, 3, n)
			rig.Collected(t, &kept)
			runtime.KeepAlive(p)
		})
	}
}

// A hand-over leaves nothing in the waiter, which the next wait uses again: the
// same goroutine parks, and nothing of what it had before is kept.
func TestHandOverKeepsNothing(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		for name, get := range map[string]func(p *iocp.Port[*rig.Tracked], dst []*rig.Tracked) (int, error){
			"Get": func(p *iocp.Port[*rig.Tracked], _ []*rig.Tracked) (int, error) {
				_, err := p.Get(iocp.Infinite)
				return 1, err
			},
			"GetBatch": func(p *iocp.Port[*rig.Tracked], dst []*rig.Tracked) (int, error) {
				n, err := p.GetBatch(dst, iocp.Infinite)
				clear(dst)
				return n, err
			},
		} {
			t.Run(name, func(t *testing.T) {
				p := ports.Open[*rig.Tracked](t, 8, mode)
				var kept atomic.Int32
				taken := make(chan int)
				over := make(chan error)
				go func() {
					dst := make([]*rig.Tracked, 4)
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
					ports.Parked(t, p, 1)
					require.NoError(t, p.Post(rig.Track(&kept)))
					require.Equal(t, 1, <-taken)
				}
				ports.Parked(t, p, 1)
				rig.Collected(t, &kept)

				n, err := p.PostBatch([]*rig.Tracked{rig.Track(&kept), rig.Track(&kept), rig.Track(&kept)})
				require.NoError(t, err)
				for n > 0 {
					n -= <-taken
				}
				ports.Parked(t, p, 1)
				rig.Collected(t, &kept)
				require.NoError(t, p.Close())
				require.Equal(t, iocp.ErrClosed, <-over)
			})
		}
	})
}

// A port that nobody knows any more goes, and its packets with it, those in rings
// that it has grown by among them.
func TestAbandonedPortIsCollectable(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		var kept atomic.Int32
		ctx, cancel := context.WithCancel(t.Context()) // outlives the port
		defer cancel()
		func() {
			p := ports.Open[*rig.Tracked](t, 8, mode, iocp.WithGrowth(64))
			get := ports.Park(t, p, 1)[0]
			require.NoError(t, p.Post(rig.Track(&kept)))
			_, err := rig.Await(t, get)
			require.NoError(t, err)
			_, err = p.Get(time.Microsecond)
			require.Equal(t, iocp.ErrTimeout, err)
			done := rig.Async(func() (*rig.Tracked, error) { return p.GetContext(ctx) })
			ports.Parked(t, p, 1)
			require.Equal(t, 1, p.Interrupt())
			_, err = rig.Await(t, done)
			require.Equal(t, iocp.ErrInterrupted, err)
			for range 64 {
				require.NoError(t, p.Post(rig.Track(&kept)))
			}
			require.Equal(t, iocp.ErrTimeout, p.PostTimeout(rig.Track(&kept), time.Microsecond))
			kept.Add(1)
			runtime.AddCleanup(p, func(*atomic.Int32) { kept.Add(-1) }, &kept)
		}()
		rig.Collected(t, &kept)
	})
}

func TestHandleKeepsNothing(t *testing.T) {
	h := ports.Create(t)
	var kept atomic.Int32
	post := func() {
		o := new(iocp.Overlapped)
		kept.Add(1)
		runtime.AddCleanup(o, func(*atomic.Int32) { kept.Add(-1) }, &kept)
		require.NoError(t, iocp.PostQueuedCompletionStatus(h, 1, 2, o))
	}
	for range 200 { // more than the port has room for before it grows
		post()
	}
	for range 130 {
		ports.Dequeue(h, 0)
	}
	_, err := ports.DequeueEx(t, h, 100, 0)
	require.NoError(t, err)
	rig.Collected(t, &kept)
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}
