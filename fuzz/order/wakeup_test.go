package order

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

const stop = -1 // the packet that stops a worker

// workers starts n of them, each of which takes packets until it takes a stop,
// and calls onStop then.
func workers(t *testing.T, p *iocp.Port[int], n int, onStop func()) (wait func(), work *atomic.Int64) {
	var wg sync.WaitGroup
	work = new(atomic.Int64)
	for range n {
		wg.Go(func() {
			for {
				v, err := p.Get(iocp.Infinite)
				if err != nil {
					t.Error(err)
					return
				}
				if v == stop {
					onStop()
					return
				}
				work.Add(1)
			}
		})
	}
	return wg.Wait, work
}

func TestStopPacketForEachWorker(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		const n, packets = 5, 500
		p := ports.Open[int](t, 16, mode)
		wait, work := workers(t, p, n, func() {})
		for range packets {
			require.NoError(t, p.PostTimeout(1, iocp.Infinite))
		}
		for range n {
			require.NoError(t, p.PostTimeout(stop, iocp.Infinite))
		}
		wait()
		require.Equal(t, int64(packets), work.Load())
		require.Zero(t, p.Len())
	})
}

func TestOneStopPacketReposted(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		const n, packets = 5, 500
		p := ports.Open[int](t, 16, mode)
		wait, work := workers(t, p, n, func() {
			if err := p.Post(stop); err != nil {
				t.Error(err)
			}
		})
		for range packets {
			require.NoError(t, p.PostTimeout(1, iocp.Infinite))
		}
		require.NoError(t, p.PostTimeout(stop, iocp.Infinite))
		wait()
		require.Equal(t, int64(packets), work.Load())
		v, err := p.Get(0) // the last one's
		require.NoError(t, err)
		require.Equal(t, stop, v)
	})
}

// The two tests here hunt for the lost wake-up: one side goes to sleep just when
// the other, for the only time, makes what it sleeps for. Nobody else would wake
// it. The pauses move the one past the other.

// pause lasts for some tens of nanoseconds times n.
func pause(n int) {
	for range n {
		_ = time.Now()
	}
}

func TestPostRacingParkStrandsNobody(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		var taken atomic.Int64
		over := rig.AsyncErr(func() error {
			for {
				if _, err := p.Get(iocp.Infinite); err != nil {
					return err
				}
				taken.Add(1)
			}
		})
		end := time.Now().Add(300 * time.Millisecond)
		for i := 0; i < 1000 || time.Now().Before(end); i++ {
			pause(i % 64)
			require.NoError(t, p.Post(i))
			rig.Eventually(t, "taken", func() bool { return taken.Load() == int64(i+1) })
		}
		require.NoError(t, p.Close())
		_, err := rig.Await(t, over)
		require.Equal(t, iocp.ErrClosed, err)
	})
}

func TestPostTimeout_GetRacingPark(t *testing.T) {
	p := ports.Open[int](t, 2)
	_, err := p.PostBatch([]int{0, 0})
	require.NoError(t, err)
	var posted atomic.Int64
	over := rig.AsyncErr(func() error {
		for {
			if err := p.PostTimeout(0, iocp.Infinite); err != nil {
				return err
			}
			posted.Add(1)
		}
	})
	end := time.Now().Add(300 * time.Millisecond)
	for i := 0; i < 1000 || time.Now().Before(end); i++ {
		pause(i % 64)
		_, err := p.Get(0)
		require.NoError(t, err)
		rig.Eventually(t, "posted", func() bool { return posted.Load() == int64(i+1) })
	}
	require.NoError(t, p.Close())
	_, err = rig.Await(t, over)
	require.Equal(t, iocp.ErrClosed, err)
}
