package waits

import (
	"context"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// In a bubble of testing/synctest, whose clock is set back, timeouts last as long as
// they are to, on that clock.
func TestBubbleNeverEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := iocp.New[int](2, iocp.WithParking(iocp.ParkGoroutine))
		require.NoError(t, err)
		begun := time.Now()
		for range 2 { // the second time with the timer of the first
			_, err = p.Get(time.Hour)
			require.Equal(t, iocp.ErrTimeout, err)
		}
		require.Equal(t, 2*time.Hour, time.Since(begun))

		got := rig.Async(func() (int, error) { return p.Get(time.Hour) })
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, p.Post(7))
		rig.Took(t, 7, got)
		require.Equal(t, 2*time.Hour+time.Minute, time.Since(begun))
	})
}

// A timeout is kept as it is, however short: none is rounded.
func TestTimeoutToTheNanosecond(t *testing.T) {
	for _, d := range []time.Duration{1, 999, 100 * time.Microsecond, time.Millisecond + 1, time.Second - 1} {
		synctest.Test(t, func(t *testing.T) {
			p := ports.Open[int](t, 2)
			rig.Lasts(t, d, func() {
				_, err := p.Get(d)
				require.Equal(t, iocp.ErrTimeout, err)
			})
			rig.Lasts(t, d, func() {
				_, err := p.GetBatch(make([]int, 2), d)
				require.Equal(t, iocp.ErrTimeout, err)
			})
			ports.Fill(t, p, 2)
			rig.Lasts(t, d, func() { require.Equal(t, iocp.ErrTimeout, p.PostTimeout(2, d)) })
		})
	}
}

// inBubble goes through the ways in which a wait on p can end but by Close, in a bubble, and
// leaves p as it was: empty. The deadlines are as far away as one may be.
func inBubble(t *testing.T, w ports.Wait, p *iocp.Port[int]) {
	t.Helper()
	if w.Posts {
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
	end, late := iocp.ErrTimeout, error(nil)
	if w.Ctx {
		end = context.DeadlineExceeded
	}
	for range 2 { // the second time with what the first has left in the pool
		rig.Lasts(t, time.Hour, func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			defer cancel()
			require.Equal(t, end, w.Call(p, ctx, time.Hour))
		})
		for _, limit := range []time.Duration{iocp.Infinite, time.Hour, 40 * 365 * 24 * time.Hour, math.MaxInt64} {
			for _, interrupted := range []bool{false, true} {
				rig.Lasts(t, time.Minute, func() {
					ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
					defer cancel()
					if limit == iocp.Infinite {
						ctx = context.Background() // whose Done is nil
					}
					call := rig.AsyncErr(func() error { return w.Call(p, ctx, limit) })
					time.Sleep(time.Minute)
					switch {
					case interrupted:
						require.Equal(t, 1, p.Interrupt())
						late = iocp.ErrInterrupted
					case w.Posts:
						_, err := p.Get(0)
						require.NoError(t, err)
						late = nil
					default:
						require.NoError(t, p.Post(1))
						late = nil
					}
					require.Equal(t, late, (<-call).Err)
				})
			}
		}
		if w.Ctx {
			rig.Lasts(t, time.Minute, func() {
				ctx, cancel := context.WithCancelCause(context.Background())
				call := rig.AsyncErr(func() error { return w.Call(p, ctx, 0) })
				time.Sleep(time.Minute)
				cancel(rig.ErrTest)
				require.Equal(t, rig.ErrTest, (<-call).Err)
			})
		}
	}
	require.Zero(t, p.Stats().Waiting)
	require.Zero(t, p.Stats().WaitingPosters)
}

// eachMethod runs f for each blocking method, and each way to sleep, the default too.
func eachMethod(t *testing.T, f func(t *testing.T, w ports.Wait, opts ...iocp.Option)) {
	for name, w := range ports.Blocking {
		t.Run(name, func(t *testing.T) {
			t.Run("default", func(t *testing.T) { f(t, w) })
			ports.EachMode(t, func(t *testing.T, mode iocp.Option) { f(t, w, mode) })
			t.Run("growing", func(t *testing.T) { f(t, w, iocp.WithGrowth(16)) })
		})
	}
}

