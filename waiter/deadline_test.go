package waiter

import (
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// seats runs f with the stack of a sole waiter, and of waiters on the list.
func seats(t *testing.T, f func(t *testing.T, s *Stack[*int], q *fakeQueue)) {
	for name, listed := range map[string]bool{"sole": false, "listed": true} {
		t.Run(name, func(t *testing.T) {
			moved(t, func(t *testing.T) {
				s, q := alarmed()
				if listed {
					s.state.Or(taken) // somebody has the seat
				}
				f(t, s, q)
			})
		})
	}
}

// waits lets a caller wait in a goroutine.
func waits(s *Stack[*int], d time.Duration) <-chan Outcome {
	c := make(chan Outcome, 1)
	deadline := Deadline(d)
	go func() {
		var v *int
		why := s.Wait(&v, deadline, nil)
		if why == Handed {
			s.Pass(why)
		}
		c <- why
	}()
	synctest.Wait()
	return c
}

// Whatever alarm the wait before has left, when the wait begins and while it lasts, it ends
// at its deadline and no earlier.
func TestDeadlineAfterAnother(t *testing.T) {
	for _, before := range []struct{ limit, given time.Duration }{
		{time.Hour, time.Minute},                  // goes off before, during, after the next wait
		{2 * time.Minute, 2*time.Minute - 1},      // just as it begins
		{math.MaxInt64, time.Minute},              // for ever later
		{61 * time.Minute, time.Minute},           // at the deadline of one below
		{61*time.Minute - 1, time.Minute},         // just before that
		{61*time.Minute + 1, time.Minute},         // and just after
		{time.Minute + 1, time.Minute},            // at the deadline of the shortest
		{49*24*time.Hour + 17*time.Hour, 1 * 1e9}, // weeks later
	} {
		for _, limit := range []time.Duration{1, time.Millisecond, time.Hour, 24 * time.Hour, 100 * 365 * 24 * time.Hour} {
			for _, idle := range []time.Duration{0, 1, time.Hour} {
				seats(t, func(t *testing.T, s *Stack[*int], _ *fakeQueue) {
					first := waits(s, before.limit)
					time.Sleep(before.given)
					require.True(t, s.Give(new(int)))
					require.Contains(t, []Outcome{Given, Handed}, <-first)
					time.Sleep(idle)
					for range 2 {
						var v *int
						lasts(t, limit, func() { require.Equal(t, Expired, s.Wait(&v, Deadline(limit), nil)) })
					}
					require.Zero(t, s.Waiting())
					require.EqualValues(t, 2, s.Stats().Timeouts)
					require.EqualValues(t, 1, s.Stats().Wakes)
				})
			}
		}
	}
}

// Waiters with different deadlines leave the list in the order of these, each at its own.
func TestDeadlinesOfMany(t *testing.T) {
	moved(t, func(t *testing.T) {
		s, _ := alarmed()
		for range 2 {
			start := Now()
			var ends []<-chan Outcome
			for i := range 5 {
				ends = append(ends, waits(s, time.Duration(i*7%5+1)*time.Hour))
			}
			for n := range 5 {
				time.Sleep(time.Duration(start-Now()) + time.Duration(n+1)*time.Hour - 1)
				synctest.Wait()
				require.Equal(t, 5-n, s.Waiting())
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				require.Equal(t, 5-n-1, s.Waiting())
			}
			for _, c := range ends {
				require.Equal(t, Expired, <-c)
			}
		}
	})
}

// A poster that has claimed the sole waiter, and finds that others have put packets into the
// queue, leaves the waiter asleep if these packets are gone. The deadline is kept, though
// the alarm went off meanwhile and found nobody, or was not set.
func TestDeadlineOfOneClaimed(t *testing.T) {
	for name, c := range map[string]struct{ before, limit, claimed time.Duration }{
		"the alarm goes off":          {0, time.Hour, time.Hour},
		"the alarm goes off, earlier": {0, time.Hour, 2 * time.Hour},
		"one left of a wait before":   {time.Hour, 3 * time.Hour, time.Hour},
		"one left of long before":     {time.Hour, 3 * time.Hour, 2 * time.Hour},
		"the alarm is still set":      {0, time.Hour, time.Minute},
		"no deadline":                 {0, -1, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			moved(t, func(t *testing.T) {
				s, q := alarmed()
				if c.before != 0 {
					first := waits(s, c.before)
					require.True(t, s.Give(new(int)))
					require.Equal(t, Given, <-first)
				}
				start := Now()
				w := waits(s, c.limit)
				q.put(1)
				q.onIdle = func() { // asked by the poster
					q.onIdle = nil
					require.Zero(t, s.Waiting())
					time.Sleep(c.claimed)
					synctest.Wait()
					q.take()
				}
				require.False(t, s.Give(new(int)))
				if c.limit < 0 {
					require.Equal(t, 1, s.Interrupt())
					require.Equal(t, Interrupted, <-w)
					return
				}
				require.Equal(t, Expired, <-w)
				require.EqualValues(t, max(c.limit, c.claimed), Now()-start)
			})
		})
	}
}

// The same where the waiter finds the queue not idle as it begins to wait, and is claimed.
func TestDeadlineOfOneClaimedAtOnce(t *testing.T) {
	moved(t, func(t *testing.T) {
		s, q := alarmed()
		gave := make(chan bool, 1)
		asked := 0
		q.put(1)
		q.onIdle = func() {
			if asked++; asked == 1 { // by the waiter
				go func() { gave <- s.Give(new(int)) }()
				for s.state.Load()&sole != 0 {
					runtime.Gosched()
				}
				return
			}
			q.onIdle = nil // by the poster
			time.Sleep(time.Minute)
			q.take()
		}
		lasts(t, time.Hour, func() { require.Equal(t, Expired, <-waits(s, time.Hour)) })
		require.False(t, <-gave)
	})
}

// An alarm of a bubble is stopped with its wait: it would keep the bubble's timers going.
func TestAlarmStopsWithABubblesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := alarmed()
		c := waits(s, time.Hour)
		w := s.first
		require.NotZero(t, w.alarm.at.Load())
		require.True(t, s.Give(new(int)))
		require.Equal(t, Handed, <-c)
		require.False(t, w.alarm.timer.Stop(), "still set")
	})
}

// Deadlines on either side of what the clock can show.
func TestDeadlineOverflow(t *testing.T) {
	at := func(t *testing.T, timeout time.Duration, want int64) {
		t.Helper()
		require.Equal(t, want, Deadline(timeout), "%d", timeout)
	}
	moved(t, func(t *testing.T) {
		time.Sleep(1000 - time.Duration(Now()))
		at(t, 0, 1000)
		at(t, 1, 1001)
		at(t, time.Hour, 1000+int64(time.Hour))
		at(t, math.MaxInt64-1001, math.MaxInt64-1)
		at(t, math.MaxInt64-1000, Forever)
		at(t, math.MaxInt64-999, Forever)
		at(t, math.MaxInt64, Forever)
		for _, negative := range []time.Duration{-1, -2, -999, -1000, -1001, -time.Hour, math.MinInt64 + 1, math.MinInt64} {
			at(t, negative, Forever)
		}
	})
	synctest.Test(t, func(t *testing.T) { // whose clock overflows at 0
		now := Now()
		require.Negative(t, now)
		at(t, 0, now)
		at(t, time.Hour, now+int64(time.Hour))
		at(t, time.Duration(-now-1), -1)
		at(t, time.Duration(-now), Forever)
		at(t, math.MaxInt64, Forever)
	})
}
