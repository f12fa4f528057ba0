package waiter

import "time"

// alarm ends the waits of one waiter at their deadlines. A wait that ends sooner leaves the
// alarm set for the next wait, whose deadline is likely to be later. An alarm that goes off
// too early is then set again. So a wait with a deadline rarely touches a timer.
type alarm struct {
	at    atomicInt64 // time at which the alarm goes off, or 0
	timer *timer
}

// setAlarm sets the alarm of w to go off at w.deadline or before. The caller is the owner of
// w, after W1, or has w on the list under mu.
func (s *Stack[T]) setAlarm(w *Waiter[T]) {
	if w.deadline == Forever || !alarms {
		return
	}
	// Either the load here finds 0, or the alarm has yet to store 0. It then asks whether w
	// waits, finds w, and sets itself again.
	if at := w.alarm.at.Load(); at != 0 && at <= w.deadline {
		return
	}
	s.makeAlarm(w)
	// The store precedes Reset: the alarm may go off at once, and its 0 must be the last value.
	w.alarm.at.Store(w.deadline)
	w.alarm.timer.Reset(time.Duration(w.deadline - Now()))
}

// makeAlarm makes the timer for the deadline of w, if there is none. The owner of w calls it.
func (s *Stack[T]) makeAlarm(w *Waiter[T]) {
	if w.deadline != Forever && alarms && w.alarm.timer == nil {
		w.alarm.timer = newAlarm(s, w)
	}
}

// goOff is what the timer calls.
func (s *Stack[T]) goOff(w *Waiter[T]) {
	w.alarm.at.Store(0) // before ring, which may set the alarm again
	s.ring(w)
}

// stop ends an alarm that must not outlive its wait: that of a bubble.
func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}
