package waiter

import (
	"math"
	"strconv"
	"sync"
	"time"
)

// A Parker puts the goroutine that owns it to sleep. An implementation must do the following,
// and Stack relies on nothing else:
//
//   - Park is called with mu locked, and calls mu.Unlock. After that, a goroutine that holds mu
//     or has held it calls Unpark, at most once for each Park. Unpark never waits. (mu.Lock
//     does nothing, so that a sync.Cond may serve, whose Wait locks when it is woken.)
//   - Park returns true when Unpark was called, and returns at once if Unpark came before the
//     sleep. What happened before Unpark synchronizes before that return.
//   - Park returns false when the deadline has passed or done is closed, never before. If
//     Unpark is called at the same time, Park may return either. After false the caller asks
//     under mu whether an Unpark is due, and if so parks once more, with a nil mu.
//   - Unpark may still be running when the Park that it ended has returned and
//     the parker is in use again. The rest of that Unpark may end a sleep within
//     Park, but not Park itself.
//   - Park does not return for any other reason, and does not allocate once the parker has
//     been used.
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
	// Goroutine makes the parkers of waits without done. If it is nil, such waits sleep on a
	// condition variable that lies in the waiter, and an alarm ends them at their deadline.
	Goroutine func() Parker
	// Done makes the parkers of waits with done. If keep is false, the parker must not be
	// used for a second wait.
	Done func() (p Parker, keep bool)
	// Thread makes the parkers of waits that sleep as threads, each after Claim has returned
	// true. Release gives back what Claim took. Thread is nil where threads cannot be parked.
	Thread  func() Parker
	Claim   func() bool
	Release func()
}

// Forever is the deadline that never comes.
const Forever int64 = math.MaxInt64

// Deadline is the time at which a wait of length timeout ends. A negative timeout, and a
// timeout that would overflow the clock, is Forever. The clock of a bubble of
// testing/synctest overflows after some 26 years, in the year in which the process began;
// until then the deadlines there are negative.
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
