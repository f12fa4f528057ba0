//go:build !iocp_model

package waiter

import (
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// The model checker replaces the declarations of this file: see model.go.
type (
	atomicInt32  = atomic.Int32
	atomicInt64  = atomic.Int64
	atomicUint64 = atomic.Uint64
	mutex        = sync.Mutex
	pool         = sync.Pool
)

// hint is an atomic that decides how a caller waits and not whether the result is right: every
// way to wait is. The model checker does not explore the order of hints.
type hint = atomic.Int32

// remember is where the model checker begins to answer for what s remembers.
func (s *Stack[T]) remember() {}

// instant and tally are of the process, as far as they decide how a caller waits.
type (
	instant = atomic.Int64
	tally   = atomic.Int32
)

// lapse is an instant of one stack. Like an instant of the process, a lapse decides how callers
// wait, and not whether the result is right.
type lapse = atomic.Int64

func gosched() { runtime.Gosched() }

// scheduler is the sample for asking Go's scheduler, one caller at a time.
var scheduler struct {
	asked  atomic.Bool
	sample []metrics.Sample
}

func init() {
	scheduler.sample = []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}
	metrics.Read(scheduler.sample)
}

// runnable is the number of goroutines of the process that want a processor and have none,
// or 1 while another caller asks.
func runnable() int64 {
	if !scheduler.asked.CompareAndSwap(false, true) {
		return 1
	}
	metrics.Read(scheduler.sample)
	n := int64(scheduler.sample[0].Value.Uint64())
	scheduler.asked.Store(false)
	return n - int64(bumps.Load())
}

func spawn(f func()) { go f() }

// Moved is the limit of posters in flight: posters whose packet was moved and that have not
// run since. Room that comes free while the limit is reached is for posters that run. Without
// a limit, and with a limit of 32, 64 posters at a queue of 64 were woken for one packet each
// and took 8 times what a channel takes. With a limit of 8 the random flows of bench map took
// 4 % longer.
const Moved = 2

// Lifted is the limit while the queue is empty: the posters in flight may be behind
// goroutines that compute, and takers find nothing. With Moved alone 4 posters at a queue of
// 16, on one processor beside a goroutine that computes, took over 50 times what a channel
// takes, and 32 posters and 3 takers at a queue of 4, on 4 threads, twice as long. Without any
// limit 64 posters and 4 takers at a queue of 16, on one processor, took twice as long.
const Lifted = 8

// flock is the number of waiters of a closed queue that are released before they may run. So
// few are still in the cache when they run, and fit the run queue of one processor, which
// has room for 256. Of 100,000 waiters each took 0.5 µs, and 0.7 without flocks.
const flock = 128

// patience is the time, in nanoseconds, that the yield after a flock may take. After a longer
// yield Settle stops yielding: goroutines that compute took the time, and the waiters that
// are left must not wait for these once a flock. A flock alone takes a tenth of it.
const patience = 1_000_000

// epoch is the zero of the clock. Only its monotonic reading is used.
var epoch = time.Now()

// Now is the monotonic clock of all deadlines, in nanoseconds. In a bubble of
// testing/synctest Now is the bubble's clock, and negative.
func Now() int64 { return int64(time.Since(epoch)) }

// InBubble reports whether the caller is in a bubble of testing/synctest: the time there has
// no monotonic reading.
func InBubble() bool {
	t := time.Now()
	return t == t.Round(0)
}

// pause spins until the clock shows the time until, or later, and returns that reading.
func pause(until int64) int64 {
	now := Now()
	for now < until {
		now = Now()
	}
	return now
}

// seat is the condition variable on which a goroutine sleeps in a wait without done. A
// channel would not do: a channel belongs to the bubble of testing/synctest in which it was
// made, and a sync.Cond may be used in one bubble after another.
type seat struct {
	edge edge
	cond sync.Cond
}

// park sleeps until unpark. Cond.Wait queues the caller before it unlocks mu, so no Signal
// after that unlock is lost.
func (s *seat) park(mu sync.Locker) {
	s.cond.L = mu
	s.cond.Wait()
	s.cond.L = nil // a pooled waiter must not keep its port alive
	s.edge.after()
}

func (s *seat) unpark() {
	s.edge.before()
	s.cond.Signal()
}

// sleep parks the owner of w, whose alarm is set, until w is released.
func (s *Stack[T]) sleep(w *Waiter[T], mu sync.Locker) { w.seat.park(mu) }

// token is a channel with room for one.
type token struct{ c chan struct{} }

func newToken() token { return token{make(chan struct{}, 1)} }

func (t *token) channel() <-chan struct{} { return t.c }

// put leaves a token there. It never waits.
func (t *token) put() {
	select {
	case t.c <- struct{}{}:
	default:
	}
}

// there reports whether a token is there that nobody has taken.
func (t *token) there() bool { return len(t.c) != 0 }

// drop takes the token that is there.
func (t *token) drop() {
	select {
	case <-t.c:
	default:
	}
}

type timer = time.Timer

// alarms is false only in the model, where sleep can keep deadlines by itself.
const alarms = true

// newAlarm returns a timer that is not set, for the alarm of w.
func newAlarm[T any](s *Stack[T], w *Waiter[T]) *timer {
	// Weak, so that the timer keeps neither the port nor the pool of waiters alive.
	stack, waiter := weak.Make(s), weak.Make(w)
	t := time.AfterFunc(math.MaxInt64, func() {
		if s, w := stack.Value(), waiter.Value(); s != nil && w != nil {
			s.goOff(w)
		}
	})
	if !InBubble() { // outside of which a cleanup runs, and must not stop a bubble's timer
		runtime.AddCleanup(w, func(t *time.Timer) { t.Stop() }, t)
	}
	return t
}

func (p *Parkers) canceled() (Parker, bool) { return p.Done() }
