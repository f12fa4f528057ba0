package harness

import (
	"fmt"
	"sync/atomic"
)

// The first word of an element is an id: who posted it, in which run, as which of the
// poster's. The other words follow from it.
const (
	seqBits  = 40
	runBits  = 12
	seqMask  = 1<<seqBits - 1
	runMask  = 1<<runBits - 1
	maxPosts = 1<<12 - 2
	filler   = maxPosts + 1 // the poster of elements that only wake takers
)

func idOf(poster int, run, seq uint64) uint64 {
	return uint64(poster)<<(runBits+seqBits) | run&runMask<<seqBits | seq
}

func poster(id uint64) int { return int(id >> (runBits + seqBits)) }

// word is the jth of an element with that id.
func word(id uint64, j int) uint64 { return id + uint64(j)*0x9e3779b97f4a7c15 }

// fill makes an element: the first and the last word or, in a careful run, all.
func fill[T element](v *T, id uint64, careful bool) {
	last := len(*v) - 1
	(*v)[0] = id
	(*v)[last] = word(id, last)
	if careful {
		for j := range len(*v) {
			(*v)[j] = word(id, j)
		}
	}
}

// broken marks an element that nobody has posted.
const broken = ^uint64(0)

// read is the id of an element, broken if its words do not belong together.
func read[T element](v *T, careful bool) uint64 {
	id, last := (*v)[0], len(*v)-1
	if (*v)[last] != word(id, last) {
		return broken
	}
	if careful {
		for j := range len(*v) {
			if (*v)[j] != word(id, j) {
				return broken
			}
		}
	}
	return id
}

// chunk is how many elements a goroutine puts or gets between two looks at anything else.
const chunk = 64

// An audit accounts for the elements of a run. Takers share out what is left to get by
// claims on a counter, and note the id of each element in the place that they claimed.
type audit struct {
	run     uint64
	shares  []int // of each poster
	total   int
	claimed atomic.Int64
	ids     []uint64
	takers  []int32 // of each chunk of ids
	step    int     // elements of a claim
}

// begin prepares a for a run.
func (a *audit) begin(run uint64, n, posters, step int) {
	a.run, a.total, a.step = run, n, step
	a.claimed.Store(0)
	a.shares = a.shares[:0]
	for i := range posters {
		a.shares = append(a.shares, (n+i)/posters)
	}
	if cap(a.ids) < n {
		a.ids, a.takers = make([]uint64, n), make([]int32, n)
	}
	a.ids = a.ids[:n]
}

// claim is the place of the next elements that a taker gets, and how many; 0 if none are left.
func (a *audit) claim(taker int) (at, n int) {
	at = int(a.claimed.Add(int64(a.step))) - a.step
	if n = min(a.step, a.total-at); n <= 0 {
		return 0, 0
	}
	a.takers[at/a.step] = int32(taker)
	return at, n
}

// verdict is what the queue has done wrong, "" for nothing. ordered queues hand the elements
// of a poster to a taker in the order in which they were put.
func (a *audit) verdict(takers int, ordered bool) string {
	seen := make([][]uint64, len(a.shares))
	for p, n := range a.shares {
		seen[p] = make([]uint64, (n+63)/64)
	}
	last := make([]int64, takers*len(a.shares))
	for i := range last {
		last[i] = -1
	}
	var wrong, twice, order string
	missing := a.total
	for i, id := range a.ids {
		p, seq := poster(id), id&seqMask
		switch {
		case p == filler && id != broken:
			continue
		case id == broken || p >= len(a.shares) || id>>seqBits&runMask != a.run&runMask || seq >= uint64(a.shares[p]):
			if stale := id != broken && p < len(a.shares) && id>>seqBits&runMask == (a.run-1)&runMask; stale {
				twice = fmt.Sprintf("doubles elements: number %d of poster %d came once more, a run later", seq, p)
			} else {
				wrong = "returns a wrong element: one that nobody put"
			}
			continue
		case seen[p][seq/64]&(1<<(seq%64)) != 0:
			twice = fmt.Sprintf("doubles elements: number %d of poster %d came twice", seq, p)
			continue
		}
		seen[p][seq/64] |= 1 << (seq % 64)
		missing--
		at := int(a.takers[i/a.step])*len(a.shares) + p
		if before := last[at]; int64(seq) < before {
			order = fmt.Sprintf("reorders elements: number %d of poster %d came after number %d to the same taker", seq, p, before)
		}
		last[at] = max(last[at], int64(seq))
	}
	switch {
	case wrong != "":
		return wrong
	case twice != "":
		return twice
	case missing > 0:
		p, seq := a.absent(seen)
		return fmt.Sprintf("loses elements: number %d of poster %d never came", seq, p)
	case ordered:
		return order
	}
	return ""
}

// absent is the first element that has not come.
func (a *audit) absent(seen [][]uint64) (poster, seq int) {
	for p, n := range a.shares {
		for seq := range n {
			if seen[p][seq/64]&(1<<(seq%64)) == 0 {
				return p, seq
			}
		}
	}
	return -1, -1
}
