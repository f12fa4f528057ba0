package waiter

import (
	"runtime"
	"sync/atomic"
	"time"
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
	Thread func() Parker
	// Goroutine is called for each use: for a seat it always returns the same one, and
	// allocates only what the seat lacks.
	Goroutine func(*Seat) Parker
}

// Seat is what the parker of a goroutine keeps in its waiter: then it need be no object
// of its own.
type Seat struct {
	Token chan struct{}
	Timer *time.Timer
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
	pace    pace

	// cost is, for each way, what a sleep cost lately, in nanoseconds: a mean of the
	// last samples, 0 before the first. Lost updates do no harm.
	cost  [ways]atomic.Int64
	seen  [ways]atomic.Uint32 // what waits was at the last of them
	sleep atomic.Int64        // a running median of how long threads wait until they are woken
	waits atomic.Uint32       // those that had a choice
	trial atomic.Uint32       // the wait that tries the way that seems slower
	gap   atomic.Uint32       // from that one to the next

	// until is when the last bar to threads ends or has ended, 0 before the first, and
	// length how long it was. Lost updates, or one of them alone, do no harm.
	until, length atomic.Int64

	// crowd is set while waiters come and none is served: who sleeps at the top
	// of the stack then soon has others above, and a thread sleeps there in vain.
	crowd atomic.Bool
}

// way is a way to sleep, and to be woken from it.
type way uint8

const (
	byGoroutine way = iota
	byThread
	byBump // as a goroutine whose waker bumps it
	ways
)

// A way that seems slower is tried again after minGap waits, and after twice as
// many each time that it still was, up to maxGap: soon enough to notice that the
// traffic has changed, and so seldom that what it costs, a burst that queues
// behind a goroutine on its way among it, stays out of the slowest hundredth.
const (
	minGap = 16
	maxGap = 4096
)

// readied is how soon a goroutine must run, in nanoseconds, for a thread not to
// be worth a try: one that spins runs sooner, but its waker pays for that. Of
// ping-pong and fan-out goroutines took 0.2 to 10 µs, of dispatch 35 to 100.
const readied = 15_000

// threadSleep is how long a thread sleeps under ParkAuto before it goes on to
// sleep as a goroutine, in nanoseconds.
const threadSleep = 1_000_000

// choose says how the next wait sleeps, and counts a thread against the budget.
// done is what the wait ends at besides its deadline, inFlight the number of
// waiters that have been handed something and have not run since.
func (p *policy) choose(done <-chan struct{}, inFlight int32) way {
	if p.parking == ParkGoroutine || p.parkers.Thread == nil || done != nil {
		return byGoroutine // a futex cannot wait for a channel
	}
	if p.parking == ParkAuto {
		// A sleeping thread keeps its scheduler slot from the goroutine that was
		// readied a moment ago, until the system monitor takes it back.
		if inFlight != 0 || p.pace.fast.Load() || p.crowd.Load() || p.faster() == byGoroutine || p.barred() {
			return byGoroutine
		}
	}
	if p.claim() {
		return byThread
	}
	return byGoroutine
}

// claim counts a thread against the budget, and reports whether there was one left.
func (p *policy) claim() bool {
	budget := int32(maxThreads)
	if p.parking == ParkAuto {
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

// faster is what best says, but now and then the other way, if it may have become the
// faster one.
func (p *policy) faster() way {
	how := p.best()
	if p.cost[byThread].Load() == 0 || p.cost[byGoroutine].Load() < readied {
		return how
	}
	if n := p.waits.Add(1); int32(n-p.trial.Load()) >= 0 {
		p.trial.Store(n + max(p.gap.Load(), minGap)) // if it brings no sample; else learn decides
		how = byGoroutine + byThread - how
	}
	return how
}

// best is the goroutine if it runs soon, else the way that has cost less. At first it
// is the thread.
func (p *policy) best() way {
	thread := p.cost[byThread].Load()
	if thread != 0 && (p.cost[byGoroutine].Load() < readied || p.goroutine() < thread) {
		return byGoroutine
	}
	return byThread
}

// goroutine is what the sleep of a goroutine costs, the way it is woken.
func (p *policy) goroutine() int64 {
	cost, bumped := p.cost[byGoroutine].Load(), p.cost[byBump].Load()
	if cost >= readied && bumped != 0 {
		return min(cost, bumped)
	}
	return cost
}

// mixes reports whether there are two ways to sleep, to choose from.
func (p *policy) mixes() bool { return p.parking == ParkAuto && p.parkers.Thread != nil }

// slept takes note of how long a thread waited until it was woken.
func (p *policy) slept(ns int64) { follow(&p.sleep, ns) }

// spin waits for the token without sleeping, in the time that the last waits
// took and about as much again, if that is not more than maxSpin. A waker that
// meets a waiter awake pays for no system call, and the waiter runs at once.
func (p *policy) spin(thread Parker, start, deadline int64) {
	budget := 2 * p.sleep.Load()
	if budget > maxSpin {
		return
	}
	for end := min(start+budget, deadline); Now() < end; {
		for range 32 { // between two looks at the clock
			if thread.Ready() {
				return
			}
		}
	}
}

// maxSpin is the longest time that a thread spins before it sleeps, in
// nanoseconds. Putting a thread to sleep and waking it took 6 to 76 µs where this
// was measured, on a virtual machine whose idle processors halt, and kept the waker
// for 2 to 40. With 16 µs dispatch every 20 µs had a median of 12 µs and a Post of
// 6 µs, with 50 µs 0.4 to 1.4 µs of either. The slowest hundredth is no better for
// it: a thread that always spins shares its core in slices with whoever wants it.
const maxSpin = 50_000

// follow moves a running median towards a sample.
func follow(median *atomic.Int64, sample int64) {
	m := median.Load()
	switch {
	case m == 0:
		m = max(sample, 8)
	case sample > m:
		m += m / 8
	default:
		m = max(m-m/8, 8)
	}
	median.Store(m)
}

// acquire returns a waiter with the parker for its next wait.
func (s *Stack[T]) acquire(done <-chan struct{}) *Waiter[T] {
	w, _ := s.pool.Get().(*Waiter[T])
	if w == nil {
		w = new(Waiter[T])
	}
	if s.policy.choose(done, s.inFlight.Load()) == byThread {
		w.asThread(&s.policy)
	} else {
		w.asGoroutine(&s.policy)
	}
	chosen(w.way)
	return w
}

// free gives back what acquire returned.
func (s *Stack[T]) free(w *Waiter[T]) {
	if w.demoted {
		(*w.thread).Park(Forever, nil) // the token must not outlive the wait
		w.demoted = false
		threads.Add(-1)
	}
	if w.way == byThread {
		threads.Add(-1)
	}
	if w.outcome != Closed { // else nobody waits here again
		var zero T
		w.val = zero // what the waiter keeps, the collector keeps
		s.pool.Put(w)
	}
}
