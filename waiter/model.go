//go:build iocp_model

package waiter

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp/fuzz/sched"
)

// The model checker in fuzz runs the code of this package on atomics, sleeps and a clock
// whose steps the checker orders.
type (
	atomicInt32  = sched.Int32
	atomicInt64  = sched.Int64
	atomicUint64 = sched.Uint64
	tally        = sched.Hint
	mutex        = sched.Mutex
	pool         = sched.Pool
	timer        = sched.Timer
)

func gosched() { sched.Yield() }

func spawn(f func()) { sched.Go(f) }

// options are those of the run.
var options Options

// Options say what of waiting a run has.
type Options struct {
	Watch  bool // callers that find nothing may watch the queue
	Free   bool // or may not: the scheduler gives each answer that decides how a caller waits
	Late   bool // takers run late unless they are bumped
	Alarms bool // deadlines are kept by timers
}

// choose is an answer that may be either in a run that has them free.
func choose() bool { return options.Free && sched.Choose() }

// runnable is above 0 where nobody watches.
func runnable() int64 {
	if !options.Watch || choose() {
		return 1
	}
	return 0
}

// hint is what it holds, unless the run has it free or fixed.
type hint struct {
	sched.Hint
	free  bool
	fixed int32
}

func (h *hint) Load() int32 {
	switch {
	case h.free && choose():
		return 2
	case h.fixed != 0:
		return h.fixed
	}
	return h.Hint.Load()
}

// remember: skip alone is free, for watches leads to nothing that dear does not lead to.
func (s *Stack[T]) remember() {
	s.pace.skip.free = options.Free
	if options.Late {
		s.lags.fixed = 2
	}
}

// instant is either past or far ahead, where the run has it free.
type instant struct{ atomic.Int64 }

func (i *instant) Load() int64 {
	if choose() {
		return Forever
	}
	return i.Int64.Load()
}

// lapse is an instant of a stack. Where the run has it free, it is ahead until it once is past:
// time does not go back.
type lapse struct {
	instant
	past sched.Hint
}

func (l *lapse) Load() int64 {
	if l.past.Load() == 0 {
		if until := l.instant.Load(); until == Forever {
			return until
		}
		l.past.Store(1)
	}
	return l.Int64.Load()
}

func (l *lapse) Store(until int64) {
	if until != 0 {
		l.past.Store(0)
	}
	l.Int64.Store(until)
}

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
	if choose() {
		return until + toll*glance // so late that the machine is crowded
	}
	return until - glance + longest/glances
}

// flock is 1, so that two waiters are two flocks, and Settle yields between them.
const (
	flock    = 1
	patience = 1 << 62
)

// Moved is 0, which is GOMAXPROCS: the scenario sets the limit.
var Moved = 0

// Lifted is as outside the model. No scenario has so many posters.
const Lifted = 8

// Model prepares for a run: the process forgets what earlier runs taught it.
func Model(o Options) {
	options, alarms = o, o.Alarms
	dear.Store(0)
	crowded.Store(0)
	watchers, bumps, turns = tally{}, tally{}, tally{}
	salts.Store(0)
	pausing = 0
}

// AtRest says what a run has left in the counts of the process: nobody runs any more.
func AtRest() error {
	if n := watchers.Load(); n != 0 {
		return fmt.Errorf("%d watch for ever", n)
	}
	if n := bumps.Load(); n != 0 {
		return fmt.Errorf("%d are bumped for ever", n)
	}
	return nil
}

// Now is the clock of the calling thread of the model.
func Now() int64 { return sched.Now() }

// InBubble reports that there are no bubbles here.
func InBubble() bool { return false }

type seat struct{ parker sched.Parker }

func (s *seat) unpark() { s.parker.Unpark() }

// token is that of a parker, on which the owner of a notifier sleeps.
type token struct{ parker sched.Parker }

func newToken() token { return token{} }

func (t *token) channel() <-chan struct{} { return nil }
func (t *token) put()                     { t.parker.Signal() }
func (t *token) there() bool              { return t.parker.Ready() }
func (t *token) drop()                    { t.parker.Drop() }

// Sleep takes the token of n, and sleeps until it is there: a select with one case.
func (n *Notifier) Sleep() { n.token.parker.Park(nil, Forever, nil) }

// Told reports whether a token is there.
func (n *Notifier) Told() bool { return n.token.there() }

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
