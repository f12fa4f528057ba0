package iocp

import "github.com/iocp-go/iocp/waiter"

// Notifier is a port's case in a select beside channels. The channel that Arm returns says by
// a token when to look; the look is a Get(0), or a Post:
//
//	work := port.NewNotifier()
//	defer work.Stop()
//	for {
//		select {
//		case <-work.Arm():
//			v, err := port.Get(0) // a packet, ErrTimeout or ErrClosed
//			…
//		case <-ctx.Done():
//			return
//		}
//	}
//
// A notifier is armed from Arm until a token is there; the next look and Arm follow the
// token. So the loop may take one packet a token, or all that there are: Arm looks for itself.
//
// # When a token is there
//
//   - Arm leaves one at once if a packet is queued or being published, or if the port is
//     closed or cannot be used. Get says which.
//   - A Post that queues its packet while the notifier is armed leaves one before it returns,
//     unless another call has taken the packet by then. In three cases another call leaves the
//     token: while as many hand-offs as [WithConcurrency] allows are in flight, a Get that was
//     handed a packet, when it runs; while a Get is woken to look for a packet that was being
//     published, that Get, when it runs; while a caller watches the queue, that caller, when it
//     stops watching. Each does so only if it leaves packets.
//   - A packet that goes to a sleeping Get leaves none. Sleeping callers come first.
//   - Close leaves one before it returns, and so does Interrupt, which does not count it.
//
// A token is one for however many packets, and hands over none: the packet belongs to the
// call that looks first. So a token may be stale, and Get(0) finds nothing. A token that nobody
// takes, or a packet that nobody looks for, holds up no other call: each later Get finds the
// packet, and none sleeps beside it.
//
// # Many of them
//
// Every armed notifier of a port is told of a packet, not one of them: the port cannot know who
// will look. So a notifier costs the Post that tells it a lock and a send, once for each Arm,
// and many notifiers at one port cost as many sends. For a pool of workers Get is better. One
// goroutine may have notifiers of several ports in one select. A notifier is for one goroutine
// at a time, as a token wakes one receiver. Its methods may be called from any.
//
// # Cost and lifetime
//
// NewNotifier allocates, Arm and Stop do not. A port without an armed notifier pays nothing.
// There is no goroutine and no timer behind a notifier. An armed notifier is kept by its port
// until it is told or stopped, a notifier keeps its port. In a bubble of testing/synctest a
// notifier is of the bubble that it was made in, and an armed one is a wait: stop it before the
// bubble ends, or the next Post outside ends the process.
//
// The Arm of a nil Notifier returns nil: a select never chooses that case.
type Notifier struct {
	of waiter.Notifier
	// on is the stack of takers or posters of a port; nil if the port cannot be used.
	on interface {
		Arm(*waiter.Notifier)
		Disarm(*waiter.Notifier)
	}
}

// NewNotifier returns a notifier that tells when to Get. It is not armed.
func (p *Port[T]) NewNotifier() *Notifier {
	n := new(Notifier)
	n.of.Init()
	if p.valid() == nil {
		n.on = &p.takers
	}
	return n
}

// NewRoomNotifier returns a notifier that tells when to Post: packets and room, Get and Post
// change places in the rules of [Notifier]. A Get that makes room leaves a token before it
// returns, unless posters that sleep take the room, or two or more of these were served and
// have not run: the first that runs leaves the token then. Whoever arms a notifier for room has
// something to post; while there is nothing, the case is that of a nil Notifier.
func (p *Port[T]) NewRoomNotifier() *Notifier {
	n := new(Notifier)
	n.of.Init()
	if p.valid() == nil {
		n.on = &p.posts
	}
	return n
}

// Arm arms n, unless a token is there, and returns the channel with the token, the same each
// time. Arm never waits for a packet.
func (n *Notifier) Arm() <-chan struct{} {
	if n == nil {
		return nil
	}
	if n.on == nil {
		n.of.Put()
	} else {
		n.on.Arm(&n.of)
	}
	return n.of.C()
}

// Stop reverts Arm: the channel is empty and stays so until the next Arm, and the port does not
// keep n. Stop may be called twice, and of a nil Notifier.
func (n *Notifier) Stop() {
	if n == nil {
		return
	}
	if n.on == nil {
		n.of.Drop()
	} else {
		n.on.Disarm(&n.of)
	}
}
