package waiter

import "runtime"

// Queue is what the callers of a Stack wait for: packets if they take, room if they post.
// Move and Over are called with the stack's lock held.
type Queue[T any] interface {
	// Move moves one packet for a waiter, and reports whether it did: for a waiting
	// taker the oldest one from the queue to *v, for a waiting poster *v to the queue. It
	// does not wait for a packet that is being published.
	Move(v *T) bool
	// Idle reports whether there is nothing to move, nothing is being made ready to
	// move, and the queue is open. Whoever begins to make something ready after an Idle
	// that returned true, and Close, calls Due later and, if that is true, HandOver.
	Idle() bool
	// Over reports whether nothing can be moved and never will be. Once true it stays
	// true.
	Over() bool
	// Ready reports whether a look at the queue is likely to find something. It reads
	// no memory that is written before there is something.
	Ready() bool
	// Len is how many packets can be moved, and Moved how many were.
	Len() int
	Moved() uint64
}

// Outcome says how a wait ended.
type Outcome uint8

const (
	Handed      Outcome = iota + 1 // a packet was moved for the waiter
	Look                           // a packet is about to be there: look, then Pass
	Retry                          // the queue was not idle: look again
	Expired                        // the deadline passed
	Canceled                       // done was closed
	Closed                         // the queue is over
	Interrupted                    // Interrupt
)

// Order says who is released first.
type Order uint8

const (
	NewestFirst Order = iota // takers, for whom packets are moved from the queue
	OldestFirst              // posters, whose packets are moved to it
)

// Waiter is one parked call. The stack's mu guards all fields unless noted.
type Waiter[T any] struct {
	next, prev *Waiter[T] // next is released later; both nil off the list
	// val is the packet of a poster, and what was moved for a taker: an array, so that
	// it can be cleared without a zero T, which the compiler would put on the heap
	// where T is large. The owner's, unless listed.
	val     [1]T
	parker  Parker // sleeps in this wait; set by the owner before it is listed
	seat    seat   // of the goroutine's parker
	others  *others
	handed  int64   // when, if that is to be learned from
	outcome Outcome // written before the Unpark, read by the owner after the Park
	threads bool    // parker is that of a thread
	listed  bool    // on the stack: whoever takes the waiter off decides the outcome
}

// others are the parkers that few waiters need, each made when it is first wanted.
type others struct{ timed, thread Parker }

// unlocker is a mutex as a Parker takes it.
type unlocker mutex

func (u *unlocker) Lock()   {}
func (u *unlocker) Unlock() { (*mutex)(u).Unlock() }

// What Stack.state holds.
const (
	waiter1 = 1       // in the lower half, one for each on the list
	flight1 = 1 << 32 // in the upper half, one for each hand-off in flight
	looking = 1 << 62 // one of those in flight was woken to look: see Look
	watched = 1 << 63 // a caller watches the queue
)

func flights(state uint64) int32 { return int32(state &^ (watched | looking) >> 32) }

// Stack is a list of waiters with a lock. The lock is held for a few instructions, and
// while packets are moved and a queue grows, never while sleeping. Nobody takes
// the lock while no one waits. See the package's documentation for the order of accesses
// that P1 to P4, W1 and W2, S1 and S2 stand for.
type Stack[T any] struct {
	// Written by Init alone.
	queue   Queue[T]
	parkers Parkers
	order   Order
	parking Parking
	limit   int32 // of hand-offs in flight; 0 is GOMAXPROCS
	known   hint  // the limit, or what GOMAXPROCS was
	_       [linePair]byte

	// One line, for whoever hands over needs all of it. Nobody writes it while no
	// one waits, so that a Post finds it shared.
	state atomicUint64 // who waits, is handed something, watches; read by every Post
	mu    mutex
	first *Waiter[T] // released next
	last  *Waiter[T]
	lags  hint   // how often a goroutine ran late lately, from 0 to most
	stats Stats  // but for Spun and Wakes
	left  uint64 // waits that ended by their deadline or done
	_     [linePair]byte

	pace pace
	pool *pool // of *Waiter[T]; apart, so that the list of all pools holds no stack
}

