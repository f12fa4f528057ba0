// Package waiter keeps those who wait for a queue: in what order they are
// released, how what they wait for is handed to them, and how they sleep.
//
// It knows neither the queue nor the operating system; the one is a Queue, the
// other a Parker.
package waiter

import "runtime"

// Queue is where what is waited for comes from: packets for those who take, room
// for those who post. TryTake and Over are called with the stack's lock held.
type Queue[T any] interface {
	// TryTake takes the next one for a waiter, without waiting for a producer
	// that is in the middle of producing it.
	TryTake() (T, bool)
	// Idle reports whether there is nothing to take, no producer is in the middle
	// of producing, and the queue is open. Each producer that begins after an
	// Idle that returned true, and Close, calls Any later, and if that is true
	// HandOver when it has produced.
	Idle() bool
	// Over reports whether nothing is there and nothing will come any more. Once
	// true it stays true.
	Over() bool
	// Len is how much there is to take, and Taken how much has been taken so far,
	// by anybody.
	Len() int
	Taken() uint64
}

// Outcome says how a wait ended.
type Outcome uint8

const (
	Handed      Outcome = iota + 1 // a producer took one for the waiter
	Retry                          // the queue was not idle: look again
	Expired                        // the deadline passed
	Canceled                       // done was closed
	Closed                         // the queue is over
	Interrupted                    // Interrupt
)

// Order says who is released first.
type Order uint8

const (
	// NewestFirst also lets a caller that finds the queue not idle take for itself.
	NewestFirst Order = iota
	// OldestFirst asks of the queue that nothing in it is ever half produced:
	// TryTake fails only if there is nothing.
	OldestFirst
)

// Waiter is one parked call. The stack's lock guards everything but what the
// comments except.
type Waiter[T any] struct {
	next, prev *Waiter[T] // next is released later; nil next and prev off the list
	val        T          // written before the Unpark, read by the owner after the Park
	handed     int64      // likewise: when, if timed
	outcome    Outcome    // likewise
	woken      way        // likewise: how it is woken, if handed something
	timed      bool       // likewise: the policy learns what that cost
	listed     bool       // on the stack: whoever takes it off decides the outcome
	demoted    bool       // by demote, and a token of the thread's parker is owed for it; the owner resets it
	way        way        // how this wait sleeps; the owner's until it registers
	seat       seat       // of the parker of a goroutine
	thread     *Parker    // that of a thread, made when it is first wanted
}

// asGoroutine makes w sleep as a goroutine next.
func (w *Waiter[T]) asGoroutine(p *policy) {
	w.way = byGoroutine
	p.seated(&w.seat) // whoever wakes it finds the seat complete
}

// asThread makes w sleep as a thread next.
func (w *Waiter[T]) asThread(p *policy) {
	w.way = byThread
	if w.thread == nil {
		thread := p.newThread()
		w.thread = &thread
	}
}

// parker is what w sleeps with in that way.
func (s *Stack[T]) parker(w *Waiter[T], how way) Parker {
	if how == byThread {
		return *w.thread
	}
	return s.policy.seated(&w.seat)
}

// Stack is a list of waiters with a lock. The lock is held for a few
// instructions and for the taking of what is handed over (and, once a queue that
// grows is sealed, until it has grown), never while waking or sleeping, and nobody
// takes it while no one waits.
//
// No lost wake-up. The waiter: W1 stores waiting != 0, W2 finds the queue Idle,
// then it sleeps. The producer: P1 begins to produce (a claim on the queue's
// position); after that P2 publishes, P3 loads waiting, whichever comes first; and
// if P3 saw a waiter, P4 hands over. W1, W2, P1 and P3 are sequentially consistent;
// P2 need not be. If W2 finds the queue idle then P1 comes after W2 in the one total
// order of atomics, so P3 comes after W1 and sees the waiter. A waiter for which W2
// fails does not sleep.
//
// Nothing stranded. A producer that sees waiters goes on handing over while there
// are both. It stops at something half produced: whoever sleeps has been seen by P3
// of its producer, as above, which has yet to do P4; or at the limit: then a hand-off
// is in flight, and whoever it goes to calls Pass and hands on. Whoever finds the
// queue over releases everybody.
type Stack[T any] struct {
	queue Queue[T] // written by Init alone
	_     [linePair]byte

	// One line, for whoever hands over needs all of it. Nobody writes it while no
	// one waits, so that a Post finds it shared.
	waiting  atomicInt32 // the length of the list; read by every Post
	inFlight atomicInt32 // handed over, the waiter not running yet
	limit    int32       // of inFlight
	order    Order
	mu       mutex
	first    *Waiter[T] // released next
	last     *Waiter[T]
	thread   *Waiter[T] // under ParkAuto, the one that sleeps as a thread: first, or none
	handOffs uint64     // as in Stats
	parks    uint64     // likewise

	_ [linePair]byte

	timeouts uint64 // as in Stats
	left     uint64 // waits that nobody ended, timeouts among them
	policy   policy
	pool     pool // of *Waiter[T]
}

