// Package sched runs the goroutines of a small program one step at a time, in
// every order or in orders drawn from a seed, and reports what goes wrong in any
// of them. A step is an atomic operation, a lock, a yield or a sleep; the types of
// this package stand in for those of sync/atomic and sync in packages built with
// the tag iocp_model.
//
// Steps interleave as if there were one memory, which is what Go promises for
// atomics, but for StoreRelease: that is a plain store on amd64, so it goes to a
// buffer of its goroutine's, which sees it at once, while the others see it when
// the scheduler says so, or at the goroutine's next locked instruction.
package sched

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
)

// A Program is what is run, anew for every schedule.
type Program struct {
	Threads []func()
	// Idle is called when no thread can go on unless a deadline passes, with those
	// that sleep; Check when all have ended or sleep for ever. What they do is no
	// step.
	Idle  func(asleep []int) error
	Check func() error
}

// maxThreads bounds the threads of a program; vector clocks have as many places.
const maxThreads = 8

// clock is a vector clock.
type clock [maxThreads]uint32

func (c *clock) join(o *clock) {
	for i := range c {
		c[i] = max(c[i], o[i])
	}
}

// object is anything that threads act upon.
//
// An event's hash stands for all that happened before it: the thread's event
// before, and of the object the last write, and for a write all reads since. So
// the sum of the hashes of a run's events stands for the partial order of them,
// and two runs with the same sum are in the same state.
type object struct {
	clock clock  // what synchronizes before whoever reads the last write
	write uint64 // hash of the last write
	reads uint64 // sum of the hashes of the reads since
}

// kind of what a thread is about to do.
type kind uint8

const (
	step  kind = iota // can be done at any time
	lock              // when the mutex is free
	sleep             // when there is a token, or the deadline or a cancellation is to be
	yield             // at any time, and others may go first
	spin              // when something was written since the last one
)

// buffered is a store that only its thread sees.
type buffered struct {
	to    *Uint64
	v     uint64
	clock clock
	hash  uint64
}

type thread struct {
	id     int
	resume func() (struct{}, bool)
	stop   func()
	pause  func(struct{}) bool

	todo   kind
	on     *Uint64 // what it is about to act upon, if that may be in a buffer
	mutex  *Mutex
	parker *Parker
	until  int64           // of a sleep
	done   <-chan struct{} // of a sleep
	how    how             // how the sleep ended, set by the scheduler
	seen   int             // writes in the run, when it last went on from a spin

	ended bool
	clock clock
	hash  uint64
	store []buffered
	now   int64 // its own clock, which a reading advances
}

// how a choice goes on.
type how uint8

const (
	run    how = iota // the thread does its step
	expire            // its sleep meets the deadline
	cancel            // its sleep meets the end of done
	flush             // its oldest buffered store reaches the others
)

type choice struct {
	thread int
	how    how
}

// hows are the letters by which schedules name them.
const hows = "rxcf"

func howOf(letter byte) how { return how(strings.IndexByte(hows, letter)) }

func (c choice) String() string {
	return fmt.Sprintf("%d%c", c.thread, hows[c.how])
}

// world is the state of a run.
type world struct {
	threads []*thread
	current int // who ran last
	steps   int
	writes  int
	sum     uint64 // of the hashes of all events
	returns uint64 // of those of Return
	cancels object
	plain   map[any]*access
	failure error
	trace   *strings.Builder // not nil: to be written
	unwind  bool             // the run is given up: steps do not wait any more
}

// the is the run that is on; nil outside, where everything is done at once. There
// is one at a time, and one thread of it runs at a time.
var the *world

// abandoned is what a thread panics with when its run is given up.
type abandoned struct{}

func (w *world) self() *thread { return w.threads[w.current] }

// maxSteps is more than a run takes that gets anywhere.
const maxSteps = 5000

func start(p Program) *world {
	w := &world{plain: map[any]*access{}}
	for i, body := range p.Threads {
		t := &thread{id: i, hash: mix(uint64(i), 1), todo: step}
		t.clock[i] = 1
		t.resume, t.stop = iter.Pull(func(pause func(struct{}) bool) {
			t.pause = pause
			defer func() {
				t.ended = true
				switch r := recover().(type) {
				case nil, abandoned:
				default:
					buf := make([]byte, 4096)
					w.fail("panic: %v\n%s", r, buf[:runtime.Stack(buf, false)])
				}
			}()
			t.wait(step, nil)
			body()
		})
		w.threads = append(w.threads, t)
	}
	return w
}

// finish gives up what has not ended.
func (w *world) finish() {
	w.unwind = true
	for _, t := range w.threads {
		w.current = t.id
		t.stop()
	}
	the = nil
}

func (w *world) fail(format string, args ...any) {
	if w.failure == nil && !w.unwind {
		w.failure = fmt.Errorf(format, args...)
	}
}

// wait lets the scheduler choose before the thread does something of that kind.
func (t *thread) wait(todo kind, on *Uint64) {
	if the.unwind {
		return
	}
	t.todo, t.on = todo, on
	if !t.pause(struct{}{}) {
		panic(abandoned{})
	}
}

// point is wait by whoever runs, if anyone does.
func point(todo kind) *thread {
	if the == nil {
		return nil
	}
	t := the.self()
	t.wait(todo, nil)
	return t
}

