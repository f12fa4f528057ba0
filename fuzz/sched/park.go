package sched

import (
	"math"
	"sync"
)

// Forever is the deadline that never comes.
const Forever int64 = math.MaxInt64

// Parker is a sleep with one token. A sleep with a deadline may meet it at any
// time, and one whose done is closed may end for that, also if a token is there.
type Parker struct {
	object
	token bool
}

// Park unlocks mu, unless it is nil, and sleeps.
func (p *Parker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if the == nil {
		panic("sched: sleep outside of a run")
	}
	if mu != nil {
		mu.Unlock()
	}
	t := the.self()
	t.parker, t.until, t.done = p, deadline, done
	t.wait(sleep, nil)
	t.drain()
	switch t.how {
	case expire:
		t.now = max(t.now, deadline)
		t.read(&p.object)
		t.note("sleep: expired")
		return false
	case cancel:
		t.read(&the.cancels)
		t.read(&p.object)
		t.note("sleep: canceled")
		return false
	}
	p.token = false
	t.wrote(&p.object, true)
	t.note("sleep: woken")
	return true
}

// Ready reports whether there is a token.
func (p *Parker) Ready() bool {
	if t := point(step); t != nil {
		t.read(&p.object)
		t.note("token: %v", p.token)
	}
	return p.token
}

func (p *Parker) Unpark() {
	t := point(step)
	if t == nil {
		p.token = true
		return
	}
	t.drain()
	if p.token {
		the.fail("thread %d at %s: a second token", t.id, place())
	}
	p.token = true
	t.wrote(&p.object, true)
	t.note("wake")
}

// Idle reports, without a step, whether no token is there.
func (p *Parker) Idle() bool { return !p.token }

// Yield lets others run: to go on with another thread is no preemption then.
func Yield() {
	if t := point(yield); t != nil {
		t.event(17)
		t.note("yield")
	}
}

// Event says that something was decided that no step tells of.
func Event(what uint64) {
	if the != nil && !the.unwind {
		the.self().event(mix(what, 19))
	}
}

// Spin waits for somebody else to write something. Outside of a run there is
// nobody else.
func Spin() {
	t := point(spin)
	if t == nil {
		panic("sched: spins for ever")
	}
	t.note("spin")
}

// Cancel runs f, which closes a channel that sleeps end at, as one step.
func Cancel(f func()) {
	t := point(step)
	if t != nil {
		t.wrote(&the.cancels, true)
		t.note("cancel")
	}
	f()
}

// Now is the clock. It belongs to the thread, and each reading finds it later.
func Now() int64 {
	if the == nil {
		return 0
	}
	t := the.self()
	t.now += 1000
	return t.now
}
