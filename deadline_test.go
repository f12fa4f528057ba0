package iocp

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

// timed is a method or function with a limit of time. call returns how many packets it has
// taken, or posted, and why there are none. Handles know milliseconds.
type timed struct {
	name  string
	posts bool // waits for room
	unit  time.Duration
	end   error // at the limit
	call  func(p *Port[Packet], h Handle, limit time.Duration) (int, error)
}

// one is the count of a call that takes or posts one packet, unless it fails.
func one(err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// within is a call that ends with a context.
func within(limit time.Duration, f func(ctx context.Context) (int, error)) (int, error) {
	ctx := context.Background()
	if limit >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return f(ctx)
}

// ms is a limit as handles take it.
func ms(limit time.Duration) uint32 {
	if limit < 0 {
		return INFINITE
	}
	return uint32(limit / time.Millisecond)
}

var timedCalls = []timed{
	{"Get", false, 1, ErrTimeout, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		_, err := p.Get(limit)
		return one(err)
	}},
	{"GetBatch", false, 1, ErrTimeout, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		return p.GetBatch(make([]Packet, 3), limit)
	}},
	{"GetContext", false, 1, context.DeadlineExceeded, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		return within(limit, func(ctx context.Context) (int, error) { _, err := p.GetContext(ctx); return one(err) })
	}},
	{"GetBatchContext", false, 1, context.DeadlineExceeded, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		return within(limit, func(ctx context.Context) (int, error) { return p.GetBatchContext(ctx, make([]Packet, 3)) })
	}},
	{"PostTimeout", true, 1, ErrTimeout, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		return one(p.PostTimeout(Packet{}, limit))
	}},
	{"PostContext", true, 1, context.DeadlineExceeded, func(p *Port[Packet], _ Handle, limit time.Duration) (int, error) {
		return within(limit, func(ctx context.Context) (int, error) { return one(p.PostContext(ctx, Packet{})) })
	}},
	{"GetQueuedCompletionStatus", false, time.Millisecond, ErrTimeout, func(_ *Port[Packet], h Handle, limit time.Duration) (int, error) {
		return one(dequeue(h, ms(limit)).err)
	}},
	{"GetQueuedCompletionStatusEx", false, time.Millisecond, ErrTimeout, func(_ *Port[Packet], h Handle, limit time.Duration) (int, error) {
		return GetQueuedCompletionStatusEx(h, make([]OverlappedEntry, 3), ms(limit), false)
	}},
}

// eachTimed runs f in a bubble for each call, each way to sleep, and both clocks: a bubble's
// own, and one that is what waiter.Now shows outside, on which waiters and alarms are used
// again. The port is empty, or full for a call that waits for room.
func eachTimed(t *testing.T, f func(t *testing.T, c timed, p *Port[Packet], h Handle), opts ...Option) {
	for _, c := range timedCalls {
		t.Run(c.name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, mode Option) {
				for _, late := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						if late {
							time.Sleep(time.Duration(1 - waiter.Now()))
						}
						p := open[Packet](t, 2, append(opts, mode)...)
						h, err := handles.open(p)
						require.NoError(t, err)
						for c.posts && p.Post(Packet{}) == nil {
						}
						f(t, c, p, h)
						require.Zero(t, p.Stats().Waiting+p.Stats().WaitingPosters)
						_ = CloseHandle(h) // f may have closed p
					})
				}
			})
		})
	}
}

// serve does what the call waits for.
func (c timed) serve(t *testing.T, p *Port[Packet]) {
	t.Helper()
	if !c.posts {
		require.NoError(t, p.Post(Packet{}))
		return
	}
	_, err := p.Get(0)
	require.NoError(t, err)
}

// left is how many packets more, or places more, there are than before the call.
func (c timed) left(p *Port[Packet]) int {
	if c.posts {
		return p.queue.Room()
	}
	return p.Len()
}

// restore takes the packet, or the place, that a call did not.
func (c timed) restore(t *testing.T, p *Port[Packet]) {
	t.Helper()
	if c.posts {
		require.NoError(t, p.Post(Packet{}))
		return
	}
	_, err := p.Get(0)
	require.NoError(t, err)
}

// limits are from the shortest to long ones: 24.8 and 49.7 days are where numbers of
// milliseconds become negative, and infinite.
func (c timed) limits() (ds []time.Duration) {
	for _, n := range []time.Duration{1, 2, 1000} {
		ds = append(ds, n*c.unit)
	}
	ds = append(ds, time.Hour, math.MaxInt32*time.Millisecond, (math.MaxInt32+1)*time.Millisecond, (math.MaxUint32-1)*time.Millisecond)
	if c.unit == 1 {
		ds = append(ds, 365*24*time.Hour)
	}
	return ds
}

