package waiter

import (
	"runtime"
	"sync/atomic"
)

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
	Given                          // a packet was handed to the sole waiter, past the queue: Pass is done
	Look                           // a packet is about to be there: look, then Pass
	Retry                          // the queue was not idle: look again
	Expired                        // the deadline passed
	Canceled                       // done was closed
	Closed                         // the queue is over
	Interrupted                    // Interrupt
	Busy                           // others wait, so there is no sole waiter
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
	val [1]T
	// The owner sets parker and deadline before the waiter is listed.
	parker   Parker // sleeps in this wait, nil for seat
	deadline int64  // at which alarm ends this wait
	seat     seat
	alarm    alarm
	others   *others
	handed   int64   // when, if that is to be learned from
	outcome  Outcome // written before the Unpark, read by the owner after the Park
	threads  bool    // parker is that of a thread
	listed   bool    // on the stack: whoever takes the waiter off decides the outcome
}

// unpark ends the sleep of w, or the next one.
func (w *Waiter[T]) unpark() {
	if w.parker == nil {
		w.seat.unpark()
	} else {
		w.parker.Unpark()
	}
}

// others are the parkers that few waiters need, each made when it is first wanted.
type others struct{ done, thread Parker }

// unlocker is a mutex as a Parker takes it.
type unlocker mutex

func (u *unlocker) Lock()   {}
func (u *unlocker) Unlock() { (*mutex)(u).Unlock() }

// What Stack.state holds.
const (
	waiter1 = 1       // in the lower half, one for each on the list
	sole    = 1 << 31 // the sole waiter waits, and is not on the list
	taken   = 1 << 32 // the sole waiter is in use
	flight1 = 1 << 33 // above that, one for each hand-off in flight
	looking = 1 << 62 // one of those in flight was woken to look: see Look
	watched = 1 << 63 // a caller watches the queue
)

func flights(state uint64) int32 { return int32(state &^ (watched | looking) >> 33) }

// waiting is the number of waiters.
func waiting(state uint64) int { return int(uint32(state)&(sole-1)) + int(state&sole>>31) }

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
	lags  hint          // how often a goroutine ran late lately, from 0 to most
	stats Stats         // but for Spun and Wakes, and those that were given
	left  uint64        // waits that ended by their deadline or done
	given atomic.Uint64 // packets handed to the sole waiter past the queue; not guarded by mu
	// sole is the waiter of whoever sets the bit taken, until that caller clears the bit.
	sole *Waiter[T]
	_    [linePair]byte

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
	return uint32(state) != 0 && s.below(state)
}

// below reports whether the limit is not reached, and nobody watches or looks: those bits
// make a large number.
func (s *Stack[T]) below(state uint64) bool { return int64(state>>33) < int64(s.known.Load()) }

// Waiting is the number of waiters.
func (s *Stack[T]) Waiting() int { return waiting(s.state.Load()) }

// Stats returns the counts so far.
func (s *Stack[T]) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, state, given := s.stats, s.state.Load(), s.given.Load()
	c.HandOffs += given
	c.Direct += given
	c.Parks += given + state&sole>>31
	c.Wakes = c.Parks - s.left - uint64(waiting(state))
	c.Spun = s.pace.spun.Load()
	return c
}

// Give hands v over to the next waiter if the queue is idle, and reports whether it did.
// Then v need not go through the queue: what was in the queue has been taken.
func (s *Stack[T]) Give(v T) bool {
	state := s.state.Load()
	if uint32(state) == sole && s.below(state) && s.state.CompareAndSwap(state, state-sole+flight1) {
		return s.give(v)
	}
	s.mu.Lock()
	s.adopt()
	w := s.first
	if w == nil || !s.Due() || s.full() || !s.queue.Idle() {
		s.mu.Unlock()
		return false
	}
	w.val[0] = v
	s.stats.Direct++
	late := s.hand(w, Handed)
	s.mu.Unlock()
	w.unpark()
	if late {
		s.bump()
	}
	return true
}

