package iocp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatusOfOwnErrors(t *testing.T) {
	for _, err := range []error{ErrTimeout, ErrNilPort, ErrInvalidPort, ErrClosed, ErrInvalidParameter, ErrFull, ErrInterrupted} {
		own := err.(*Error)
		status := StatusOf(fmt.Errorf("get: %w", err))
		require.Equal(t, Errno(own.Errno()), status)
		for _, means := range own.is {
			require.ErrorIs(t, status, means)
		}
	}
}

func TestErrnoTableIsSorted(t *testing.T) {
	require.True(t, slices.IsSortedFunc(statuses, func(a, b status) int { return cmp.Compare(a.number, b.number) }))
	from := map[error]Errno{}
	names := map[string]Errno{}
	for i, row := range statuses {
		if i > 0 {
			require.Less(t, statuses[i-1].number, row.number)
		}
		require.NotEmpty(t, row.text)
		require.NotContains(t, names, row.name)
		names[row.name] = row.number
		for _, err := range row.from {
			// Some platforms have one value for ENOTSUP and EOPNOTSUPP, in one row.
			if number, ok := from[err]; ok {
				require.Equal(t, number, row.number, "%v is in two rows", err)
			}
			from[err] = row.number
			require.NotContains(t, row.also, err)
		}
	}
	// Nothing is answered for that has no way back.
	for _, row := range statuses {
		for _, err := range row.also {
			require.Contains(t, from, err, "%d", row.number)
		}
	}
}

func TestErrnoTableBothWays(t *testing.T) {
	for _, row := range statuses {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, row.number, StatusOf(row.number))
			require.Equal(t, row.number, StatusOf(fmt.Errorf("read: %w", row.number)))
			for _, err := range row.from {
				require.ErrorIs(t, row.number, err)
				require.ErrorIs(t, StatusOf(err), err)
				require.Equal(t, row.number, StatusOf(err), "%v", err)
				require.Equal(t, row.number, StatusOf(fmt.Errorf("read: %w", err)), "%v", err)
				require.Equal(t, row.number, StatusOf(&os.PathError{Op: "read", Path: "f", Err: err}))
				require.Equal(t, row.number, StatusOf(&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", err)}))
				require.Equal(t, row.number, StatusOf(errors.Join(errors.New("other"), err)))
			}
			for _, err := range row.also {
				require.ErrorIs(t, row.number, err)
				require.ErrorIs(t, StatusOf(err), err)
				require.NotEqual(t, row.number, StatusOf(err), "%v belongs to from", err)
			}
		})
	}
}

type uncomparable []int

func (uncomparable) Error() string { return "uncomparable" }

// Every errno has its answer from the row that names it and from no row that does not.
func TestErrnoIsNothingElse(t *testing.T) {
	var all []error
	for _, row := range statuses {
		all = append(all, row.from...)
	}
	all = append(all, nil, errors.New("other"), uncomparable{}, ErrFull, net.ErrClosed)
	for _, row := range statuses {
		for _, err := range all {
			want := slices.Contains(row.from, err) || slices.Contains(row.also, err) ||
				row.number == 995 && err == net.ErrClosed
			if number, ok := err.(syscall.Errno); ok && runtime.GOOS == "windows" {
				want = want || uintptr(number) == uintptr(row.number)
			}
			require.Equal(t, want, row.number.Is(err), "%v, %v", row.number, err)
		}
	}
	require.False(t, Errno(4242).Is(io.EOF))
	require.False(t, errors.Is(Errno(995), Errno(996)))
	require.ErrorIs(t, Errno(4242), Errno(4242))
}

// The text by which the error of net is known is that error's text.
func TestClosedConnection(t *testing.T) {
	require.Equal(t, closedConnection, net.ErrClosed.Error())
}

