// Package ring is made for package iocp alone, whose ports queue their packets in it, and
// promises no compatibility between versions.
//
// A [Ring] is a bounded multi-producer, multi-consumer FIFO queue that never blocks for
// room or for an element. A [Chain] is such a queue that grows.
//
// Ring is Dmitry Vyukov's bounded queue with three differences: full and empty
// are exact, the enqueue position carries a closed bit, and many elements are
// claimed and published as one batch.
//
// Exactness has a price. Between claiming a position and publishing it a producer owns a
// slot, and a consumer that arrives at that slot waits for the producer. The wait takes a
// few instructions, unless the producer is descheduled in the middle. A producer waits in
// the same way for a consumer that has claimed a slot and not recycled it. No lock
// is held and producers never wait for producers, but a stopped goroutine can
// hold up others at its slot: the queue is not lock-free in Herlihy's sense.
package ring

import (
	"errors"
	"math"
	"math/bits"
	"unsafe"
)

// Invariants:
//
// A position is a word that counts in its upper 63 bits; the lowest bit of enq is the closed
// bit. So positions advance by step and wrap at 2^64.
//
// The turn of a position is step*cap times the number of laps before it. For a position w
// with turn t, seq of the slot of w says who owns the slot:
//
//	t             free: owned by whoever claims w on enq
//	t+published   full: owned by whoever claims w on deq
//	t+step*cap    recycled: free for the position one lap on
//
// The first turn is 0, so zeroed memory is free slots: a large ring takes no memory until its
// slots are used.
//
// Between a claim and the store to seq that ends the claim, the claimant owns the slot. Only
// the owner touches val, and only the owner stores to seq.
//
// 0 <= enq-deq <= step*cap at every instant, the closed bit left aside: enq passes a position
// only if its slot is free, and only a consumer that has moved deq past a slot frees that
// slot for the next lap. (A chain's ring has the chain's deq, and takes start for deq while
// deq is before start.)
const (
	step      = 2 // one position
	closedBit = 1 // in enq: no later claim succeeds
	published = 1 // in seq
)

// MaxCapacity is the largest capacity that New accepts.
const MaxCapacity = 1 << 30

// maxBytes is more memory than a ring can get, and less than what makes the allocator of any
// 64-bit platform panic.
const maxBytes = 1 << 40

// ErrCapacity is what New returns for a capacity that is not in [1, MaxCapacity],
// or for elements so large that no memory holds as many.
var ErrCapacity = errors.New("ring: capacity is not in [1, 1<<30], or its elements are too large for memory")

// linePair is the distance of two words that no prefetcher fetches together: x86 fetches
// lines in pairs of 64 bytes; the lines of Apple's processors and some POWERs have 128 bytes.
const linePair = 128

// Ring is a bounded FIFO queue of T. Its methods may be called from any
// goroutine. Make one with New; the zero Ring has no room and no elements. Once a ring is
// in a Chain, callers outside of the chain call its ClaimPush and ClaimPop only.
type Ring[T any] struct {
	// Written before the ring is shared, next excepted, so their cache line stays shared.
	slots []Slot[T] // a power of two of them
	open  []Slot[T] // slots for ClaimPush: nil if limit is set, else slots
	lap   uint64    // distance of two positions that share a slot
	mask  uint64    // lap-step
	start uint64    // the first position

	shared *atomicUint64 // the chain's deq, or nil: see deq

	// The rest is for a ring of a Chain. If limit is not 0, the ring is full when the chain
	// is at limit, which is not above lap.
	limit uint64
	made  int64                  // clock when linked; 0 for a ring of the chain's base capacity
	next  atomicPointer[Ring[T]] // written once; the ring that begins where this one was sealed
	_     [linePair + 24]byte    // to 512 bytes, a block that the allocator aligns to a line

	enq atomicUint64 // the next position to claim for a push, and the closed bit
	_   [linePair - 8]byte

	own atomicUint64 // the next position to claim for a pop, if shared is nil
	_   [linePair - 8]byte
}

// New returns a ring with room for capacity elements, rounded up to a power of
// two and to 2 at least. The error is ErrCapacity.
func New[T any](capacity int) (*Ring[T], error) {
	return NewAt[T](capacity, 0)
}

