//go:build iocp_model

package waiter

import (
	"errors"
	"sync"

	"github.com/iocp-go/iocp/fuzz/sched"
)

// The model checker in fuzz runs the code of this package on atomics, sleeps and a clock
// whose steps the checker orders.
type (
	atomicInt32  = sched.Int32
	atomicInt64  = sched.Int64
	atomicUint64 = sched.Uint64
	hint         = sched.Hint
	mutex        = sched.Mutex
	pool         = sched.Pool
	timer        = sched.Timer
)

func gosched() { sched.Yield() }

func bump() {}

// busy is the answer of runnable: above 0 no caller watches.
var busy int64

func runnable() int64 { return busy }

// glances is the number of looks of a watch.
const glances = 2

// pausing is the number of callers in pause, which are those that watch.
var pausing int

// pause lets other threads run and returns a time after which glances looks end the watch.
// The clock need not show that time.
func pause(until int64) int64 {
	if pausing++; pausing > 1 {
		panic("two watch")
	}
	sched.Yield()
	pausing--
	return until - glance + longest/glances
}

// flock is 1, so that two waiters are two flocks, and Settle yields between them.
const (
	flock    = 1
	patience = 1 << 62
)

// Moved is 0, which is GOMAXPROCS: the scenario sets the limit.
var Moved = 0

// Options say what of waiting a run has.
type Options struct {
	Watch  bool // callers that find nothing may watch the queue
	Alarms bool // deadlines are kept by timers
}

// Model prepares for a run: the process forgets what earlier runs taught it.
func Model(o Options) {
	busy = 1
	if o.Watch {
		busy = 0
	}
	alarms = o.Alarms
	dear.Store(0)
	crowded.Store(0)
	watchers.Store(0)
	pausing = 0
}

// Now is the clock of the calling thread of the model.
func Now() int64 { return sched.Now() }

// InBubble reports that there are no bubbles here.
func InBubble() bool { return false }

type seat struct{ parker sched.Parker }

func (s *seat) unpark() { s.parker.Unpark() }

// alarms reports whether deadlines are kept by timers, which are threads of their own.
var alarms bool

// sleep parks the owner of w. Without alarms the scheduler decides when the alarm goes off,
// and then the owner itself calls ring. No other thread can tell: the owner sleeps all the
// while. Only with alarms does an alarm go off late, or stay set for the next wait.
func (s *Stack[T]) sleep(w *Waiter[T], mu sync.Locker) {
	until := w.deadline
	if alarms {
		until = Forever
	}
	if !w.seat.parker.Park(mu, until, nil) {
		s.ring(w)
		w.seat.parker.Park(nil, Forever, nil)
	}
}

func newAlarm[T any](s *Stack[T], w *Waiter[T]) *timer {
	return sched.AfterFunc(func() { s.goOff(w) })
}

func (p *Parkers) canceled() (Parker, bool) { return new(sched.Parker), true }

// Check reports why w must not be used again. The model's pool calls Check when w comes back.
func (w *Waiter[T]) Check() error {
	if !w.seat.parker.Idle() || w.others != nil && w.others.done != nil && !w.others.done.(*sched.Parker).Idle() {
		return errors.New("a waiter that has a token")
	}
	if w.listed || w.next != nil || w.prev != nil {
		return errors.New("a waiter that is on the list")
	}
	return nil
}