// give hands v to the sole waiter, which the caller has claimed, and reports whether it
// did: at the instant at which the queue is idle v is the oldest packet.
func (s *Stack[T]) give(v T) bool {
	w := s.sole
	if !s.queue.Idle() {
		// What is in the queue comes first. Its posters may have found nobody, or the
		// limit reached, and left it. So this does what a waiter does when it comes,
		// and then what Pass does.
		s.mu.Lock()
		s.enlist(w, true)
		s.state.Add(^uint64(flight1 - waiter1 - 1))
		s.unwatch()
		s.mu.Unlock()
		s.HandOver()
		return false
	}
	w.val[0] = v
	w.outcome = Given
	late := s.time(w, s.given.Add(1))
	w.unpark()
	if late {
		s.bump()
	}
	return true
}

// adopt puts the sole waiter on the list, if it waits: at the end of those that wait
// longest. Whoever works on the list begins so. The caller holds the lock, and a poster that
// claims the waiter does not: hence the compare and swap, which one of them wins.
func (s *Stack[T]) adopt() {
	for state := s.state.Load(); state&sole != 0; state = s.state.Load() {
		if s.state.CompareAndSwap(state, state-sole+waiter1) {
			s.enlist(s.sole, true)
			return
		}
	}
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
		s.adopt()
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
	for s.first != nil && !s.full() && !s.queue.Idle() {
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
	if why != Handed {
		return false
	}
	return s.time(w, s.stats.HandOffs)
}

// time takes the time of the n-th hand-off, to w, if there is something to be learned from
// how long it takes w to run. late says that w will run late unless it is bumped.
func (s *Stack[T]) time(w *Waiter[T], n uint64) (late bool) {
	if s.parking != ParkAuto {
		return false
	}
	lags := s.lags.Load()
	n = hash(n) >> 60
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
	s.adopt()
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
	// A deadline below 0 is a bubble's.
	if s.order == NewestFirst && deadline >= 0 && done == nil && s.parking != ParkThread && s.parkers.Goroutine == nil {
		if state := s.state.Load(); uint32(state) == 0 && state&taken == 0 && s.state.CompareAndSwap(state, state|taken) {
			if s.sole == nil {
				s.sole = new(Waiter[T])
			}
			s.sole.deadline = deadline
			s.sleep(s.sole, (*entry[T])(s))
			if why := s.leaveSole(v); why != Busy {
				return why
			}
		}
	}
	w := s.acquire(deadline, done)
	if s.order == OldestFirst {
		w.val[0] = *v
	}
	s.mu.Lock()
	s.adopt()
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
	} else {
		s.setAlarm(w)
		if w.parker == nil {
			s.sleep(w, (*unlocker)(&s.mu))
			why = w.outcome
		} else {
			until := deadline
			if w.deadline != Forever {
				until = Forever // the alarm keeps the deadline
			}
			if w.parker.Park((*unlocker)(&s.mu), until, done) {
				why = w.outcome
			} else {
				why = s.leave(w, deadline, done)
			}
		}
	}
	if why == Handed {
		s.receive(w, v)
	}
	s.free(w, why)
	return why
}

// leaveSole is the end of Wait by the sole waiter. The outcome is Busy if others have been
// quicker to wait. The seat is given back last: from then on another caller may use it.
func (s *Stack[T]) leaveSole(v *T) Outcome {
	w := s.sole
	why := w.outcome
	if why <= Given {
		s.receive(w, v)
		clear(w.val[:])
	}
	if why == Given {
		s.pass(taken + flight1)
	} else {
		s.state.Add(^uint64(taken - 1))
	}
	return why
}

// entry is a stack as the lock that the sole waiter unlocks before it sleeps: that is when
// it begins to wait.
type entry[T any] Stack[T]

func (e *entry[T]) Lock() {}