// NewAt is New with the count of elements pushed so far set to start, modulo 2^63. Tests use
// NewAt to begin just below the wrap of the positions.
func NewAt[T any](capacity int, start uint64) (*Ring[T], error) {
	n := slotsFor(capacity, unsafe.Sizeof(Slot[T]{}))
	if n == 0 {
		return nil, ErrCapacity
	}
	return newRing[T](n, start*step), nil
}

// slotsFor is the number of slots, each of size bytes, for a capacity, or 0 if the capacity is
// out of range.
func slotsFor(capacity int, size uintptr) int {
	if capacity < 1 || capacity > MaxCapacity {
		return 0
	}
	n := 1 << bits.Len(uint(max(capacity, 2)-1))
	if uint64(n) > min(maxBytes, math.MaxInt)/uint64(size) {
		return 0
	}
	return n
}

// newRing returns a ring of n slots, a power of two, whose first position is start.
func newRing[T any](n int, start uint64) *Ring[T] {
	r := &Ring[T]{slots: newSlots[T](n), lap: uint64(n) * step, mask: uint64(n-1) * step, start: start}
	r.open = r.slots
	r.enq.Store(start)
	r.deq().Store(start)
	return r
}

func (r *Ring[T]) slot(w uint64) *Slot[T] { return &r.slots[w&r.mask/step] }

// turn is the turn of the position w. A set closed bit makes the turn odd.
func (r *Ring[T]) turn(w uint64) uint64 { return (w - r.start) &^ r.mask }

// TryPush appends v and reports whether it did. False means that the ring was
// full or closed at an instant during the call.
func (r *Ring[T]) TryPush(v T) bool {
	if s, seq := r.ClaimPush(); s != nil {
		s.Publish(v, seq)
		return true
	}
	return r.pushBatch(unsafe.Slice(&v, 1), 1) == 1
}

// TryPushBatch appends a prefix of vs as long as the room allows, contiguous in
// the order of the queue, and returns its length: 0 only if the ring was full or closed at
// an instant during the call, and less than len(vs) only if there was no more room when the
// length was decided on.
func (r *Ring[T]) TryPushBatch(vs []T) int { return r.pushBatch(vs, 1) }

// pushBatch is TryPushBatch that pushes at least least elements, or none.
func (r *Ring[T]) pushBatch(vs []T, least int) int {
	if len(r.slots) == 0 {
		return 0
	}
	enq, n := r.claimPush(len(vs), least)
	for done := 0; done < n; {
		run := r.run(enq+uint64(done)*step, n-done)
		for i := range run {
			writes(&run[i].val)
			run[i].val = vs[done+i]
		}
		publish(run, r.turn(enq+uint64(done)*step)+published)
		done += len(run)
	}
	return n
}

// run returns the slots of up to n positions from w on: adjacent ones of one turn, maxRun at
// most.
func (r *Ring[T]) run(w uint64, n int) []Slot[T] {
	i := int(w & r.mask / step)
	turn := int((r.lap - (w-r.start)&r.mask) / step) // positions left in the turn
	return r.slots[i:min(i+min(n, maxRun, turn), len(r.slots))]
}

// maxRun bounds the time from the first write of a run to the publication, and the loop in
// assembly, which the runtime cannot preempt.
const maxRun = 256

// publish ends the claims of a run: storeRelease of seq to every slot, in one call.
func publish[T any](run []Slot[T], seq uint64) {
	storeReleaseRun(&run[0].seq, unsafe.Sizeof(run[0]), seq, len(run))
}

// claimPush claims up to n positions on enq, all with free slots. It returns the first
// position and their number: 0 if the ring is closed or has room for less than least.
func (r *Ring[T]) claimPush(n, least int) (uint64, int) {
	lost := minBackOff
	for s := (stall{}); n > 0; {
		enq := r.enq.Load()
		free := 0
		for free < n && r.slot(enq+uint64(free)*step).seq.Load() == r.turn(enq+uint64(free)*step) {
			free++ // the slot stays free while enq does not move
		}
		if free < n || r.limit != 0 {
			if enq&closedBit != 0 {
				return 0, 0
			}
			// Only positions tell full exactly: a slot's seq lags behind a pop that has
			// claimed and not recycled, and seqs know no limit. deq must be loaded after
			// enq. enq never falls, so room counts none that was not there when deq was
			// loaded; and if room is 0, the ring was full then.
			deq, limit := r.oldest()
			room := limit - (enq - deq)
			switch {
			case room > limit: // deq has passed the enq that was loaded
				continue
			case room/step < uint64(least):
				return 0, 0
			case uint64(free) < min(uint64(n), room/step):
				if r.enq.Load() == enq { // a pop is in flight at the next position
					s.wait()
				}
				continue
			}
			free = int(min(uint64(free), room/step))
		}
		// The claim: the linearization point of a push that succeeds.
		if r.enq.CompareAndSwap(enq, enq+uint64(free)*step) {
			return enq, free
		}
		lost = backOff(lost)
	}
	return 0, 0
}

