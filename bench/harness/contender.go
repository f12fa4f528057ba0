package harness

import (
	"context"
	"time"
)

// A Queue is a queue of T as a contender makes it. Each function makes one call of the queue
// for each element, in order, and waits for as long as that takes; those of batches make
// one call. Put and Get are needed, the others may be nil.
type Queue[T any] struct {
	Put func(vs []T)
	Get func(vs []T)

	PutBatch func(vs []T) (n int) // puts some, at least one
	GetBatch func(vs []T) (n int) // gets some, at least one

	// These return how many calls have succeeded before one timed out or ctx ended.
	PutTimeout func(vs []T, each time.Duration) (n int)
	GetTimeout func(vs []T, each time.Duration) (n int)
	PutContext func(ctx context.Context, vs []T) (n int)
	GetContext func(ctx context.Context, vs []T) (n int)
}

// Elements, by their size in bytes.
type (
	E8   [1]uint64
	E24  [3]uint64
	E64  [8]uint64
	E256 [32]uint64
)

type element interface{ E8 | E24 | E64 | E256 }

// sizes are those of the elements.
var sizes = []int{8, 24, 64, 256}

// A Contender is a named kind of queue.
type Contender struct {
	name      string
	unordered bool
	e8        func(capacity int) Queue[E8]
	e24       func(capacity int) Queue[E24]
	e64       func(capacity int) Queue[E64]
	e256      func(capacity int) Queue[E256]
}

// New is a contender with functions that make its queues, by element: one generic function,
// given four times. A queue holds capacity elements or, if the kind has no such bound, more.
func New(name string, e8 func(capacity int) Queue[E8], e24 func(capacity int) Queue[E24], e64 func(capacity int) Queue[E64], e256 func(capacity int) Queue[E256]) Contender {
	return Contender{name: name, e8: e8, e24: e24, e64: e64, e256: e256}
}

// Unordered is c, whose queues need not keep the order of a poster's elements.
func (c Contender) Unordered() Contender {
	c.unordered = true
	return c
}
