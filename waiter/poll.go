package waiter

import (
	"runtime"
	"sync/atomic"
)

// Poll is the memory of one call that looks again before it waits. The zero Poll is ready.
type Poll struct {
	state pollState
	until int64 // when to stop watching
}

// pollState is what a caller did before its last look at the queue.
type pollState uint8

const (
	none  pollState = iota
	tried           // a yield was not advisable
	yielding
	watching
)

// pace is what callers of one stack leave for later ones. Callers on the other side of the
// queue do not touch it. A lost update of a hint does no harm.
type pace struct {
	watcher  atomicInt32 // 1 while a caller watches the queue
	watches  hint        // 1 if the last watch found a packet: the next caller watches at once
	skip     hint        // number of callers that are to wait without asking the scheduler
	vain     hint        // watches in a row that found nothing, up to 8
	yielding hint        // 1 while a caller yields
	yields   hint        // number of callers that were to yield
	harm     hint        // number of callers that are not to yield
	spun     atomic.Uint64
	_        [linePair]byte
}

const (
	// glance is the time between two looks of a caller that watches, in nanoseconds. A look
	// that finds a packet costs the poster a cache line, 100 to 200 ns. With packets every
	// 300 ns, three of them share that cost.
	glance = 1_000
	// longest is the longest watch. A longer one would gain little: a sleeping processor
	// starts within 35 µs, and a watch keeps one busy.
	longest = 50_000
	// between is the cooldown after a refusal to watch, in callers that wait without asking
	// the scheduler. Besides, nobody asks for longest after an answer that processors are
	// wanted: the question takes as long as two waits, and without that rest 64 pairs that
	// send requests and replies took 10 % longer. After failed watches the cooldown doubles
	// each time, up to 256 times.
	between = 16
	// harmful is the cooldown, in callers that would yield, after a yield at whose end callers on
	// the other side sleep. All of 32 posters had their turn during one yield of the
	// taker, and all but the first found the queue full: 3 times a channel's time on one
	// processor, and 0.8 times with the cooldown.
	harmful = 256
	// A yield is slow that takes more than the sum of worth, each for every packet moved
	// meanwhile, and fellow for every other yield meanwhile, in nanoseconds; fellow counts up to
	// most together. Goroutines that compute make a yield take a time slice of 10 ms. In
	// ping-pong a yield takes 150 ns, a third of a sleep.
	worth = 20_000
	each  = 200
	// fellow is for 64 goroutines on one processor, say, that send requests and wait for replies
	// at queues of their own. All the others run during the yield of one. Without fellow every
	// yield was slow, so all slept: 780 ns a reply instead of 290. most is for goroutines that
	// yield on other processors while one computes here.
	fellow = 1_000
	most   = 1_000_000
	// toll is the cooldown after a slow yield, a late glance or a lag of slice, as a multiple of
	// its length: these cost one part in a hundred of the time.
	toll = 100
	// slice is the lag, in nanoseconds, from which a waiter in flight stands behind goroutines
	// that compute. Go's scheduler lets each of these run for 10 ms.
	slice = 5_000_000
	// longLag is the longest lag that counts. A process that was stopped lags for hours.
	longLag = 200_000_000
)

// Yielded lets other goroutines run, and reports whether it did. It is the first turn of
// Again, and the only one that most callers need.
func (s *Stack[T]) Yielded(p *Poll) bool {
	if s.parking == ParkAuto && s.pace.watches.Load() == 0 && s.yield() {
		p.state = yielding
		return true
	}
	p.state = tried
	return false
}

// Again reports whether a caller that found nothing is to look again. If not, the caller is
// to Wait. The caller begins with the zero Poll. A caller that leaves after an Again or a
// Yielded that returned true, without another Again, calls Done.
func (s *Stack[T]) Again(p *Poll, deadline int64) bool {
	if p.state == watching {
		return s.watch(p)
	}
	if p.state == none && s.Yielded(p) {
		return true
	}
	if s.order == OldestFirst || s.parking != ParkAuto {
		return false // posters do not watch: the takers they wait for need the processor
	}
	if n := s.pace.skip.Load(); n > 0 {
		s.pace.skip.Store(n - 1)
		return false
	}
	now := Now()
	wanted := now < crowded.Load()
	if !wanted && runnable() > 0 {
		wanted = true
		if !InBubble() { // whose clock may be ahead
			crowded.Store(now + longest)
		}
	}
	if !wanted {
		// A processor is free: a watch keeps no goroutine from running.
		if s.beginWatch(p, deadline) {
			return s.watch(p)
		}
	} else if p.state != yielding && s.yield() {
		p.state = yielding
		return true
	}
	tell(&s.pace.watches, 0)
	s.pace.skip.Store(between)
	return false
}

// Done ends what Again began. got says whether the caller has found something.
func (s *Stack[T]) Done(p *Poll, got bool) {
	if p.state != watching {
		return
	}
	s.endWatch(p)
	if got {
		s.pace.spun.Add(1)
		tell(&s.pace.watches, 1)
		tell(&s.pace.vain, 0)
	}
}

// tell stores v in a. A store of the same value is left out, so that a's line stays shared.
func tell(a *hint, v int32) {
	if a.Load() != v {
		a.Store(v)
	}
}