// choices are what can happen next. The first is that who ran last goes on.
func (w *world) choices(out []choice) []choice {
	out = out[:0]
	can := func(t *thread) bool {
		switch {
		case t.ended:
			return false
		case t.todo == lock:
			return !t.mutex.locked
		case t.todo == sleep:
			return t.parker.token
		case t.todo == spin:
			return w.writes != t.seen
		}
		return true
	}
	add := func(t *thread) {
		if can(t) {
			out = append(out, choice{t.id, run})
		}
		if !t.ended && t.todo == sleep {
			if t.until != Forever {
				out = append(out, choice{t.id, expire})
			}
			if t.done != nil {
				select {
				case <-t.done:
					out = append(out, choice{t.id, cancel})
				default:
				}
			}
		}
	}
	if w.current >= 0 {
		add(w.self())
	}
	for _, t := range w.threads {
		if t.id != w.current {
			add(t)
		}
	}
	// When a store arrives matters to who is about to look, and to nobody else.
	wanted := func(s buffered) bool {
		return slices.ContainsFunc(w.threads, func(t *thread) bool { return !t.ended && t.todo == step && t.on == s.to })
	}
	none := !slices.ContainsFunc(out, func(c choice) bool { return c.how != expire })
	for _, t := range w.threads {
		if len(t.store) != 0 && (none || slices.ContainsFunc(t.store, wanted)) {
			out = append(out, choice{t.id, flush})
		}
	}
	return out
}

// preempts reports whether a choice takes the processor from a thread that could
// go on.
func (w *world) preempts(c choice, all []choice) bool {
	return c.how != flush && w.current >= 0 && c.thread != w.current &&
		all[0].thread == w.current && all[0].how == run && w.self().todo != yield
}

// do makes a choice happen.
func (w *world) do(c choice) {
	t := w.threads[c.thread]
	if c.how == flush {
		if w.trace != nil {
			w.tracef(t, "its store reaches memory: %d", t.store[0].v)
		}
		t.flush()
		return
	}
	w.current = c.thread
	w.steps++
	if w.steps > maxSteps {
		w.fail("no end after %d steps", maxSteps)
		return
	}
	t.how = c.how
	if t.todo == spin {
		t.seen = w.writes
	}
	t.resume()
}

// state is a hash of the state, for the question whether it was seen before.
func (w *world) state() uint64 {
	h := mix(w.sum, uint64(w.current)+17)
	for _, t := range w.threads { // whose turn it may be is not in the events
		if !t.ended && t.todo == spin && t.seen != w.writes {
			h = mix(h, uint64(t.id))
		}
	}
	return h
}

// asleep are those that sleep. It is an error if somebody waits for anything else
// that does not come.
func (w *world) asleep() (asleep []int, err error) {
	for _, t := range w.threads {
		switch {
		case t.ended:
		case t.todo == sleep:
			asleep = append(asleep, t.id)
		case t.todo == lock:
			return nil, fmt.Errorf("thread %d waits for a mutex for ever", t.id)
		default:
			return nil, fmt.Errorf("thread %d spins for ever", t.id)
		}
	}
	return asleep, nil
}

// mix hashes two words to one.
func mix(a, b uint64) uint64 {
	h := a*0x9e3779b97f4a7c15 ^ b + 0x632be59bd9b4e019
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	h ^= h >> 29
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

// event notes an event of the thread that depends on another hash.
func (t *thread) event(dep uint64) uint64 {
	t.hash = mix(t.hash, dep)
	the.sum += t.hash
	return t.hash
}

// read notes that t has read o.
func (t *thread) read(o *object) {
	o.reads += t.event(mix(o.write, 2))
	t.clock.join(&o.clock)
}

// wrote notes that t has written o, having read it if it is a read-modify-write.
func (t *thread) wrote(o *object, modify bool) {
	if modify {
		t.clock.join(&o.clock)
	}
	o.write = t.event(mix(o.write, o.reads+3))
	o.reads = 0
	o.clock = t.release()
	the.writes++
}

// release is what synchronizes before whoever reads what t writes now; what t does
// later does not.
func (t *thread) release() clock {
	c := t.clock
	t.clock[t.id]++
	return c
}

// flush lets the oldest buffered store reach the others.
func (t *thread) flush() {
	b := t.store[0]
	t.store = t.store[1:]
	b.to.v = b.v
	o := &b.to.object
	o.write = mix(b.hash, mix(o.write, o.reads+5))
	o.reads = 0
	o.clock = b.clock
	the.sum += o.write
	the.writes++
}

// drain is what a locked instruction does to the buffer.
func (t *thread) drain() {
	for len(t.store) != 0 {
		t.flush()
	}
}

// tracef appends a line to the trace, with the place in the code that asked.
func (w *world) tracef(t *thread, format string, args ...any) {
	fmt.Fprintf(w.trace, "%4d  thread %d  %-28s %s\n", w.steps, t.id, place(), fmt.Sprintf(format, args...))
}

// place is the file and line outside of this package that is being run.
func place() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.File, "/fuzz/sched/") || strings.HasSuffix(f.File, "_test.go") {
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more {
			return ""
		}
	}
}
