// Package pool calls functions on a number of goroutines, the workers, that can change
// while they work. Functions wait for a worker in a bounded queue, an [iocp.Port].
//
//	p, err := pool.New(4, 1024)        // 4 workers, room for 1,024 functions
//	if err != nil {
//		return err
//	}
//	err = p.Go(func() { send(a) })     // waits for room; GoContext until a context is done
//	err = p.TryGo(func() { send(b) })  // never waits: nil, ErrFull or ErrClosed
//	p.Close()                          // no more functions; what was accepted is called
//	err = p.Wait(ctx)                  // until all are done
//
// [Submit] returns a handle on a function's result, [Pool.Group] a group of functions with
// one error. A function that panics, or calls [runtime.Goexit], costs the pool no worker.
//
// A function may give others to its own pool. If it waits for their room or their end, and
// every worker waits so, nobody is left to end the waits: there use TryGo, or another pool.
package pool

import (
	"context"
	"errors"
	"fmt"
	"log"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
)

// The errors of a pool. By [errors.Is] the first two are also the port's errors.
var (
	ErrFull    = fmt.Errorf("pool: no room for another function: %w", iocp.ErrFull)
	ErrClosed  = fmt.Errorf("pool: closed: %w", iocp.ErrClosed)
	ErrNilFunc = errors.New("pool: function is nil")
)

// Pool is a queue of functions and workers that call them. Make one with [New]. The
// methods may be called from any goroutine.
//
// Workers take functions in the order in which the pool accepted them, each exactly once.
// With more than one worker, functions overlap. What happens before a function is given to
// the pool synchronizes before its call.
type Pool struct {
	// OnPanic is told of each panic in a function that Go, GoContext or TryGo accepted, on
	// the worker that called the function; the worker then goes on. Calls may overlap. If
	// OnPanic is nil, package log prints the panic and its stack. Set OnPanic before the
	// first function is given to the pool.
	OnPanic func(*PanicError)

	tasks   *iocp.Port[func()]
	ended   chan struct{} // closed when the last worker has left
	surplus atomic.Bool   // workers > size; written under mu

	mu      sync.Mutex
	size    int  // the workers that there are to be
	workers int  // those that there are
	waking  bool // the queue holds a function of dismiss
	closed  bool
}

// New starts a pool of so many workers, with room for so many functions that wait for one,
// rounded up to a power of two and to 2 at least. The error says what is wrong if workers
// or queue is below 1, or queue above 1<<30. A pool that is no longer used must be closed,
// or its workers wait for ever.
func New(workers, queue int) (*Pool, error) {
	tasks, err := iocp.New[func()](queue)
	if err != nil {
		return nil, fmt.Errorf("pool: queue: %w", err)
	}
	p := &Pool{tasks: tasks, ended: make(chan struct{})}
	if err := p.Resize(workers); err != nil {
		return nil, err
	}
	return p, nil
}

// Go has a worker call f. If the queue is full, Go waits for room, without limit, and is
// served in the order of the calls. The error is [ErrClosed] after Close, which also ends
// the wait, or [ErrNilFunc]; with an error f is not called. Go does not allocate.
func (p *Pool) Go(f func()) error {
	if f == nil {
		return ErrNilFunc
	}
	return refused(p.tasks.PostTimeout(f, iocp.Infinite))
}

// TryGo is Go that never waits: the error is [ErrFull] if the queue is full.
func (p *Pool) TryGo(f func()) error {
	if f == nil {
		return ErrNilFunc
	}
	return refused(p.tasks.Post(f))
}

// GoContext is Go that waits until ctx is done: the error is then [context.Cause] of ctx.
// If ctx is done before the call, f is not accepted. Once accepted, f is called whatever
// becomes of ctx. For a nil ctx the error is [iocp.ErrInvalidParameter].
func (p *Pool) GoContext(ctx context.Context, f func()) error {
	if f == nil {
		return ErrNilFunc
	}
	err := p.tasks.PostContext(ctx, f)
	if err == iocp.ErrClosed && err == context.Cause(ctx) {
		return err // of another port, by way of ctx
	}
	return refused(err)
}

func refused(err error) error {
	switch err {
	case iocp.ErrFull:
		return ErrFull
	case iocp.ErrClosed:
		return ErrClosed
	}
	return err
}

// Resize changes the number of workers, and does not wait. More workers start at once.
// Where there are to be fewer, workers leave as soon as they have nothing to do or are done
// with a function; until then one place in the queue may be taken. The error says so if
// workers is below 1, or is [ErrClosed] after Close.
func (p *Pool) Resize(workers int) error {
	if workers < 1 {
		return fmt.Errorf("pool: %d workers, not 1 or more", workers)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	for p.size = workers; p.workers < p.size; p.workers++ {
		go p.work()
	}
	p.dismiss()
	return nil
}

// Workers is the number of workers. After a Resize to fewer it counts those that have not
// left yet.
func (p *Pool) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.workers
}

// Close ends the accepting of functions: from now on Go, GoContext and TryGo return
// [ErrClosed], those that wait at once. Functions that were accepted are called, and then
// the workers leave. Close does not wait for that; Wait does. A second Close returns
// ErrClosed.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return refused(p.tasks.Close())
}

// Wait waits until, after Close, all functions have been called and the workers have left,
// or until ctx is done: the error is then [context.Cause] of ctx, the functions go on, and
// Wait may be called again. A pool that nobody closes does not end.
func (p *Pool) Wait(ctx context.Context) error {
	return wait(ctx, p.ended)
}

// work is a worker.
func (p *Pool) work() {
	left := false
	defer func() {
		if !left { // a function called Goexit: another goroutine is the worker from now on
			go p.work()
		}
	}()
	for {
		if p.surplus.Load() && p.leave(false) {
			left = true
			return
		}
		f, err := p.tasks.Get(iocp.Infinite)
		if err != nil { // closed, and nothing is left
			left = p.leave(true)
			return
		}
		p.call(f)
	}
}

// call calls f and contains its panic.
func (p *Pool) call(f func()) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		err := &PanicError{v, debug.Stack()}
		if p.OnPanic == nil {
			log.Print(err)
			return
		}
		p.OnPanic(err)
	}()
	f()
}

// leave takes a worker out of the count, if there are too many or the pool has ended, and
// reports whether it did.
func (p *Pool) leave(ended bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !ended && p.workers <= p.size {
		return false
	}
	p.workers--
	if p.workers == 0 { // size is 1 at least, so that the pool has ended
		close(p.ended)
	}
	p.dismiss()
	return true
}

// dismiss tells workers that there are too many of them, and wakes one by a function in the
// queue. That worker leaves and wakes the next. If the queue is full, a worker is going to
// take a function from it, and sees surplus after that. mu is held.
func (p *Pool) dismiss() {
	p.surplus.Store(p.workers > p.size)
	if p.workers > p.size && !p.waking {
		p.waking = p.tasks.Post(p.woken) == nil
	}
}

// woken is what dismiss posts.
func (p *Pool) woken() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waking = false
}
