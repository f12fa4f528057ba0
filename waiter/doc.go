// Package waiter is made for package iocp alone, whose ports keep their waiting callers with
// it, and promises no compatibility between versions.
//
// A [Stack] holds the callers that wait for a queue. The package decides what a caller does
// before it sleeps, in what order callers are released, and how a packet is handed to one.
// It knows neither the queue nor the operating system: a [Queue] stands for the queue, a
// [Parker] for the operating system.
//
// # Use
//
// A queue has two stacks: one of takers that wait for packets, and one of posters that wait
// for room. The two columns are what a taker and a poster do at the stack of takers. At the
// stack of posters the roles of packets and room, and of poster and taker, are exchanged.
//
//	taker                                    poster
//	look at the queue                        if s.Due() && s.Give(v) { return }
//	for s.Again(&poll, deadline) {           claim a place in the queue      P1
//	    look; if found { s.Done; return }    publish the packet              P2
//	}                                        if s.Due()                      P3
//	s.Wait(&v, deadline, done)                   { s.HandOver() }            P4
//	if Handed or Look { s.Pass(outcome) }
//
// The taker calls Done if it leaves after an Again that returned true. After Handed it calls
// Pass. After Look it looks once more and then calls Pass. After Retry it looks once more.
// After Given it has nothing left to do. The poster does P3 after P1, in the one total order
// of atomics. The caller that closes the queue calls Settle.
//
// # No packet waits beside a sleeper
//
// Two sets of words matter: the queue's positions, and the stack's state. The state counts
// the waiters on the list and the hand-offs in flight, and has the bit watched. The word
// watcher is 1 while a caller watches. All steps but P2 are sequentially consistent; P2 may
// be seen late.
//
//	W1  a waiter is put on the list, and counted in state, under the stack's lock; or the
//	    waiter sets the bit sole in state, if nobody waits
//	W2  the waiter finds the queue idle: nothing published, no claim outstanding; else the
//	    waiter does not sleep, but for a poster that finds the limit of hand-offs reached: the
//	    posters in flight call Pass after that
//	S1  a caller that watched sets the word watcher back to 0
//	S2  that caller loads state: does somebody wait?
//	S3  if so, and watched is set, that caller clears the bit
//	S4  and if the queue is not idle, that caller hands over
//
// If W2 precedes P1, then W1 < W2 < P1 < P3, and P3 sees the waiter. If P1 precedes W2,
// the waiter does not sleep.
//
// P3 may see the waiter and still leave the packet, for one of two reasons.
//
//   - The bit watched is set. Then P1 < P3 < S4, so S4 finds the queue not idle. For the bit is
//     cleared first by S3, which S4 follows, or by a waiter that has found watcher 0. In the
//     second case S1 precedes the waiter's load of watcher, so S2 sees the waiter, whether or
//     not the bit is still there for S3.
//   - The limit of hand-offs in flight is reached. Then the caller of one of these hand-offs
//     has yet to call Pass, which takes the hand-off off the count and then looks as S4 does:
//     P1 < P3 < decrement < look. Which number the limit is does not matter to this, so the
//     limit, at least 1, may change at any time. It follows GOMAXPROCS. And for 100 times as long as a waiter
//     in flight has stood behind goroutines that compute, if that was more than 5 ms, there is
//     no limit, except to takers where WithConcurrency set one.
//
// S4 and Pass may find the packet claimed and not published, while its poster has already
// passed P3. Then the next waiter is woken with Look: that waiter runs, and its look waits
// for the publication. Nothing is handed over until that waiter calls Pass, for the oldest
// packet is its own.
//
// The bit watched may stay set when the caller that watched has left, if S2 saw nobody wait.
// The next waiter clears the bit if watcher is 0: it loads watcher after W1, and S1 < S2. So
// either that load sees S1, or S2 sees W1.
//
// A packet that Give hands over does not enter the queue. At an instant at which the
// poster owns the waiter, the queue is idle: all packets posted before have been taken, so
// this packet is the oldest.
//
// # The sole waiter
//
// A caller that begins to wait while nobody does needs neither the list nor the lock. It
// takes the one seat that the stack has for that (the bit taken), and W1 is the step from
// nobody to the bit sole. A poster claims the waiter by the step back, which counts a hand-off
// in flight, and then owns the waiter. If the poster finds the queue idle, it gives the
// waiter the packet. If not, it puts the waiter on the list and looks as Pass does, for
// other posters may have found the limit reached, or nobody waiting, meanwhile. A goroutine
// that takes the lock first puts the sole waiter on the list, as the waiter that has waited
// longest. A caller that comes later finds the sole waiter waiting, and goes to the list.
//
// # Notifiers
//
// A [Notifier] stands for a caller that sleeps elsewhere, in a select. Arm puts the notifier on
// a list and sets the bit armed in state, which lies among the waiters' bits: P3, S2 and Pass
// see an armed notifier where they see a waiter, by the same comparison with 0. Whoever hands
// over serves the waiters first and then, if the queue is not idle, tells the notifiers. So Post
// has no instruction more.
//
//	N1  the bit armed is set in state, under the stack's lock; then unwatch, as after W1
//	N2  Arm finds the queue idle; else it leaves a token itself, and disarms
//	T1  under the lock, a caller in HandOver that leaves the queue not idle leaves a token
//	T2  that caller takes the notifier off the list, and clears the bit with the last one
//
// N1 and N2 are W1 and W2, so the argument above holds with the notifier in place of the
// waiter. If N2 precedes P1, then N1 < N2 < P1 < P3: P3 sees the bit, unless the notifier has
// been told since. If P1 precedes N2, Arm leaves the token. P3 may see the bit and still leave
// the packet, to S4 or to Pass, for the same two reasons.
//
// A token promises one look, and not the taking of a packet. So all notifiers are told, and none
// counts as a hand-off in flight. A waiter is never left to a notifier: P3 sees the waiter by its
// own bits, and serve does not know of notifiers.
//
// T1 precedes T2. A poster whose P3 follows T2 sees no bit, and relies on the token. Were T2
// first, that poster's Post could return before the token is there. The send of T1 does not wait,
// and happens under the lock, so that none is under way when Disarm returns.
//
// No packet passes through a notifier, and no step of the queue depends on one. So the history
// of the queue is that of the Gets and Posts alone, linearizable as before.
//
// # What a caller does that finds nothing
//
// Under [ParkAuto] a caller takes these steps one after the other, and looks at the queue
// after each:
//
//	traffic                                       what the taker does
//	others sleep at the queue, or yield           does not yield: the next packet is theirs
//	other goroutines are about to run             yields once; they may be posters
//	a yield took more than 20 µs, twice           sleeps, for 100 times as long nobody yields
//	a hand-off was on its way for more than 5 ms  nobody yields for 100 times as long
//	posters sleep when its yield ends             the next 256 times nobody yields
//	nobody wants a processor                      watches the queue for up to 50 µs
//	somebody begins to want one                   stops watching within 3 µs, sleeps
//	goroutines want each processor                sleeps; nobody asks again for 50 µs
//	watching was in vain three times or more      sleeps the next 64 to 4096 times
//	the machine runs others in this one's place   nobody watches for 100 times as long
//	half of GOMAXPROCS watch queues already       yields or sleeps
//	a poster finds no room                        yields once, sleeps
//
// A caller that watches is on no list. It looks at the one slot that the next packet
// comes to, once a microsecond, and does not write. Callers ask the scheduler how many
// goroutines are ready to run (runtime/metrics). They do not infer that from how long things
// took: a taker that is late because all processors are busy, and a taker that is late
// because no processor looks at its run queue, look alike by the clock.
//
// One case is left to the clock. A poster that wakes a taker and goes on computing has the
// taker in its own run queue, from where other processors take it only after 50 µs. If
// takers were late twice lately, and nobody else is ready to run, the poster
// moves the taker to where any processor finds it at once (see bump).
//
// One caller at a time yields, for several would only take turns with each other. The 20 µs of
// a slow yield are more where packets were moved meanwhile, or other callers yielded.
//
// A goroutine sleeps on a condition variable, or in a select if the wait has a done channel.
// Its deadline is kept by an alarm: a timer that stays set when the wait ends sooner, and is
// set again when it goes off too early. So most waits with a deadline touch no timer. A
// caller that sleeps needs less than a kilobyte beside its goroutine. A thread sleeps only
// under [ParkThread].
package waiter
