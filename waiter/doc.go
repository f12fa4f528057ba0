// Package waiter keeps those who wait for a queue: what they do before they sleep, in what
// order they are released, and how a packet is handed to them. It knows neither the queue
// nor the operating system; the one is a [Queue], the other a [Parker].
//
// # Use
//
// A queue has two stacks, of takers that wait for packets and of posters that wait for
// room. What a taker and a poster of packets do is below; with room and packets exchanged
// it is what a poster and a taker do at the other stack.
//
//	taker                                    poster
//	look at the queue                        if s.Due() && s.Give(v) { return }
//	for s.Again(&poll, deadline) {           claim a place in the queue      P1
//	    look; if found { s.Done; return }    publish the packet              P2
//	}                                        if s.Due()                      P3
//	s.Wait(&v, deadline, done)                   { s.HandOver() }            P4
//	if Handed or Look { s.Pass(outcome) }
//
// The taker owes: Done if it leaves after an Again that was true; Pass after Handed, and
// after Look once it has looked; another look after Retry and Look. After Given it owes
// nothing. The poster owes: P3
// after P1, in the one total order of atomics. Whoever closes the queue calls Settle.
//
// # No packet waits beside a sleeper
//
// The words that matter: the queue's positions, and the stack's state, which counts the
// waiters on the list and the hand-offs in flight, and has the bit watched. All steps but P2
// are sequentially consistent; P2 may be seen late.
//
//	W1  a waiter is put on the list, and counted in state, under the stack's lock; or it
//	    sets the bit sole in state, if nobody waits
//	W2  it finds the queue idle: nothing published, no claim outstanding; else it
//	    does not sleep
//	S1  a caller that watched gives the word back
//	S2  it loads state: does somebody wait?
//	S3  if so, and watched is set, it clears the bit
//	S4  and if the queue is not idle it hands over
//
// If W2 precedes P1, then W1 < W2 < P1 < P3, and P3 sees the waiter. If P1 precedes W2,
// the waiter does not sleep.
//
// P3 may see the waiter and still leave the packet, for two reasons. Either watched is set:
// then P1 < P3 < S4, so S4 finds the queue not idle. For the bit is cleared first by S3,
// which is followed by S4, or by a waiter that has found the word given back; then S1
// precedes that, and S2 sees the waiter, whether or not the bit is still there for S3. Or the
// limit of hand-offs in flight is reached: then one of those in flight has yet to call Pass, which
// takes itself off the count and then looks as S4 does: P1 < P3 < decrement < look.
//
// S4 and Pass may find the packet claimed and not published, and its poster has gone by
// P3. Then the next waiter is woken with Look: it runs, and a look waits for the
// publication. Nothing is handed over meanwhile, until its Pass, for the oldest packet is that
// waiter's.
//
// watched may stay set when the caller that watched has left, if S2 saw nobody wait. The
// next waiter clears the bit, if the word says that nobody watches: it loads the word after
// W1, and S1 < S2. So either that load sees S1, or S2 sees W1.
//
// A packet that Give hands over does not enter the queue. At an instant at which the
// poster owns the waiter, the queue is idle: all packets posted before have been taken, so
// this one is the oldest.
//
// # The sole waiter
//
// A caller that begins to wait while nobody does needs neither the list nor the lock. It
// takes the one seat that the stack has for that (the bit taken), and W1 is the step from
// nobody to the bit sole. A poster claims the waiter by the step back, which counts a hand-off
// in flight. Then the poster owns the waiter, and finds the queue idle, and gives it the
// packet, or does not, puts the waiter on the list and looks as Pass does: others may have
// found the limit reached, or nobody waiting, meanwhile. Everyone who takes the lock first
// puts the sole waiter on the list, as the one that has waited longest: who comes later
// finds it waiting, and goes to the list.
//
// # What a caller does that finds nothing
//
// Under [ParkAuto], one after the other, each with a look at the queue behind it:
//
//	traffic                                       what the taker does
//	others sleep at the queue, or yield           does not yield: the next packet is theirs
//	other goroutines are about to run             yields once; they may be posters
//	a yield took more than 20 µs, twice           sleeps, for 100 times as long nobody yields
//	nobody wants a processor                      watches the queue for up to 50 µs
//	somebody begins to want one                   stops watching within 3 µs, sleeps
//	watching was in vain three times or more      sleeps the next 64 to 4096 times
//	the machine runs others in this one's place   nobody watches for 100 times as long
//	half of GOMAXPROCS watch queues already       yields or sleeps
//	a poster finds no room                        yields once, sleeps
//
// A caller that watches stands on no list. It looks at the one slot that the next packet
// comes to, once a microsecond, and does not write. The scheduler is asked how many
// goroutines are ready to run (runtime/metrics), and not guessed at from how long things
// took: a taker that is late because all processors are busy, and one that is late because
// nobody looks at its run queue, look alike by the clock. One case is left to the clock. A
// goroutine that was readied by a poster that goes on computing lies in the poster's own
// run queue, from where others take it only after 50 µs. If takers of a port have been that
// late twice, and nobody else is ready to run, then the poster moves the taker to the
// queue proper (see bump).
//
// One caller at a time yields, for the others would only take turns with it.
//
// A goroutine sleeps on a condition variable, or in a select if the wait has a done. Its
// deadline is kept by an alarm, a timer that stays set when the wait ends sooner and is set
// again when it goes off too early: most waits with a deadline touch no timer. A thread
// sleeps only under [ParkThread].
package waiter
