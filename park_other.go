package iocp

import (
	"sync"

	"github.com/iocp-go/iocp/waiter"
)

// parkers are those of this platform. The fields for threads are set where a file of this
// package knows how to park one.
var parkers = waiter.Parkers{Done: newDoneParker}

// doneParker is a waiter.Parker for waits that a channel may end: a channel that holds the
// token. The deadlines of such waits are not its own.
type doneParker chan struct{}

// newDoneParker returns a parker, and whether it may be used for a second wait: not in a
// bubble of testing/synctest, for its channel must not leave that.
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
	case <-done: // never, if nil
		return false
	}
}

// Unpark implements [waiter.Parker]. The channel has room for the one token.
func (p doneParker) Unpark() { p <- struct{}{} }