// Stats counts what happened on a stack since it was made.
type Stats struct {
	HandOffs uint64 // packets moved for a waiter
	Parks    uint64 // waits that went to sleep
	Threads  uint64 // of them, those that slept as threads
	Wakes    uint64 // of Parks, those that somebody ended
	Timeouts uint64 // of Parks, those that ended at their deadline
	Direct   uint64 // of HandOffs, those past the queue
	Spun     uint64 // waits that ended without a sleep, by watching the queue
}

const linePair = 128 // as in package ring

// Init prepares a stack of those who wait for q. A limit of hand-offs in flight
// below 1 is GOMAXPROCS.
func (s *Stack[T]) Init(q Queue[T], order Order, limit int, parking Parking, parkers Parkers) {
	s.queue, s.order, s.limit = q, order, int32(min(max(limit, 0), 1<<30))
	s.parking, s.parkers = parking, parkers
	s.know()
	s.pool = new(pool)
}

// Any reports whether anyone waits.
func (s *Stack[T]) Any() bool { return uint32(s.state.Load()) != 0 }

// Due reports whether anyone waits whom a packet may be handed to now: nobody watches the
// queue, and the limit of hand-offs in flight is not reached, as far as is known. P3.
func (s *Stack[T]) Due() bool {
	state := s.state.Load()
	return uint32(state) != 0 && int64(state>>32) < int64(s.known.Load())
}

// Waiting is the number of waiters.
func (s *Stack[T]) Waiting() int { return int(uint32(s.state.Load())) }

// Stats returns the counts so far.
func (s *Stack[T]) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.stats
	c.Wakes = c.Parks - s.left - uint64(s.Waiting())
	c.Spun = s.pace.spun.Load()
	return c
}

// Give hands v over to the next waiter if the queue is idle, and reports whether it did.
// Then v need not go through the queue: what was in the queue has been taken.
func (s *Stack[T]) Give(v T) bool {
	s.mu.Lock()
	w := s.first
	if w == nil || !s.Due() || s.full() || !s.queue.Idle() {
		s.mu.Unlock()
		return false
	}
	w.val[0] = v
	s.stats.Direct++
	late := s.hand(w, Handed)
	s.mu.Unlock()
	w.parker.Unpark()
	if late {
		s.bump()
	}
	return true
}

// HandOver moves packets for waiters, as long as there are both and the limit allows.
// Whoever has made something ready to move calls HandOver if Due. P4.
func (s *Stack[T]) HandOver() { s.settle(false) }

// full reports whether nothing is to be handed over now: the limit of hand-offs in flight
// is reached, or one of them looks, for then the oldest packet is that one's. GOMAXPROCS may
// change while the port is in use.
func (s *Stack[T]) full() bool {
	state := s.state.Load()
	if state&looking != 0 {
		return true
	}
	n := flights(state)
	if n == 0 {
		return false
	}
	return n >= s.know()
}

// know brings known up to date and returns it.
func (s *Stack[T]) know() int32 {
	limit := s.limit
	if limit == 0 {
		limit = int32(runtime.GOMAXPROCS(0))
	}
	if limit != s.known.Load() {
		s.known.Store(limit)
	}
	return limit
}

// Settle is HandOver by whoever has closed the queue: it releases all waiters if the queue
// is over, and may let them run meanwhile.
func (s *Stack[T]) Settle() { s.settle(true) }

func (s *Stack[T]) settle(yields bool) {
	for more := true; more; {
		var l list[T]
		s.mu.Lock()
		late := s.serve(&l)
		more = s.first != nil && s.queue.Over()
		s.mu.Unlock()
		l.wake(nil)
		if late {
			s.bump()
		}
		if more && yields {
			start := Now()
			gosched()
			yields = Now()-start < patience
		}
	}
}