// Stats counts what happened on a stack since it was made.
type Stats struct {
	HandOffs uint64 // taken by a producer for a waiter
	Parks    uint64 // waits that went to sleep
	Wakes    uint64 // of them, those that somebody ended
	Timeouts uint64 // of them, those that ended at their deadline
}

const linePair = 128 // as in package ring

// Init prepares a stack of those who wait for q. A limit of hand-offs in flight
// below 1 is GOMAXPROCS.
func (s *Stack[T]) Init(q Queue[T], order Order, limit int, parking Parking, parkers Parkers) {
	if limit < 1 {
		limit = runtime.GOMAXPROCS(0)
	}
	s.queue, s.order, s.limit = q, order, int32(min(limit, 1<<30))
	s.policy.parking, s.policy.parkers = parking, parkers
	s.policy.trial.Store(minGap)
	s.policy.pace.init()
}

// Any reports whether anyone waits. P3 of the argument at Stack.
func (s *Stack[T]) Any() bool { return s.waiting.Load() != 0 }

// Due is Any, and that the limit allows a hand-over, for producers whose P1
// leaves nothing half produced. One that finds the limit reached may leave: its P1
// precedes the load here, that the decrement in Pass, and that the look in Pass.
func (s *Stack[T]) Due() bool { return s.waiting.Load() != 0 && s.inFlight.Load() < s.limit }

// Waiting is the number of waiters.
func (s *Stack[T]) Waiting() int { return int(s.waiting.Load()) }

// Stats returns the counts so far.
func (s *Stack[T]) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		HandOffs: s.handOffs,
		Parks:    s.parks,
		Wakes:    s.parks - s.left - uint64(s.waiting.Load()),
		Timeouts: s.timeouts,
	}
}

// HandOver gives what is in the queue to waiters, as long as there are both and the
// limit allows. Whoever has put something into it calls it if Any.
func (s *Stack[T]) HandOver() {
	// At the limit there is nothing to do, and no need of the lock: of those in
	// flight somebody's Pass decrements later, and finds what was published. For that
	// the load must not overtake the publication, as it may if that is amd64's release
	// store. It cannot overtake a locked instruction. That is on a word of our own: on
	// inFlight, the posters of a burst would fight for its line.
	if s.inFlight.Load() >= s.limit {
		var fence atomicInt32
		fence.Add(0)
		if s.inFlight.Load() >= s.limit {
			return
		}
	}
	s.settle(false)
}

// Settle is HandOver by one who may be kept: by a Close, or for having waited.
func (s *Stack[T]) Settle() { s.settle(true) }

// settle hands over, and releases everybody if the queue is over; yields says that it
// may let them run meanwhile.
func (s *Stack[T]) settle(yields bool) {
	for more := true; more; {
		var head, tail *Waiter[T] // taken off the list, to be woken
		bumps := false
		s.mu.Lock()
		for s.first != nil && s.inFlight.Load() < s.limit {
			v, ok := s.queue.TryTake()
			if !ok {
				break
			}
			s.handOffs++
			s.inFlight.Add(1)
			w := s.release(s.first, Handed)
			w.val = v
			if w.woken, w.timed = s.policy.handing(w.way, s.handOffs); w.timed {
				w.handed = Now()
			}
			bumps = w.woken == byBump // one before the last is bumped by the last
			if s.policy.parking == ParkAuto {
				s.policy.crowd.Store(false)
			}
			head, tail = s.owe(head, tail, w)
		}
		over := s.first != nil && s.queue.Over()
		for n := 0; over && n < flock && s.first != nil; n++ {
			head, tail = s.owe(head, tail, s.release(s.first, Closed))
		}
		more = over && s.first != nil
		s.mu.Unlock()
		s.wake(head)
		if bumps {
			bump()
		}
		if more && yields {
			start := Now()
			gosched()
			yields = Now()-start < patience
		}
	}
}