func (e *entry[T]) Unlock() {
	s := (*Stack[T])(e)
	w := s.sole
	for {
		state := s.state.Load()
		if uint32(state) != 0 { // those are older
			w.outcome = Busy
			w.unpark()
			return
		}
		if s.state.CompareAndSwap(state, state+sole) { // W1, while still nobody else waits
			break
		}
	}
	s.unwatch()
	if !s.queue.Idle() { // W2
		s.mu.Lock()
		s.adopt()
		if w.listed {
			s.stats.Parks--
			s.release(w, Retry)
			w.unpark()
		}
		s.mu.Unlock()
		return
	}
	s.setAlarm(w)
}

// ring ends the wait of w, if it waits and its deadline has passed. The alarm of w calls it.
func (s *Stack[T]) ring(w *Waiter[T]) {
	s.mu.Lock()
	s.adopt()
	due := w.listed && Now() >= w.deadline
	if due {
		s.left++
		s.stats.Timeouts++
		s.release(w, Expired)
	} else if w.listed {
		s.setAlarm(w) // it was set for a wait before
	}
	s.mu.Unlock()
	if due {
		w.unpark()
	}
}

// receive returns in *v what was moved for w.
func (s *Stack[T]) receive(w *Waiter[T], v *T) {
	*v = w.val[0]
	if w.handed != 0 {
		s.lag(Now() - w.handed)
		w.handed = 0
	}
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
	s.pass(done)
}

// pass takes done off the state, and hands over if there is something left to do. The
// first must precede the second: a poster that stopped at the limit did so before, with
// its waiter on the list.
func (s *Stack[T]) pass(done uint64) {
	if state := s.state.Add(-done); uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {
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

// insert puts w on the list, and counts it.
func (s *Stack[T]) insert(w *Waiter[T]) {
	if s.first != nil && s.limit == 0 { // for one waiter the limit does not matter
		s.know()
	}
	if w.threads {
		s.stats.Threads++
	}
	s.enlist(w, s.order == OldestFirst)
	s.state.Add(waiter1)
}

// enlist puts w on the list, to be released first or last.
func (s *Stack[T]) enlist(w *Waiter[T], last bool) {
	w.listed = true
	s.stats.Parks++
	switch {
	case s.first == nil:
		s.first, s.last = w, w
	case !last:
		w.next, s.first.prev = s.first, w
		s.first = w
	default:
		w.prev, s.last.next = s.last, w
		s.last = w
	}
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
			w.unpark()
		}
		w = next
	}
}

// acquire returns a waiter with the parker for its wait.
func (s *Stack[T]) acquire(deadline int64, done <-chan struct{}) *Waiter[T] {
	var w *Waiter[T]
	if deadline >= 0 { // else the alarm must not leave the bubble
		w, _ = s.pool.Get().(*Waiter[T])
	}
	if w == nil {
		w = new(Waiter[T])
	}
	w.parker, w.deadline = nil, deadline
	switch {
	case s.parking == ParkThread && done == nil && s.parkers.Thread != nil && !InBubble() && s.parkers.Claim():
		if w.others == nil {
			w.others = new(others)
		}
		if w.others.thread == nil {
			w.others.thread = s.parkers.Thread()
		}
		w.parker, w.deadline, w.threads = w.others.thread, Forever, true
	case done != nil:
		if w.others == nil {
			w.others = new(others)
		}
		w.parker = w.others.done
		if w.parker == nil || InBubble() {
			var keep bool
			if w.parker, keep = s.parkers.canceled(); keep {
				w.others.done = w.parker
			}
		}
	case s.parkers.Goroutine != nil:
		w.parker, w.deadline = s.parkers.Goroutine(), Forever
	}
	return w
}

// free gives back what acquire returned.
func (s *Stack[T]) free(w *Waiter[T], why Outcome) {
	if w.threads {
		w.threads = false
		s.parkers.Release()
	}
	clear(w.val[:]) // what the waiter keeps, the collector keeps
	if w.deadline < 0 {
		w.alarm.stop()
	} else if why != Closed { // else nobody waits here again
		s.pool.Put(w)
	}
}
