package ring

import "unsafe"

// Slot is a cell of a ring. Whoever has claimed one owns it until the call of
// Publish or Recycle that ends the claim, and must make that at once: others wait
// for it.
//
// Claiming and ending are apart, and so short, for the compiler to inline them.
type Slot[T any] struct {
	seq atomicUint64
	val T
}

// ClaimPush claims a slot for a push and returns what to Publish it with. A nil is
// no answer, another may have been quicker: ask TryPush.
func (r *Ring[T]) ClaimPush() (s *Slot[T], seq uint64) {
	// The first turn of claimPush for one element. A set closed bit makes the turn odd,
	// which no free slot's seq is; in the zero Ring, and in one with a limit, no index
	// is below the length.
	enq := r.enq.Load()
	if i := enq & r.mask / step; i < uint64(len(r.open)) && unsafe.Sizeof(s.val) <= maxFrame {
		if s, seq = &r.open[i], (enq-r.start)&^r.mask; s.seq.Load() == seq && r.enq.CompareAndSwap(enq, enq+step) {
			return s, seq + published
		}
	}
	return nil, 0
}

// ClaimPop claims the slot of the oldest element and returns what to Recycle it
// with. A nil is no answer: ask TryPop. at is the chain's Deq, which is quicker to find
// there than by the ring.
func (r *Ring[T]) ClaimPop(at *atomicUint64) (s *Slot[T], seq uint64) {
	deq := at.Load()
	if i := deq & r.mask / step; i < uint64(len(r.slots)) && unsafe.Sizeof(s.val) <= maxFrame {
		if s, seq = &r.slots[i], (deq-r.start)&^r.mask; s.seq.Load() == seq+published && at.CompareAndSwap(deq, deq+step) {
			return s, seq + r.lap
		}
	}
	return nil, 0
}

// Publish fills a slot that ClaimPush has returned with seq, and ends the claim.
func (s *Slot[T]) Publish(v T, seq uint64) {
	writes(&s.val)
	s.val = v
	// Synchronizes before the load of seq by which a pop finds it.
	storeRelease(&s.seq, seq)
}

// Recycle empties a slot that ClaimPop has returned with seq, and ends the claim:
// it is free for the next lap.
func (s *Slot[T]) Recycle(seq uint64) (v T) {
	writes(&s.val)
	v, s.val = s.val, v // what the ring keeps, the collector keeps
	// Synchronizes before the load of seq by which the next lap's push finds it.
	storeRelease(&s.seq, seq)
	return v
}

// move empties a slot into to, as Recycle does.
func move[T any](to, val *T) {
	*to = *val
	if unsafe.Sizeof(*val) > maxFrame {
		clear(unsafe.Slice(val, 1))
		return
	}
	var zero T
	*val = zero
}

// maxFrame is, of the compiler's limits for a variable in a frame, the least. A larger
// one it moves to the heap, in each call, but for parameters and results. Those of
// Publish and Recycle are variables where the calls are inlined, so there is no claim
// for a larger T, and what has one is moved by pointers.
const maxFrame = 64 << 10
