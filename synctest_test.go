package iocp

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// In a bubble of testing/synctest, whose clock is set back, timeouts last as long as
// they are to, on that clock.
func TestBubbleNeverEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New[int](2, WithParking(ParkGoroutine))
		require.NoError(t, err)
		begun := time.Now()
		for range 2 { // the second time with the timer of the first
			_, err = p.Get(time.Hour)
			require.Equal(t, ErrTimeout, err)
		}
		require.Equal(t, 2*time.Hour, time.Since(begun))

		got := async(func() (int, error) { return p.Get(time.Hour) })
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, p.Post(7))
		took(t, 7, got)
		require.Equal(t, 2*time.Hour+time.Minute, time.Since(begun))
	})
}

// A timeout is kept as it is, however short: none is rounded.
func TestTimeoutToTheNanosecond(t *testing.T) {
	for _, d := range []time.Duration{1, 999, 100 * time.Microsecond, time.Millisecond + 1, time.Second - 1} {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 2)
			lasts(t, d, func() {
				_, err := p.Get(d)
				require.Equal(t, ErrTimeout, err)
			})
			lasts(t, d, func() {
				_, err := p.GetBatch(make([]int, 2), d)
				require.Equal(t, ErrTimeout, err)
			})
			fill(t, p, 2)
			lasts(t, d, func() { require.Equal(t, ErrTimeout, p.PostTimeout(2, d)) })
		})
	}
}

// wait is a blocking method of a port of ints: a call that waits until it is woken, ctx is
// done, or limit has passed, if it has such a parameter.
type wait struct {
	call  func(p *Port[int], ctx context.Context, limit time.Duration) error
	posts bool // waits for room
	ctx   bool // has a ctx, and no limit
}

var blocking = map[string]wait{
	"Get": {call: func(p *Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.Get(limit)
		return err
	}},
	"GetBatch": {call: func(p *Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.GetBatch(make([]int, 2), limit)
		return err
	}},
	"GetContext": {ctx: true, call: func(p *Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.GetContext(ctx)
		return err
	}},
	"GetBatchContext": {ctx: true, call: func(p *Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.GetBatchContext(ctx, make([]int, 2))
		return err
	}},
	"All": {ctx: true, call: func(p *Port[int], ctx context.Context, _ time.Duration) error {
		for range p.All(ctx) {
			return nil
		}
		switch { // All does not say why
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case p.queue.Closed():
			return ErrClosed
		}
		return ErrInterrupted
	}},
	"PostTimeout": {posts: true, call: func(p *Port[int], _ context.Context, limit time.Duration) error {
		return p.PostTimeout(9, limit)
	}},
	"PostBatchTimeout": {posts: true, call: func(p *Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.PostBatchTimeout([]int{9}, limit)
		return err
	}},
	"PostBatchContext": {posts: true, ctx: true, call: func(p *Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.PostBatchContext(ctx, []int{9})
		return err
	}},
	"PostContext": {posts: true, ctx: true, call: func(p *Port[int], ctx context.Context, _ time.Duration) error {
		return p.PostContext(ctx, 9)
	}},
}

// lasts requires that f takes exactly so long by the clock of its bubble.
func lasts(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	require.Equal(t, d, time.Since(start))
}

// inBubble goes through the ways in which a wait on p can end but by Close, in a bubble, and
// leaves p as it was: empty. The deadlines are as far away as one may be.
func (w wait) inBubble(t *testing.T, p *Port[int]) {
	t.Helper()
	if w.posts {
		for p.Post(0) == nil {
		}
		defer func() {
			for {
				if _, err := p.Get(0); err != nil {
					return
				}
			}
		}()
	}
	end, late := ErrTimeout, error(nil)
	if w.ctx {
		end = context.DeadlineExceeded
	}
	for range 2 { // the second time with what the first has left in the pool
		lasts(t, time.Hour, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			require.Equal(t, end, w.call(p, ctx, time.Hour))
		})
		for _, limit := range []time.Duration{Infinite, time.Hour, 40 * 365 * 24 * time.Hour, math.MaxInt64} {
			for _, interrupted := range []bool{false, true} {
				lasts(t, time.Minute, func() {
					ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
					defer cancel()
					if limit == Infinite {
						ctx = context.Background() // whose Done is nil
					}
					call := asyncErr(func() error { return w.call(p, ctx, limit) })
					time.Sleep(time.Minute)
					switch {
					case interrupted:
						require.Equal(t, 1, p.Interrupt())
						late = ErrInterrupted
					case w.posts:
						_, err := p.Get(0)
						require.NoError(t, err)
						late = nil
					default:
						require.NoError(t, p.Post(1))
						late = nil
					}
					require.Equal(t, late, (<-call).err)
				})
			}
		}
		if w.ctx {
			lasts(t, time.Minute, func() {
				ctx, cancel := context.WithCancelCause(context.Background())
				call := asyncErr(func() error { return w.call(p, ctx, 0) })
				time.Sleep(time.Minute)
				cancel(errTest)
				require.Equal(t, errTest, (<-call).err)
			})
		}
	}
	require.Zero(t, p.Stats().Waiting)
	require.Zero(t, p.Stats().WaitingPosters)
}

