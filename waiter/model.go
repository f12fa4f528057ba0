//go:build iocp_model

package waiter

import (
	"errors"

	"github.com/iocp-go/iocp/fuzz/sched"
)

// What the model checker in fuzz runs: the same code, on atomics, sleeps and a
// clock whose steps it orders.
type (
	atomicInt32 = sched.Int32
	mutex       = sched.Mutex
	pool        = sched.Pool
)

func gosched() { sched.Yield() }

func bump() {}

// chosen makes what the policy decided part of the run's state.
func chosen(how way) { sched.Event(uint64(how)) }

// torrent is whether a stack begins in one; then it ends with the second look.
var torrent bool

func (p *pace) init() {
	p.mask.Store(maxMask)
	p.fast.Store(torrent)
	p.credit.Store(few)
}

// yields is what a caller does before it sleeps. Each repeats what it did before,
// and the states with it.
var yields = 0

// flock is 1, so that two waiters are many, and who releases them lets others run.
const (
	flock    = 1
	patience = 1 << 62
)

// Threads is how many threads are counted against the budget: none after a run.
func Threads() int { return int(threads.Load()) }

// Model prepares for a run: callers look again so often before they sleep, stacks
// begin in a torrent or not, and no thread is left of the run before.
func Model(looks int, inTorrent bool) {
	yields, torrent = looks, inTorrent
	threads.Store(0)
}

func Now() int64 { return sched.Now() }

type seat struct{ parker *sched.Parker }

func (p *policy) seated(s *seat) Parker {
	if s.parker == nil {
		s.parker = new(sched.Parker)
	}
	return s.parker
}

func (p *policy) newThread() Parker { return new(sched.Parker) }

// Check is asked before a waiter is used again.
func (w *Waiter[T]) Check() error {
	if p := w.seat.parker; p != nil && !p.Idle() || w.thread != nil && !(*w.thread).(*sched.Parker).Idle() {
		return errors.New("a waiter that has a token")
	}
	if w.listed || w.next != nil || w.prev != nil {
		return errors.New("a waiter that is on the list")
	}
	return nil
}
