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

// policy chooses how the next waiter of a stack sleeps.
//
// Under ParkAuto it goes by what the stack's own sleeps have cost lately: the
// time from the hand-over until the waiter ran. A thread that is woken starts at
// once on a processor that would idle, but takes microseconds and keeps its
// scheduler slot while it sleeps. A goroutine that is readied waits for the
// waker's processor, which is nothing if the waker is about to sleep, and tens of
// microseconds if it goes on computing. Which of them it is, the traffic decides.
type policy struct {
	parking Parking
	parkers Parkers

	// cost is, for each way, a running median in nanoseconds: a sample above it
	// raises it by an eighth, one below lowers it. A mean would follow the rare
	// sleep that a busy machine stretched to milliseconds, and as the way that
	// lost is seldom tried, would follow it for long. Lost updates do no harm.
	cost  [2]atomic.Int64
	waits atomic.Uint32
}

const (
	byGoroutine = iota
	byThread
)

// explore is how many waits go by between two that try the way that seems
// slower: few enough to notice that the traffic has changed, and so few that
// the slower way stays out of the slowest hundredth of waits.
const explore = 256

// readied is how soon a goroutine must run, in nanoseconds, for a thread not to
// be worth a try: a thread that is woken takes as long.
const readied = 15_000

// threadSleep is how long a thread sleeps under ParkAuto before it goes on to
// sleep as a goroutine, in nanoseconds.
const threadSleep = 1_000_000

// choose says how the next wait sleeps, and counts a thread against the budget.
// done is what the wait ends at besides its deadline, inFlight the number of
// waiters that have been handed something and have not run since.
func (p *policy) choose(done <-chan struct{}, inFlight int32) int {
	if p.parking == ParkGoroutine || p.parkers.Thread == nil || done != nil {
		return byGoroutine // a futex cannot wait for a channel
	}
	budget := int32(maxThreads)
	if p.parking == ParkAuto {
		// A sleeping thread keeps its scheduler slot from the goroutine that was
		// readied a moment ago, until the system monitor takes it back.
		if inFlight != 0 || p.faster() == byGoroutine {
			return byGoroutine
		}
		budget = int32(runtime.GOMAXPROCS(0)) - 1
	}
	if threads.Load() >= budget {
		return byGoroutine
	}
	if threads.Add(1) > budget {
		threads.Add(-1)
		return byGoroutine
	}
	return byThread
}

func (p *policy) newParker(way int) Parker {
	if way == byThread {
		return p.parkers.Thread()
	}
	return p.parkers.Goroutine()
}

// faster is the way that has cost less, now and then the other one.
func (p *policy) faster() int {
	thread, goroutine := p.cost[byThread].Load(), p.cost[byGoroutine].Load()
	if thread != 0 && 0 < goroutine && goroutine < readied {
		return byGoroutine
	}
	way := byThread
	if thread != 0 && goroutine < thread { // a way that was not tried costs 0
		way = byGoroutine
	}
	if p.waits.Add(1)%explore == 0 {
		way = byGoroutine + byThread - way
	}
	return way
}

// learn takes note of what a sleep cost.
func (p *policy) learn(way int, ns int64) {
	cost := p.cost[way].Load()
	switch {
	case cost == 0:
		cost = max(ns, 8)
	case ns > cost:
		cost += cost / 8
	default:
		cost = max(cost-cost/8, 8)
	}
	p.cost[way].Store(cost)
}

// acquire returns a waiter with the parker for its next wait.
func (s *Stack[T]) acquire(done <-chan struct{}) *waiter[T] {
	w, _ := s.pool.Get().(*waiter[T])
	if w == nil {
		w = new(waiter[T])
	}
	w.by(s.policy.choose(done, s.inFlight.Load()), &s.policy)
	return w
}

// free gives back what acquire returned.
func (s *Stack[T]) free(w *waiter[T]) {
	if w.demoted {
		w.parkers[byThread].Park(Forever, nil) // the token must not outlive the wait
		w.demoted = false
	}
	if w.way == byThread {
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
