package waiter

import (
	"runtime"
	"sync/atomic"
)

// Queue is what the callers of a Stack wait for: packets if they are takers, room if they
// are posters. Move and Over are called with the stack's lock held.
type Queue[T any] interface {
	// Move moves one packet for a waiter, and reports whether it did. For a waiting
	// taker it moves the oldest packet from the queue to *v, for a waiting poster *v to the
	// queue. Move does not wait for a packet that is being published. If Move has moved the
	// packet of a poster, and the takers' stack is Due, Move calls HandOverFor of the takers'
	// stack, with the posters' stack.
	Move(v *T) bool
	// Idle reports whether there is nothing to move, nothing is being made ready to
	// move, and the queue is open. A goroutine that begins to make something ready after
	// an Idle that returned true calls Due later, and HandOver if Due returns true. The
	// goroutine that closes the queue calls Settle later.
	Idle() bool
	// Over reports whether nothing can be moved, now or later. Once true, Over stays true.
	Over() bool
	// Ready reports whether a look at the queue is likely to succeed. Ready reads no memory
	// that others write before a look can succeed.
	Ready() bool
	// Starved reports whether the callers on the other side find nothing. Posters beyond the
	// limit are released then.
	Starved() bool
	// Blocked reports whether callers on the other side wait.
	Blocked() bool
	// Moved is how many packets were moved so far.
	Moved() uint64
}

// Outcome says how a wait ended.
type Outcome uint8

const (
	Handed      Outcome = iota + 1 // a packet was moved for the waiter
	Given                          // a packet was handed to the sole waiter, past the queue; no Pass is due
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
	// val is the packet of a poster, or the packet moved for a taker. While the waiter is
	// listed mu guards val, else only the owner touches it. An array, because clear of an
	// array needs no zero T, which the compiler would move to the heap for a large T.
	val [1]T
	// The owner sets parker and deadline before the waiter is listed.
	parker   Parker // sleeps in this wait; nil: seat does
	deadline int64  // when alarm ends this wait
	seat     seat
	alarm    alarm
	others   *others
	handed   int64   // time of the hand-off if its lag is measured, else 0
	outcome  Outcome // written before the Unpark, read by the owner after the Park
	threads  bool    // parker is others.thread
	listed   bool    // on the list: whoever unlinks the waiter decides the outcome
}

// unpark ends the sleep of w, or the next one.
func (w *Waiter[T]) unpark() {
	if w.parker == nil {
		w.seat.unpark()
	} else {
		w.parker.Unpark()
	}
}

// others are the parkers that few waiters need. Each is made on first use.
type others struct{ done, thread Parker }

// unlocker adapts a mutex to the Locker that Park takes: Lock does nothing.
type unlocker mutex

func (u *unlocker) Lock()   {}
func (u *unlocker) Unlock() { (*mutex)(u).Unlock() }

// What Stack.state holds.
const (
	waiter1 = 1       // bits 0 to 29 count the waiters on the list
	armed   = 1 << 30 // a notifier is armed
	sole    = 1 << 31 // the sole waiter waits; it is not on the list
	taken   = 1 << 32 // the sole waiter is in use
	flight1 = 1 << 33 // bits 33 to 61 count the hand-offs in flight
	looking = 1 << 62 // a waiter in flight was woken with Look
	watched = 1 << 63 // a caller watches the queue
)

func flights(state uint64) int32 { return int32(state &^ (watched | looking) >> 33) }

// waiting is the number of waiters, the sole one included.
func waiting(state uint64) int { return int(uint32(state)&(armed-1)) + int(state&sole>>31) }

