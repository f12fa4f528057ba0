package waiter

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
)

// alarmed is a stack whose waiters sleep as those of a port do, and its queue.
func alarmed() (*Stack[*int], *fakeQueue) {
	q, s := new(fakeQueue), new(Stack[*int])
	s.Init(q, NewestFirst, 1, ParkGoroutine, Parkers{})
	return s, q
}

// waitFor waits for d, and checks that the wait ended by that, not early and in time.
func waitFor(t *testing.T, s *Stack[*int], d time.Duration) {
	t.Helper()
	var v *int
	deadline := Deadline(d)
	ended := time.AfterFunc(time.Minute, func() { panic("a wait without end") })
	require.Equal(t, Expired, s.Wait(&v, deadline, nil))
	ended.Stop()
	require.GreaterOrEqual(t, Now(), deadline)
}

// An alarm is left set when its wait ends by a packet. The next wait may end before that,
// or after, and both are kept; of the sole waiter and of one on the list.
func TestAlarm(t *testing.T) {
	for _, listed := range []bool{false, true} {
		s, q := alarmed()
		if listed {
			s.state.Or(taken) // somebody has the seat
		}
		given := func(d time.Duration) {
			for why := Expired; why == Expired; { // a busy machine may be late
				c := make(chan Outcome, 1)
				go func() {
					var v *int
					why := s.Wait(&v, Deadline(d), nil)
					if why == Handed {
						s.Pass(why)
					}
					c <- why
				}()
				await(t, "the waiter", func() bool { return s.Waiting() == 1 || len(c) == 1 })
				gave := s.Give(new(int))
				why = <-c
				require.Equal(t, gave, why == Given || why == Handed)
			}
		}
		for range 20 {
			given(time.Hour)
			waitFor(t, s, time.Millisecond) // before the alarm
			given(2 * time.Millisecond)
			waitFor(t, s, 4*time.Millisecond) // the alarm comes before
			given(time.Millisecond)
			time.Sleep(2 * time.Millisecond) // the alarm comes and finds nobody
			waitFor(t, s, time.Millisecond)
			given(time.Hour)
		}
		require.GreaterOrEqual(t, s.Stats().Timeouts, uint64(60))
		require.EqualValues(t, 80, s.Stats().Direct)
		require.Zero(t, q.Len())
	}
}

// A wait that ends later than an alarm that is set already does not touch the timer.
func TestAlarmStaysSet(t *testing.T) {
	s, _ := alarmed()
	var first int64
	for i := range 5 {
		deadline := Deadline(time.Hour) + int64(i)
		if i == 0 {
			first = deadline
		}
		c := begun(t, s, deadline)
		require.Equal(t, 1, s.Interrupt())
		require.Equal(t, Interrupted, <-c)
		require.Equal(t, first, s.sole.alarm.at.Load())
	}
	c := begun(t, s, first-int64(time.Minute))
	require.Equal(t, 1, s.Interrupt())
	require.Equal(t, Interrupted, <-c)
	require.Equal(t, first-int64(time.Minute), s.sole.alarm.at.Load(), "that one was sooner")
}

// An alarm that goes off as the next wait begins: whoever comes second sets it again.
func TestAlarmRacesTheNextWait(t *testing.T) {
	s, _ := alarmed()
	rounds := 3000
	if testing.Short() {
		rounds = 300 // a system's timer may take milliseconds
	}
	for i := range rounds {
		waitFor(t, s, time.Duration(i%7+1)*5*time.Microsecond)
	}
}

// An alarm that is set for later keeps neither its waiter nor the stack.
func TestAlarmKeepsNoStack(t *testing.T) {
	s, _ := alarmed()
	stack := weak.Make(s)
	c := make(chan Outcome)
	go func() {
		var v *int
		c <- s.Wait(&v, Deadline(time.Hour), nil)
	}()
	await(t, "the waiter", func() bool { return s.Waiting() == 1 })
	require.True(t, s.Give(new(int)))
	require.Equal(t, Given, <-c)
	s = nil
	await(t, "the collector", func() bool { runtime.GC(); return stack.Value() == nil })
}

// Whoever has taken the seat and finds others that wait already goes to the list.
func TestSoleWaiterIsAlone(t *testing.T) {
	s, _ := alarmed()
	s.state.Or(taken)
	s.sole = new(Waiter[*int])
	c := make(chan Outcome)
	go func() {
		var v *int
		c <- s.Wait(&v, Forever, nil)
	}()
	await(t, "the waiter", func() bool { return s.Waiting() == 1 })
	(*entry[*int])(s).Unlock()
	require.Equal(t, Busy, s.sole.outcome)
	require.Equal(t, 1, s.Waiting())
	require.Equal(t, 1, s.Interrupt())
	require.Equal(t, Interrupted, <-c)
}

// A bubble whose clock has come to the start of the process leaves no cleanup behind that
// would stop its timers outside of it.
func TestAlarmOfALateBubble(t *testing.T) {
	moved(t, func(t *testing.T) {
		s, _ := alarmed()
		var v *int
		lasts(t, time.Hour, func() { require.Equal(t, Expired, s.Wait(&v, Deadline(time.Hour), nil)) })
	})
	// Those of the bubble run before, or soon after.
	for range 3 {
		ran := make(chan struct{})
		runtime.AddCleanup(new([16]*int), func(c chan struct{}) { close(c) }, ran)
		await(t, "a cleanup", func() bool {
			runtime.GC()
			select {
			case <-ran:
				return true
			default:
				return false
			}
		})
	}
}