// Interrupt ends the waits of those on the stack and returns their number.
func (s *Stack[T]) Interrupt() (n int) {
	var head, tail *Waiter[T]
	s.mu.Lock()
	for ; s.first != nil; n++ {
		head, tail = s.owe(head, tail, s.release(s.first, Interrupted))
	}
	s.mu.Unlock()
	s.wake(head)
	return n
}

// Wait parks the caller until something is handed to it, the deadline passes, done
// is closed, the queue is over, or Interrupt. If that is not idle it returns Retry
// at once: the caller runs, so it can take for itself. again says that the
// caller has waited before for the same thing and keeps its turn. After Handed
// the caller owes a call of Pass.
func (s *Stack[T]) Wait(deadline int64, done <-chan struct{}, again bool) (v T, why Outcome) {
	w, sleep, why := s.Begin(deadline, done, again)
	if sleep != nil {
		sleep.Park(Forever, nil)
	}
	return s.End(w, why)
}

// Begin is the first part of Wait, for a caller that is to sleep in a frame of its own:
// each frame on the stack of one that sleeps is memory, and a line or two that are not in
// the cache when it wakes. With one more, Close of 100,000 waiters took a seventh to a
// quarter longer. If sleep is not nil, Park it without end. Then call End.
func (s *Stack[T]) Begin(deadline int64, done <-chan struct{}, again bool) (w *Waiter[T], sleep Parker, why Outcome) {
	w = s.acquire(done)
	how, why := s.register(w, again)
	woken := false
	if why == 0 && how == byThread && s.policy.parking == ParkAuto {
		start := Now()
		s.policy.spin(*w.thread, start, deadline)
		woken, why = s.nap(w, deadline)
		end := Now()
		if woken && w.outcome == Handed {
			end = w.handed // how long it took to run then is not for a spin to bridge
		}
		s.policy.slept(end - start)
		how = byGoroutine
	}
	switch {
	case woken || why != 0:
	case deadline == Forever && done == nil:
		sleep = s.parker(w, how)
	default:
		why = s.sleep(w, how, deadline, done)
	}
	return w, sleep, why
}

// register puts w on the list and returns the way in which it is to sleep, or why it
// is not to.
func (s *Stack[T]) register(w *Waiter[T], again bool) (how way, why Outcome) {
	how = w.way // as long as w is listed demote may change it
	s.mu.Lock()
	below := s.insert(w, again || s.order == NewestFirst) // W1
	s.mu.Unlock()
	if below != nil {
		(*below.thread).Unpark()
	}
	if !s.queue.Idle() { // W2
		if s.order == OldestFirst {
			// The turn is another's, perhaps. Now it is served, or a hand-off is in
			// flight, or nothing is left: nothing can be half produced here.
			s.Settle()
		} else {
			why = Retry
		}
	}
	return how, why
}

// End is the rest of a wait, which has a token, or which its owner ends for the
// reason why.
func (s *Stack[T]) End(w *Waiter[T], why Outcome) (v T, _ Outcome) {
	if why != 0 {
		if s.leave(w, why) {
			s.free(w)
			return v, why
		}
		// Somebody was quicker, and has left a token or is about to.
		s.parker(w, w.way).Park(Forever, nil)
	}
	v, why = w.val, w.outcome
	if why == Handed && w.timed {
		s.policy.learn(w.woken, Now()-w.handed)
	}
	s.free(w)
	return v, why
}

// nap is the sleep of a thread under ParkAuto: until it has a token, and then woken
// is true, or until deadline, and then why is Expired, or until it is to go on as a
// goroutine.
func (s *Stack[T]) nap(w *Waiter[T], deadline int64) (woken bool, why Outcome) {
	thread := *w.thread
	brief := min(deadline, Now()+threadSleep)
	expired := !thread.Park(brief, nil)
	if expired {
		s.mu.Lock()
		if expired = s.thread == w; expired {
			s.demote() // by itself: no token is owed for it
		}
		s.mu.Unlock()
		if !expired { // a token is there or about to be
			thread.Park(Forever, nil)
		}
	}
	if !w.demoted {
		return true, 0
	}
	w.demoted = false
	threads.Add(-1) // only now: until here it was one
	if expired && brief == deadline {
		why = Expired
	}
	return false, why
}

