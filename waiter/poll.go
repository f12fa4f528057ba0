package waiter

import (
	"runtime"
	"sync/atomic"
)

// Poll is what a call remembers that looks again before it waits. The zero Poll is ready.
type Poll struct {
	way   way
	until int64 // when to stop watching
}

// way is what a caller did last between two looks at the queue.
type way uint8

const (
	none  way = iota
	tried     // it was not the time to yield
	yielding
	watching
)

// pace is what the callers of one stack remember for the next. The callers on the other
// side of the queue do not touch it. A lost update of skip, vain or watches does no harm.
type pace struct {
	watcher  atomicInt32 // 1 while a caller watches the queue
	watches  hint        // 1 if the last caller that watched was served: the next begins so
	skip     hint        // that many callers are to wait without a question
	vain     hint        // how many in a row watched in vain
	yielding hint        // 1 while a caller yields
	spun     atomic.Uint64
	_        [linePair]byte
}

const (
	// glance is how often a caller that watches the queue looks, in nanoseconds. Each
	// look that finds a packet costs its poster a cache line, 100 to 200 ns. With packets
	// every 300 ns that is spread over three of them.
	glance = 1_000
	// longest is how long a caller watches at most. Beyond that a goroutine is woken
	// nearly as soon: a sleeping processor takes 35 µs to start, a watching one is
	// busy meanwhile.
	longest = 50_000
	// between is how many callers wait without a question after one that was told not
	// to watch: the question takes a quarter of what a wait does. After watches that
	// were in vain it is twice as many each time, up to 256 times.
	between = 16
	// worth is how long a yield may take, in nanoseconds, and each is how much longer for
	// each packet that went through the queue meanwhile. Others that compute take the
	// 10 ms of a time slice; in ping-pong a yield takes 150 ns, and a sleep three times
	// as long.
	worth = 20_000
	each  = 200
	// toll is for how many times the length of a slow yield, or of a late glance, nobody
	// tries another: what they cost is then one part in a hundred.
	toll = 100
)

// Yielded lets others run, and reports whether it did. It is the first turn of Again, for
// a caller in a hurry: most callers need no other.
func (s *Stack[T]) Yielded(p *Poll) bool {
	if s.parking == ParkAuto && s.pace.watches.Load() == 0 && s.yield() {
		p.way = yielding
		return true
	}
	p.way = tried
	return false
}

// Again reports whether a caller that found nothing is to look again; if not it is to Wait.
// The caller begins with the zero Poll. If it leaves after an Again or a Yielded that
// returned true, without another Again, it calls Done.
func (s *Stack[T]) Again(p *Poll, deadline int64) bool {
	if p.way == watching {
		return s.watch(p)
	}
	if p.way == none && s.Yielded(p) {
		return true
	}
	if s.order == OldestFirst || s.parking != ParkAuto {
		return false // a poster waits for goroutines that need its processor
	}
	if n := s.pace.skip.Load(); n > 0 {
		s.pace.skip.Store(n - 1)
		return false
	}
	if runnable() <= 0 {
		// A processor is free, so to watch keeps nobody from running.
		if s.beginWatch(p, deadline) {
			return s.watch(p)
		}
	} else if p.way != yielding && s.yield() {
		p.way = yielding
		return true
	}
	tell(&s.pace.watches, 0)
	s.pace.skip.Store(between)
	return false
}

// Done ends what Again began; got says that the caller has found something.
func (s *Stack[T]) Done(p *Poll, got bool) {
	if p.way != watching {
		return
	}
	s.endWatch(p)
	if got {
		s.pace.spun.Add(1)
		tell(&s.pace.watches, 1)
		tell(&s.pace.vain, 0)
	}
}

// tell stores v in a, which often holds it already, and then stays in the caches of others.
func tell(a *hint, v int32) {
	if a.Load() != v {
		a.Store(v)
	}
}

// dear is until when nobody in the process yields; 1 if the last yield that was timed was
// slow, and the next is timed too; 0 if yields are cheap.
var dear atomic.Int64

