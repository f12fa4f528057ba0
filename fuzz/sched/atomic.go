package sched

import "fmt"

// The types below have those methods of their namesakes in sync/atomic and sync that this
// module uses. Outside of a run their operations are no steps.

// note ends a step, with a line in the trace if a trace is wanted.
func (t *thread) note(format string, args ...any) {
	if the.trace != nil && !the.unwind {
		the.tracef(t, format, args...)
	}
}

// point is wait before an operation on a.
func (a *Uint64) point() *thread {
	if the == nil {
		return nil
	}
	t := the.self()
	t.wait(step, a)
	return t
}

// Uint64 is atomic.Uint64.
type Uint64 struct {
	object
	v uint64
}

func (a *Uint64) Load() uint64 {
	t := a.point()
	if t == nil {
		return a.v
	}
	v, own := a.v, false
	for i := range t.store { // a thread sees its own buffered stores, the latest first
		if t.store[i].to == a {
			v, own = t.store[i].v, true
		}
	}
	if own {
		t.event(v)
	} else {
		t.read(&a.object)
	}
	t.note("load %d", v)
	return v
}

func (a *Uint64) Store(v uint64) {
	t := a.point()
	if t != nil {
		t.drain()
		t.wrote(&a.object, false)
		t.note("store %d", v)
	}
	a.v = v
}

// StoreRelease is a plain store of amd64: the store goes to the thread's buffer.
func (a *Uint64) StoreRelease(v uint64) {
	t := a.point()
	if t == nil {
		a.v = v
		return
	}
	t.store = append(t.store, buffered{a, v, t.release(), t.event(7)})
	t.note("plain store %d", v)
}

// modify is the common part of all read-modify-writes: f returns the new value and whether to
// write it.
func (a *Uint64) modify(what string, f func(v uint64) (uint64, bool)) uint64 {
	t := a.point()
	if t != nil {
		t.drain()
	}
	was := a.v
	v, write := f(was)
	if write {
		a.v = v
	}
	if t != nil {
		if write {
			t.wrote(&a.object, true)
			t.note("%s: %d to %d", what, was, v)
		} else {
			t.read(&a.object)
			t.note("%s fails: it is %d", what, was)
		}
	}
	return was
}

func (a *Uint64) CompareAndSwap(from, to uint64) bool {
	return a.modify("compare and swap", func(v uint64) (uint64, bool) { return to, v == from }) == from
}

func (a *Uint64) Swap(to uint64) uint64 {
	return a.modify("swap", func(uint64) (uint64, bool) { return to, true })
}

func (a *Uint64) Add(d uint64) uint64 {
	return d + a.modify("add", func(v uint64) (uint64, bool) { return v + d, true })
}

func (a *Uint64) Or(bits uint64) uint64 {
	return a.modify("or", func(v uint64) (uint64, bool) { return v | bits, true })
}

func (a *Uint64) And(bits uint64) uint64 {
	return a.modify("and", func(v uint64) (uint64, bool) { return v & bits, true })
}

// Int32 is atomic.Int32.
type Int32 struct{ u Uint64 }

func (a *Int32) Load() int32   { return int32(a.u.Load()) }
func (a *Int32) Store(v int32) { a.u.Store(uint64(uint32(v))) }

func (a *Int32) CompareAndSwap(from, to int32) bool {
	return a.u.CompareAndSwap(uint64(uint32(from)), uint64(uint32(to)))
}

// Add adds to a count: a count below zero is an error.
func (a *Int32) Add(d int32) int32 {
	v := int32(a.u.Add(uint64(int64(d))))
	if v < 0 && the != nil {
		the.fail("a count of %d, at %s", v, place())
	}
	return v
}

// Int64 is atomic.Int64.
type Int64 struct{ u Uint64 }

func (a *Int64) Load() int64       { return int64(a.u.Load()) }
func (a *Int64) Store(v int64)     { a.u.Store(uint64(v)) }
func (a *Int64) Add(d int64) int64 { return int64(a.u.Add(uint64(d))) }

// Hint is an atomic.Int32 that decides what is tried and not what is right. Reads and writes
// of a Hint are no steps of their own, belong to the step before, and order nothing.
type Hint struct {
	object
	v int32
}

