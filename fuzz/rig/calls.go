// Package rig has what tests of several packages share: calls in goroutines of their own, memory and
// threads of the process, and whether the race detector runs. Package rig does not import iocp, so that
// the tests within iocp can use it too.
package rig

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/stacks"
)

// Patience is how long a test waits for what must happen. Patience measures nothing: a test
// that runs out of it has found a lost wake-up.
const Patience = 60 * time.Second

// Eventually polls until ok reports true.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); {
		if time.Since(start) > Patience {
			t.Fatalf("%s: not within %v\n%s", what, Patience, stacks.All())
		}
		runtime.Gosched()
	}
}

// Result is what a call in a goroutine of its own returned.
type Result[T any] struct {
	V   T
	Err error
}

// Async runs f in a goroutine of its own.
func Async[T any](f func() (T, error)) <-chan Result[T] {
	c := make(chan Result[T], 1)
	go func() {
		v, err := f()
		c <- Result[T]{v, err}
	}()
	return c
}

// AsyncErr is Async for a call that returns no value.
func AsyncErr(f func() error) <-chan Result[struct{}] {
	return Async(func() (struct{}, error) { return struct{}{}, f() })
}

// Await returns what the call behind c returned.
func Await[T any](t testing.TB, c <-chan Result[T]) (T, error) {
	t.Helper()
	select {
	case r := <-c:
		return r.V, r.Err
	case <-time.After(Patience):
		t.Fatalf("a call did not return\n%s", stacks.All())
		panic("unreachable")
	}
}

// Took requires that the call behind c returned want.
func Took[T any](t testing.TB, want T, c <-chan Result[T]) {
	t.Helper()
	v, err := Await(t, c)
	require.NoError(t, err)
	require.Equal(t, want, v)
}
