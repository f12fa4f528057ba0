//go:build iocp_model

package waiter

import (
	"errors"
	"sync"

	"github.com/iocp-go/iocp/fuzz/sched"
)

// What the model checker in fuzz runs: the same code, on atomics, sleeps and a
// clock whose steps it orders.
type (
	atomicInt32  = sched.Int32
	atomicUint64 = sched.Uint64
	hint         = sched.Hint
	mutex        = sched.Mutex
	pool         = sched.Pool
)

func gosched() { sched.Yield() }

func bump() {}

// busy is what runnable tells: above 0 nobody watches.
var busy int64

func runnable() int64 { return busy }

// glances is how often a caller that watches looks before it gives up.
const glances = 2

// pausing is how many callers are in pause: those that watch.
var pausing int

// pause lets others run for a part of the time for which a caller watches. The clock need
// not show that.
func pause(until int64) int64 {
	if pausing++; pausing > 1 {
		panic("two watch")
	}
	sched.Yield()
	pausing--
	return until - glance + longest/glances
}

// flock is 1, so that two waiters are many, and who releases them lets others run.
const (
	flock    = 1
	patience = 1 << 62
)

// Moved is GOMAXPROCS, so that a scenario decides.
var Moved = 0

// Model prepares for a run: callers that find nothing may watch the queue or not, and
// nothing is left of what the process learned in the run before.
func Model(watch bool) {
	busy = 1
	if watch {
		busy = 0
	}
	dear.Store(0)
	crowded.Store(0)
	watchers.Store(0)
	pausing = 0
}

// Now is the clock of the caller's thread.
func Now() int64 { return sched.Now() }

// InBubble reports that there are no bubbles here.
func InBubble() bool { return false }

type seat struct{ parker sched.Parker }

func (s *seat) unpark() { s.parker.Unpark() }

// sleep is where the alarm of w goes off, when the scheduler likes. Then its owner does
// what the alarm does; nobody can tell the difference, for the owner sleeps.
func (s *Stack[T]) sleep(w *Waiter[T], mu sync.Locker) {
	if !w.seat.parker.Park(mu, w.deadline, nil) {
		s.ring(w)
		w.seat.parker.Park(nil, Forever, nil)
	}
}

type alarm struct{}

func (s *Stack[T]) setAlarm(*Waiter[T]) {}
func (*alarm) stop()                    {}

func (p *Parkers) canceled() (Parker, bool) { return new(sched.Parker), true }

// Check is asked before a waiter is used again.
func (w *Waiter[T]) Check() error {
	if !w.seat.parker.Idle() || w.others != nil && w.others.done != nil && !w.others.done.(*sched.Parker).Idle() {
		return errors.New("a waiter that has a token")
	}
	if w.listed || w.next != nil || w.prev != nil {
		return errors.New("a waiter that is on the list")
	}
	return nil
}
