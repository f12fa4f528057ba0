package iocp

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The table of errors: every error against every error that it may be asked
// about, both ways.
func TestErrors_Table(t *testing.T) {
	all := []error{
		syscall.ETIMEDOUT, os.ErrDeadlineExceeded, syscall.EBADF, syscall.EINVAL,
		os.ErrClosed, syscall.ENOBUFS, syscall.EAGAIN, syscall.EINTR,
		context.Canceled, os.ErrNotExist,
	}
	for _, c := range []struct {
		err     error
		errno   uint32
		timeout bool
		is      []error
	}{
		{ErrTimeout, 258, true, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded}},
		{ErrNilPort, 6, false, []error{syscall.EBADF}},
		{ErrInvalidPort, 6, false, []error{syscall.EINVAL, syscall.EBADF}},
		{ErrClosed, 735, false, []error{os.ErrClosed}},
		{ErrInvalidParameter, 87, false, []error{syscall.EINVAL}},
		{ErrFull, 1450, false, []error{syscall.ENOBUFS}},
		{ErrInterrupted, 192, false, []error{syscall.EAGAIN, syscall.EINTR}},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			for _, target := range all {
				want := false
				for _, is := range c.is {
					want = want || is == target
				}
				require.Equal(t, want, errors.Is(c.err, target), "%v is %v", c.err, target)
			}
			for _, other := range []error{ErrTimeout, ErrNilPort, ErrInvalidPort, ErrClosed, ErrInvalidParameter, ErrFull, ErrInterrupted} {
				require.Equal(t, c.err == other, errors.Is(c.err, other))
			}
			var numbered interface{ Errno() uint32 }
			require.ErrorAs(t, c.err, &numbered)
			require.Equal(t, c.errno, numbered.Errno())
			require.ErrorIs(t, c.err, Errno(c.errno))
			require.NotErrorIs(t, c.err, Errno(c.errno+1))
			var timeout interface{ Timeout() bool }
			require.ErrorAs(t, c.err, &timeout)
			require.Equal(t, c.timeout, timeout.Timeout())
			require.Equal(t, c.timeout, os.IsTimeout(c.err))
			require.NotEmpty(t, c.err.Error())
			require.False(t, errors.Is(c.err, nil))
		})
	}
}

func TestErrors_DoNotAllocate(t *testing.T) {
	var none *Port[Packet]
	zero, full, closed := new(Port[Packet]), open[Packet](t, 2), open[Packet](t, 2)
	require.NoError(t, closed.Close())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var dst [2]Packet
	_, err := full.PostBatch(dst[:])
	require.NoError(t, err)
	empty := open[Packet](t, 2)
	for name, call := range map[string]func() error{
		"nil port":                func() error { return none.Post(Packet{}) },
		"nil port, get":           func() error { _, err := none.Get(1); return err },
		"zero port":               func() error { return zero.Post(Packet{}) },
		"zero port, get":          func() error { _, err := zero.Get(1); return err },
		"zero port, batch":        func() error { _, err := zero.GetBatch(dst[:], 1); return err },
		"closed":                  func() error { return closed.Post(Packet{}) },
		"closed, timeout":         func() error { return closed.PostTimeout(Packet{}, Infinite) },
		"closed, get":             func() error { _, err := closed.Get(Infinite); return err },
		"closed twice":            func() error { return closed.Close() },
		"full":                    func() error { return full.Post(Packet{}) },
		"full, batch":             func() error { _, err := full.PostBatch(dst[:]); return err },
		"full, timeout 0":         func() error { return full.PostTimeout(Packet{}, 0) },
		"empty":                   func() error { _, err := empty.Get(0); return err },
		"empty, batch":            func() error { _, err := empty.GetBatch(dst[:], 0); return err },
		"empty buffer":            func() error { _, err := empty.GetBatch(nil, 0); return err },
		"nil context":             func() error { _, err := empty.GetContext(nilContext); return err },
		"nil context, post":       func() error { return empty.PostContext(nilContext, Packet{}) },
		"handle 0":                func() error { return CloseHandle(0) },
		"no handle":               func() error { return CloseHandle(4) },
		"file and handle":         func() error { _, err := CreateIoCompletionPort(4, 0, 0, 0); return err },
		"is ERROR_INVALID_HANDLE": func() error { return boolErr(errors.Is(ErrNilPort, ERROR_INVALID_HANDLE)) },
		"done context":            func() error { _, err := empty.GetContext(ctx); return err },
		"done, post":              func() error { return empty.PostContext(ctx, Packet{}) },
		"errors.Is":               func() error { return boolErr(errors.Is(ErrTimeout, os.ErrDeadlineExceeded)) },
		"errors.Is, closed":       func() error { return boolErr(errors.Is(ErrClosed, os.ErrClosed)) },
	} {
		require.Error(t, call(), name)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = call() }), name)
	}
}

