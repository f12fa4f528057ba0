package leaks

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestNoWaitAllocatesNothing(t *testing.T) {
	p := ports.Open[iocp.Packet](t, 64)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	require.NotNil(t, ctx.Done())
	vs, dst := make([]iocp.Packet, 16), make([]iocp.Packet, 16)
	for name, f := range map[string]func(){
		"Post, Get":               func() { _ = p.Post(vs[0]); _, _ = p.Get(0) },
		"PostTimeout, Get":        func() { _ = p.PostTimeout(vs[0], iocp.Infinite); _, _ = p.Get(iocp.Infinite) },
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
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[iocp.Packet](t, 2, mode)
		dst := make([]iocp.Packet, 2)
		rig.Steady(t, 400, func(n int) {
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
func waiting(p *iocp.Port[iocp.Packet]) {
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
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		for name, get := range map[string]func(p *iocp.Port[iocp.Packet], dst []iocp.Packet) error{
			"Get":        func(p *iocp.Port[iocp.Packet], _ []iocp.Packet) error { _, err := p.Get(iocp.Infinite); return err },
			"Get, timed": func(p *iocp.Port[iocp.Packet], _ []iocp.Packet) error { _, err := p.Get(time.Hour); return err },
			"GetContext": func(p *iocp.Port[iocp.Packet], _ []iocp.Packet) error { _, err := p.GetContext(ctx); return err },
			"GetBatch": func(p *iocp.Port[iocp.Packet], dst []iocp.Packet) error {
				_, err := p.GetBatch(dst, iocp.Infinite)
				return err
			},
			"GetBatchCtx": func(p *iocp.Port[iocp.Packet], dst []iocp.Packet) error {
				_, err := p.GetBatchContext(ctx, dst)
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				there, back := ports.Open[iocp.Packet](t, 2, mode), ports.Open[iocp.Packet](t, 2, mode)
				over := make(chan struct{})
				go func() {
					defer close(over)
					dst := make([]iocp.Packet, 2)
					for get(there, dst) == nil {
						waiting(back)
						if back.Post(dst[0]) != nil {
							return
						}
					}
				}()
				dst := make([]iocp.Packet, 2)
				rig.Steady(t, 500, func(n int) {
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
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[iocp.Packet](t, 2, mode)
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				if _, err := p.Get(iocp.Infinite); err != nil {
					return
				}
			}
		}()
		rig.Steady(t, 5000, func(n int) {
			for range n {
				if err := p.PostTimeout(iocp.Packet{}, iocp.Infinite); err != nil {
					t.Error(err)
				}
			}
		})
		require.NoError(t, p.Close())
		<-over
	})
	full := ports.Open[iocp.Packet](t, 2)
	_, err := full.PostBatch(make([]iocp.Packet, 2))
	require.NoError(t, err)
	rig.Steady(t, 500, func(n int) {
		for range n {
			_ = full.PostTimeout(iocp.Packet{}, time.Microsecond)
		}
	})
	require.GreaterOrEqual(t, full.Stats().Timeouts, uint64(500))
}

func TestHandleAllocatesNothing(t *testing.T) {
	h, closed := ports.Create(t), ports.Create(t)
	require.NoError(t, iocp.CloseHandle(closed))
	var (
		qty        uint32
		key        uintptr
		overlapped *iocp.Overlapped
		entries    = make([]iocp.OverlappedEntry, 100)
	)
	for name, call := range map[string]func(){
		"Get": func() {
			iocp.PostQueuedCompletionStatus(h, 1, 2, &ports.InData)
			iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, iocp.INFINITE)
		},
		"Ex": func() {
			iocp.PostQueuedCompletionStatus(h, 1, 2, &ports.InData)
			iocp.GetQueuedCompletionStatusEx(h, entries, iocp.INFINITE, false)
		},
		"timeouts": func() {
			iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, 0)
			iocp.GetQueuedCompletionStatusEx(h, entries, 0, false)
		},
		"errors": func() {
			for _, bad := range []iocp.Handle{0, closed, iocp.InvalidHandle} {
				iocp.PostQueuedCompletionStatus(bad, 1, 2, nil)
				iocp.GetQueuedCompletionStatus(bad, &qty, &key, &overlapped, iocp.INFINITE)
				iocp.GetQueuedCompletionStatusEx(bad, entries, iocp.INFINITE, false)
				iocp.CloseHandle(bad)
				iocp.CreateIoCompletionPort(bad, bad, 0, 0)
			}
		},
	} {
		require.Zero(t, testing.AllocsPerRun(50, call), name)
	}
	rig.Steady(t, 50, func(n int) {
		for range n {
			iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, 1)
		}
	})
}

// large is no variable of a function, which the compiler would put on the heap.
var large [129 << 10]byte

// Packets beyond what the compiler leaves on a stack are not put on the heap.
func TestLargePacketsAllocateNothing(t *testing.T) {
	p := ports.Open[[129 << 10]byte](t, 2)
	for name, f := range map[string]func(){
		"Get of nothing":     func() { p.Get(0) },
		"Post, Get":          func() { p.Post(large); p.Get(0) },
		"Post to a full one": func() { p.Post(large); p.Post(large); p.Post(large) },
		"PostTimeout":        func() { p.PostTimeout(large, 0) },
	} {
		require.Zero(t, testing.AllocsPerRun(20, f), name)
	}
}
