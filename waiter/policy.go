package waiter

import (
	"runtime"
	"sync/atomic"
)

// Parking says how waiters sleep.
type Parking uint8

const (
	ParkAuto      Parking = iota // as the policy finds best
	ParkThread                   // the thread sleeps in the kernel
	ParkGoroutine                // the goroutine sleeps, the thread runs others
)

// Parkers makes the parkers that a stack's waiters sleep with. Thread is nil
// where threads cannot be parked.
type Parkers struct {
	Thread    func() Parker
	Goroutine func() Parker
}

// maxThreads bounds the waiters of the process that sleep as threads by
// ParkThread: a Go program dies at 10,000 threads.
const maxThreads = 1000

// threads is the number of waiters of the process that sleep as threads.
var threads atomic.Int32

type policy struct {
	parking Parking
	parkers Parkers
}

// byThread decides whether the next wait sleeps as a thread, and if so counts
// it against the budget.
func (p *policy) byThread(done <-chan struct{}, inFlight int32) bool {
	if p.parking == ParkGoroutine || p.parkers.Thread == nil || done != nil {
		return false // a futex cannot wait for a channel
	}
	budget := int32(maxThreads)
	if p.parking == ParkAuto {
		if inFlight != 0 {
			return false
		}
		budget = int32(runtime.GOMAXPROCS(0)) - 1
	}
	if threads.Load() >= budget {
		return false
	}
	if threads.Add(1) > budget {
		threads.Add(-1)
		return false
	}
	return true
}

// acquire returns a waiter with the parker for its next wait.
func (s *Stack[T]) acquire(done <-chan struct{}) *waiter[T] {
	w, _ := s.pool.Get().(*waiter[T])
	if w == nil {
		w = &waiter[T]{goroutine: s.policy.parkers.Goroutine()}
	}
	w.parker = w.goroutine
	if s.policy.byThread(done, s.inFlight.Load()) {
		if w.thread == nil {
			w.thread = s.policy.parkers.Thread()
		}
		w.parker = w.thread
	}
	return w
}

// free gives back what acquire returned.
func (s *Stack[T]) free(w *waiter[T]) {
	if w.parker == w.thread {
		threads.Add(-1)
	}
	var zero T
	w.val = zero // what the waiter keeps, the collector keeps
	s.pool.Put(w)
}

// yields before a caller sleeps.
const yields = 2

// Poll paces a caller that looks again before it sleeps. The zero Poll is ready.
type Poll struct{ turns int }

// Next lets others run and reports whether to look again; false means to sleep.
func (p *Poll) Next() bool {
	if p.turns == yields {
		return false
	}
	p.turns++
	runtime.Gosched()
	return true
}