func TestBubbleEveryMethod(t *testing.T) {
	eachMethod(t, func(t *testing.T, w ports.Wait, opts ...iocp.Option) {
		synctest.Test(t, func(t *testing.T) {
			p := ports.Open[int](t, 2, opts...)
			inBubble(t, w, p)
			for w.Posts && p.Post(0) == nil {
			}
			rig.Lasts(t, time.Minute, func() {
				call := rig.AsyncErr(func() error { return w.Call(p, t.Context(), time.Hour) })
				time.Sleep(time.Minute)
				require.NoError(t, p.Close())
				require.Equal(t, iocp.ErrClosed, (<-call).Err)
			})
		})
	})
}

// A port that is older than a bubble, and outlives it, and another one, and works outside
// between them: no wait meets what a wait elsewhere has left.
func TestBubbleInAndOut(t *testing.T) {
	eachMethod(t, func(t *testing.T, w ports.Wait, opts ...iocp.Option) {
		p := ports.Open[int](t, 2, opts...)
		outside := func() {
			for _, wait := range []time.Duration{time.Microsecond, time.Millisecond} {
				ctx, cancel := context.WithTimeout(t.Context(), wait)
				_, err := p.GetContext(ctx)
				require.Equal(t, context.DeadlineExceeded, err)
				cancel()
				_, err = p.Get(wait)
				require.Equal(t, iocp.ErrTimeout, err)
			}
			for range 2 {
				for _, limit := range []time.Duration{iocp.Infinite, time.Hour} {
					get := rig.Async(func() (int, error) { return p.Get(limit) })
					require.NoError(t, p.PostTimeout(1, iocp.Infinite))
					_, err := rig.Await(t, get)
					require.NoError(t, err)
				}
			}
		}
		for range 3 {
			synctest.Test(t, func(t *testing.T) { inBubble(t, w, p) })
			synctest.Test(t, func(t *testing.T) { inBubble(t, w, p) })
			outside()
		}
		require.NoError(t, p.Close())
	})
}

// A port that was made, used and left in a bubble works outside, and in the next one.
func TestBubblePortLeaves(t *testing.T) {
	eachMethod(t, func(t *testing.T, w ports.Wait, opts ...iocp.Option) {
		var p *iocp.Port[int]
		synctest.Test(t, func(t *testing.T) {
			p = ports.Open[int](t, 2, opts...)
			inBubble(t, w, p)
		})
		_, err := p.Get(time.Microsecond)
		require.Equal(t, iocp.ErrTimeout, err)
		synctest.Test(t, func(t *testing.T) { inBubble(t, w, p) })
		get := ports.Park(t, p, 1)[0]
		require.NoError(t, p.Post(3))
		rig.Took(t, 3, get)
	})
}

// A port grows by a burst in one bubble, and goes on elsewhere.
func TestBubbleGrowth(t *testing.T) {
	p := ports.Open[int](t, 2, iocp.WithGrowth(0))
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
		require.Equal(t, iocp.ErrTimeout, err)
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
	outside, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
	require.NoError(t, err)
	defer func() { require.NoError(t, iocp.CloseHandle(outside)) }()
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			own, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
			require.NoError(t, err)
			for _, h := range []iocp.Handle{own, outside} {
				rig.Lasts(t, time.Second, func() { ports.Dequeue(h, 1000).Equal(t, ports.Nothing(iocp.ErrTimeout)) })
				rig.Lasts(t, time.Second, func() {
					_, err := ports.DequeueEx(t, h, 2, 1000)
					require.Equal(t, iocp.ErrTimeout, err)
				})
				for _, timeout := range []uint32{iocp.INFINITE, iocp.INFINITE - 1} {
					rig.Lasts(t, 2*time.Minute, func() {
						get := ports.AsyncDequeue(h, timeout)
						time.Sleep(time.Minute)
						require.NoError(t, iocp.PostQueuedCompletionStatus(h, 1, 2, nil))
						require.NoError(t, (<-get).Err)
						batch := ports.AsyncDequeueEx(t, h, 2, timeout)
						time.Sleep(time.Minute)
						require.NoError(t, iocp.SetIoCompletion(h, 1, nil, 0, 2))
						r := <-batch
						require.NoError(t, r.Err)
						require.Len(t, r.V, 1)
					})
				}
			}
			get := ports.AsyncDequeue(own, iocp.INFINITE)
			time.Sleep(time.Minute)
			require.NoError(t, iocp.CloseHandle(own))
			g := <-get
			g.V.Equal(t, ports.Nothing(iocp.ErrClosed))
		})
		ports.Dequeue(outside, 1).Equal(t, ports.Nothing(iocp.ErrTimeout))
	}
}

