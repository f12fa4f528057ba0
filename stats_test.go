package iocp

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

// counted is the counts of p that tell who waited and what was moved.
func counted(p *Port[int]) Stats {
	s := p.Stats()
	s.Refused, s.Len, s.Cap = 0, 0, 0
	return s
}

// Waits of posters are counted as those of takers are, but for their packets, which are no
// hand-offs: a poster hands over, and is handed nothing.
func TestStatsOfPosters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 2)
		fill(t, p, 2)
		want := Stats{Posted: 2}
		require.Equal(t, ErrTimeout, p.PostTimeout(2, time.Second))
		want.Parks, want.Timeouts = 1, 1
		require.Equal(t, want, counted(p))

		post := asyncErr(func() error { return p.PostTimeout(2, Infinite) })
		synctest.Wait()
		want.Parks, want.WaitingPosters = 2, 1
		require.Equal(t, want, counted(p))
		_, err := p.Get(0) // makes room, and moves the packet there
		require.NoError(t, err)
		want.WaitingPosters, want.Posted, want.Taken, want.Wakes = 0, 3, 1, 1
		require.Equal(t, want, counted(p))
		require.NoError(t, (<-post).err)

		post = asyncErr(func() error { return p.PostTimeout(3, Infinite) })
		synctest.Wait()
		require.Equal(t, 1, p.Interrupt())
		require.Equal(t, ErrInterrupted, (<-post).err)
		want.Parks, want.Wakes = 3, 2
		require.Equal(t, want, counted(p))

		ctx, cancel := context.WithCancel(t.Context())
		post = asyncErr(func() error { return p.PostContext(ctx, 3) })
		synctest.Wait()
		cancel()
		require.Equal(t, context.Canceled, (<-post).err)
		want.Parks = 4 // neither woken nor timed out
		require.Equal(t, want, counted(p))

		post = asyncErr(func() error { return p.PostTimeout(3, Infinite) })
		synctest.Wait()
		require.NoError(t, p.Close())
		require.Equal(t, ErrClosed, (<-post).err)
		want.Parks, want.Wakes = 5, 3
		require.Equal(t, want, counted(p))
	})
}

// A batch counts as its packets, and a packet that is handed over as posted and as taken,
// whether it went through the queue or not.
func TestStatsOfBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 8, WithConcurrency(8))
		n, err := p.PostBatch(make([]int, 5))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		require.Equal(t, Stats{Posted: 5}, counted(p))
		n, err = p.GetBatch(make([]int, 3), 0)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, Stats{Posted: 5, Taken: 3}, counted(p))
		n, err = p.GetBatchContext(t.Context(), make([]int, 3))
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, Stats{Posted: 5, Taken: 5}, counted(p))

		var gets []<-chan result[int]
		for range 3 {
			gets = append(gets, async(func() (int, error) { return p.Get(Infinite) }))
			synctest.Wait()
		}
		require.Equal(t, Stats{Posted: 5, Taken: 5, Parks: 3, Waiting: 3}, counted(p))
		require.NoError(t, p.Post(0)) // past the queue
		require.NoError(t, (<-gets[2]).err)
		require.Equal(t, Stats{Posted: 6, Taken: 6, HandOffs: 1, Parks: 3, Wakes: 1, Waiting: 2}, counted(p))
		n, err = p.PostBatch(make([]int, 3)) // through it
		require.NoError(t, err)
		require.Equal(t, 3, n)
		synctest.Wait()
		require.Equal(t, Stats{Posted: 9, Taken: 8, HandOffs: 3, Parks: 3, Wakes: 3}, counted(p))
		require.Equal(t, 1, p.Len())
		n, err = p.PostBatch(make([]int, 9)) // the prefix counts
		require.Equal(t, ErrFull, err)
		require.Equal(t, 7, n)
		require.Equal(t, Stats{Posted: 16, Taken: 8, HandOffs: 3, Parks: 3, Wakes: 3}, counted(p))
	})
}

// A wait that ends while its caller watches the queue counts as such, and as nothing else.
func TestStatsOfWatchers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // with one nobody watches
	p := open[int](t, 2)
	require.NoError(t, p.Post(1))
	want := Stats{Posted: 1}
	for range 2 {
		eventually(t, "a caller watches, and is served", func() bool {
			var poll waiter.Poll
			for range 3 { // it yields, watches, and finds the packet
				if !p.takers.Again(&poll, waiter.Forever) {
					return false
				}
			}
			p.takers.Done(&poll, true)
			return p.Stats().Spun != want.Spun
		})
		want.Spun++
		require.Equal(t, want, counted(p))
	}
}