// sleep is how a wait goes on that has a deadline or done: until it has a token, and
// then it returns 0, or until one of them, and then it returns which.
func (s *Stack[T]) sleep(w *Waiter[T], how way, deadline int64, done <-chan struct{}) (why Outcome) {
	// The runtime's timers are late by what the thread that waits for them rounds
	// and sleeps over, up to half a millisecond; a thread's own deadline is not.
	early := deadline - threadSleep
	if how == byGoroutine && done == nil && s.policy.mixes() && early > Now() {
		if s.parker(w, how).Park(early, nil) {
			return 0
		}
		if s.promote(w) {
			if woken, why := s.nap(w, deadline); woken || why != 0 {
				return why
			}
		}
	}
	if s.parker(w, how).Park(deadline, done) {
		return 0
	}
	if done != nil && Now() < deadline {
		return Canceled
	}
	return Expired
}

// promote makes w, which sleeps as a goroutine, go on as a thread, and reports
// whether it may: it is the newest, nobody has been readied whose scheduler slot it
// could keep, and the budget allows it.
func (s *Stack[T]) promote(w *Waiter[T]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first != w || s.inFlight.Load() != 0 || s.policy.pace.fast.Load() || !s.policy.claim() {
		return false
	}
	s.thread = w // there is none: whoever came after w, and demoted it, has left
	w.asThread(&s.policy)
	return true
}

// demote makes the waiter that sleeps as a thread go on as a goroutine, and
// returns it; its thread is to be woken for that, and counts against the budget
// until it is. It returns nil if none does.
func (s *Stack[T]) demote() *Waiter[T] {
	w := s.thread
	if w != nil {
		s.thread = nil
		w.asGoroutine(&s.policy)
		w.demoted = true
	}
	return w
}

// Pass is to be called by a waiter to which something was handed, when it has
// begun to run or has used it: the hand-off is no longer in flight, and the
// waiter hands on what it finds.
func (s *Stack[T]) Pass() {
	// This must precede the look for waiters: a producer that stopped at the limit
	// did so before, with its waiter on the list.
	s.inFlight.Add(-1)
	if s.Any() {
		s.Settle()
	}
}

// leave takes w off the list, unless someone else has: then a token is coming.
func (s *Stack[T]) leave(w *Waiter[T], why Outcome) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !w.listed {
		return false
	}
	switch why {
	case Retry:
		s.parks-- // counted by insert
	case Expired:
		s.timeouts++
		fallthrough
	case Canceled:
		s.left++
	}
	s.release(w, why)
	return true
}

// insert puts w on the list, to be released next or last. It returns the waiter
// that was demoted because of it, if any.
func (s *Stack[T]) insert(w *Waiter[T], next bool) (below *Waiter[T]) {
	if s.policy.parking == ParkAuto {
		if below = s.demote(); below != nil {
			s.policy.crowd.Store(true)
		}
		if w.way == byThread {
			s.thread = w
		}
	}
	w.listed = true
	s.parks++
	switch {
	case s.first == nil:
		s.first, s.last = w, w
	case next:
		w.next, s.first.prev = s.first, w
		s.first = w
	default:
		w.prev, s.last.next = s.last, w
		s.last = w
	}
	s.waiting.Add(1)
	return below
}

// release takes w off the list. The caller owns it then, and owes it a token.
func (s *Stack[T]) release(w *Waiter[T], why Outcome) *Waiter[T] {
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
	if s.thread == w {
		s.thread = nil
	}
	w.next, w.prev = nil, nil
	w.listed, w.outcome = false, why
	s.waiting.Add(-1)
	return w
}

// owe appends a released w to a list of waiters that are owed their token.
func (s *Stack[T]) owe(head, tail, w *Waiter[T]) (*Waiter[T], *Waiter[T]) {
	if head == nil {
		return w, w
	}
	tail.next = w
	return head, w
}

// wake leaves every waiter of the list its token.
func (s *Stack[T]) wake(w *Waiter[T]) {
	for w != nil {
		next := w.next // w is its owner's again from Unpark on
		w.next = nil
		s.parker(w, w.way).Unpark()
		w = next
	}
}