// eachMethod runs f for each blocking method, and each way to sleep, the default too.
func eachMethod(t *testing.T, f func(t *testing.T, w wait, opts ...Option)) {
	for name, w := range blocking {
		t.Run(name, func(t *testing.T) {
			t.Run("default", func(t *testing.T) { f(t, w) })
			eachMode(t, func(t *testing.T, mode Option) { f(t, w, mode) })
			t.Run("growing", func(t *testing.T) { f(t, w, WithGrowth(16)) })
		})
	}
}

func TestBubbleEveryMethod(t *testing.T) {
	eachMethod(t, func(t *testing.T, w wait, opts ...Option) {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 2, opts...)
			w.inBubble(t, p)
			for w.posts && p.Post(0) == nil {
			}
			lasts(t, time.Minute, func() {
				call := asyncErr(func() error { return w.call(p, t.Context(), time.Hour) })
				time.Sleep(time.Minute)
				require.NoError(t, p.Close())
				require.Equal(t, ErrClosed, (<-call).err)
			})
		})
	})
}

// A port that is older than a bubble, and outlives it, and another one, and works outside
// between them: no wait meets what a wait elsewhere has left.
func TestBubbleInAndOut(t *testing.T) {
	eachMethod(t, func(t *testing.T, w wait, opts ...Option) {
		p := open[int](t, 2, opts...)
		outside := func() {
			for _, wait := range []time.Duration{time.Microsecond, time.Millisecond} {
				ctx, cancel := context.WithTimeout(t.Context(), wait)
				_, err := p.GetContext(ctx)
				require.Equal(t, context.DeadlineExceeded, err)
				cancel()
				_, err = p.Get(wait)
				require.Equal(t, ErrTimeout, err)
			}
			for range 2 {
				for _, limit := range []time.Duration{Infinite, time.Hour} {
					get := async(func() (int, error) { return p.Get(limit) })
					require.NoError(t, p.PostTimeout(1, Infinite))
					_, err := await(t, get)
					require.NoError(t, err)
				}
			}
		}
		for range 3 {
			synctest.Test(t, func(t *testing.T) { w.inBubble(t, p) })
			synctest.Test(t, func(t *testing.T) { w.inBubble(t, p) })
			outside()
		}
		require.NoError(t, p.Close())
	})
}

// A port that was made, used and left in a bubble works outside, and in the next one.
func TestBubblePortLeaves(t *testing.T) {
	eachMethod(t, func(t *testing.T, w wait, opts ...Option) {
		var p *Port[int]
		synctest.Test(t, func(t *testing.T) {
			p = open[int](t, 2, opts...)
			w.inBubble(t, p)
		})
		_, err := p.Get(time.Microsecond)
		require.Equal(t, ErrTimeout, err)
		synctest.Test(t, func(t *testing.T) { w.inBubble(t, p) })
		get := park(t, p, 1)[0]
		require.NoError(t, p.Post(3))
		took(t, 3, get)
	})
}

// A port grows by a burst in one bubble, and goes on elsewhere.
func TestBubbleGrowth(t *testing.T) {
	p := open[int](t, 2, WithGrowth(0))
	burst := func() {
		for i := range 500 {
			require.NoError(t, p.Post(i))
		}
		for i := range 500 {
			v, err := p.Get(time.Second)
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		_, err := p.Get(time.Millisecond)
		require.Equal(t, ErrTimeout, err)
	}
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			burst()
			time.Sleep(time.Second)
			burst()
		})
		burst()
	}
	require.NoError(t, p.Close())
}

func TestBubbleHandles(t *testing.T) {
	outside, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, CloseHandle(outside)) }()
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			own, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
			require.NoError(t, err)
			for _, h := range []Handle{own, outside} {
				lasts(t, time.Second, func() { dequeue(h, 1000).equal(t, nothing(ErrTimeout)) })
				lasts(t, time.Second, func() {
					_, err := dequeueEx(t, h, 2, 1000)
					require.Equal(t, ErrTimeout, err)
				})
				for _, timeout := range []uint32{INFINITE, INFINITE - 1} {
					lasts(t, 2*time.Minute, func() {
						get := asyncDequeue(h, timeout)
						time.Sleep(time.Minute)
						require.NoError(t, PostQueuedCompletionStatus(h, 1, 2, nil))
						require.NoError(t, (<-get).err)
						batch := asyncDequeueEx(t, h, 2, timeout)
						time.Sleep(time.Minute)
						require.NoError(t, SetIoCompletion(h, 1, nil, 0, 2))
						r := <-batch
						require.NoError(t, r.err)
						require.Len(t, r.v, 1)
					})
				}
			}
			get := asyncDequeue(own, INFINITE)
			time.Sleep(time.Minute)
			require.NoError(t, CloseHandle(own))
			g := <-get
			g.v.equal(t, nothing(ErrClosed))
		})
		dequeue(outside, 1).equal(t, nothing(ErrTimeout))
	}
}
