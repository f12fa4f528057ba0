package ring

// What a burst made a chain grow by goes back when the chain is found empty: a ring of
// the base capacity takes the place of the large one. Three look whether it is:
//
//   - Shrink, for a pop that has found nothing. It leaves a ring alone that is younger
//     than minAge. That is the hysteresis: bursts that follow each other closely allocate
//     once in minAge, not once each.
//   - A timer, each lookEvery while the chain is grown, for one that nobody uses any
//     more.
//   - Close and Drained, whatever the age: a closed chain will not want the ring again.

// Shrink is to be called when a pop has found the chain empty.
func (c *Chain[T]) Shrink() {
	r := c.tail.Load()
	if r.Cap() != c.base && r.Empty() {
		c.shrinkOld(r)
	}
}

// shrinkOld is Shrink's slow path.
func (c *Chain[T]) shrinkOld(r *Ring[T]) {
	// As unsigned, so that an age below 0 counts as old: the clock of a bubble of
	// testing/synctest, which the chain has left or come to, is decades behind.
	if uint64(clock()-r.made) < minAge {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shrink()
}

// look is what the timer calls that grow has started when it linked the ring that
// begins at start. A ring that has taken its place since has a timer of its own, or
// the base capacity. No two that grow links begin at the same position: each has
// an element.
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

// shrink replaces a larger last ring if the chain is empty, whether open or closed.
// Under mu.
func (c *Chain[T]) shrink() {
	r := c.tail.Load()
	if r.Cap() == c.base {
		return
	}
	// deq before enq: if they are equal nothing was in the chain when enq was loaded. The
	// exchange fails if a push has claimed since, and a closed ring stays drained.
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
	c.first() // moves head on, and so lets go of r
}
