package sched

import (
	"math"
	"sync"
)

// Forever is the deadline that never comes.
const Forever int64 = math.MaxInt64

// Parker is a sleep with one token. A sleep with a deadline may expire at any time, and a
// sleep whose done is closed may be canceled, even if the token is there.
type Parker struct {
	object
	token bool
	now   int64 // the clock of whoever woke last
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
	t.now = max(t.now, p.now)
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
	p.token, p.now = true, max(p.now, t.now)
	t.wrote(&p.object, true)
	t.note("wake")
}

// Signal is Unpark that leaves a token which is there as it is: a send that does not wait, on
// a channel with room for one.
func (p *Parker) Signal() {
	t := point(step)
	if t == nil {
		p.token = true
		return
	}
	t.drain()
	if p.token {
		t.read(&p.object)
		t.note("signal: a token is there")
		return
	}
	p.token, p.now = true, max(p.now, t.now)
	t.wrote(&p.object, true)
	t.note("signal")
}

// Drop takes the token that is there, without a sleep.
func (p *Parker) Drop() {
	t := point(step)
	was := p.token
	p.token = false
	if t == nil {
		return
	}
	t.drain()
	if was {
		t.wrote(&p.object, true)
	} else {
		t.read(&p.object)
	}
	t.note("drop: %v", was)
}

// Idle reports, without a step, whether no token is there.
func (p *Parker) Idle() bool { return !p.token }

// Yield lets other threads run: a switch to another thread is no preemption here.
func Yield() {
	if t := point(yield); t != nil {
		t.event(17)
		t.note("yield")
	}
}

// Choose is a question that the scheduler answers, both ways in turn.
func Choose() bool {
	t := point(choose)
	if t == nil {
		return false
	}
	yes := t.how == pick
	if yes {
		t.event(37)
	} else {
		t.event(41)
	}
	t.note("%v", yes)
	return yes
}

// Go runs f in a thread more.
func Go(f func()) {
	t := point(step)
	if t == nil {
		f()
		return
	}
	t.note("go")
	before := t.release()
	hash := t.event(43)
	the.begin(func(g *thread) {
		g.clock.join(&before)
		g.hash, g.now = mix(g.hash, hash), t.now
		g.wait(step, nil)
		f()
	})
}

// Event records a decision that no step shows, so that states that differ in it differ.
func Event(what uint64) {
	if the != nil && !the.unwind {
		the.self().event(mix(what, 19))
	}
}

// Spin waits until another thread has written. Outside of a run there is no other thread.
func Spin() {
	t := point(spin)
	if t == nil {
		panic("sched: spins for ever")
	}
	t.note("spin")
}

// Cancel runs f as one step. f closes a done channel of sleeps.
func Cancel(f func()) {
	t := point(step)
	if t != nil {
		t.wrote(&the.cancels, true)
		t.note("cancel")
	}
	f()
}

// Now is the clock. It belongs to the thread, and each reading finds it later; whoever is
// woken finds it later than who woke.
func Now() int64 {
	if the == nil {
		return 0
	}
	t := the.self()
	t.now += 1000
	return t.now
}
