package iocp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"

	"github.com/iocp-go/iocp/waiter"
)

// postsBatch are the two ways to post a batch that waits, with an hour's limit.
var postsBatch = map[string]func(p *Port[int], ctx context.Context, vs []int) (int, error){
	"PostBatchTimeout": func(p *Port[int], _ context.Context, vs []int) (int, error) {
		return p.PostBatchTimeout(vs, time.Hour)
	},
	"PostBatchContext": func(p *Port[int], ctx context.Context, vs []int) (int, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Hour, ErrTimeout)
		defer cancel()
		return p.PostBatchContext(ctx, vs)
	},
}

// A batch that is larger than the port waits for room as often as it takes, and stays in order.
func TestPostBatchWaitsForAll(t *testing.T) {
	for name, post := range postsBatch {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 4)
			done := rig.Async(func() (int, error) { return post(p, t.Context(), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) })
			for _, take := range []int{1, 3, 4, 2} {
				synctest.Wait()
				require.Equal(t, 1, p.Stats().WaitingPosters+len(done), name)
				first, err := p.Get(0)
				require.NoError(t, err)
				for i := 1; i < take; i++ {
					v, err := p.Get(0)
					require.NoError(t, err)
					require.Equal(t, first+i, v, name)
				}
			}
			rig.Took(t, 10, done)
			require.Zero(t, p.Len())
			require.EqualValues(t, 1, p.Stats().Refused, "one call waited")
		})
	}
}

// However the wait ends, n says how many packets are in the queue.
func TestPostBatchEndsEarly(t *testing.T) {
	for name, post := range postsBatch {
		for end, c := range map[string]struct {
			f    func(p *Port[int], cancel context.CancelCauseFunc)
			want error
		}{
			"time":      {func(*Port[int], context.CancelCauseFunc) { time.Sleep(time.Hour) }, ErrTimeout},
			"Close":     {func(p *Port[int], _ context.CancelCauseFunc) { require.NoError(t, p.Close()) }, ErrClosed},
			"Interrupt": {func(p *Port[int], _ context.CancelCauseFunc) { require.Equal(t, 1, p.Interrupt()) }, ErrInterrupted},
			"cancel":    {func(_ *Port[int], cancel context.CancelCauseFunc) { cancel(rig.ErrTest) }, rig.ErrTest},
		} {
			if end == "cancel" && name == "PostBatchTimeout" {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				p := open[int](t, 2)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				done := rig.Async(func() (int, error) { return post(p, ctx, []int{0, 1, 2, 3, 4}) })
				synctest.Wait()
				_, err := p.Get(0) // room for one, which the poster takes
				require.NoError(t, err)
				synctest.Wait()
				c.f(p, cancel)
				r := <-done
				require.Equal(t, c.want, r.Err, "%s, %s", name, end)
				require.Equal(t, 3, r.V, "%s, %s", name, end)
				left := make([]int, 4)
				n, err := p.GetBatch(left, 0)
				require.NoError(t, err)
				require.Equal(t, []int{1, 2}, left[:n])
			})
		}
	}
}

// Without a wait there is a prefix, and ErrTimeout instead of ErrFull.
func TestPostBatchTimeoutZero(t *testing.T) {
	p := open[int](t, 4)
	vs := []int{0, 1, 2, 3, 4, 5}
	for _, want := range []int{4, 0} {
		n, err := p.PostBatchTimeout(vs, 0)
		require.Equal(t, ErrTimeout, err)
		require.Equal(t, want, n)
	}
	drain(t, p, 0, 4)
	n, err := p.PostBatchTimeout(vs[:4], 0)
	require.NoError(t, err)
	require.Equal(t, 4, n)
	for _, vs := range [][]int{nil, {}} { // nothing to wait for
		n, err = p.PostBatchTimeout(vs, Infinite)
		require.NoError(t, err)
		require.Zero(t, n)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(rig.ErrTest)
	drain(t, p, 0, 4)
	n, err = p.PostBatchContext(ctx, vs)
	require.Equal(t, rig.ErrTest, err)
	require.Zero(t, n)
	require.Zero(t, p.Len(), "the context was done before")
}

// roomy is a port's room that is there each time a poster looks, and the clock runs on.
type roomy struct {
	*room[int]
	at func()
}

func (q roomy) Idle() bool { q.at(); return q.room.Idle() }

// Room that comes in time for each packet does not outlast the deadline or the context.
func TestPostBatchEndsBesideRoom(t *testing.T) {
	for name, post := range postsBatch {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 2, WithParking(ParkGoroutine))
			taken := 0
			p.posts.Init(roomy{(*room[int])(p), func() { // a poster's last look before it sleeps
				time.Sleep(20 * time.Minute)
				if _, ok := p.queue.TryPop(); ok { // which tells no poster
					taken++
				}
			}}, waiter.OldestFirst, waiter.Moved, ParkGoroutine, parkers)
			n, err := post(p, t.Context(), make([]int, 100))
			require.Equal(t, ErrTimeout, err, name)
			require.Less(t, n, 10, name)
			require.Equal(t, n, taken+p.Len(), name)
		})
	}
}

func TestPostBatchAllocatesNothing(t *testing.T) {
	p := open[Packet](t, 16)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	vs, dst := make([]Packet, 16), make([]Packet, 16)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _ = p.PostBatchTimeout(vs, time.Hour)
		_, _ = p.PostBatchTimeout(vs, 0)
		_, _ = p.GetBatch(dst, 0)
		_, _ = p.PostBatchContext(ctx, vs)
		_, _ = p.GetBatch(dst, 0)
	}))
}
