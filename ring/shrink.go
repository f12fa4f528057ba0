package ring

// A chain that a burst made grow shrinks when it is found empty: a ring of the base capacity
// replaces the large one. Three callers check:
//
//   - Shrink, called by a pop that has found the chain empty. Shrink spares rings younger
//     than minAge. That is the hysteresis: bursts in quick succession allocate once in
//     minAge, not once each.
//   - A timer, every lookEvery while the chain is grown, for a chain that is idle.
//   - Close and Drained, whatever the age: a closed chain does not grow again.

// Shrink is to be called when a pop has found the chain empty. It replaces a larger last
// ring that is old enough by one of the capacity that the chain began with.
func (c *Chain[T]) Shrink() {
	r := c.tail.Load()
	if r.Cap() != c.base && r.Empty() {
		c.shrinkOld(r)
	}
}

// shrinkOld is Shrink's slow path.
func (c *Chain[T]) shrinkOld(r *Ring[T]) {
	// As unsigned, so that an age below 0 counts as old: the clock of a bubble of
	// testing/synctest is decades behind, and a chain may enter or leave the bubble.
	if uint64(clock()-r.made) < minAge {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shrink()
}

// look is called by the timer that grow started for the ring that begins at start. If that
// ring is no longer the last, its successor has a timer of its own or the base capacity. No
// two rings that grow links share a start, because grow puts an element into each.
func (c *Chain[T]) look(start uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tail.Load().start != start {
		return
	}
	c.shrink()
	if c.tail.Load().start == start {
		later(c, start)
	}
}

// shrink replaces a last ring above the base capacity if the chain, open or closed, is empty.
// The caller holds mu.
func (c *Chain[T]) shrink() {
	r := c.tail.Load()
	if r.Cap() == c.base {
		return
	}
	// deq is loaded before enq: if they are equal, the chain was empty when enq was loaded.
	// The compare and swap fails if a push has claimed since; a closed ring stays drained.
	deq := c.deq.Load()
	closed := r.enq.Load() == deq|closedBit
	if !closed && !r.enq.CompareAndSwap(deq, deq|closedBit) {
		return
	}
	next := newRing[T](c.base, deq)
	next.shared = &c.deq
	if closed {
		next.seal()
	}
	c.link(r, next)
	c.first() // moves head on, so that r is garbage
}
