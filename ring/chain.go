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
// sealed. So the elements in the chain are those between the first ring's deq
// and the last ring's enq, never more than limit.
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
// head leaves a ring when it is sealed, drained and has a successor. What head
// has left is garbage.
type Chain[T any] struct {
	tail  atomicPointer[Ring[T]] // pushes go here
	head  atomicPointer[Ring[T]] // pops come from here
	base  int                    // capacity of the first ring, and of one that replaces it after a burst
	limit uint64                 // elements in the chain, in steps
	start uint64

	mu mutex
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
	c.tail.Store(r)
	c.head.Store(r)
}

// Valid reports whether Init was called. Before that there are Valid, Tail and Head.
func (c *Chain[T]) Valid() bool { return c.tail.Load() != nil }

// Tail is the ring that a push goes to, nil before Init; it may have been sealed
// since.
func (c *Chain[T]) Tail() *Ring[T] { return c.tail.Load() }

// Head is the ring that a pop comes from, nil before Init; it may have been drained
// since.
func (c *Chain[T]) Head() *Ring[T] { return c.head.Load() }

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
		if r.bound != nil {
			least = 1 // the prefix that fits there is the one that the limit allows
		}
		if n := r.pushBatch(vs, least); n != 0 || r.bound != nil && !r.Closed() {
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
// returns its length. again says that somebody was quicker.
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
	used := enq - c.deq()
	if int64(used) < 0 { // deq has passed the enq that was loaded
		return 0, true
	}
	room := c.limit - used
	if room == 0 {
		return 0, false
	}
	vs = vs[:min(uint64(len(vs)), room/step, MaxCapacity)]
	if free := r.lap - (enq - r.deq.Load()); free <= r.lap && free/step >= uint64(len(vs)) {
		n = r.pushBatch(vs, len(vs))
		return n, n == 0
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
	next.made = clock()
	if bounded {
		next.bound, next.open = c, nil
	}
	n = next.pushBatch(vs, len(vs))
	c.link(r, next)
	later(c, next.start)
	return n, false
}

// link makes next the last ring. Under mu, with r the last ring and sealed.
func (c *Chain[T]) link(r, next *Ring[T]) {
	// In this order: the move of tail publishes what next holds. Before it head stays,
	// so it never is ahead of tail; after it, pass needs the link.
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

func (c *Chain[T]) popBatch(dst []T, inFlight bool) (n int) {
	for {
		r := c.head.Load()
		n += r.popBatch(dst[n:], inFlight && n == 0)
		if n == len(dst) || !c.pass(r) {
			return n
		}
	}
}

// pass moves head on from r if nothing is left in it, now or later, and it is not
// the last ring. If not, a pop that found r empty was right: r was the last ring
// then, or still is, sealed, while what is to be behind it is being pushed.
func (c *Chain[T]) pass(r *Ring[T]) bool {
	if !r.Drained() || c.tail.Load() == r {
		return false
	}
	c.head.CompareAndSwap(r, r.next.Load()) // lost: somebody else has moved it
	return true
}

// first is the first ring with anything in it, or the last ring.
func (c *Chain[T]) first() *Ring[T] {
	for {
		if r := c.head.Load(); !c.pass(r) {
			return r
		}
	}
}

// deq is the position of the chain's oldest element at an instant during the call. Pops
// come from head alone: when head was loaded none had gone beyond that ring. If it has
// been drained and left since, its end was the position for an instant in between.
func (c *Chain[T]) deq() uint64 { return c.head.Load().deq.Load() }

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
	// The last ring says it for all. Once the chain is closed, what takes its place is
	// drained too; what was in it is popped after all else; and if nothing ever was, it
	// is the first, or shrink has put it behind an empty one.
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

// Full is [Ring.Full]: the chain was open and at its limit.
func (c *Chain[T]) Full() bool {
	deq := c.deq() // before enq: see Ring.Full
	return c.tail.Load().enq.Load()-deq == c.limit
}

// Len is [Ring.Len].
func (c *Chain[T]) Len() int {
	for {
		r := c.tail.Load()
		enq := r.enq.Load()
		deq := c.deq()
		if r.enq.Load() == enq && c.tail.Load() == r { // so it was, when deq was loaded
			return int((enq&^closedBit - deq) / step)
		}
	}
}

// Cap is the number of elements that the chain holds without growing: those in
// the rings before the last and what the last has room for, or the limit.
func (c *Chain[T]) Cap() int {
	first, last := c.first(), c.tail.Load()
	switch {
	case last.bound != nil:
		return int(c.limit / step)
	case first == last:
		return last.Cap()
	}
	return int((last.start-first.deq.Load())/step) + last.Cap()
}

// Room is how many more elements the limit allows.
func (c *Chain[T]) Room() int { return int(min(c.limit/step-uint64(c.Len()), math.MaxInt)) }

// Pushed and Popped are the numbers of elements claimed so far.
func (c *Chain[T]) Pushed() uint64 {
	return (c.tail.Load().enq.Load()&^closedBit - c.start) / step
}

// Popped is the mirror of Pushed.
func (c *Chain[T]) Popped() uint64 { return (c.deq() - c.start) / step }