// Stack is a list of waiters with a lock. The lock is held for a few instructions, and
// while packets are moved and a queue grows. The holder of the lock sleeps only where a push
// waits long for the pop of the same slot to end. While no one waits, nobody takes the lock.
// See the package's documentation for the order of accesses that P1 to P4, W1 and W2, S1 and S2
// stand for.
type Stack[T any] struct {
	// Written by Init alone, known and behind excepted.
	queue   Queue[T]
	parkers Parkers
	order   Order
	parking Parking
	limit   int32  // of hand-offs in flight; 0 is GOMAXPROCS
	salt    uint64 // a number of its own for each stack: see yield
	known   hint   // limit, or the last GOMAXPROCS seen
	behind  lapse  // until when waiters in flight are taken to stand behind goroutines that compute
	_       [linePair]byte

	// One cache line, because a hand-off needs all of it. No call writes the line while no
	// caller waits, so each Post finds it shared. mu guards the fields unless noted.
	state atomicUint64 // waiters, hand-offs in flight, watched; read by every Post; not guarded
	mu    mutex
	first *Waiter[T] // released next
	last  *Waiter[T]
	lags  hint          // how often taker goroutines ran late recently, 0 to 8; not guarded
	stats Stats         // without Spun, Wakes and what given counts
	left  uint64        // waits that ended by deadline or done
	given atomic.Uint64 // packets handed to the sole waiter past the queue; not guarded
	// sole belongs to the caller that set the bit taken, until that caller clears the bit.
	sole      *Waiter[T]
	notifiers *Notifier // the armed ones
	_         [linePair]byte

	pace pace
	pool *pool // of *Waiter[T]; a pointer, because package sync's list of pools would keep s alive

	after list[T] // takers that were handed packets of posters on this stack: see HandOverFor; guarded by mu
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
	s.remember()
	s.salt = salts.Add(1)
	s.pool = new(pool)
}

// salts is the number of stacks made so far.
var salts atomic.Uint64

// HasWaiters reports whether callers wait.
func (s *Stack[T]) HasWaiters() bool { return uint32(s.state.Load())&^armed != 0 }

// Due reports whether a packet may be handed to a waiter now: somebody waits, nobody watches
// the queue, and the limit of hand-offs in flight is not reached, as far as is known. An armed
// notifier counts as somebody who waits. P3.
func (s *Stack[T]) Due() bool { return uint32(s.state.Load()) != 0 && s.due() }

// due is Due where somebody waits. Apart, so that the compiler inlines Due in every Post.
func (s *Stack[T]) due() bool {
	state := s.state.Load()
	return uint32(state) != 0 && s.below(state)
}

// below reports whether the known limit is not reached, or does not hold, and neither watched
// nor looking is set. Either bit makes the shifted word larger than any limit in use.
func (s *Stack[T]) below(state uint64) bool {
	return int64(state>>33) < int64(s.known.Load()) || state&(watched|looking) == 0 && s.unlimited()
}

