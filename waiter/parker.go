package waiter

import (
	"math"
	"time"
)

// A Parker puts the goroutine that owns it to sleep, for a registration on a stack
// at least once. What an implementation must do, and all that Stack relies on:
//
//   - Unpark leaves a token, and never waits. Whatever happened before Unpark
//     synchronizes before the return of the Park that consumes the token.
//   - Park consumes the token and returns true, at once if it is there already:
//     an Unpark before the Park is remembered.
//   - Park returns false, with no token consumed, when the deadline has passed
//     or done is closed, never before; if a token arrives at the same time,
//     either answer will do. The token then stays for the next Park.
//   - Between two consumed tokens Unpark is called at most once.
//   - Unpark may still be running when the Park that it ended has returned and
//     the parker is in use again; what is left of it may end a sleep within
//     Park, but not Park itself.
//   - No spurious returns, and no allocation once the parker has been used.
type Parker interface {
	// Park sleeps until a token is there, Now() >= deadline, or done is closed.
	// Forever is no deadline; a nil done is never closed.
	Park(deadline int64, done <-chan struct{}) bool
	// Ready reports whether a token is there: Park will not sleep.
	Ready() bool
	Unpark()
}

// Forever is the deadline that never comes.
const Forever int64 = math.MaxInt64

// Deadline is the time at which a wait of that length ends. A negative timeout,
// and one that would overflow the clock, is Forever.
func Deadline(timeout time.Duration) int64 {
	if timeout < 0 {
		return Forever
	}
	now := Now()
	if now > 0 && int64(timeout) > Forever-now { // not so in a bubble of testing/synctest
		return Forever
	}
	return now + int64(timeout)
}