// oldest is the position from which elements count against limit, and that limit.
func (r *Ring[T]) oldest() (deq, limit uint64) {
	if r.limit != 0 {
		return r.deq().Load(), r.limit
	}
	return r.first(), r.lap
}

// deq is the next position to claim for a pop: the ring's own, or the one that all rings of
// a Chain share.
func (r *Ring[T]) deq() *atomicUint64 {
	if r.shared != nil {
		return r.shared
	}
	return &r.own
}

// first is the position of the oldest element in the ring: start while the chain's deq is in
// a ring before this one.
func (r *Ring[T]) first() uint64 {
	deq := r.deq().Load()
	if int64(deq-r.start) < 0 {
		return r.start
	}
	return deq
}

// TryPop removes the oldest element. False means that the ring was empty at an
// instant during the call.
func (r *Ring[T]) TryPop() (v T, ok bool) {
	if s, seq := r.ClaimPop(r.deq()); s != nil {
		return s.Recycle(seq), true
	}
	ok = r.popBatch(unsafe.Slice(&v, 1), true) == 1
	return v, ok
}

// TryPopReady is TryPop that does not wait for a push in flight: false means
// that the ring was empty or that its oldest element was not published yet. The compiler
// must not inline TryPopReady, which would make v a variable of its caller: see maxFrame.
//
//go:noinline
func (r *Ring[T]) TryPopReady() (v T, ok bool) {
	ok = r.popBatch(unsafe.Slice(&v, 1), false) == 1
	return v, ok
}

// TryPopBatch removes up to len(dst) elements, the oldest first, into dst and
// returns their number. 0 means that dst has no length or that the ring was empty at an
// instant during the call. TryPopBatch waits for a push in flight at the oldest element,
// and not for pushes in flight behind that.
func (r *Ring[T]) TryPopBatch(dst []T) int { return r.popBatch(dst, true) }

// popBatch is TryPopBatch. Only if inFlight is set it waits for a push that has claimed the
// oldest position and not published.
func (r *Ring[T]) popBatch(dst []T, inFlight bool) int {
	if len(r.slots) == 0 {
		return 0
	}
	claim := r.claimPop(len(dst), inFlight)
	return claim.Recycle(dst)
}

// A Claim holds elements that a pop has claimed at one instant and has not yet moved out
// of their slots. Other goroutines may wait for those slots, so the claimant calls Recycle
// at once.
type Claim[T any] struct {
	r   *Ring[T] // the ring that holds deq, or ends there
	deq uint64   // position of the oldest element left
	n   int      // elements left
}

// Recycle moves the oldest elements of the claim to dst, as many as dst has room for, and
// returns their number: 0 when nothing is left.
func (c *Claim[T]) Recycle(dst []T) (done int) {
	for done < len(dst) && c.n != 0 {
		n := min(c.n, len(dst)-done)
		if next := c.r.next.Load(); next != nil {
			if next.start == c.deq {
				c.r = next
				continue
			}
			n = int(min(uint64(n), (next.start-c.deq)/step))
		}
		run := c.r.run(c.deq, n)
		for i := range run {
			writes(&run[i].val)
			move(&dst[done+i], &run[i].val)
		}
		publish(run, c.r.turn(c.deq)+c.r.lap)
		c.deq += uint64(len(run)) * step
		c.n -= len(run)
		done += len(run)
	}
	return done
}

// holding returns the ring that the position w lies in: r or one linked behind r. w must not
// lie before r.
func (r *Ring[T]) holding(w uint64) *Ring[T] {
	for {
		next := r.next.Load()
		if next == nil || int64(w-next.start) < 0 {
			return r
		}
		r = next
	}
}

