package ring

import "unsafe"

// Slot is a cell of a ring. A goroutine that has claimed a slot owns it until it calls
// Publish or Recycle, which ends the claim. It makes that call at once, for other
// goroutines may wait for the slot.
//
// The claim and its end are separate functions so that both are short enough for the
// compiler to inline.
type Slot[T any] struct {
	seq atomicUint64
	val T
}

// ClaimPush claims a slot for a push and returns the seq to Publish it with. A nil slot
// says nothing about room, for another push may have been quicker: TryPush knows.
func (r *Ring[T]) ClaimPush() (s *Slot[T], seq uint64) {
	// The first iteration of claimPush, for one element. A set closed bit makes the turn odd,
	// and a free slot's seq is even. The zero Ring and a bounded ring have no open slots, so no
	// index is below the length.
	enq := r.enq.Load()
	if i := enq & r.mask / step; i < uint64(len(r.open)) && unsafe.Sizeof(s.val) <= maxFrame {
		if s, seq = &r.open[i], (enq-r.start)&^r.mask; s.seq.Load() == seq && r.enq.CompareAndSwap(enq, enq+step) {
			return s, seq + published
		}
	}
	return nil, 0
}

// ClaimPop claims the slot of the oldest element and returns the seq to Recycle it
// with. A nil slot does not say that the ring is empty: TryPop knows. at is the chain's
// Deq, which the caller finds sooner than the ring does.
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
	// Synchronizes before the load of seq with which a pop finds the element.
	storeRelease(&s.seq, seq)
}

// Recycle empties a slot that ClaimPop has returned with seq, and ends the claim:
// the slot is free for the next lap.
func (s *Slot[T]) Recycle(seq uint64) (v T) {
	writes(&s.val)
	v, s.val = s.val, v // clears val: the ring must not keep a taken element alive
	// Synchronizes before the load of seq with which the next lap's push finds the slot.
	storeRelease(&s.seq, seq)
	return v
}

// move moves val to to and clears val, as Recycle does.
func move[T any](to, val *T) {
	*to = *val
	if unsafe.Sizeof(*val) > maxFrame {
		clear(unsafe.Slice(val, 1))
		return
	}
	var zero T
	*val = zero
}

// maxFrame is the smallest of the compiler's size limits for variables in a frame. A larger
// variable is allocated on the heap in each call; parameters and results are not. But
// parameters and results of an inlined call become variables of its caller, and Publish and
// Recycle are inlined. So ClaimPush and ClaimPop refuse a larger T, whose elements are moved
// through pointers instead.
const maxFrame = 64 << 10
