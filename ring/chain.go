package ring

import (
	"math"
	"math/bits"
	"unsafe"
)

// Chain is a FIFO queue that grows: when its last ring is full, the chain seals that ring
// with its closed bit and links a larger one behind it. A chain that is not
// allowed to grow costs one load more than its ring.
//
// Invariants:
//
// Positions run through the chain: each ring begins where the ring before was sealed, and
// all share one deq. So the elements in the chain lie between deq and the last ring's enq,
// are never more than limit, and one step of deq may claim elements of several rings.
//
// Two kinds of rings keep the limit. An unbounded ring, with Ring.limit 0, is full before the
// chain exceeds limit: its lap plus the number of elements in the chain when the ring was
// linked is at most limit. A bounded ring compares the chain's positions with the limit on
// each push. Its lap is at least limit, so no ring is linked behind it for want of room, and
// a chain held at its limit allocates nothing.
//
// A ring is sealed, and linked to its successor, under mu only. In between, and after Close,
// the last ring is sealed. So a caller that holds mu and finds the last ring sealed knows
// that the chain is closed.
//
// The last ring is the one without a successor; tail is the last ring, or about to be set
// to it. head is the ring that deq lies in, or a ring before that one: pops that find head
// behind move it on. The rings that head has left are garbage.
type Chain[T any] struct {
	tail  atomicPointer[Ring[T]] // pushes go here
	head  atomicPointer[Ring[T]] // pops come from here
	base  int                    // capacity of the first ring, and of its replacement after a burst
	limit uint64                 // of elements in the chain, in steps
	start uint64                 // the first position

	mu mutex
	_  [linePair]byte

	deq atomicUint64 // the next position to claim for a pop
	_   [linePair - 8]byte
}

// Init prepares c with r, which must be new, as its first ring. The chain
// grows to max elements. A max of 0 is no limit; any other that is not above r's capacity
// is no growth.
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

// Valid reports whether Init was called. Before Init only Valid, Tail, Head and Deq may be
// called.
func (c *Chain[T]) Valid() bool { return c.tail.Load() != nil }

// Tail is the ring that a push goes to, nil before Init; it may have been sealed
// since.
func (c *Chain[T]) Tail() *Ring[T] { return c.tail.Load() }

// Head is the ring that a pop comes from, nil before Init; it may have been drained
// since.
func (c *Chain[T]) Head() *Ring[T] { return c.head.Load() }

// Deq is the position that ClaimPop advances, whichever ring of the chain it is called on.
func (c *Chain[T]) Deq() *atomicUint64 { return &c.deq }

// grows reports whether the chain may be longer than one ring.
func (c *Chain[T]) grows() bool { return c.limit != uint64(c.base)*step }

// TryPush is [Ring.TryPush]. If the chain grows, TryPush allocates, and may wait for another
// goroutine that makes the chain grow. The compiler must not inline TryPush, which would
// make v a variable of its caller: see maxFrame. The same holds for TryPop and TryPopReady.
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
			least = 1 // the prefix that fits a bounded ring is the prefix that the limit allows
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

// grow links a new ring behind r that holds a prefix of vs, and returns the length of the
// prefix, or pushes the prefix to r if r has room now. again reports that another caller was
// quicker: try again.
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
	// deq is loaded after enq, as in claimPush.
	used := enq - c.deq.Load()
	if int64(used) < 0 { // deq has passed the loaded enq
		return 0, true
	}
	room := c.limit - used
	if room == 0 {
		return 0, false
	}
	vs = vs[:min(uint64(len(vs)), room/step, MaxCapacity)]
	if free := r.lap - (enq - r.first()); free <= r.lap && free/step >= uint64(len(vs)) {
		// Room has come free since the caller looked, or the limit has cut vs to what fits.
		// The push is made here: the caller would try all of vs again, for ever.
		n = r.pushBatch(vs, len(vs))
		return n, n == 0
	}
	// The seal. It succeeds only if enq still has the value that room was computed from. A
	// waiter sees the seal as it sees a claim: both change the enq that Empty has loaded.
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

// link makes next the last ring. The caller holds mu; r is the last ring, and sealed.
func (c *Chain[T]) link(r, next *Ring[T]) {
	// In this order: pushes find the new ring by tail, pops by next. A pop that begins after
	// a push to the new ring must find that ring.
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

// ClaimPopBatch claims up to n elements, the oldest first, all at one instant. It claims
// none only if the chain was empty at an instant during the call. If inFlight is false,
// ClaimPopBatch does not wait for pushes in flight, and also claims none if the oldest
// element was not published yet.
func (c *Chain[T]) ClaimPopBatch(n int, inFlight bool) Claim[T] {
	r := c.head.Load()
	claim := r.claimPop(n, inFlight)
	if r.next.Load() != nil {
		c.first()
	}
	return claim
}

// first returns the ring that deq lies in, and moves head there.
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

// Close makes every later push fail and reports whether it is the first Close of the
// chain. What was pushed stays and can be popped.
func (c *Chain[T]) Close() bool {
	c.mu.Lock() // a growth in progress ends first, so tail is the last ring
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
	c.mu.Lock() // waits for a growth in progress: is the seal that of Close?
	defer c.mu.Unlock()
	return c.tail.Load().Closed()
}

// Drained reports whether the chain is closed and every element has been claimed
// by a pop. Once true it stays true, and the memory that the chain has grown by is
// released.
func (c *Chain[T]) Drained() bool {
	// The last ring speaks for all: all share deq. In a closed chain a ring that shrink puts
	// in place of the last one is drained too.
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

// Empty is [Ring.Empty]: if the first ring is not sealed, it is the last ring, and
// each later push changes its enq, by a claim or by the seal.
func (c *Chain[T]) Empty() bool { return c.head.Load().Empty() || c.first().Empty() }

// Ready is [Ring.Ready].
func (c *Chain[T]) Ready() bool { return c.head.Load().Ready() }

// Full is the mirror of Empty: it reports whether the chain was open and at its limit at an
// instant during the call, that of the load of deq. What callers rely on: if Full returns true,
// each pop that did not claim before that load changes deq after the load.
func (c *Chain[T]) Full() bool {
	// Before deq. enq never falls and is never more than limit above deq.
	enq := c.tail.Load().enq.Load()
	return enq-c.deq.Load() == c.limit
}

// Len is [Ring.Len].
func (c *Chain[T]) Len() int {
	for {
		r := c.last()
		enq := r.enq.Load()
		deq := c.deq.Load()
		if r.enq.Load() == enq && r.next.Load() == nil { // then both held when deq was loaded
			return int((enq&^closedBit - deq) / step)
		}
	}
}

// Cap is the number of elements that the chain holds without growing: the elements in
// the rings before the last plus the capacity of the last, or the limit.
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

// Pushed is the number of elements that pushes have claimed so far. A caller that asks
// for Popped first gets no more than Pushed returns then.
func (c *Chain[T]) Pushed() uint64 {
	return (c.last().enq.Load()&^closedBit - c.start) / step
}

// Popped is the number of elements that pops have claimed so far.
func (c *Chain[T]) Popped() uint64 { return (c.deq.Load() - c.start) / step }