// yield lets others run, and reports whether it did: not if others wait, whom the next
// packet is for, or yield, and not while yields are dear. A yield is a place at the end of the
// scheduler's queue, behind all who compute. So one in 8 is timed, by a hash, for the
// traffic may have a period.
func (s *Stack[T]) yield() bool {
	if s.Any() || s.pace.yielding.Load() != 0 {
		return false
	}
	until, moved := dear.Load(), s.queue.Moved()
	switch {
	case until > 1 && (s.pace.skip.Load() > 0 || s.order == OldestFirst && hash(moved)>>60 != 0):
		return false // the clock is not worth a reading
	case until == 0 && hash(moved)>>61 != 0:
		s.letRun()
		return true
	}
	start := Now()
	if start < until {
		return false
	}
	s.letRun()
	took := Now() - start
	switch {
	case took <= worth+each*int64(s.queue.Moved()-moved):
		if until != 0 {
			dear.Store(0)
		}
	case until == 0:
		dear.Store(1) // a hiccup, perhaps
	default:
		dear.Store(start + took + toll*took)
	}
	return true
}

// letRun lets others run. Nobody else of the stack yields meanwhile: of 8 posters at a queue
// of 2, on one processor, all would take turns for the room of each packet (352 ns a packet,
// 293 so).
func (s *Stack[T]) letRun() {
	s.pace.yielding.Store(1)
	gosched()
	s.pace.yielding.Store(0)
}

// hash spreads numbers, whatever their period (Knuth, TAOCP vol. 3, 6.4).
func hash(n uint64) uint64 { return n * 0x9e3779b97f4a7c15 }

var (
	watchers atomic.Int32 // callers of the process that watch a queue
	crowded  atomic.Int64 // until when nobody in the process begins to
)

// beginWatch makes the caller the one that watches the queue, if nobody does and half of
// the processors are left to others.
func (s *Stack[T]) beginWatch(p *Poll, deadline int64) bool {
	now := Now()
	if now < crowded.Load() || InBubble() || s.pace.watcher.Load() != 0 {
		return false
	}
	if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 || !s.pace.watcher.CompareAndSwap(0, 1) { // B1
		watchers.Add(-1)
		return false
	}
	if s.state.Load()&watched == 0 {
		s.state.Or(watched) // B2
	}
	p.way, p.until = watching, min(deadline, now+longest)
	return true
}

// watch waits until there is something to look at, and returns true, or ends watching.
func (s *Stack[T]) watch(p *Poll) bool {
	last := Now()
	for n := 1; ; n++ {
		now := pause(last + glance)
		if s.queue.Ready() {
			return true
		}
		if late := now - last; late > toll*glance {
			crowded.Store(now + toll*late) // the machine has not let this thread run
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

// endWatch gives the word back, and then hands over what posters have left to the caller.
func (s *Stack[T]) endWatch(p *Poll) {
	p.way = yielding
	watchers.Add(-1)
	s.pace.watcher.Store(0)                          // S1
	if state := s.state.Load(); uint32(state) != 0 { // S2
		if state&watched != 0 { // else a waiter has cleared the bit, and looked for itself alone
			s.state.And(^uint64(watched)) // S3
		}
		if !s.queue.Idle() { // S4
			s.HandOver()
		}
	}
	// If nobody waits the bit may stay, and the posters' copies of its line with it: the
	// next to wait clears it.
}

// unwatch is called by a waiter on the list, and clears a watched that endWatch has left.
func (s *Stack[T]) unwatch() {
	if s.state.Load()&watched != 0 && s.pace.watcher.Load() == 0 {
		s.state.And(^uint64(watched))
	}
}

// lateness is how soon a goroutine that was readied must run, in nanoseconds, for its
// waker to have done right. In ping-pong and fan-out goroutines took 0.2 to 10 µs, of
// dispatch 35 to 100.
const lateness = 15_000