// dear is the state of yields in the process: 0 while yields are cheap; 1 after one slow
// yield, so that the next is timed too; else the time until which no caller yields.
var dear instant

// turns is the number of yields in the process, as estimated from those that are timed.
var turns tally

// yield calls the scheduler and reports whether it did. It does not if other callers wait,
// which the next packet is for, or another caller yields, or a yield made others sleep lately,
// or yields are dear. A yield goes to the end of the scheduler's queue, behind goroutines that
// compute. So the first yield is timed, and of the others one in 8, chosen by a hash, because
// traffic may have a period. The salt keeps stacks that work in step from all timing their yields
// at the same step.
func (s *Stack[T]) yield() bool {
	if s.HasWaiters() || s.pace.yielding.Load() != 0 {
		return false
	}
	if n := s.pace.harm.Load(); n > 0 {
		s.pace.harm.Store(n - 1)
		return false
	}
	n := s.pace.yields.Load()
	s.pace.yields.Store(n + 1)
	until, chosen := dear.Load(), hash(uint64(n)+s.salt)
	switch {
	case until > 1 && (s.pace.skip.Load() > 0 || s.order == OldestFirst && chosen>>60 != 0):
		return false // without reading the clock
	case until == 0 && n != 0 && chosen>>61 != 0:
		s.letRun()
		return true
	}
	start := Now()
	if start < until {
		return false
	}
	turn := turns.Add(weight(until))
	moved := s.queue.Moved()
	s.letRun()
	took := Now() - start
	switch {
	case took <= worth+each*int64(s.queue.Moved()-moved)+min(fellow*int64(turns.Load()-turn), most):
		if until != 0 {
			dear.Store(0)
		}
	case until == 0:
		dear.Store(1) // perhaps an exception: the next yield decides
	default:
		dear.Store(start + took + toll*took)
	}
	return true
}

// weight is the number of yields that a timed one stands for: 8 as long as yields are cheap, and
// one while each is timed.
func weight(until int64) int32 {
	if until == 0 {
		return 8
	}
	return 1
}

// letRun calls the scheduler, one caller of the stack at a time. Without that limit 8 posters
// at a queue of 2, on one processor, all take turns for the room of each packet: 352 ns a
// packet, and 293 with it.
func (s *Stack[T]) letRun() {
	s.pace.yielding.Store(1)
	gosched()
	s.pace.yielding.Store(0)
	if s.queue.Blocked() {
		s.pace.harm.Store(harmful)
	}
}

// hash spreads numbers of any period over the upper bits (Knuth, TAOCP vol. 3, 6.4).
func hash(n uint64) uint64 { return n * 0x9e3779b97f4a7c15 }

var (
	watchers tally   // callers of the process that watch a queue
	crowded  instant // time until which all processors are taken to be wanted
)

// beginWatch makes the caller watch the queue, if no other caller watches it and at most half
// of the processors are kept by watchers. It reports whether the caller watches.
func (s *Stack[T]) beginWatch(p *Poll, deadline int64) bool {
	if InBubble() || s.pace.watcher.Load() != 0 {
		return false
	}
	if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 || !s.pace.watcher.CompareAndSwap(0, 1) { // B1
		watchers.Add(-1)
		return false
	}
	if s.state.Load()&watched == 0 {
		s.state.Or(watched) // B2
	}
	p.state, p.until = watching, min(deadline, Now()+longest)
	return true
}

// watch returns true when a look is likely to succeed, or ends the watch and returns false.
func (s *Stack[T]) watch(p *Poll) bool {
	last := Now()
	for n := 1; ; n++ {
		now := pause(last + glance)
		if s.queue.Ready() {
			return true
		}
		if late := now - last; late > toll*glance {
			crowded.Store(now + toll*late) // the machine ran others on this processor
			break
		}
		if now >= p.until || n%3 == 0 && runnable() > 0 {
			break
		}
		last = now
	}
	s.endWatch(p)
	vain := s.pace.vain.Load()
	s.pace.vain.Store(min(vain+1, 8))
	if vain > 1 {
		s.pace.skip.Store(between << vain)
	}
	tell(&s.pace.watches, 0)
	return false
}

// endWatch clears watcher and then hands over the packets that posters have left to the
// caller.
func (s *Stack[T]) endWatch(p *Poll) {
	p.state = yielding
	watchers.Add(-1)
	s.pace.watcher.Store(0)                          // S1
	if state := s.state.Load(); uint32(state) != 0 { // S2
		if state&watched != 0 { // else a waiter has cleared the bit and looked for itself only
			s.state.And(^uint64(watched)) // S3
		}
		if !s.queue.Idle() { // S4
			s.HandOver()
		}
	}
	// If no caller waits the bit may stay, which keeps the posters' copies of its line valid.
	// The next waiter clears the bit.
}

// unwatch clears a bit watched that endWatch has left. The caller is a waiter after W1.
func (s *Stack[T]) unwatch() {
	if s.state.Load()&watched != 0 && s.pace.watcher.Load() == 0 {
		s.state.And(^uint64(watched))
	}
}

// lateness is the lag, in nanoseconds, from which a taker counts as late. Lags in ping-pong
// and fan-out were 0.2 to 10 µs, in dispatch 35 to 100.
const lateness = 15_000
