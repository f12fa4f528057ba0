//go:build !iocp_model

package ring

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// The model checker replaces the declarations of this file: see model.go.
type (
	atomicUint64         = atomic.Uint64
	atomicPointer[T any] = atomic.Pointer[T]
	mutex                = sync.Mutex
)

// writes tells the model checker of an access to memory that is not atomic. Called before
// each such access.
func writes[T any](*T) {}

// A stall is the wait of one caller for another goroutine that is between its claim and its
// store to seq. The zero stall is ready.
type stall struct {
	try   int
	until int64 // when to stop yielding the thread
}

// wait is called between two looks. The other goroutine needs nanoseconds if it runs, so wait
// first spins, longer each time, because each look at seq takes its line from the other
// processor. If the kernel has stopped the other goroutine's thread, yieldThread gives that
// thread this processor; of stops that were seen under load, 19 in 20 were over in 65 µs. Only
// then wait calls Go's scheduler, for a goroutine that has no thread: the caller goes behind all
// that are runnable, together with any lock it holds. At last wait sleeps. In a bubble of
// testing/synctest wait goes on to yield: a sleep there lasts until all else in the bubble
// sleeps too, and synctest.Wait would return with the call unfinished.
func (s *stall) wait() {
	if s.try == spins {
		s.until = math.MinInt64 // the other goroutine has no thread, or the clock stands still
		if runtime.GOMAXPROCS(0) > 1 && !inBubble() {
			s.until = clock() + longestStop
		}
	}
	switch {
	case s.try < spins: // about 1 µs together
		for range 64 << s.try {
		}
	case s.try < threadYields && clock() < s.until:
		yieldThread()
	case s.try < 1000 || inBubble(): // about 0.1 ms where nothing else runs
		runtime.Gosched()
	default:
		time.Sleep(50 * time.Microsecond)
	}
	s.try++
}

const (
	spins = 6
	// threadYields bounds the yields of a thread that has the processor for itself to 70 µs, and
	// longestStop those of a thread that has not, in nanoseconds. With three yields, 32 goroutines
	// that shared 2 tokens on 2 processors took 8 times a channel's time: Go's scheduler ran
	// another goroutine in place of the waiting one, which found no token and slept, and from
	// then on each token was handed to a goroutine that slept.
	threadYields = 256
	longestStop  = 100_000
)

// inBubble reports whether the caller is in a bubble of testing/synctest: the time there has
// no monotonic reading.
func inBubble() bool {
	t := time.Now()
	return t == t.Round(0)
}

// backOff is exponential backoff after a lost claim. The argument is the last result of
// backOff, minBackOff at first. Winner and loser have both fetched the position's cache line.
// The loser leaves the line alone, longer after each loss, and the winner runs at the speed of
// its own cache meanwhile: 64 producers and 64 consumers on two cores went from 140 ns an
// element to 85.
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
	lookEvery = 250 * time.Millisecond // the documentation of WithGrowth promises a second
)

var started = time.Now()

// clock is the time in nanoseconds.
func clock() int64 { return int64(time.Since(started)) }

// later calls c.look(start) after lookEvery, unless c is garbage by then: the timer must not
// keep a dropped chain alive. Each call makes a new timer. A timer made in a bubble of
// testing/synctest ends with the bubble, and may be neither reset nor stopped outside.
func later[T any](c *Chain[T], start uint64) {
	w := weak.Make(c)
	time.AfterFunc(lookEvery, func() {
		if c := w.Value(); c != nil {
			c.look(start)
		}
	})
}