// winerror.h, for the numbers that are met most.
func TestErrnoNumbers(t *testing.T) {
	for _, row := range []struct {
		number Errno
		is     []error
	}{
		{2, []error{syscall.ENOENT, os.ErrNotExist}},
		{5, []error{syscall.EACCES, os.ErrPermission}},
		{6, []error{syscall.EBADF}},
		{8, []error{syscall.ENOMEM}},
		{38, []error{io.EOF}},
		{64, []error{syscall.ECONNRESET}},
		{87, []error{syscall.EINVAL}},
		{109, []error{syscall.EPIPE, io.ErrClosedPipe}},
		{112, []error{syscall.ENOSPC}},
		{121, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded, context.DeadlineExceeded}},
		{995, []error{syscall.ECANCELED, context.Canceled, os.ErrClosed, net.ErrClosed}},
		{1225, []error{syscall.ECONNREFUSED}},
		{1231, []error{syscall.ENETUNREACH}},
		{1232, []error{syscall.EHOSTUNREACH}},
		{1236, []error{syscall.ECONNABORTED}},
		{1450, []error{syscall.ENOBUFS}},
		{2250, []error{syscall.ENOTCONN}},
		{10004, []error{syscall.EINTR}},
		{10035, []error{syscall.EAGAIN}},
	} {
		for _, err := range row.is {
			require.ErrorIs(t, row.number, err)
			require.Equal(t, row.number, StatusOf(err), "%v", err)
		}
	}
}

func TestErrnoText(t *testing.T) {
	require.Equal(t, "operation aborted (ERROR_OPERATION_ABORTED, 995)", Errno(995).Error())
	require.Equal(t, "success (ERROR_SUCCESS, 0)", Errno(0).Error())
	require.Equal(t, "Windows error 4294967295", Errno(0xFFFFFFFF).Error())
}

func TestErrnoTimeout(t *testing.T) {
	for _, row := range statuses {
		require.Equal(t, slices.Contains([]Errno{121, 258, 1460, 10060}, row.number), row.number.Timeout(), "%v", row.number)
	}
	require.True(t, os.IsTimeout(Errno(121)))
	require.False(t, Errno(4242).Timeout())
}

func TestErrnoIsDoesNotAllocate(t *testing.T) {
	target := error(syscall.ECANCELED)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		Errno(995).Is(target)
		Errno(995).Is(net.ErrClosed)
		Errno(4242).Is(target)
		Errno(10060).Timeout()
	}))
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

// Each name stands for the number that winerror.h has under it.
func TestWinerrorNames(t *testing.T) {
	for name, err := range map[string]error{
		"ERROR_INVALID_HANDLE": ERROR_INVALID_HANDLE, "ERROR_INVALID_PARAMETER": ERROR_INVALID_PARAMETER,
		"WAIT_TIMEOUT": WAIT_TIMEOUT, "ERROR_ABANDONED_WAIT_0": ERROR_ABANDONED_WAIT_0,
		"ERROR_ACCESS_DENIED": ERROR_ACCESS_DENIED, "ERROR_GEN_FAILURE": ERROR_GEN_FAILURE,
		"ERROR_HANDLE_EOF": ERROR_HANDLE_EOF, "ERROR_NETNAME_DELETED": ERROR_NETNAME_DELETED,
		"ERROR_BROKEN_PIPE": ERROR_BROKEN_PIPE, "ERROR_SEM_TIMEOUT": ERROR_SEM_TIMEOUT,
		"ERROR_NO_DATA": ERROR_NO_DATA, "ERROR_PIPE_NOT_CONNECTED": ERROR_PIPE_NOT_CONNECTED,
		"ERROR_MORE_DATA": ERROR_MORE_DATA, "ERROR_OPERATION_ABORTED": ERROR_OPERATION_ABORTED,
		"ERROR_IO_INCOMPLETE": ERROR_IO_INCOMPLETE, "ERROR_IO_PENDING": ERROR_IO_PENDING,
		"ERROR_NOT_FOUND": ERROR_NOT_FOUND, "ERROR_CONNECTION_REFUSED": ERROR_CONNECTION_REFUSED,
		"ERROR_CONNECTION_ABORTED": ERROR_CONNECTION_ABORTED, "ERROR_NOT_CONNECTED": ERROR_NOT_CONNECTED,
	} {
		row := StatusOf(err).row()
		require.NotNil(t, row, name)
		require.Equal(t, name, row.name)
		require.ErrorIs(t, err, row.number)
	}
}
