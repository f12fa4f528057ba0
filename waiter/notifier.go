package waiter

// Notifier tells a caller that waits elsewhere, in a select, when to look at the queue: by a
// token in a channel. It is used with one stack, whose mu guards next, prev and armed.
type Notifier struct {
	token token
	// While armed is set the notifier is on the stack's list of notifiers.
	next, prev *Notifier
	armed      bool
}

// Init makes the channel.
func (n *Notifier) Init() { n.token = newToken() }

// C is the channel with the token, nil before Init.
func (n *Notifier) C() <-chan struct{} { return n.token.channel() }

// Put puts a token there, unless one is.
func (n *Notifier) Put() { n.token.put() }

// Drop takes the token back, if one is there.
func (n *Notifier) Drop() { n.token.drop() }

// Arm has a token put there as soon as the queue is not idle, at once if the queue is not.
// Until somebody takes the token, Arm does nothing more.
func (s *Stack[T]) Arm(n *Notifier) {
	if n.token.there() {
		return
	}
	if !s.queue.Idle() {
		n.token.put() // without the lock: the caller need not be visible
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.armed {
		return
	}
	s.addNotifier(n) // N1
	s.unwatch()
	if !s.queue.Idle() { // N2
		n.token.put()
		s.removeNotifier(n)
	}
}

// Disarm reverts Arm: no token is there, and none comes before the next Arm.
func (s *Stack[T]) Disarm(n *Notifier) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.armed {
		s.removeNotifier(n)
	}
	n.token.drop()
}

// notify puts the tokens of all armed notifiers there and disarms them. The caller holds mu.
// Each token precedes the end of the bit armed: a poster that does not find the bit any more
// finds the token there.
func (s *Stack[T]) notify() {
	for n := s.notifiers; n != nil; n = s.notifiers {
		n.token.put()
		s.removeNotifier(n)
	}
}

// addNotifier puts n on the list and sets the bit armed in state, which is N1.
func (s *Stack[T]) addNotifier(n *Notifier) {
	n.armed = true
	if n.next = s.notifiers; n.next != nil {
		n.next.prev = n
	}
	s.notifiers = n
	s.state.Or(armed)
}

// removeNotifier takes n off the list and, if n was the last, clears the bit armed.
func (s *Stack[T]) removeNotifier(n *Notifier) {
	if n.prev != nil {
		n.prev.next = n.next
	} else {
		s.notifiers = n.next
	}
	if n.next != nil {
		n.next.prev = n.prev
	}
	n.next, n.prev, n.armed = nil, nil, false
	if s.notifiers == nil {
		s.state.And(^uint64(armed))
	}
}
