package iocp

import (
	"sync"
	"time"

	"github.com/iocp-go/iocp/waiter"
)

// newThreadParker makes parkers that put a thread to sleep, on the platforms
// where one file of this package knows how. On the others, and where it is nil,
// every waiter sleeps as a goroutine.
var newThreadParker func() waiter.Parker

// goroutineParker is a waiter.Parker on the runtime's own ground: a channel with
// room for the token. It works on every platform, and the thread goes on to run
// other goroutines.
type goroutineParker chan struct{}

func newGoroutineParker() waiter.Parker { return make(goroutineParker, 1) }

// Park implements [waiter.Parker].
func (p goroutineParker) Park(deadline int64, done <-chan struct{}) bool {
	if deadline == waiter.Forever && done == nil {
		<-p
		return true
	}
	return p.parkSelect(deadline, done)
}

// timers are stopped ones, for waits with a deadline.
var timers sync.Pool

// parkSelect is the rest of Park, apart so that a goroutine that sleeps without
// end keeps the stack of 2 KiB that it began with.
func (p goroutineParker) parkSelect(deadline int64, done <-chan struct{}) bool {
	var expired <-chan time.Time
	if deadline != waiter.Forever {
		// Computed before the timer reads the clock again, so that it is not early.
		left := time.Duration(deadline - waiter.Now())
		timer, _ := timers.Get().(*time.Timer)
		if timer == nil {
			timer = time.NewTimer(left)
		} else {
			timer.Reset(left)
		}
		expired = timer.C
		defer func() {
			timer.Stop() // since Go 1.23 nothing stale is left in its channel
			timers.Put(timer)
		}()
	}
	select {
	case <-p:
		return true
	case <-expired:
		return false
	case <-done:
		return false
	}
}

// Ready implements [waiter.Parker].
func (p goroutineParker) Ready() bool { return len(p) != 0 }

// Unpark implements [waiter.Parker]. The channel has room for the one token.
func (p goroutineParker) Unpark() { p <- struct{}{} }
