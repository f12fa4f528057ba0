package pool

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Future is a handle on the result of a function that a pool calls.
type Future[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// Submit has a worker of p call f, and returns a handle on the result. Submit waits for
// room, and returns an error and no handle, as [Pool.GoContext] does. Submit allocates.
func Submit[T any](ctx context.Context, p *Pool, f func() (T, error)) (*Future[T], error) {
	if f == nil {
		return nil, ErrNilFunc
	}
	r := &Future[T]{done: make(chan struct{})}
	err := p.GoContext(ctx, func() {
		settle(func() (err error) {
			r.value, err = f()
			return err
		}, func(err error) {
			r.err = err
			close(r.done)
		})
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Wait waits for the function's end, and returns what it returned. The error is a
// [*PanicError] if the function panicked, [ErrGoexit] if it called [runtime.Goexit]. If ctx
// is done first, the error is [context.Cause] of ctx; the function goes on, and Wait may be
// called again. Any number of goroutines may wait.
func (r *Future[T]) Wait(ctx context.Context) (T, error) {
	if err := wait(ctx, r.done); err != nil {
		var zero T
		return zero, err
	}
	return r.value, r.err
}

// Done is closed when the function has ended. Wait then returns at once.
func (r *Future[T]) Done() <-chan struct{} { return r.done }

// Group is functions with one error and one end: errgroup.Group, but that the goroutines
// are the pool's. Make one with [Pool.Group] for each set of functions. Groups of one pool
// share its workers and know nothing of each other.
type Group struct {
	pool   *Pool
	ctx    context.Context
	cancel context.CancelCauseFunc
	left   sync.WaitGroup
	first  sync.Once
	err    error
}

// Group returns a new group, and a context that ends with ctx, with the first error of the
// group as its cause, or when Wait returns.
func (p *Pool) Group(ctx context.Context) (*Group, context.Context) {
	g := &Group{pool: p}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	return g, g.ctx
}

// Go has a worker call f. If the queue is full, Go waits for room until the context of the
// group ends. If the pool does not accept f, the reason, as [Pool.GoContext] returns it, is
// an error of the group. So f may not be called, and Wait then returns an error. Go allocates.
func (g *Group) Go(f func() error) {
	g.left.Add(1)
	err := ErrNilFunc
	if f != nil {
		err = g.pool.GoContext(g.ctx, func() { settle(f, g.end) })
	}
	if err != nil {
		g.end(err)
	}
}

// end is the end of a function of the group.
func (g *Group) end(err error) {
	if err != nil {
		g.first.Do(func() {
			g.err = err
			g.cancel(err)
		})
	}
	g.left.Done()
}

// Wait waits until the functions of the group have ended, and returns the first error among
// them: what a function returned, a [*PanicError] if it panicked, [ErrGoexit] if it called
// [runtime.Goexit]. No Go may begin after Wait but in a function of the group.
func (g *Group) Wait() error {
	g.left.Wait()
	g.cancel(g.err)
	return g.err
}

// ErrGoexit is the result of a function that ended by [runtime.Goexit], as FailNow of
// package testing does.
var ErrGoexit = errors.New("pool: function called runtime.Goexit")

// PanicError is the panic of a function, contained by a worker.
type PanicError struct {
	Value any    // that panic was called with
	Stack []byte // of the function that panicked, as debug.Stack prints it
}

// Error has the value and the stack.
func (e *PanicError) Error() string {
	return fmt.Sprintf("pool: function panicked: %v\n\n%s", e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// settle calls f, and then end with what became of f, whatever that is.
func settle(f func() error, end func(error)) {
	err := ErrGoexit // unless f returns or panics
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v, debug.Stack()}
		}
		end(err)
	}()
	err = f()
}

// wait waits for done, or for ctx. If both have ended, done counts.
func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-done:
		return nil
	default:
		return context.Cause(ctx)
	}
}
