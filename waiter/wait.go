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

// What the model checker replaces: see model.go.
type (
	atomicInt32  = atomic.Int32
	atomicUint64 = atomic.Uint64
	mutex        = sync.Mutex
	pool         = sync.Pool
)

// hint is an atomic that decides how a caller waits, and not what is right: all ways are.
// The model checker takes its orders as they come.
type hint = atomic.Int32

func gosched() { runtime.Gosched() }

// scheduler is what the scheduler is asked with, by one caller at a time.
var scheduler struct {
	asked  atomic.Bool
	sample []metrics.Sample
}

func init() {
	scheduler.sample = []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}}
	metrics.Read(scheduler.sample)
}

// runnable is how many goroutines of the process want a processor and have none. While
// somebody else asks it is 1.
func runnable() int64 {
	if !scheduler.asked.CompareAndSwap(false, true) {
		return 1
	}
	metrics.Read(scheduler.sample)
	n := int64(scheduler.sample[0].Value.Uint64())
	scheduler.asked.Store(false)
	return n - int64(bumps.Load())
}

// bump takes the goroutine that the caller has just readied to where any processor
// finds it at once. Go's scheduler puts it before the run queue of the processor of
// its waker, which is to run it next, and others leave it there for 3 µs: a sleep, of
// which timer slack makes 55. One that is started now takes its place and moves it on to
// the queue. It is that one then that waits, with nothing to do.
func bump() {
	bumps.Add(1)
	go func() { bumps.Add(-1) }()
}

// bumps is how many such goroutines there are.
var bumps atomic.Int32

// Moved is the limit of posters in flight: those whose packet was moved and that have not
// run since. The room that comes free meanwhile is for those who run. Without a limit 64
// posters at a queue of 64 were woken for one packet each, and took 8 times what a channel
// takes, with 32 still; with 8 they took as long. With one, on one processor beside 4
// goroutines that compute, a poster that waited behind these kept all others waiting.
const Moved = 8

// flock is how many waiters of a queue that is over are released at a time, before
// these run. Then they are in the cache still, and in the run queue of one processor,
// which has room for 256: of 100,000 each took 0.5 µs in place of 0.7.
const flock = 128

// patience is how long others may run meanwhile, in nanoseconds, for whoever releases
// to let them run again. What a flock does when it returns takes a tenth of that; if
// there are others who compute, those who wait are not to wait for them each time.
const patience = 1_000_000

// epoch is where the clock starts. Its monotonic reading is what counts.
var epoch = time.Now()

// Now is the monotonic clock that deadlines are read on, in nanoseconds. In a bubble of
// testing/synctest it is the bubble's, and negative.
func Now() int64 { return int64(time.Since(epoch)) }

// InBubble reports whether the caller is in a bubble of testing/synctest, by what tells a
// bubble's time from any other: it has no monotonic reading.
func InBubble() bool {
	t := time.Now()
	return t == t.Round(0)
}

// pause keeps the processor until the clock shows a time, and returns what it shows then.
func pause(until int64) int64 {
	now := Now()
	for now < until {
		now = Now()
	}
	return now
}

// seat is where a goroutine sleeps that waits without done: a condition variable.
// Not a channel, for a channel belongs to the bubble of testing/synctest in which it was
// made; a sync.Cond may be used in one bubble after another.
type seat struct {
	edge edge
	cond sync.Cond
}

// park sleeps until unpark. Wait unlocks mu once a Signal will wake the caller.
func (s *seat) park(mu sync.Locker) {
	s.cond.L = mu
	s.cond.Wait()
	s.cond.L = nil // a waiter in the pool keeps no port
	s.edge.after()
}

func (s *seat) unpark() {
	s.edge.before()
	s.cond.Signal()
}

// sleep parks the owner of w, whose alarm is set, until w is released.
func (s *Stack[T]) sleep(w *Waiter[T], mu sync.Locker) { w.seat.park(mu) }

// alarm ends the waits of one waiter at their deadlines. A wait that ends sooner leaves it
// set: it is for the next wait then, of which the deadline is likely to be later, and if
// so is set again only when it goes off. So a wait with a deadline rarely touches a timer.
type alarm struct {
	at    atomic.Int64 // when it goes off, or 0
	timer *time.Timer
}

// setAlarm is called when w waits: by its owner, or by ring with w on the list.
func (s *Stack[T]) setAlarm(w *Waiter[T]) {
	if w.deadline == Forever {
		return
	}
	// Either this finds 0, or the alarm, which stores 0 and then looks who waits, finds w.
	if at := w.alarm.at.Load(); at != 0 && at <= w.deadline {
		return
	}
	if w.alarm.timer == nil {
		// The port and the pool of waiters are collected as if there were no timer.
		stack, waiter := weak.Make(s), weak.Make(w)
		w.alarm.timer = time.AfterFunc(math.MaxInt64, func() {
			if s, w := stack.Value(), waiter.Value(); s != nil && w != nil {
				w.alarm.at.Store(0)
				s.ring(w)
			}
		})
		if w.deadline >= 0 {
			runtime.AddCleanup(w, func(t *time.Timer) { t.Stop() }, w.alarm.timer)
		}
	}
	w.alarm.at.Store(w.deadline)
	w.alarm.timer.Reset(time.Duration(w.deadline - Now()))
}

// stop is for an alarm that must not outlive its wait.
func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

func (p *Parkers) canceled() (Parker, bool) { return p.Done() }
