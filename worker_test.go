package iocp

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

const stop = -1 // the packet that stops a worker

// workers starts n of them, each of which takes packets until it takes a stop,
// and calls onStop then.
func workers(t *testing.T, p *Port[int], n int, onStop func()) (wait func(), work *atomic.Int64) {
	var wg sync.WaitGroup
	work = new(atomic.Int64)
	for range n {
		wg.Go(func() {
			for {
				v, err := p.Get(Infinite)
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
	eachMode(t, func(t *testing.T, mode Option) {
		const n, packets = 5, 500
		p := open[int](t, 16, mode)
		wait, work := workers(t, p, n, func() {})
		for range packets {
			require.NoError(t, p.PostTimeout(1, Infinite))
		}
		for range n {
			require.NoError(t, p.PostTimeout(stop, Infinite))
		}
		wait()
		require.Equal(t, int64(packets), work.Load())
		require.Zero(t, p.Len())
	})
}

func TestOneStopPacketReposted(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		const n, packets = 5, 500
		p := open[int](t, 16, mode)
		wait, work := workers(t, p, n, func() {
			if err := p.Post(stop); err != nil {
				t.Error(err)
			}
		})
		for range packets {
			require.NoError(t, p.PostTimeout(1, Infinite))
		}
		require.NoError(t, p.PostTimeout(stop, Infinite))
		wait()
		require.Equal(t, int64(packets), work.Load())
		v, err := p.Get(0) // the last one's
		require.NoError(t, err)
		require.Equal(t, stop, v)
	})
}
