package iocp

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// What sleeps in a bubble and outside in turn has an alarm of its own in each: that of one
// must not be set again in the other.
func TestDeadline_InAndOutOfBubbles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that waiters are used again
	for name, c := range map[string]struct {
		before int // packets
		call   func(p *Port[int], limit time.Duration) error
		serve  func(p *Port[int]) error
	}{
		"Get": {
			call:  func(p *Port[int], limit time.Duration) error { _, err := p.Get(limit); return err },
			serve: func(p *Port[int]) error { return p.Post(1) },
		},
		"PostTimeout": {
			before: 2,
			call:   func(p *Port[int], limit time.Duration) error { return p.PostTimeout(1, limit) },
			serve:  func(p *Port[int]) error { _, err := p.Get(0); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := open[int](t, 2)
			fill(t, p, c.before)
			for range 8 { // under the race detector a waiter is lost now and then
				synctest.Test(t, func(t *testing.T) {
					lasts(t, time.Hour, func() { require.Equal(t, ErrTimeout, c.call(p, time.Hour)) })
					lasts(t, time.Minute, func() {
						call := asyncErr(func() error { return c.call(p, time.Hour) })
						time.Sleep(time.Minute)
						require.NoError(t, c.serve(p))
						require.NoError(t, (<-call).err)
					})
				})
				// One that waits already, so that the other is not the sole waiter.
				older := asyncErr(func() error { return c.call(p, Infinite) })
				eventually(t, "asleep", func() bool { return p.Stats().Waiting+p.Stats().WaitingPosters == 1 })
				require.Equal(t, ErrTimeout, c.call(p, time.Millisecond))
				require.NoError(t, c.serve(p))
				_, err := await(t, older)
				require.NoError(t, err)
			}
		})
	}
}
