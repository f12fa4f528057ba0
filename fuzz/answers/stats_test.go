package answers

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// counted is the counts of p that tell who waited and what was moved.
func counted(p *iocp.Port[int]) iocp.Stats {
	s := p.Stats()
	s.Refused, s.Len, s.Cap = 0, 0, 0
	return s
}

// Waits of posters are counted as those of takers are, but for their packets, which are no
// hand-offs: a poster hands over, and is handed nothing.
func TestStatsOfPosters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := ports.Open[int](t, 2)
		ports.Fill(t, p, 2)
		want := iocp.Stats{Posted: 2}
		require.Equal(t, iocp.ErrTimeout, p.PostTimeout(2, time.Second))
		want.Parks, want.Timeouts = 1, 1
		require.Equal(t, want, counted(p))

		post := rig.AsyncErr(func() error { return p.PostTimeout(2, iocp.Infinite) })
		synctest.Wait()
		want.Parks, want.WaitingPosters = 2, 1
		require.Equal(t, want, counted(p))
		_, err := p.Get(0) // makes room, and moves the packet there
		require.NoError(t, err)
		want.WaitingPosters, want.Posted, want.Taken, want.Wakes = 0, 3, 1, 1
		require.Equal(t, want, counted(p))
		require.NoError(t, (<-post).Err)

		post = rig.AsyncErr(func() error { return p.PostTimeout(3, iocp.Infinite) })
		synctest.Wait()
		require.Equal(t, 1, p.Interrupt())
		require.Equal(t, iocp.ErrInterrupted, (<-post).Err)
		want.Parks, want.Wakes = 3, 2
		require.Equal(t, want, counted(p))

		ctx, cancel := context.WithCancel(t.Context())
		post = rig.AsyncErr(func() error { return p.PostContext(ctx, 3) })
		synctest.Wait()
		cancel()
		require.Equal(t, context.Canceled, (<-post).Err)
		want.Parks = 4 // neither woken nor timed out
		require.Equal(t, want, counted(p))

		post = rig.AsyncErr(func() error { return p.PostTimeout(3, iocp.Infinite) })
		synctest.Wait()
		require.NoError(t, p.Close())
		require.Equal(t, iocp.ErrClosed, (<-post).Err)
		want.Parks, want.Wakes = 5, 3
		require.Equal(t, want, counted(p))
	})
}

// A batch counts as its packets, and a packet that is handed over as posted and as taken,
// whether it went through the queue or not.
func TestStatsOfBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := ports.Open[int](t, 8, iocp.WithConcurrency(8))
		n, err := p.PostBatch(make([]int, 5))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		require.Equal(t, iocp.Stats{Posted: 5}, counted(p))
		n, err = p.GetBatch(make([]int, 3), 0)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, iocp.Stats{Posted: 5, Taken: 3}, counted(p))
		n, err = p.GetBatchContext(t.Context(), make([]int, 3))
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, iocp.Stats{Posted: 5, Taken: 5}, counted(p))

		var gets []<-chan rig.Result[int]
		for range 3 {
			gets = append(gets, rig.Async(func() (int, error) { return p.Get(iocp.Infinite) }))
			synctest.Wait()
		}
		require.Equal(t, iocp.Stats{Posted: 5, Taken: 5, Parks: 3, Waiting: 3}, counted(p))
		require.NoError(t, p.Post(0)) // past the queue
		require.NoError(t, (<-gets[2]).Err)
		require.Equal(t, iocp.Stats{Posted: 6, Taken: 6, HandOffs: 1, Parks: 3, Wakes: 1, Waiting: 2}, counted(p))
		n, err = p.PostBatch(make([]int, 3)) // through it
		require.NoError(t, err)
		require.Equal(t, 3, n)
		synctest.Wait()
		require.Equal(t, iocp.Stats{Posted: 9, Taken: 8, HandOffs: 3, Parks: 3, Wakes: 3}, counted(p))
		require.Equal(t, 1, p.Len())
		n, err = p.PostBatch(make([]int, 9)) // the prefix counts
		require.Equal(t, iocp.ErrFull, err)
		require.Equal(t, 7, n)
		require.Equal(t, iocp.Stats{Posted: 16, Taken: 8, HandOffs: 3, Parks: 3, Wakes: 3}, counted(p))
	})
}