// unlimited reports whether the limit does not hold now: nobody has asked for this limit, and
// waiters in flight stood behind goroutines that compute lately. The waiters in flight now may
// stand there too, and the others would wait for these. With the limit, 32 clients and 4
// servers on one processor, beside a goroutine that computes, had 3,000 answers a second, and
// without the limit 600,000; 16 posters and 16 takers at a queue of 2 moved 10,000 packets a
// second, and 2,000,000.
func (s *Stack[T]) unlimited() bool {
	if s.limit != 0 && s.order == NewestFirst {
		return false
	}
	until := s.behind.Load()
	if until == 0 {
		return false
	}
	now := Now()
	if now >= until {
		s.behind.Store(0) // a lag noted meanwhile is lost, and the next one counts
	}
	return 0 <= now && now < until // now is below 0 in a bubble, whose clock is another
}

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
// If it did, v must not enter the queue: all that was in the queue has been taken.
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
// did. At the instant at which the queue is idle, v is the oldest packet.
func (s *Stack[T]) give(v T) bool {
	w := s.sole
	if !s.queue.Idle() {
		// Queued packets come first. Their posters may have left them because no caller
		// waited, or the limit was reached. So give lists the waiter, as Wait does, and
		// then hands over, as Pass does.
		s.mu.Lock()
		s.enlist(w, true)
		s.state.Add(^uint64(flight1 - waiter1 - 1))
		s.unwatch()
		s.setAlarm(w) // an alarm that went off after the claim has found no waiter
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

// adopt puts the sole waiter on the list, if it waits, to be released last: it has waited
// longest. Every use of the list begins with adopt. The caller holds mu; a poster that claims
// the sole waiter does not, so the compare and swap decides between the two.
func (s *Stack[T]) adopt() {
	for state := s.state.Load(); state&sole != 0; state = s.state.Load() {
		if s.state.CompareAndSwap(state, state-sole+waiter1) {
			s.enlist(s.sole, true)
			return
		}
	}
}

// HandOver moves packets for waiters, as long as there are both and the limit allows.
// A goroutine that has made something ready to move calls HandOver if Due returns true. P4.
func (s *Stack[T]) HandOver() { s.settle(false) }

// full reports whether no hand-off is allowed now: the limit in flight is reached, or a
// waiter in flight looks, and the oldest packet is that waiter's. To posters the limit is
// Lifted while takers find nothing. GOMAXPROCS, the default limit, may change while the port
// is in use, so full asks for it.
func (s *Stack[T]) full() bool {
	state := s.state.Load()
	if state&looking != 0 {
		return true
	}
	n := flights(state)
	if n == 0 {
		return false
	}
	return n >= s.know() && (n >= Lifted || !s.queue.Starved()) && !s.unlimited()
}

// know updates known and returns it.
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

// Settle is HandOver by the goroutine that has closed the queue. It releases all waiters if
// the queue is over, and may let them run meanwhile.
func (s *Stack[T]) Settle() { s.settle(true) }

func (s *Stack[T]) settle(yields bool) {
	for more := true; more; {
		var l list[T]
		more = s.collect(&l)
		l.wake(nil)
		if more && yields {
			start := Now()
			gosched()
			yields = Now()-start < patience
		}
	}
}

// HandOverFor is HandOver in a Move of the stack posts, whose lock the caller holds: posts
// unparks the waiters later, after the poster whose packet was moved. Go's scheduler runs next
// what was readied last, and takers are to run before that poster: they make room, and the poster
// may have more packets. With takers unparked first, 16 posters and a taker at a queue of 16, on
// one processor, took three times what a channel takes. These takers are not bumped: the poster
// that is unparked before them wants a processor too. If the queue is over, the goroutine that
// closed the queue releases the waiters that are left.
func (s *Stack[T]) HandOverFor(posts *Stack[T]) { s.collect(&posts.after) }

// collect serves the waiters, and tells armed notifiers. The caller unparks the waiters in l.
// more reports that waiters of a queue that is over are left.
func (s *Stack[T]) collect(l *list[T]) (more bool) {
	s.mu.Lock()
	s.adopt()
	s.serve(l)
	if s.notifiers != nil && !s.queue.Idle() {
		s.notify()
	}
	more = s.first != nil && s.queue.Over()
	s.mu.Unlock()
	return more
}

// serve moves packets for waiters and, if the queue is over, releases up to a flock of
// waiters. The caller unparks the waiters in l.
func (s *Stack[T]) serve(l *list[T]) {
	for s.first != nil && !s.full() && !s.queue.Idle() {
		w, why := s.first, Handed
		if !s.queue.Move(&w.val[0]) {
			if s.order == OldestFirst || s.queue.Idle() || s.queue.Over() {
				break
			}
			// The oldest packet is not published yet. Its poster may be past P3, having seen
			// watched or the limit, so w is woken to look.
			why = Look
		}
		l.late = nil
		if s.hand(w, why) {
			l.late = s
		}
		l.add(w)
	}
	over := s.first != nil && s.queue.Over()
	for n := 0; over && n < flock && s.first != nil; n++ {
		l.add(s.release(s.first, Closed))
	}
	s.joinAfter(l)
}

// joinAfter puts the takers that wait to be unparked at the end of l, to run first.
func (s *Stack[T]) joinAfter(l *list[T]) {
	if s.order == OldestFirst { // the takers' stack leaves that cache line alone
		l.join(&s.after)
	}
}

// hand unlinks w for the outcome why and counts a hand-off in flight. late reports that w
// will run late unless bump is called after the unpark.
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

// time notes the time of the n-th hand-off, to w, if the lag of w is to be measured: of two in
// 16, and where callers may watch of all that are not bumped, while takers run late. late is as
// in hand.
func (s *Stack[T]) time(w *Waiter[T], n uint64) (late bool) {
	measured := false
	switch n = hash(n); s.parking {
	case ParkAuto:
		lags := s.lags.Load()
		late = lags >= 2 && n>>60 != 0
		measured = !late && (lags != 0 || n>>61 == 0)
	case ParkGoroutine:
		measured = n>>61 == 0
	}
	if measured {
		w.handed = Now()
	}
	return late
}

// bump makes the goroutine that was readied last run soon, unless goroutines other than
// takers in flight want a processor: the readied one would only wait behind them. time spares
// one in 16 late hand-offs from bump, to learn whether takers are still late.
func (s *Stack[T]) bump() {
	if runnable() <= int64(flights(s.state.Load())) {
		bump()
	} else {
		tell(&s.lags, max(s.lags.Load()-2, 0))
	}
}

// bump moves the goroutine that the caller has just readied to where any processor finds it
// at once. Go's scheduler puts a readied goroutine into the slot runnext of its waker's
// processor. Other processors may steal from that slot only after a sleep of 3 µs, which
// timer slack makes 55. The goroutine started here takes the slot, and the scheduler moves
// the readied one to the run queue proper. The new one then waits in the slot instead, and
// has nothing to do.
func bump() {
	bumps.Add(1)
	spawn(func() { bumps.Add(-1) })
}

// bumps is the number of goroutines that bump has started and that have not ended.
var bumps tally

// Interrupt ends all waits on the stack and returns their number. Armed notifiers are told.
func (s *Stack[T]) Interrupt() (n int) {
	var l list[T]
	s.mu.Lock()
	s.adopt()
	for ; s.first != nil; n++ {
		l.add(s.release(s.first, Interrupted))
	}
	s.notify()
	s.mu.Unlock()
	l.wake(nil)
	return n
}

// Wait parks the caller until a packet is moved from or to *v, the deadline passes, done is
// closed, the queue is over, or Interrupt is called. A taker that finds the queue not idle
// does not sleep: the outcome is Retry, and the taker looks itself. The package's
// documentation says after which outcomes the caller calls Pass.
func (s *Stack[T]) Wait(v *T, deadline int64, done <-chan struct{}) Outcome {
	// A deadline below 0 is one of a bubble: the bubble's timer must not stay with s.sole.
	if s.order == NewestFirst && deadline >= 0 && done == nil && s.parking != ParkThread && s.parkers.Goroutine == nil {
		if state := s.state.Load(); uint32(state) == 0 && state&taken == 0 && s.state.CompareAndSwap(state, state|taken) {
			if s.sole == nil {
				s.sole = new(Waiter[T])
			}
			s.sole.deadline = deadline
			s.makeAlarm(s.sole) // before the wait, in which a poster may set the alarm
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
	for w.listed && !s.queue.Idle() && (s.order == NewestFirst || !s.full() || s.queue.Over()) { // W2
		if s.order == NewestFirst {
			s.uncount(w)
			s.release(w, Retry)
		} else {
			s.serve(&l) // the room goes to the oldest waiters first; w may be among them
		}
	}
	if l.head != nil {
		l.late = nil // bump may sleep, and this caller holds the lock
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
				until = Forever // the deadline is the alarm's
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

// leaveSole ends the Wait of the sole waiter. The outcome is Busy if another caller began to
// wait first. The bit taken is cleared last: from then on another caller may use s.sole.
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

// entry adapts a stack to the Locker that Park takes, for the sole waiter: Unlock is where
// the wait begins.
type entry[T any] Stack[T]

func (e *entry[T]) Lock() {}

func (e *entry[T]) Unlock() {
	s := (*Stack[T])(e)
	w := s.sole
	for {
		state := s.state.Load()
		if uint32(state) != 0 { // another caller waits
			w.outcome = Busy
			w.unpark()
			return
		}
		if s.state.CompareAndSwap(state, state+sole) { // W1, if still no other caller waits
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

// ring ends the wait of w if w is listed and its deadline has passed. The alarm of w calls
// ring.
func (s *Stack[T]) ring(w *Waiter[T]) {
	var l list[T]
	s.mu.Lock()
	s.adopt()
	due := w.listed && Now() >= w.deadline
	if due {
		s.expire(w, &l)
	} else if w.listed {
		s.setAlarm(w) // the alarm was set for an earlier wait
	}
	s.mu.Unlock()
	l.wake(nil)
}

// expire ends the wait of w, which is listed and whose deadline has passed. A poster does not
// fail for the limit alone: if there is room, w is served, and before w all that have waited
// longer. The caller unparks the waiters in l.
func (s *Stack[T]) expire(w *Waiter[T], l *list[T]) {
	for s.order == OldestFirst && s.queue.Move(&s.first.val[0]) {
		first := s.first
		s.hand(first, Handed)
		l.add(first)
		if first == w {
			break
		}
	}
	if w.listed {
		s.left++
		s.stats.Timeouts++
		l.add(s.release(w, Expired))
	}
	s.joinAfter(l)
}

// receive copies the packet that was moved for w to *v, and measures the lag.
func (s *Stack[T]) receive(w *Waiter[T], v *T) {
	*v = w.val[0]
	if w.handed != 0 {
		s.lag(Now() - w.handed)
		w.handed = 0
	}
}

// lag records the time between a hand-off and the taker's next step. A readied goroutine
// runs when its waker stops, or when an idle processor steals it, which Go's scheduler does
// after 50 µs and more.
func (s *Stack[T]) lag(ns int64) {
	if ns > slice {
		now, ns := Now(), min(ns, longLag)
		until := now + toll*ns
		s.behind.Store(until) // of two lags the later counts, though the other may be longer
		if dear.Load() < until {
			dear.Store(until) // a yield would go behind the same goroutines
		}
	}
	lags := s.lags.Load()
	if ns > lateness {
		tell(&s.lags, min(lags+1, 8))
	} else {
		tell(&s.lags, max(lags-1, 0))
	}
}

// Pass is called by a caller whose Wait has returned: after Handed as soon as the caller runs,
// after Look when it has looked. Pass ends the hand-off in flight and hands over what is left
// in the queue.
func (s *Stack[T]) Pass(why Outcome) {
	done := uint64(flight1)
	if why == Look {
		done += looking
	}
	s.pass(done)
}

// pass subtracts done from state, then looks and hands over. The decrement must precede the
// look: a poster that found the limit reached did so before the decrement, so
// P1 < P3 < decrement < look, and the look finds the packet.
func (s *Stack[T]) pass(done uint64) {
	if state := s.state.Add(-done); uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {
		s.HandOver()
	}
}

// leave ends the wait of w, whose Park has returned false, and returns the outcome: that of
// another caller if it unlinked w first.
func (s *Stack[T]) leave(w *Waiter[T], deadline int64, done <-chan struct{}) Outcome {
	s.mu.Lock()
	if !w.listed {
		s.mu.Unlock()
		w.parker.Park(nil, Forever, nil) // consumes the token, which is there or on its way
		return w.outcome
	}
	var l list[T]
	if done != nil && Now() < deadline {
		s.left++
		s.release(w, Canceled)
	} else {
		s.expire(w, &l)
	}
	s.mu.Unlock()
	why := w.outcome
	l.wake(w)
	return why
}

// uncount reverts the counts of insert: w does not sleep.
func (s *Stack[T]) uncount(w *Waiter[T]) {
	s.stats.Parks--
	if w.threads {
		s.stats.Threads--
	}
}

// insert puts w on the list and counts w in state, which is W1.
func (s *Stack[T]) insert(w *Waiter[T]) {
	if s.first != nil && s.limit == 0 { // the limit, at least 1, does not matter to one waiter
		s.know()
	}
	if w.threads {
		s.stats.Threads++
	}
	s.enlist(w, s.order == OldestFirst)
	s.state.Add(waiter1)
}

// enlist puts w at the list's end that is released last, or first.
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

// release unlinks w. The caller owns w then and owes it an Unpark.
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

// list holds unlinked waiters that are owed an Unpark.
type list[T any] struct {
	head, tail *Waiter[T]
	late       *Stack[T] // bump of this stack is due after the last unpark; nil if none is
}

func (l *list[T]) add(w *Waiter[T]) {
	if l.head == nil {
		l.head = w
	} else {
		l.tail.next = w
	}
	l.tail = w
}

// join moves the waiters of m to the end of l. What m says of a bump is dropped.
func (l *list[T]) join(m *list[T]) {
	if m.head == nil {
		return
	}
	if l.head == nil {
		l.head = m.head
	} else {
		l.tail.next = m.head
	}
	l.tail = m.tail
	*m = list[T]{}
}

// wake unparks the waiters of l, own excepted: its owner is the caller.
func (l *list[T]) wake(own *Waiter[T]) {
	for w := l.head; w != nil; {
		next := w.next // before Unpark, from which on w is its owner's
		w.next = nil
		if w != own {
			w.unpark()
		}
		w = next
	}
	if l.late != nil {
		l.late.bump()
	}
}

// acquire returns a waiter with the parker for its wait.
func (s *Stack[T]) acquire(deadline int64, done <-chan struct{}) *Waiter[T] {
	var w *Waiter[T]
	if deadline >= 0 { // below 0: a bubble, which the alarm must not leave by the pool
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

// free returns w, from acquire, to the pool.
func (s *Stack[T]) free(w *Waiter[T], why Outcome) {
	if w.threads {
		w.threads = false
		s.parkers.Release()
	}
	clear(w.val[:]) // a pooled waiter must not keep a packet alive
	if w.deadline < 0 {
		w.alarm.stop()
	} else if why != Closed { // on a closed queue no caller waits again
		s.pool.Put(w)
	}
}
