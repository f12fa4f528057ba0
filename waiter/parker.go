package waiter

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// A Parker puts the goroutine that owns it to sleep. What an implementation must do, and
// all that Stack relies on:
//
//   - Park is called with mu locked, and calls its Unlock. Unpark is called by whoever holds
//     mu, or has held it, after that: at most once for each Park, and it never waits. (mu's
//     Lock does nothing: a sync.Cond may serve, and its Wait locks when it is woken.)
//   - Park returns true when Unpark was called, at once if that came before the sleep.
//     Whatever happened before Unpark synchronizes before that return.
//   - Park returns false when the deadline has passed or done is closed, never before. If
//     Unpark is called at the same time, either answer will do. Its caller then asks
//     under mu whether an Unpark is due, and if so parks once more, with a nil mu.
//   - Unpark may still be running when the Park that it ended has returned and
//     the parker is in use again. The rest of that Unpark may end a sleep within
//     Park, but not Park itself.
//   - No spurious returns, and no allocation once the parker has been used.
type Parker interface {
	// Park sleeps until Unpark, Now() >= deadline, or done is closed. Forever is no
	// deadline; a nil done is never closed.
	Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool
	Unpark()
}

// Parking says how waiters sleep.
type Parking uint8

const (
	ParkAuto      Parking = iota // look again as the traffic suggests, then as ParkGoroutine
	ParkThread                   // the thread sleeps in the kernel
	ParkGoroutine                // the goroutine sleeps, the thread runs others
)

// String is the name of the constant, or Parking(n) for a value that is none.
func (m Parking) String() string {
	switch m {
	case ParkAuto:
		return "ParkAuto"
	case ParkThread:
		return "ParkThread"
	case ParkGoroutine:
		return "ParkGoroutine"
	}
	return "Parking(" + strconv.Itoa(int(m)) + ")"
}

// Parkers makes the parkers that waiters sleep with.
type Parkers struct {
	// Goroutine is for waits without done. If Goroutine is nil, such waits sleep on a
	// condition variable in the waiter, and an alarm ends them at their deadline.
	Goroutine func() Parker
	// Done is for waits with done. If keep is false, the parker serves one wait only.
	Done func() (p Parker, keep bool)
	// Thread is nil where threads cannot be parked. Stack calls Thread after a Claim that
	// returned true, and Release after the wait.
	Thread  func() Parker
	Claim   func() bool
	Release func()
}

// Forever is the deadline that never comes.
const Forever int64 = math.MaxInt64

// Deadline is the time at which a wait of that length ends. A negative timeout,
// and one that would overflow the clock, is Forever. The clock of a bubble of
// testing/synctest overflows after some 26 years, in the year in which the process began:
// before that its deadlines are negative.
func Deadline(timeout time.Duration) int64 {
	if timeout < 0 {
		return Forever
	}
	now := Now()
	deadline := now + int64(timeout)
	if (now ^ deadline) < 0 {
		return Forever
	}
	return deadline
}