// A call for which nothing comes ends at its limit, to the nanosecond.
func TestDeadline_Alone(t *testing.T) {
	eachTimed(t, func(t *testing.T, c timed, p *Port[Packet], h Handle) {
		for _, limit := range c.limits() {
			for range 2 { // the second time with the alarm of the first
				rig.Lasts(t, limit, func() {
					n, err := c.call(p, h, limit)
					require.Equal(t, c.end, err)
					require.Zero(t, n)
				})
			}
		}
		rig.Lasts(t, 0, func() {
			_, err := c.call(p, h, 0)
			require.Equal(t, c.end, err)
		})
		if c.unit == 1 {
			longest := time.Duration(-1 - waiter.Now()) // that waiter.Now can count
			if longest < 0 {
				longest = 200 * 365 * 24 * time.Hour // that a bubble can
			}
			rig.Lasts(t, longest, func() {
				_, err := c.call(p, h, longest)
				require.Equal(t, c.end, err)
			})
		}
	})
}

// What comes before the limit is the call's, what comes after stays. At the limit it is one
// of both.
func TestDeadline_Served(t *testing.T) {
	eachTimed(t, func(t *testing.T, c timed, p *Port[Packet], h Handle) {
		for _, limit := range c.limits() {
			c.served(t, p, h, limit)
		}
	})
}

// A port that has grown to its limit, and shrinks while a call waits, or grows just then.
func TestDeadline_ServedWhileItGrows(t *testing.T) {
	eachTimed(t, func(t *testing.T, c timed, p *Port[Packet], h Handle) {
		for range 3 {
			for !c.posts && p.Post(Packet{}) == nil {
			}
			for !c.posts && p.Len() != 0 {
				_, err := p.Get(0)
				require.NoError(t, err)
			}
			c.served(t, p, h, time.Second)
		}
	}, WithGrowth(20))
}

func (c timed) served(t *testing.T, p *Port[Packet], h Handle, limit time.Duration) {
	t.Helper()
	for _, at := range []time.Duration{0, limit - 1, limit, limit + 1, 2 * limit} {
		start := time.Now()
		var ended time.Time
		call := rig.Async(func() (int, error) {
			n, err := c.call(p, h, limit)
			ended = time.Now()
			return n, err
		})
		synctest.Wait()
		time.Sleep(at)
		c.serve(t, p)
		r := <-call
		require.Equal(t, min(at, limit), ended.Sub(start))
		if at < limit || at == limit && r.Err == nil {
			require.NoError(t, r.Err)
			require.Equal(t, 1, r.V)
			require.Zero(t, c.left(p))
			continue
		}
		require.Equal(t, c.end, r.Err)
		require.Zero(t, r.V)
		require.Equal(t, 1, c.left(p))
		c.restore(t, p)
	}
}

// A negative limit is none, and one that would overflow the clock is none either.
func TestDeadline_None(t *testing.T) {
	eachTimed(t, func(t *testing.T, c timed, p *Port[Packet], h Handle) {
		limits := []time.Duration{-1, -2, -time.Hour, math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1}
		if c.unit != 1 {
			limits = limits[:1]
		}
		for _, limit := range limits {
			rig.Lasts(t, 100*24*time.Hour, func() {
				call := rig.Async(func() (int, error) { return c.call(p, h, limit) })
				time.Sleep(100 * 24 * time.Hour)
				synctest.Wait()
				require.Equal(t, 1, p.Stats().Waiting+p.Stats().WaitingPosters)
				c.serve(t, p)
				require.NoError(t, (<-call).Err)
			})
		}
	})
}

// Close and Interrupt end a call before its limit, not after. At the limit either does.
func TestDeadline_EndedByOthers(t *testing.T) {
	for _, closes := range []bool{false, true} {
		for _, at := range []time.Duration{time.Hour - 1, time.Hour, time.Hour + 1} {
			eachTimed(t, func(t *testing.T, c timed, p *Port[Packet], h Handle) {
				call := rig.Async(func() (int, error) { return c.call(p, h, time.Hour) })
				synctest.Wait()
				time.Sleep(at)
				want := ErrInterrupted
				if closes {
					require.NoError(t, p.Close())
					want = ErrClosed
				} else {
					p.Interrupt()
				}
				r := <-call
				require.Zero(t, r.V)
				switch {
				case at == time.Hour:
					require.Contains(t, []error{c.end, want}, r.Err)
				case at > time.Hour:
					require.Equal(t, c.end, r.Err)
				default:
					require.Equal(t, want, r.Err)
				}
			})
		}
	}
}
