//go:build !iocp_model

package ring

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// What the model checker replaces: see model.go.
type (
	atomicUint64         = atomic.Uint64
	atomicPointer[T any] = atomic.Pointer[T]
	mutex                = sync.Mutex
)

// writes comes before a write to memory that is not atomic, and a reading of it.
func writes[T any](*T) {}

// wait is called with 0, 1, 2, … while another goroutine is between its claim
// and its store to seq. That takes nanoseconds while it runs, so reload first;
// then let it run, if it is a goroutine that lost its processor; then, if it is
// a thread that lost its core, leave the core to it.
func wait(try int) {
	switch {
	case try < 100: // about 0.1 µs
	case try < 1000: // about 0.1 ms where nothing else runs
		runtime.Gosched()
	default:
		time.Sleep(50 * time.Microsecond)
	}
}

// backOff is called with what it returned last, minBackOff at first, when another
// goroutine won a claim. Both have then fetched the position's line from each
// other for nothing. Who lost leaves it alone, longer each time that it loses
// again, and the other runs on at the speed of its own cache meanwhile: 64
// producers and 64 consumers on two cores went from 140 ns an element to 85.
func backOff(turns int) int {
	for range turns {
	}
	return min(2*turns, maxBackOff)
}

const (
	minBackOff = 1 << 10 // 0.3 µs
	maxBackOff = 1 << 14 // 5 µs
)

const (
	minAge    = uint64(5 * time.Millisecond)
	lookEvery = 250 * time.Millisecond // row 35 allows a second
)

var started = time.Now()

// clock is the time in nanoseconds.
func clock() int64 { return int64(time.Since(started)) }

// later calls c.look(start) after lookEvery, unless c is garbage by then: the timer
// must not keep a dropped chain. Each call makes a timer of its own: one that was made
// in a bubble of testing/synctest may be neither reset nor stopped outside of it, and
// ends with it.
func later[T any](c *Chain[T], start uint64) {
	w := weak.Make(c)
	time.AfterFunc(lookEvery, func() {
		if c := w.Value(); c != nil {
			c.look(start)
		}
	})
}