func (a *Hint) Load() int32 {
	if the != nil && !the.unwind {
		a.reads += the.self().event(mix(a.write, 23))
	}
	return a.v
}

func (a *Hint) Store(v int32) {
	if the != nil && !the.unwind {
		a.write = the.self().event(mix(a.write, a.reads+29))
		a.reads = 0
	}
	a.v = v
}

// Add is of a count: see Int32.
func (a *Hint) Add(d int32) int32 {
	a.Store(a.v + d)
	if a.v < 0 && the != nil {
		the.fail("a count of %d, at %s", a.v, place())
	}
	return a.v
}

// Pointer is atomic.Pointer.
type Pointer[T any] struct {
	object
	p *T
}

func (a *Pointer[T]) Load() *T {
	t := point(step)
	if t != nil {
		t.read(&a.object)
		t.note("load a pointer")
	}
	return a.p
}

func (a *Pointer[T]) Store(p *T) {
	t := point(step)
	if t != nil {
		t.drain()
	}
	a.p = p
	if t != nil {
		t.wrote(&a.object, false)
		t.note("store a pointer")
	}
}

func (a *Pointer[T]) CompareAndSwap(from, to *T) bool {
	t := point(step)
	if t != nil {
		t.drain()
	}
	ok := a.p == from
	if ok {
		a.p = to
	}
	if t != nil {
		if ok {
			t.wrote(&a.object, true)
		} else {
			t.read(&a.object)
		}
		t.note("compare and swap of a pointer: %v", ok)
	}
	return ok
}

// Mutex is sync.Mutex.
type Mutex struct {
	object
	locked bool
}

func (m *Mutex) Lock() {
	if the == nil {
		m.locked = true
		return
	}
	t := the.self()
	t.mutex = m
	t.wait(lock, nil)
	t.drain()
	m.locked = true
	t.wrote(&m.object, true)
	t.note("lock")
}

func (m *Mutex) Unlock() {
	t := point(step)
	if t != nil {
		t.drain()
		if !m.locked {
			the.fail("unlock of a mutex that is not locked, at %s", place())
		}
		t.wrote(&m.object, true)
		t.note("unlock")
	}
	m.locked = false
}

// Pool is a sync.Pool that keeps everything and returns the last Put first, so that a value
// that was put back too early is used again at once.
type Pool struct {
	object
	free []any
}

// Checked is implemented by values that Put checks.
type Checked interface{ Check() error }

func (p *Pool) Get() any {
	if the != nil {
		the.self().wrote(&p.object, true)
	}
	n := len(p.free)
	if n == 0 {
		return nil
	}
	x := p.free[n-1]
	p.free = p.free[:n-1]
	return x
}

func (p *Pool) Put(x any) {
	if the != nil {
		the.self().wrote(&p.object, true)
		if c, ok := x.(Checked); ok {
			if err := c.Check(); err != nil {
				the.fail("given back to the pool: %v", err)
			}
		}
	}
	p.free = append(p.free, x)
}

// access is the last write to a variable that is not atomic.
type access struct {
	writer int
	when   uint32
}

// Write records that the running thread writes *p, or reads and writes it: the ring does no
// other accesses. A write that does not happen after the last one is an error.
func Write[T any](p *T) {
	if the == nil || the.unwind {
		return
	}
	t := the.self()
	if a, ok := the.plain[p]; ok && a.when > t.clock[a.writer] {
		the.fail("data race: thread %d at %s, after a write by thread %d", t.id, place(), a.writer)
	}
	the.plain[p] = access{t.id, t.clock[t.id]}
}

// Call and Return surround an operation of the program. Call is a step, so that the beginning
// of the operation can be scheduled too.
func Call() {
	if t := point(step); t != nil {
		t.event(mix(the.returns, 11)) // depends on the operations that have returned, and on no others
	}
}

func Return() {
	if the != nil && !the.unwind {
		the.returns += the.self().event(13)
	}
}

// Step is the time of the run, for a history: each call is later than all before.
func Step() int64 {
	if the == nil {
		return 0
	}
	the.steps++
	return int64(the.steps)
}

// Note adds a line to the trace.
func Note(format string, args ...any) {
	if the != nil && the.trace != nil && !the.unwind {
		the.tracef(the.self(), "= %s", fmt.Sprintf(format, args...))
	}
}