// A text names what was wrong, what was given and what would be right.
func TestErrors_Text(t *testing.T) {
	made := func(capacity int, opts ...Option) error {
		_, err := New[[1 << 20]byte](capacity, opts...)
		return err
	}
	created := func(file, port Handle) error {
		_, err := CreateIoCompletionPort(file, port, 0, 0)
		return err
	}
	h := create(t)
	require.NoError(t, CloseHandle(h))
	var null *Port[int]
	for text, err := range map[string]error{
		"capacity is 0, not in [1, 1<<30]":                                                made(0),
		"capacity is 1073741824, too large for packets of 1048576 bytes":                  made(1 << 30),
		"option 2 of 2 is nil":                                                            made(1, WithConcurrency(1), nil),
		"parking is Parking(9), not ParkAuto, ParkThread or ParkGoroutine":                made(1, WithParking(9)),
		"growth is to -1 packets, not to 0 for no limit, or more":                         made(1, WithGrowth(-1)),
		"growth is to 4 packets, below the capacity of 5":                                 made(5, WithGrowth(4)),
		"port is nil, or the handle 0":                                                    null.Close(),
		"port was not made by New, or the handle not by CreateIoCompletionPort":           new(Port[int]).Close(),
		"handle was closed":                                                               CloseHandle(h),
		"file is not InvalidHandle: files cannot be associated with a port yet":           created(4, 0),
		"file is InvalidHandle and port not 0: no file to associate with the port":        created(InvalidHandle, h),
		"invalid parameter: the context is nil, the buffer is empty, or a pointer is nil": ErrInvalidParameter,
		"timed out":            ErrTimeout,
		"port is closed":       ErrClosed,
		"port is full":         ErrFull,
		"wait was interrupted": ErrInterrupted,
		"no handle is left, all of 1<<20 are in use or used up": errNoHandles,
	} {
		require.EqualError(t, err, "iocp: "+text)
		if number(err) == 87 {
			require.ErrorIs(t, err, ErrInvalidParameter)
			require.ErrorIs(t, err, syscall.EINVAL)
			require.ErrorIs(t, err, Errno(87))
			require.NotErrorIs(t, err, ErrFull)
		}
	}
}

func boolErr(ok bool) error {
	if ok {
		return errTest
	}
	return nil
}

// is requires that err is the very variable: == finds it. Equal would be content with a copy.
func is(t *testing.T, want, err error, what string) {
	t.Helper()
	require.True(t, want == err, "%s: %v, not %v", what, err, want)
}

// Every method returns the variables of the package, whether it has waited or not.
func TestErrors_AreTheVariables(t *testing.T) {
	var none *Port[int]
	for _, wait := range waits {
		closed := open[int](t, 2)
		require.NoError(t, closed.Close())
		for name, call := range calls(none, wait) {
			is(t, ErrNilPort, call(), name)
		}
		for name, call := range calls(new(Port[int]), wait) {
			is(t, ErrInvalidPort, call(), name)
		}
		for name, call := range calls(closed, wait) {
			is(t, ErrClosed, call(), name)
		}
	}
	full, empty := open[int](t, 2), open[int](t, 2)
	fill(t, full, 2)
	is(t, ErrFull, full.Post(2), "Post")
	_, err := full.PostBatch([]int{2})
	is(t, ErrFull, err, "PostBatch")
	is(t, ErrTimeout, full.PostTimeout(2, 0), "PostTimeout")
	_, err = empty.Get(0)
	is(t, ErrTimeout, err, "Get")
	_, err = empty.GetBatch(make([]int, 1), 0)
	is(t, ErrTimeout, err, "GetBatch")
	_, err = empty.GetBatch(nil, 0)
	is(t, ErrInvalidParameter, err, "GetBatch")
	_, err = empty.GetBatchContext(nilContext, nil)
	is(t, ErrInvalidParameter, err, "GetBatchContext")
	_, err = empty.GetContext(nilContext)
	is(t, ErrInvalidParameter, err, "GetContext")
	is(t, ErrInvalidParameter, empty.PostContext(nilContext, 1), "PostContext")

	for name, w := range blocking {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 2)
			for w.posts && p.Post(0) == nil {
			}
			if !w.ctx {
				is(t, ErrTimeout, w.call(p, t.Context(), time.Second), name)
			}
			call := asyncErr(func() error { return w.call(p, t.Context(), time.Hour) })
			synctest.Wait()
			require.Equal(t, 1, p.Interrupt())
			is(t, ErrInterrupted, (<-call).err, name)
			call = asyncErr(func() error { return w.call(p, t.Context(), time.Hour) })
			synctest.Wait()
			require.NoError(t, p.Close())
			is(t, ErrClosed, (<-call).err, name)
		})
	}
}