// serve moves packets for waiters, and releases up to a flock of waiters if the queue is
// over, all of them to l. late is as in hand, of the last one.
func (s *Stack[T]) serve(l *list[T]) (late bool) {
	for s.first != nil && !s.full() {
		w, why := s.first, Handed
		if !s.queue.Move(&w.val[0]) {
			if s.order == OldestFirst || s.queue.Idle() || s.queue.Over() {
				break
			}
			// The oldest packet is not published yet. Its poster may have looked for
			// waiters already, and seen one that watches, or the limit.
			why = Look
		}
		late = s.hand(w, why)
		l.add(w)
	}
	over := s.first != nil && s.queue.Over()
	for n := 0; over && n < flock && s.first != nil; n++ {
		l.add(s.release(s.first, Closed))
	}
	return late
}

// hand takes w, for which a packet was moved, off the list. late says that w will run late
// unless it is bumped.
func (s *Stack[T]) hand(w *Waiter[T], why Outcome) (late bool) {
	if why == Handed {
		s.stats.HandOffs++
	}
	if why == Look {
		s.state.Add(looking)
	}
	s.state.Add(flight1 - waiter1)
	s.unlink(w, why)
	if s.parking != ParkAuto || why != Handed {
		return false
	}
	n, lags := hash(s.stats.HandOffs)>>60, s.lags.Load()
	if late = lags >= 2 && n != 0; !late && (lags != 0 || n < 2) {
		w.handed = Now()
	}
	return late
}

// bump makes the goroutine that was readied last run soon, unless others than takers on
// their way want a processor: it would have to wait behind them. One in 16 that would be
// late is left alone, to know whether it still would be.
func (s *Stack[T]) bump() {
	if runnable() <= int64(flights(s.state.Load())) {
		bump()
	} else {
		tell(&s.lags, max(s.lags.Load()-2, 0))
	}
}

// Interrupt ends the waits of those on the stack and returns their number.
func (s *Stack[T]) Interrupt() (n int) {
	var l list[T]
	s.mu.Lock()
	for ; s.first != nil; n++ {
		l.add(s.release(s.first, Interrupted))
	}
	s.mu.Unlock()
	l.wake(nil)
	return n
}

// Wait parks the caller until a packet is moved from or to *v for it, the deadline passes,
// done is closed, the queue is over, or Interrupt. For a taker that finds the queue not
// idle the outcome is Retry: it runs, so it can look for itself. A taker calls Pass after
// Handed.
func (s *Stack[T]) Wait(v *T, deadline int64, done <-chan struct{}) Outcome {
	w := s.acquire(deadline, done)
	if s.order == OldestFirst {
		w.val[0] = *v
	}
	s.mu.Lock()
	s.insert(w) // W1
	s.unwatch()
	var l list[T]
	for w.listed && !s.queue.Idle() && (s.order == NewestFirst || !s.full()) { // W2
		if s.order == NewestFirst {
			s.uncount(w)
			s.release(w, Retry)
		} else {
			s.serve(&l) // the room is for the oldest, and then for the next, w perhaps
		}
	}
	if l.head != nil {
		l.wake(w)
	}
	why := w.outcome
	if !w.listed {
		if s.order == OldestFirst {
			s.uncount(w)
		}
		s.mu.Unlock()
	} else if w.parker.Park((*unlocker)(&s.mu), deadline, done) {
		why = w.outcome
	} else {
		why = s.leave(w, deadline, done)
	}
	if why == Handed {
		*v = w.val[0]
		if w.handed != 0 {
			s.lag(Now() - w.handed)
			w.handed = 0
		}
	}
	s.free(w, why)
	return why
}

// lag takes note of how long it took a taker to run that was handed a packet. A goroutine
// that is readied runs when its waker stops, or when an idle processor takes it from the
// waker's, which takes the scheduler of Go 50 µs and more.
func (s *Stack[T]) lag(ns int64) {
	lags := s.lags.Load()
	if ns > lateness {
		tell(&s.lags, min(lags+1, 8))
	} else {
		tell(&s.lags, max(lags-1, 0))
	}
}

