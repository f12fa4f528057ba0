package iocp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

// A timeout lasts as long as it says, to the nanosecond.
func TestTimeoutsToTheNanosecond(t *testing.T) {
	for name, w := range blocking {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open[int](t, 2)
				for w.posts && p.Post(0) == nil {
				}
				for _, limit := range []time.Duration{
					1, 999, 1001, 999_999, time.Millisecond + 1, 3*time.Second + 7, 50*24*time.Hour + 1,
				} {
					ctx, cancel := context.WithTimeout(context.Background(), limit)
					end := ErrTimeout
					if w.ctx {
						end = context.DeadlineExceeded
					}
					lasts(t, limit, func() { require.Equal(t, end, w.call(p, ctx, limit)) })
					cancel()
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		h := create(t)
		for _, timeout := range []uint32{1, 999, 65536, 0x7FFFFFFF, 0x80000000, INFINITE - 1} {
			lasts(t, time.Duration(timeout)*time.Millisecond, func() {
				dequeue(h, timeout).equal(t, nothing(ErrTimeout))
			})
			lasts(t, time.Duration(timeout)*time.Millisecond, func() {
				_, err := dequeueEx(t, h, 2, timeout)
				require.Equal(t, ErrTimeout, err)
			})
		}
	})
}

// busy is the queue of a port on which a caller that is about to sleep always finds others at
// work: it comes back, a minute later.
type busy struct {
	*packets[int]
	at func() // a waiter's last look before its sleep
}

func (b busy) Idle() bool {
	time.Sleep(time.Minute)
	if b.at != nil {
		b.at()
	}
	return false
}

// The deadline of a call that is woken in vain stays what it was, and the call ends at it,
// though it never sleeps.
func TestDeadlineOutlastsRetries(t *testing.T) {
	for name, get := range map[string]func(p *Port[int], limit time.Duration) (int, error){
		"Get":      func(p *Port[int], limit time.Duration) (int, error) { return p.Get(limit) },
		"GetBatch": func(p *Port[int], limit time.Duration) (int, error) { return p.GetBatch(make([]int, 3), limit) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open[int](t, 2)
				looks := 0
				p.takers.Init(busy{(*packets[int])(p), func() { looks++ }}, waiter.NewestFirst, 1, ParkGoroutine, waiter.Parkers{})
				for _, limit := range []time.Duration{time.Second, 3 * time.Minute, 150 * time.Second} {
					looks = 0
					want := (limit + time.Minute - 1) / time.Minute
					lasts(t, want*time.Minute, func() {
						n, err := get(p, limit)
						require.Equal(t, ErrTimeout, err)
						require.Zero(t, n)
					})
					require.EqualValues(t, want, looks)
				}
			})
		})
	}
}

// A call that comes back at its deadline looks once more: a packet that came meanwhile is
// taken, and no timeout is told of.
func TestLastLookAfterRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 2)
		post := func() { require.True(t, p.queue.TryPush(7)) }
		p.takers.Init(busy{(*packets[int])(p), post}, waiter.NewestFirst, 1, ParkGoroutine, waiter.Parkers{})
		v, err := p.Get(time.Second)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}
