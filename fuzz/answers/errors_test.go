package answers

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
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
		{iocp.ErrTimeout, 258, true, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded}},
		{iocp.ErrNilPort, 6, false, []error{syscall.EBADF}},
		{iocp.ErrInvalidPort, 6, false, []error{syscall.EINVAL, syscall.EBADF}},
		{iocp.ErrClosed, 735, false, []error{os.ErrClosed}},
		{iocp.ErrInvalidParameter, 87, false, []error{syscall.EINVAL}},
		{iocp.ErrFull, 1450, false, []error{syscall.ENOBUFS}},
		{iocp.ErrInterrupted, 192, false, []error{syscall.EAGAIN, syscall.EINTR}},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			for _, target := range all {
				want := false
				for _, is := range c.is {
					want = want || is == target
				}
				require.Equal(t, want, errors.Is(c.err, target), "%v is %v", c.err, target)
			}
			for _, other := range []error{iocp.ErrTimeout, iocp.ErrNilPort, iocp.ErrInvalidPort, iocp.ErrClosed, iocp.ErrInvalidParameter, iocp.ErrFull, iocp.ErrInterrupted} {
				require.Equal(t, c.err == other, errors.Is(c.err, other))
			}
			var numbered interface{ Errno() uint32 }
			require.ErrorAs(t, c.err, &numbered)
			require.Equal(t, c.errno, numbered.Errno())
			require.ErrorIs(t, c.err, iocp.Errno(c.errno))
			require.NotErrorIs(t, c.err, iocp.Errno(c.errno+1))
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
	var none *iocp.Port[iocp.Packet]
	zero, full, closed := new(iocp.Port[iocp.Packet]), ports.Open[iocp.Packet](t, 2), ports.Open[iocp.Packet](t, 2)
	require.NoError(t, closed.Close())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var dst [2]iocp.Packet
	_, err := full.PostBatch(dst[:])
	require.NoError(t, err)
	empty := ports.Open[iocp.Packet](t, 2)
	for name, call := range map[string]func() error{
		"nil port":                func() error { return none.Post(iocp.Packet{}) },
		"nil port, get":           func() error { _, err := none.Get(1); return err },
		"zero port":               func() error { return zero.Post(iocp.Packet{}) },
		"zero port, get":          func() error { _, err := zero.Get(1); return err },
		"zero port, batch":        func() error { _, err := zero.GetBatch(dst[:], 1); return err },
		"closed":                  func() error { return closed.Post(iocp.Packet{}) },
		"closed, timeout":         func() error { return closed.PostTimeout(iocp.Packet{}, iocp.Infinite) },
		"closed, get":             func() error { _, err := closed.Get(iocp.Infinite); return err },
		"closed twice":            func() error { return closed.Close() },
		"full":                    func() error { return full.Post(iocp.Packet{}) },
		"full, batch":             func() error { _, err := full.PostBatch(dst[:]); return err },
		"full, timeout 0":         func() error { return full.PostTimeout(iocp.Packet{}, 0) },
		"empty":                   func() error { _, err := empty.Get(0); return err },
		"empty, batch":            func() error { _, err := empty.GetBatch(dst[:], 0); return err },
		"empty buffer":            func() error { _, err := empty.GetBatch(nil, 0); return err },
		"nil context":             func() error { _, err := empty.GetContext(ports.NilContext); return err },
		"nil context, post":       func() error { return empty.PostContext(ports.NilContext, iocp.Packet{}) },
		"handle 0":                func() error { return iocp.CloseHandle(0) },
		"no handle":               func() error { return iocp.CloseHandle(4) },
		"file and handle":         func() error { _, err := iocp.CreateIoCompletionPort(4, 0, 0, 0); return err },
		"is ERROR_INVALID_HANDLE": func() error { return boolErr(errors.Is(iocp.ErrNilPort, iocp.ERROR_INVALID_HANDLE)) },
		"done context":            func() error { _, err := empty.GetContext(ctx); return err },
		"done, post":              func() error { return empty.PostContext(ctx, iocp.Packet{}) },
		"errors.Is":               func() error { return boolErr(errors.Is(iocp.ErrTimeout, os.ErrDeadlineExceeded)) },
		"errors.Is, closed":       func() error { return boolErr(errors.Is(iocp.ErrClosed, os.ErrClosed)) },
	} {
		require.Error(t, call(), name)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = call() }), name)
	}
}

func boolErr(ok bool) error {
	if ok {
		return rig.ErrTest
	}
	return nil
}

// Every method returns the variables of the package, whether it has waited or not.
func TestErrors_AreTheVariables(t *testing.T) {
	var none *iocp.Port[int]
	for _, wait := range ports.Limits {
		closed := ports.Open[int](t, 2)
		require.NoError(t, closed.Close())
		for name, call := range ports.Calls(none, wait) {
			rig.Same(t, iocp.ErrNilPort, call(), name)
		}
		for name, call := range ports.Calls(new(iocp.Port[int]), wait) {
			rig.Same(t, iocp.ErrInvalidPort, call(), name)
		}
		for name, call := range ports.Calls(closed, wait) {
			rig.Same(t, iocp.ErrClosed, call(), name)
		}
	}
	full, empty := ports.Open[int](t, 2), ports.Open[int](t, 2)
	ports.Fill(t, full, 2)
	rig.Same(t, iocp.ErrFull, full.Post(2), "Post")
	_, err := full.PostBatch([]int{2})
	rig.Same(t, iocp.ErrFull, err, "PostBatch")
	rig.Same(t, iocp.ErrTimeout, full.PostTimeout(2, 0), "PostTimeout")
	_, err = empty.Get(0)
	rig.Same(t, iocp.ErrTimeout, err, "Get")
	_, err = empty.GetBatch(make([]int, 1), 0)
	rig.Same(t, iocp.ErrTimeout, err, "GetBatch")
	_, err = empty.GetBatch(nil, 0)
	rig.Same(t, iocp.ErrInvalidParameter, err, "GetBatch")
	_, err = empty.GetBatchContext(ports.NilContext, nil)
	rig.Same(t, iocp.ErrInvalidParameter, err, "GetBatchContext")
	_, err = empty.GetContext(ports.NilContext)
	rig.Same(t, iocp.ErrInvalidParameter, err, "GetContext")
	rig.Same(t, iocp.ErrInvalidParameter, empty.PostContext(ports.NilContext, 1), "PostContext")

	for name, w := range ports.Blocking {
		synctest.Test(t, func(t *testing.T) {
			p := ports.Open[int](t, 2)
			for w.Posts && p.Post(0) == nil {
			}
			if !w.Ctx {
				rig.Same(t, iocp.ErrTimeout, w.Call(p, t.Context(), time.Second), name)
			}
			call := rig.AsyncErr(func() error { return w.Call(p, t.Context(), time.Hour) })
			synctest.Wait()
			require.Equal(t, 1, p.Interrupt())
			rig.Same(t, iocp.ErrInterrupted, (<-call).Err, name)
			call = rig.AsyncErr(func() error { return w.Call(p, t.Context(), time.Hour) })
			synctest.Wait()
			require.NoError(t, p.Close())
			rig.Same(t, iocp.ErrClosed, (<-call).Err, name)
		})
	}
}
