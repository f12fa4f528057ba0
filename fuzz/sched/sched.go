// Package sched runs the goroutines of a small program one step at a time, in every order or
// in orders drawn from a seed, and reports the first failure. A step is an atomic operation, a
// lock, a yield or a sleep. The types of this package replace those of sync/atomic and sync in
// packages built with the tag iocp_model.
//
// Steps are sequentially consistent, as Go promises for atomics. The exception is
// StoreRelease, a plain store on amd64, which goes to a store buffer of its goroutine. The
// goroutine sees the store at once; others see the store when the scheduler decides, or at
// the goroutine's next locked instruction.
package sched

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
)

// A Program is run anew for every schedule.
type Program struct {
	Threads []func()
	// Idle is called with the sleeping threads when no thread can go on before a deadline
	// passes, Check when every thread has ended or sleeps for ever. Operations in both are
	// no steps.
	Idle  func(asleep []int) error
	Check func() error
}

// maxThreads bounds the threads of a program, and is the length of vector clocks.
const maxThreads = 8

// clock is a vector clock.
type clock [maxThreads]uint32

func (c *clock) join(o *clock) {
	for i := range c {
		c[i] = max(c[i], o[i])
	}
}

// object is an atomic, a mutex, a parker or a pool that threads act on.
//
// The hash of an event covers all events that happened before: the last event of the same
// thread, the last write to the object and, for a write, all reads of the object since. So the
// sum of the hashes of a run's events identifies their partial order, and two runs with the
// same sum are in the same state.
type object struct {
	clock clock  // what synchronizes before a read of the last write
	write uint64 // hash of the last write
	reads uint64 // sum of the hashes of the reads since
}

// kind is that of a thread's next operation, with the condition under which the thread can go
// on.
type kind uint8

const (
	step   kind = iota // can be done at any time
	lock               // when the mutex is free
	sleep              // when there is a token, or the deadline or a cancellation is to be
	yield              // at any time, and others may go first
	spin               // when something was written since the last one
	off                // a timer goes off, once it is set
	choose             // at any time, with either answer
)

// buffered is a store in the buffer of its thread, which alone sees the store.
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
	on     *Uint64 // object of the next operation, if a store to it may be in a buffer
	mutex  *Mutex
	parker *Parker
	until  int64           // of a sleep, or when a timer goes off
	set    bool            // of a timer
	done   <-chan struct{} // of a sleep
	how    how             // how the sleep ended, set by the scheduler
	seen   int             // number of writes in the run when the last spin ended

	ended bool
	clock clock
	hash  uint64
	store []buffered
	now   int64 // the thread's own clock; each reading advances it
}

// how is the event of a choice.
type how uint8

const (
	run    how = iota // the thread does its step
	expire            // its sleep meets the deadline, or its timer goes off
	cancel            // its sleep meets the end of done
	flush             // its oldest buffered store reaches the others
	pick              // Choose answers true
)

type choice struct {
	thread int
	how    how
}

// hows are the letters for how in an encoded schedule.
const hows = "rxcfp"

func howOf(letter byte) how { return how(strings.IndexByte(hows, letter)) }

func (c choice) String() string {
	return fmt.Sprintf("%d%c", c.thread, hows[c.how])
}

// world is the state of a run.
type world struct {
	threads []*thread
	current int // the thread that ran last
	steps   int
	writes  int
	sum     uint64 // of the hashes of all events
	returns uint64 // sum of the hashes of the events of Return
	cancels object
	plain   map[any]access
	failure error
	trace   *strings.Builder // nil: no trace is wanted
	unwind  bool             // the run is abandoned: steps do not wait any more
}

// the is the current run, or nil: then operations take effect at once. There is one run at a
// time, and one thread of the run executes at a time, so the needs no lock.
var the *world

// abandoned is the panic value that unwinds a thread of an abandoned run.
type abandoned struct{}

func (w *world) self() *thread { return w.threads[w.current] }

// maxSteps is more than any run needs that makes progress.
const maxSteps = 5000

