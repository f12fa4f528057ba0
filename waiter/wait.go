//go:build !iocp_model

package waiter

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// What the model checker replaces: see model.go. What the policy has learned is
// not among it: it decides how a waiter sleeps, and all ways are to be right.
type (
	atomicInt32 = atomic.Int32
	mutex       = sync.Mutex
	pool        = sync.Pool
)

func gosched() { runtime.Gosched() }

func chosen(way) {}

func (p *pace) init() { p.mask.Store(minMask) }

// bump takes the goroutine that the caller has just readied to where any processor
// finds it at once. Go's scheduler puts it before the run queue of the processor of
// its waker, which is to run it next, and others leave it there for 3 µs: a sleep, of
// which timer slack makes 55. One that is started now takes its place and moves it on to
// the queue. It is that one then that waits, with nothing to do.
func bump() { go func() {}() }

// yields before a caller sleeps. A round trip of ping-pong between two goroutines
// took 670 ns with none, 300 with one, 240 with two, and no less with more.
const yields = 2

// flock is how many waiters of a queue that is over are released at a time, before
// these run. Then they are in the cache still, and in the run queue of one processor,
// which has room for 256: of 100,000 each took 0.5 µs in place of 0.7.
const flock = 128

// patience is how long others may run meanwhile, in nanoseconds, for whoever releases
// to let them run again. What a flock does when it returns takes a tenth of that; if
// there are others who compute, those who wait are not to wait for them each time.
const patience = 1_000_000

// epoch is where the clock starts. Its monotonic reading is what counts.
var epoch = time.Now()

// Now is the monotonic clock that deadlines are read on, in nanoseconds.
func Now() int64 { return int64(time.Since(epoch)) }

type seat = Seat

func (p *policy) seated(s *seat) Parker { return p.parkers.Goroutine(s) }

func (p *policy) newThread() Parker { return p.parkers.Thread() }
