package ring

// Getters of a ring that its tests ask. A Chain has its own.

// Full is the mirror of Empty: it reports whether the ring was open with no slot free or
// about to be recycled, as seen by loading deq, then enq.
func (r *Ring[T]) Full() bool {
	deq := r.deq().Load()
	return r.enq.Load()-deq == r.lap
}

// Pushed is the number of elements claimed by pushes so far.
func (r *Ring[T]) Pushed() uint64 { return (r.enq.Load()&^closedBit - r.start) / step }

// Popped is the number of elements claimed by pops so far.
func (r *Ring[T]) Popped() uint64 { return (r.deq().Load() - r.start) / step }
