package ring

import (
	"math"
	"math/bits"
	"unsafe"
)

// Chain is a FIFO queue that grows: when its last ring is full, that is sealed
// by its closed bit and a larger one is linked behind it. A chain that is not
// allowed to grow costs one load more than its ring.
//
// Invariants:
//
// Positions run through the chain: a ring begins where the one before it was
// sealed, and all have one deq. So the elements in the chain are those between deq
// and the last ring's enq, never more than limit, and one step of deq claims elements of
// as many rings as they lie in.
//
// Two kinds of rings keep the limit. One whose lap, added to what was in the chain
// when the ring was linked, is not above the limit, keeps it by being full. Any other
// has a bound: its pushes compare the chain's positions with the limit. Its lap is not
// below the limit, so none is linked behind it for want of room, and a chain that is
// held at its limit allocates nothing.
//
// Only under mu is a ring sealed, and linked to its successor; between that, and
// after Close, the last ring is sealed. So whoever holds mu and finds the last
// ring sealed knows that the chain is closed.
//
// The last ring is the one without a successor; tail is it, or about to be. head is the
// ring that deq lies in, or one before it that pops leave when they meet it. What head has
// left is garbage.
type Chain[T any] struct {
	tail  atomicPointer[Ring[T]] // pushes go here
	head  atomicPointer[Ring[T]] // pops come from here
	base  int                    // capacity of the first ring, and of one that replaces it after a burst
	limit uint64                 // elements in the chain, in steps
	start uint64

	mu mutex
	_  [linePair]byte

	deq atomicUint64 // the next position to claim for a pop
	_   [linePair - 8]byte
}

// Init prepares c with r, which must be new, as its first ring. The chain
// grows to max elements; a max that is not above r's capacity is no growth, and
// 0 no limit.
func (c *Chain[T]) Init(r *Ring[T], max int) {
	c.base, c.start = r.Cap(), r.start
	c.limit = r.lap
	if max == 0 {
		c.limit = ^uint64(0) &^ closedBit
	} else if max > c.base {
		c.limit = uint64(max) * step
	}
	r.shared = &c.deq
	c.deq.Store(r.start)
	c.tail.Store(r)
	c.head.Store(r)
}

// Valid reports whether Init was called. Before that there are Valid, Tail, Head and Deq.
func (c *Chain[T]) Valid() bool { return c.tail.Load() != nil }

// Tail is the ring that a push goes to, nil before Init; it may have been sealed
// since.
func (c *Chain[T]) Tail() *Ring[T] { return c.tail.Load() }

// Head is the ring that a pop comes from, nil before Init; it may have been drained
// since.
func (c *Chain[T]) Head() *Ring[T] { return c.head.Load() }

// Deq is what ClaimPop claims on, of whichever ring.
func (c *Chain[T]) Deq() *atomicUint64 { return &c.deq }

// grows reports whether the chain may be longer than one ring.
func (c *Chain[T]) grows() bool { return c.limit != uint64(c.base)*step }

// TryPush is [Ring.TryPush]. Growing, it may wait for another's growth, and allocates.
// Inlined, v would be a variable of the caller: see maxFrame. So are the other methods
// here that have a T outlined.
//
//go:noinline
func (c *Chain[T]) TryPush(v T) bool { return c.TryPushBatch(unsafe.Slice(&v, 1)) == 1 }

// TryPushBatch is [Ring.TryPushBatch].
func (c *Chain[T]) TryPushBatch(vs []T) int {
	if !c.grows() {
		return c.tail.Load().TryPushBatch(vs)
	}
	return c.pushGrow(vs)
}

// pushGrow pushes a prefix of vs as long as the limit allows, contiguous, to the
// last ring if that has room for all of it, else to a new one.
func (c *Chain[T]) pushGrow(vs []T) int {
	for len(vs) != 0 {
		r := c.tail.Load()
		least := len(vs)
		if r.limit != 0 {
			least = 1 // the prefix that fits there is the one that the limit allows
		}
		if n := r.pushBatch(vs, least); n != 0 || r.limit != 0 && !r.Closed() {
			return n
		}
		n, again := c.grow(r, vs)
		if !again {
			return n
		}
	}
	return 0
}

// grow links a new ring behind r, with a prefix of vs in it already, and
// returns its length. again says that somebody was quicker, or that r has room now.
func (c *Chain[T]) grow(r *Ring[T], vs []T) (n int, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tail.Load() != r {
		return 0, true
	}
	enq := r.enq.Load()
	if enq&closedBit != 0 {
		return 0, false // closed
	}
	// deq after enq, as in claimPush.
	used := enq - c.deq.Load()
	if int64(used) < 0 { // deq has passed the enq that was loaded
		return 0, true
	}
	room := c.limit - used
	if room == 0 {
		return 0, false
	}
	vs = vs[:min(uint64(len(vs)), room/step, MaxCapacity)]
	if free := r.lap - (enq - r.first()); free <= r.lap && free/step >= uint64(len(vs)) {
		return 0, true // room has come free since the caller looked
	}
	// The seal. It takes enq only from the value that room was computed for, and
	// is to a waiter what a claim is: it changes what Empty has loaded.
	if !r.enq.CompareAndSwap(enq, enq|closedBit) {
		return 0, true
	}
	size := max(min(2*r.Cap(), MaxCapacity), ceilPower(len(vs)))
	bounded := uint64(size)*step > room
	if bounded {
		size = ceilPower(int(c.limit / step))
	}
	next := newRing[T](size, enq)
	next.shared, next.made = &c.deq, clock()
	if bounded {
		next.limit, next.open = c.limit, nil
	}
	n = next.pushBatch(vs, len(vs))
	c.link(r, next)
	later(c, next.start)
	return n, false
}

