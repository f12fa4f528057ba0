package iocp

import (
	"sync"
	"time"

	"github.com/iocp-go/iocp/waiter"
)

// parkers are those of this platform. The fields for threads are set where a file of this
// package knows how to park one.
var parkers = waiter.Parkers{Goroutine: newGoroutineParker, Timed: newTimedParker}

// goroutineParker is a waiter.Parker for waits without end: a condition variable. Not a
// channel, for a channel belongs to the bubble of testing/synctest in which it was made; a
// sync.Cond may be used in one bubble after another.
type goroutineParker waiter.Seat

func newGoroutineParker(s *waiter.Seat) waiter.Parker { return (*goroutineParker)(s) }

// Park implements [waiter.Parker].
func (p *goroutineParker) Park(mu sync.Locker, _ int64, _ <-chan struct{}) bool {
	p.Cond.L = mu // Wait unlocks mu once a Signal will wake the caller
	p.Cond.Wait()
	p.Cond.L = nil // a waiter in the pool keeps no port
	p.Edge.After()
	return true
}

// Unpark implements [waiter.Parker].
func (p *goroutineParker) Unpark() {
	p.Edge.Before()
	p.Cond.Signal()
}

// timedParker is a waiter.Parker for waits that a deadline or a channel may end: a channel
// that holds the token, and a timer made by the first wait that has a deadline.
type timedParker struct {
	token chan struct{}
	timer *time.Timer
}

// newTimedParker returns a parker, and whether it may be used for a second wait: not in a
// bubble of testing/synctest, for its channel and timer must not leave that.
func newTimedParker() (waiter.Parker, bool) {
	return &timedParker{token: make(chan struct{}, 1)}, !waiter.InBubble()
}

// Park implements [waiter.Parker].
func (p *timedParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if mu != nil {
		mu.Unlock()
	}
	if deadline == waiter.Forever {
		select {
		case <-p.token:
			return true
		case <-done: // never, if nil
			return false
		}
	}
	for {
		// Computed before the timer reads the clock again, so that it is not early.
		left := time.Duration(deadline - waiter.Now())
		if p.timer == nil {
			p.timer = time.NewTimer(left)
		} else {
			p.timer.Reset(left)
		}
		select {
		case <-p.token:
			p.timer.Stop()
			return true
		case <-p.timer.C:
			// With asynctimerchan=1 a tick of the wait before may have been left.
			if waiter.Now() >= deadline {
				return false
			}
		case <-done:
			p.timer.Stop()
			return false
		}
	}
}

// Unpark implements [waiter.Parker]. The channel has room for the one token.
func (p *timedParker) Unpark() { p.token <- struct{}{} }
