package sched

import "time"

// Timer is a time.Timer with a function. It goes off when the scheduler likes, once it is
// set, and then shows a time that is not before the one that it was set for. As in Go it may
// be set again, and go off, while the function runs.
type Timer struct {
	object
	f       func()
	runners []*thread // one sleeps till the timer goes off, others may be in f
}

// AfterFunc returns a timer that is not set.
func AfterFunc(f func()) *Timer { return &Timer{f: f} }

// Reset sets the timer, whether it was set or not.
func (m *Timer) Reset(d time.Duration) {
	t := point(step)
	if t == nil {
		return
	}
	t.drain()
	t.wrote(&m.object, true)
	t.note("a timer set")
	next := m.next()
	next.until, next.set = t.now+int64(d), true
}

// Stop takes back what Reset has set.
func (m *Timer) Stop() {
	t := point(step)
	if t == nil {
		return
	}
	t.drain()
	t.wrote(&m.object, true)
	for _, r := range m.runners {
		r.set = false
	}
}

// next is the thread that calls f when the timer goes off next.
func (m *Timer) next() *thread {
	var idle *thread
	for _, r := range m.runners {
		if r.set {
			return r
		}
		if r.todo == off {
			idle = r
		}
	}
	if idle != nil {
		return idle
	}
	r := the.begin(m.run)
	m.runners = append(m.runners, r)
	return r
}

func (m *Timer) run(t *thread) {
	for {
		t.wait(off, nil)
		t.set = false
		t.now = max(t.now, t.until)
		t.wrote(&m.object, true)
		t.note("a timer goes off")
		m.f()
	}
}