func start(p Program) *world {
	w := &world{plain: map[any]access{}}
	for _, body := range p.Threads {
		w.thread(func(t *thread) { t.wait(step, nil); body() })
	}
	return w
}

// thread adds one, which has yet to come to its first wait.
func (w *world) thread(body func(t *thread)) *thread {
	i := len(w.threads)
	if i == maxThreads {
		panic("sched: too many threads")
	}
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
		body(t)
	})
	w.threads = append(w.threads, t)
	return t
}

// begin adds a thread while another runs.
func (w *world) begin(body func(t *thread)) *thread {
	who := w.current
	t := w.thread(body)
	w.current = t.id
	t.resume()
	w.current = who
	return t
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

// wait lets the scheduler choose, before an operation of kind todo of the thread.
func (t *thread) wait(todo kind, on *Uint64) {
	if the.unwind {
		return
	}
	t.todo, t.on = todo, on
	if !t.pause(struct{}{}) {
		panic(abandoned{})
	}
}

// point is wait by the running thread, if there is a run.
func point(todo kind) *thread {
	if the == nil {
		return nil
	}
	t := the.self()
	t.wait(todo, nil)
	return t
}

// choices are the events that can come next. The first is a step of the thread that ran last,
// if that thread can go on.
func (w *world) choices(out []choice) []choice {
	out = out[:0]
	can := func(t *thread) bool {
		switch {
		case t.ended, t.todo == off:
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
		if !t.ended && t.todo == choose {
			out = append(out, choice{t.id, pick})
		}
		if !t.ended && t.todo == off && t.set {
			out = append(out, choice{t.id, expire})
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
	// A flush is a choice only if a thread is about to access the same object, or nothing else
	// can come: to other threads the time of a flush makes no difference.
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

// preempts reports whether a choice is a preemption: the thread that ran last could go on.
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

// state is a hash of the run's state, to recognize states that were seen before.
func (w *world) state() uint64 {
	h := mix(w.sum, uint64(w.current)+17)
	for _, t := range w.threads { // the events do not tell which threads can go on
		if !t.ended && t.todo == spin && t.seen != w.writes {
			h = mix(h, uint64(t.id))
		}
	}
	return h
}

// asleep returns the sleeping threads. A thread that waits for anything else for ever is an
// error.
func (w *world) asleep() (asleep []int, err error) {
	for _, t := range w.threads {
		switch {
		case t.ended, t.todo == off:
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

// event records an event of the thread that depends on the hash of another event.
func (t *thread) event(dep uint64) uint64 {
	t.hash = mix(t.hash, dep)
	the.sum += t.hash
	return t.hash
}

// read records that t has read o.
func (t *thread) read(o *object) {
	o.reads += t.event(mix(o.write, 2))
	t.clock.join(&o.clock)
}

// wrote records that t has written o, after reading it if the operation is a
// read-modify-write.
func (t *thread) wrote(o *object, modify bool) {
	if modify {
		t.clock.join(&o.clock)
	}
	o.write = t.event(mix(o.write, o.reads+3))
	o.reads = 0
	o.clock = t.release()
	the.writes++
}

// release returns the clock of t for a write: what t has done so far synchronizes before a
// read of that write, and what t does later does not.
func (t *thread) release() clock {
	c := t.clock
	t.clock[t.id]++
	return c
}

// flush makes the oldest buffered store visible to the other threads.
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

// drain flushes the whole buffer, as a locked instruction does.
func (t *thread) drain() {
	for len(t.store) != 0 {
		t.flush()
	}
}

// tracef appends a line to the trace, with the place of the operation in the code.
func (w *world) tracef(t *thread, format string, args ...any) {
	fmt.Fprintf(w.trace, "%4d  thread %d  %-28s %s\n", w.steps, t.id, place(), fmt.Sprintf(format, args...))
}

// place is the innermost file and line on the stack outside of this package.
func place() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.File, "/fuzz/sched/") || strings.HasSuffix(f.File, "_test.go") {
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more || strings.HasSuffix(f.File, "/iter/iter.go") { // the thread's own beginning
			return ""
		}
	}
}