// Pass is to be called after Handed, when the caller runs, and after Look, when it has
// looked: the hand-off is no longer in flight, and the caller hands on what it finds.
func (s *Stack[T]) Pass(why Outcome) {
	done := uint64(flight1)
	if why == Look {
		done += looking
	}
	// This must precede the look for waiters: a poster that stopped at the limit
	// did so before, with its waiter on the list.
	if state := s.state.Add(-done); uint32(state) != 0 && state&watched == 0 {
		s.HandOver()
	}
}

// leave ends the wait of w, whose Park has returned false, and returns how it ended:
// somebody may have been quicker.
func (s *Stack[T]) leave(w *Waiter[T], deadline int64, done <-chan struct{}) Outcome {
	s.mu.Lock()
	if !w.listed {
		s.mu.Unlock()
		w.parker.Park(nil, Forever, nil) // there is a token, or about to be
		return w.outcome
	}
	defer s.mu.Unlock()
	s.left++
	if done != nil && Now() < deadline {
		s.release(w, Canceled)
	} else {
		s.stats.Timeouts++
		s.release(w, Expired)
	}
	return w.outcome
}

// uncount takes back what insert has counted: w does not sleep.
func (s *Stack[T]) uncount(w *Waiter[T]) {
	s.stats.Parks--
	if w.threads {
		s.stats.Threads--
	}
}

// insert puts w on the list.
func (s *Stack[T]) insert(w *Waiter[T]) {
	w.listed = true
	s.stats.Parks++
	if s.first != nil && s.limit == 0 { // for one waiter the limit does not matter
		s.know()
	}
	if w.threads {
		s.stats.Threads++
	}
	switch {
	case s.first == nil:
		s.first, s.last = w, w
	case s.order == NewestFirst:
		w.next, s.first.prev = s.first, w
		s.first = w
	default:
		w.prev, s.last.next = s.last, w
		s.last = w
	}
	s.state.Add(waiter1)
}

// release takes w off the list. The caller owns it then, and owes it an Unpark.
func (s *Stack[T]) release(w *Waiter[T], why Outcome) *Waiter[T] {
	s.state.Add(^uint64(waiter1 - 1))
	return s.unlink(w, why)
}

func (s *Stack[T]) unlink(w *Waiter[T], why Outcome) *Waiter[T] {
	if w.prev == nil {
		s.first = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		s.last = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.next, w.prev = nil, nil
	w.listed, w.outcome = false, why
	return w
}

// list is waiters off the stack that are owed their Unpark.
type list[T any] struct{ head, tail *Waiter[T] }

func (l *list[T]) add(w *Waiter[T]) {
	if l.head == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
}

// wake unparks the waiters of the list but the caller's own.
func (l *list[T]) wake(own *Waiter[T]) {
	for w := l.head; w != nil; {
		next := w.next // w is its owner's again from Unpark on
		w.next = nil
		if w != own {
			w.parker.Unpark()
		}
		w = next
	}
}

// acquire returns a waiter with the parker for its wait.
func (s *Stack[T]) acquire(deadline int64, done <-chan struct{}) *Waiter[T] {
	w, _ := s.pool.Get().(*Waiter[T])
	if w == nil {
		w = new(Waiter[T])
	}
	thread := s.parking == ParkThread && done == nil && s.parkers.Thread != nil && !InBubble() && s.parkers.Claim()
	if !thread && deadline == Forever && done == nil {
		w.parker = s.parkers.seated(&w.seat)
		return w
	}
	if w.others == nil {
		w.others = new(others)
	}
	if thread {
		if w.others.thread == nil {
			w.others.thread = s.parkers.Thread()
		}
		w.parker, w.threads = w.others.thread, true
		return w
	}
	w.parker = w.others.timed
	if w.parker == nil || InBubble() {
		var keep bool
		if w.parker, keep = s.parkers.alarmed(); keep {
			w.others.timed = w.parker
		}
	}
	return w
}

// free gives back what acquire returned.
func (s *Stack[T]) free(w *Waiter[T], why Outcome) {
	if w.threads {
		w.threads = false
		s.parkers.Release()
	}
	clear(w.val[:])    // what the waiter keeps, the collector keeps
	if why != Closed { // else nobody waits here again
		s.pool.Put(w)
	}
}
