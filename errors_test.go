package iocp

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

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
	var nilCtx context.Context
	for name, call := range map[string]func() error{
		"nil port":          func() error { return none.Post(Packet{}) },
		"nil port, get":     func() error { _, err := none.Get(1); return err },
		"zero port":         func() error { return zero.Post(Packet{}) },
		"zero port, get":    func() error { _, err := zero.Get(1); return err },
		"zero port, batch":  func() error { _, err := zero.GetBatch(dst[:], 1); return err },
		"closed":            func() error { return closed.Post(Packet{}) },
		"closed, timeout":   func() error { return closed.PostTimeout(Packet{}, Infinite) },
		"closed, get":       func() error { _, err := closed.Get(Infinite); return err },
		"closed twice":      func() error { return closed.Close() },
		"full":              func() error { return full.Post(Packet{}) },
		"full, batch":       func() error { _, err := full.PostBatch(dst[:]); return err },
		"full, timeout 0":   func() error { return full.PostTimeout(Packet{}, 0) },
		"empty":             func() error { _, err := empty.Get(0); return err },
		"empty, batch":      func() error { _, err := empty.GetBatch(dst[:], 0); return err },
		"empty buffer":      func() error { _, err := empty.GetBatch(nil, 0); return err },
		"nil context":       func() error { _, err := empty.GetContext(nilCtx); return err },
		"done context":      func() error { _, err := empty.GetContext(ctx); return err },
		"done, post":        func() error { return empty.PostContext(ctx, Packet{}) },
		"errors.Is":         func() error { return boolErr(errors.Is(ErrTimeout, os.ErrDeadlineExceeded)) },
		"errors.Is, closed": func() error { return boolErr(errors.Is(ErrClosed, os.ErrClosed)) },
	} {
		require.Error(t, call(), name)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = call() }), name)
	}
}

func boolErr(ok bool) error {
	if ok {
		return errTest
	}
	return nil
}