// A timeout lasts as long as it says, to the nanosecond.
func TestTimeoutsToTheNanosecond(t *testing.T) {
	for name, w := range ports.Blocking {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := ports.Open[int](t, 2)
				for w.Posts && p.Post(0) == nil {
				}
				for _, limit := range []time.Duration{
					1, 999, 1001, 999_999, time.Millisecond + 1, 3*time.Second + 7, 50*24*time.Hour + 1,
				} {
					ctx, cancel := context.WithTimeout(context.Background(), limit)
					end := iocp.ErrTimeout
					if w.Ctx {
						end = context.DeadlineExceeded
					}
					rig.Lasts(t, limit, func() { require.Equal(t, end, w.Call(p, ctx, limit)) })
					cancel()
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		h := ports.Create(t)
		for _, timeout := range []uint32{1, 999, 65536, 0x7FFFFFFF, 0x80000000, iocp.INFINITE - 1} {
			rig.Lasts(t, time.Duration(timeout)*time.Millisecond, func() {
				ports.Dequeue(h, timeout).Equal(t, ports.Nothing(iocp.ErrTimeout))
			})
			rig.Lasts(t, time.Duration(timeout)*time.Millisecond, func() {
				_, err := ports.DequeueEx(t, h, 2, timeout)
				require.Equal(t, iocp.ErrTimeout, err)
			})
		}
	})
}

// What sleeps in a bubble and outside in turn has an alarm of its own in each: that of one
// must not be set again in the other.
func TestDeadline_InAndOutOfBubbles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that waiters are used again
	for name, c := range map[string]struct {
		before int // packets
		call   func(p *iocp.Port[int], limit time.Duration) error
		serve  func(p *iocp.Port[int]) error
	}{
		"Get": {
			call:  func(p *iocp.Port[int], limit time.Duration) error { _, err := p.Get(limit); return err },
			serve: func(p *iocp.Port[int]) error { return p.Post(1) },
		},
		"PostTimeout": {
			before: 2,
			call:   func(p *iocp.Port[int], limit time.Duration) error { return p.PostTimeout(1, limit) },
			serve:  func(p *iocp.Port[int]) error { _, err := p.Get(0); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := ports.Open[int](t, 2)
			ports.Fill(t, p, c.before)
			for range 8 { // under the race detector a waiter is lost now and then
				synctest.Test(t, func(t *testing.T) {
					rig.Lasts(t, time.Hour, func() { require.Equal(t, iocp.ErrTimeout, c.call(p, time.Hour)) })
					rig.Lasts(t, time.Minute, func() {
						call := rig.AsyncErr(func() error { return c.call(p, time.Hour) })
						time.Sleep(time.Minute)
						require.NoError(t, c.serve(p))
						require.NoError(t, (<-call).Err)
					})
				})
				// One that waits already, so that the other is not the sole waiter.
				older := rig.AsyncErr(func() error { return c.call(p, iocp.Infinite) })
				rig.Eventually(t, "asleep", func() bool { return p.Stats().Waiting+p.Stats().WaitingPosters == 1 })
				require.Equal(t, iocp.ErrTimeout, c.call(p, time.Millisecond))
				require.NoError(t, c.serve(p))
				_, err := rig.Await(t, older)
				require.NoError(t, err)
			}
		})
	}
}