// claimPop claims up to n positions on deq, all published: of r and of rings behind r in its
// chain. It claims none if there is no element. If the oldest element is not published yet,
// claimPop waits for the publication if inFlight is set, else claims none.
func (r *Ring[T]) claimPop(n int, inFlight bool) Claim[T] {
	lost := minBackOff
	for s := (stall{}); n > 0; {
		deq := r.deq().Load()
		// The walk goes from slot to slot and from ring to ring: a ring that ends at w or
		// before has no slot that is full for w.
		first, full := r.holding(deq), 0
		for last := first; full < n; {
			w := deq + uint64(full)*step
			if last.slot(w).seq.Load() == last.turn(w)+published {
				full++ // the slot stays published while deq does not move
				continue
			}
			next := last.next.Load()
			if next == nil || next.start != w {
				break
			}
			last = next
		}
		if full == 0 {
			// Only positions tell empty exactly, as in claimPush. deq <= enq always, and
			// neither falls. So if enq equals the loaded deq, first was empty when deq was
			// loaded, and no ring was linked behind first when next was loaded.
			if first.enq.Load()&^closedBit == deq {
				return Claim[T]{}
			}
			// If deq has moved, the slot that was read was not the oldest any more and says
			// nothing about the oldest. Else a push is in flight at that slot.
			if r.deq().Load() == deq {
				if !inFlight {
					return Claim[T]{}
				}
				s.wait()
			}
			continue
		}
		// The claim: the linearization point of a pop that succeeds.
		if r.deq().CompareAndSwap(deq, deq+uint64(full)*step) {
			return Claim[T]{first, deq, full}
		}
		lost = backOff(lost)
		if n > minContended {
			n = max(n/2, minContended)
		}
	}
	return Claim[T]{}
}

// minContended is the length up to which a batch that loses its claim is tried again as it is.
// A longer batch is halved. Without that a batch of 200,000 elements, beside a goroutine that
// pops one at a time, took 400 ms: each of those pops won before the batch had read all its
// slots.
const minContended = 64

// Close makes every later push fail, a push that has not claimed its position
// included. What was pushed stays and can be popped.
func (r *Ring[T]) Close() { r.seal() }

// seal is Close, and reports whether it was the first.
func (r *Ring[T]) seal() bool { return r.enq.Or(closedBit)&closedBit == 0 }

// Closed reports whether Close was called.
func (r *Ring[T]) Closed() bool { return r.enq.Load()&closedBit != 0 }

// Drained reports whether the ring is closed and every element has been claimed
// by a pop. Once true it stays true.
func (r *Ring[T]) Drained() bool {
	enq := r.enq.Load()
	return enq&closedBit != 0 && int64(r.deq().Load()-enq&^closedBit) >= 0
}

// Empty reports whether the ring was open and empty at an instant during the call, that of the
// load of enq. Callers rely on more: if Empty returns true, each push that did not claim before
// that load, and Close, changes enq after the load in the one total order of the atomics.
func (r *Ring[T]) Empty() bool {
	// Before enq. deq never falls and is never above enq, so if enq is the deq that was loaded,
	// deq has not moved. In the other order a ring that always holds an element looks empty to a
	// caller that is slow between the loads, while others push and pop.
	deq := r.deq().Load()
	return r.enq.Load() == deq
}

// Ready reports whether the oldest element is likely to be there. It reads the slot of that
// element, and not enq: no push writes what Ready reads until a push fills that slot.
func (r *Ring[T]) Ready() bool {
	deq := r.deq().Load()
	return r.slot(deq).seq.Load() == r.turn(deq)+published || r.next.Load() != nil
}

// Len is the number of elements in the ring at an instant during the call. It includes
// those that are being pushed and leaves out those that are being popped. It is in [0, Cap].
func (r *Ring[T]) Len() int {
	for {
		enq := r.enq.Load()
		deq := r.deq().Load()
		if r.enq.Load() == enq { // then enq had this value when deq was loaded
			return int((enq&^closedBit - deq) / step)
		}
	}
}

// Cap is the number of elements that the ring has room for.
func (r *Ring[T]) Cap() int { return len(r.slots) }