// link makes next the last ring. Under mu, with r the last ring and sealed.
func (c *Chain[T]) link(r, next *Ring[T]) {
	// In this order: a push finds the new ring by tail, and pops find it by next. A pop that
	// begins after such a push must find it.
	r.next.Store(next)
	c.tail.Store(next)
}

func ceilPower(n int) int { return 1 << bits.Len(uint(n-1)) }

// TryPop is [Ring.TryPop].
//
//go:noinline
func (c *Chain[T]) TryPop() (v T, ok bool) {
	ok = c.popBatch(unsafe.Slice(&v, 1), true) == 1
	return v, ok
}

// TryPopReady is [Ring.TryPopReady].
//
//go:noinline
func (c *Chain[T]) TryPopReady() (v T, ok bool) {
	ok = c.popBatch(unsafe.Slice(&v, 1), false) == 1
	return v, ok
}

// TryPopBatch is [Ring.TryPopBatch].
func (c *Chain[T]) TryPopBatch(dst []T) int { return c.popBatch(dst, true) }

// TryPopBatchReady is TryPopBatch that does not wait for pushes in flight.
func (c *Chain[T]) TryPopBatchReady(dst []T) int { return c.popBatch(dst, false) }

func (c *Chain[T]) popBatch(dst []T, inFlight bool) int {
	claim := c.ClaimPopBatch(len(dst), inFlight)
	return claim.Recycle(dst)
}

// ClaimPopBatch claims up to n elements, the oldest first, all at one instant: none only if
// the chain was empty at an instant during the call or, unless inFlight pushes are to be
// waited for, if the oldest element was not published yet.
func (c *Chain[T]) ClaimPopBatch(n int, inFlight bool) Claim[T] {
	r := c.head.Load()
	claim := r.claimPop(n, inFlight)
	if r.next.Load() != nil {
		c.first()
	}
	return claim
}

// first is the ring that deq lies in. It moves head there.
func (c *Chain[T]) first() *Ring[T] {
	for {
		r := c.head.Load()
		if first := r.holding(c.deq.Load()); first == r || c.head.CompareAndSwap(r, first) {
			return first
		}
	}
}

// last is the ring without a successor.
func (c *Chain[T]) last() *Ring[T] {
	r := c.tail.Load()
	for next := r.next.Load(); next != nil; next = r.next.Load() {
		r = next
	}
	return r
}

// Close makes every later push fail and reports whether it is the first to do
// so. What was pushed stays and can be popped.
func (c *Chain[T]) Close() bool {
	c.mu.Lock() // what is being linked gets linked
	defer c.mu.Unlock()
	first := c.tail.Load().seal()
	c.shrink()
	return first
}

// Closed reports whether Close was called.
func (c *Chain[T]) Closed() bool {
	if !c.tail.Load().Closed() {
		return false
	}
	if !c.grows() {
		return true
	}
	c.mu.Lock() // sealed for good, or until a ring is linked
	defer c.mu.Unlock()
	return c.tail.Load().Closed()
}

// Drained reports whether the chain is closed and every element has been claimed
// by a pop. Once true it stays true, and what the chain has grown by is let go.
func (c *Chain[T]) Drained() bool {
	// The last ring says it for all: deq has come to its end. Once the chain is closed,
	// what takes its place is drained too.
	if !c.Closed() || !c.tail.Load().Drained() {
		return false
	}
	if c.tail.Load().Cap() != c.base {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.shrink()
	}
	return true
}

// Empty is [Ring.Empty]: if the first ring is not sealed it is the last, and
// each push after that changes its enq, by a claim or by the seal.
func (c *Chain[T]) Empty() bool { return c.head.Load().Empty() || c.first().Empty() }

// Ready is [Ring.Ready].
func (c *Chain[T]) Ready() bool { return c.head.Load().Ready() }

// Full is [Ring.Full]: the chain was open and at its limit, as seen by loading deq, then
// enq.
func (c *Chain[T]) Full() bool {
	deq := c.deq.Load() // before enq: see Ring.Full
	return c.tail.Load().enq.Load()-deq == c.limit
}

// Len is [Ring.Len].
func (c *Chain[T]) Len() int {
	for {
		r := c.last()
		enq := r.enq.Load()
		deq := c.deq.Load()
		if r.enq.Load() == enq && r.next.Load() == nil { // so it was, when deq was loaded
			return int((enq&^closedBit - deq) / step)
		}
	}
}

// Cap is the number of elements that the chain holds without growing: those in
// the rings before the last and what the last has room for, or the limit.
func (c *Chain[T]) Cap() int {
	last := c.last()
	if last.limit != 0 {
		return int(c.limit / step)
	}
	before := int64(last.start-c.deq.Load()) / step
	return int(max(before, 0)) + last.Cap()
}

// Room is how many more elements the limit allows.
func (c *Chain[T]) Room() int { return int(min(c.limit/step-uint64(c.Len()), math.MaxInt)) }

// Pushed and Popped are the numbers of elements claimed so far. A caller that asks for
// Popped first gets no more than Pushed returns then.
func (c *Chain[T]) Pushed() uint64 {
	return (c.last().enq.Load()&^closedBit - c.start) / step
}

// Popped is the mirror of Pushed.
func (c *Chain[T]) Popped() uint64 { return (c.deq.Load() - c.start) / step }
