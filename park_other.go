package iocp

import (
	"time"

	"github.com/iocp-go/iocp/waiter"
)

// newThreadParker makes parkers that put a thread to sleep, on the platforms
// where one file of this package knows how. On the others, and where it is nil,
// every waiter sleeps as a goroutine.
var newThreadParker func() waiter.Parker

// goroutineParker is a waiter.Parker on the runtime's own ground: a channel that
// holds the token, and a timer made by the first wait that has a deadline. It
// works on every platform, and the thread goes on to run other goroutines.
type goroutineParker waiter.Seat

func newGoroutineParker(s *waiter.Seat) waiter.Parker {
	if s.Token == nil {
		s.Token = make(chan struct{}, 1)
	}
	return (*goroutineParker)(s)
}

// Park implements [waiter.Parker].
func (p *goroutineParker) Park(deadline int64, done <-chan struct{}) bool {
	if deadline == waiter.Forever && done == nil {
		<-p.Token
		return true
	}
	return p.parkSelect(deadline, done)
}

// parkSelect is the rest of Park, apart so that a goroutine that sleeps without
// end keeps the stack of 2 KiB that it began with.
func (p *goroutineParker) parkSelect(deadline int64, done <-chan struct{}) bool {
	if deadline == waiter.Forever {
		select {
		case <-p.Token:
			return true
		case <-done:
			return false
		}
	}
	for {
		// Computed before the timer reads the clock again, so that it is not early.
		left := time.Duration(deadline - waiter.Now())
		if p.Timer == nil {
			p.Timer = time.NewTimer(left)
		} else {
			p.Timer.Reset(left)
		}
		select {
		case <-p.Token:
			p.Timer.Stop()
			return true
		case <-p.Timer.C:
			// With asynctimerchan=1 a tick of the wait before may have been left.
			if waiter.Now() >= deadline {
				return false
			}
		case <-done:
			p.Timer.Stop()
			return false
		}
	}
}

// Ready implements [waiter.Parker].
func (p *goroutineParker) Ready() bool { return len(p.Token) != 0 }

// Unpark implements [waiter.Parker]. The channel has room for the one token.
func (p *goroutineParker) Unpark() { p.Token <- struct{}{} }
