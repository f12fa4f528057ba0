package iocp

import (
	"sync"

	"github.com/iocp-go/iocp/waiter"
)

// parkers are the parkers of this platform. A platform whose file can park threads sets the
// fields for threads in its init.
var parkers = waiter.Parkers{Done: newDoneParker}

// doneParker is a waiter.Parker for waits that a done channel may end. The parker is itself
// a channel, which holds the token. It ignores deadlines: the alarm of package waiter keeps
// those.
type doneParker chan struct{}

// newDoneParker returns a parker and reports whether a second wait may use it. In a bubble of
// testing/synctest none may: a channel made there must not leave the bubble.
func newDoneParker() (waiter.Parker, bool) {
	return make(doneParker, 1), !waiter.InBubble()
}

// Park implements [waiter.Parker].
func (p doneParker) Park(mu sync.Locker, _ int64, done <-chan struct{}) bool {
	if mu != nil {
		mu.Unlock()
	}
	select {
	case <-p:
		return true
	case <-done: // a nil done is never ready
		return false
	}
}

// Unpark implements [waiter.Parker]. The channel has room for the one token.
func (p doneParker) Unpark() { p <- struct{}{} }
