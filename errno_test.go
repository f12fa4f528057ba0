package iocp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireStatus checks StatusOf against a real error. On Windows the system says a
// number of its own, which must mean the same and need not be want.
func requireStatus(t *testing.T, want Errno, err, means error) {
	t.Helper()
	require.Error(t, err)
	status := StatusOf(err)
	require.ErrorIs(t, status, means, "%v", err)
	if runtime.GOOS != "windows" {
		require.Equal(t, want, status, "%v", err)
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

type uncomparable []int

func (uncomparable) Error() string { return "uncomparable" }

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

func TestStatusOf(t *testing.T) {
	require.Zero(t, StatusOf(nil))
	require.Zero(t, StatusOf(Errno(0)))
	require.Zero(t, StatusOf(syscall.Errno(0)))
	require.Equal(t, Errno(4242), StatusOf(fmt.Errorf("read: %w", Errno(4242))))
	for _, err := range []error{errors.New("other"), uncomparable{}, syscall.E2BIG, io.ErrUnexpectedEOF, net.UnknownNetworkError("x")} {
		require.Equal(t, Errno(31), StatusOf(err), "%v", err)
	}
	require.Equal(t, Errno(121), StatusOf(fmt.Errorf("lookup: %w", &net.DNSError{IsTimeout: true})))
	require.Equal(t, Errno(31), StatusOf(&net.DNSError{}))
	// Not the first error that has a Timeout counts, but any whose Timeout is true.
	late := &net.DNSError{IsTimeout: true}
	for _, err := range []error{
		errors.Join(&net.DNSError{}, late),
		errors.Join(errors.New("other"), errors.Join(&net.DNSError{}, fmt.Errorf("lookup: %w", late))),
		&os.PathError{Op: "read", Path: "f", Err: fmt.Errorf("lookup: %w", late)}, // itself no time-out
	} {
		require.Equal(t, Errno(121), StatusOf(err), "%v", err)
	}
	require.Equal(t, Errno(31), StatusOf(errors.Join(&net.DNSError{}, errors.New("other"))))

	// Of several errors of the table the one with the lower number counts.
	for _, err := range []error{io.EOF, io.ErrClosedPipe, os.ErrDeadlineExceeded, net.ErrClosed} {
		require.Equal(t, Errno(2), StatusOf(errors.Join(err, os.ErrNotExist)), "%v", err)
		require.Equal(t, Errno(2), StatusOf(errors.Join(os.ErrNotExist, err)), "%v", err)
	}
	require.Equal(t, Errno(121), StatusOf(errors.Join(context.Canceled, net.ErrClosed, context.DeadlineExceeded)))

	// The kinds go in one order, whichever is wrapped first.
	kinds := []error{Errno(4242), ErrTimeout, syscall.EPIPE, os.ErrClosed, &net.DNSError{IsTimeout: true}}
	for i, first := range kinds {
		for _, other := range kinds[i+1:] {
			require.Equal(t, StatusOf(first), StatusOf(errors.Join(first, other)), "%v, %v", first, other)
			require.Equal(t, StatusOf(first), StatusOf(errors.Join(other, first)), "%v, %v", other, first)
		}
	}

	// An errno goes before what else is wrapped, and the more exact one counts.
	require.Equal(t, Errno(145), StatusOf(&os.PathError{Op: "remove", Path: "d", Err: syscall.ENOTEMPTY}))
	require.Equal(t, Errno(109), StatusOf(errors.Join(io.EOF, syscall.EPIPE)))
	require.Equal(t, Errno(2250), StatusOf(errors.Join(syscall.EPIPE, Errno(2250))))
	require.Equal(t, Errno(995), StatusOf(errors.Join(errors.New("other"), fmt.Errorf("read: %w", net.ErrClosed))))
}

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

// A syscall.Errno of Windows is the number itself; elsewhere it is an errno, and
// its number means nothing here.
func TestErrnoRawNumber(t *testing.T) {
	windows := runtime.GOOS == "windows"
	for _, number := range []Errno{64, 183, 995, 4242, 10054, 10061} {
		raw := syscall.Errno(number)
		require.Equal(t, windows, StatusOf(os.NewSyscallError("wsarecv", raw)) == number, "%d", number)
		if windows || number > 200 {
			require.Equal(t, windows, errors.Is(number, raw), "%d", number)
		}
	}
}

// tcpPair is the two ends of a connection on loopback.
func tcpPair(t *testing.T) (here, there *net.TCPConn) {
	l := listen(t)
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	a := <-accepted
	require.NotNil(t, a)
	t.Cleanup(func() { a.Close() })
	return c.(*net.TCPConn), a.(*net.TCPConn)
}

func listen(t *testing.T) net.Listener {
	if runtime.GOARCH == "wasm" {
		t.Skip("no sockets")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

func TestStatusOfRefused(t *testing.T) {
	l := listen(t)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	_, err := net.Dial("tcp", addr)
	requireStatus(t, 1225, err, syscall.ECONNREFUSED)
}

var underWine bool // set by wine_windows_test.go

func TestStatusOfReset(t *testing.T) {
	var err error
	for range 100 {
		here, there := tcpPair(t)
		require.NoError(t, there.SetLinger(0))
		require.NoError(t, there.Close())
		_, err = here.Read(make([]byte, 1))
		if !underWine || err != io.EOF {
			break
		}
		// Under Wine, on a busy machine, up to one reader in seven is told of an end
		// instead of the reset: then there is no reset to translate.
	}
	requireStatus(t, 64, err, syscall.ECONNRESET)
}

func TestStatusOfEOF(t *testing.T) {
	here, there := tcpPair(t)
	require.NoError(t, there.Close())
	_, err := here.Read(make([]byte, 1))
	requireStatus(t, 38, err, io.EOF)
}

func TestStatusOfDeadline(t *testing.T) {
	here, _ := tcpPair(t)
	require.NoError(t, here.SetReadDeadline(time.Now().Add(-time.Second)))
	_, err := here.Read(make([]byte, 1))
	requireStatus(t, 121, err, os.ErrDeadlineExceeded)

	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	requireStatus(t, 121, ctx.Err(), context.DeadlineExceeded)
	_, err = new(net.Dialer).DialContext(ctx, "tcp", here.RemoteAddr().String())
	requireStatus(t, 121, err, context.DeadlineExceeded)
}

func TestStatusOfCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	requireStatus(t, 995, ctx.Err(), context.Canceled)
	if runtime.GOARCH != "wasm" {
		_, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:1")
		requireStatus(t, 995, err, context.Canceled)
	}
}

func TestStatusOfClosedConn(t *testing.T) {
	require.Equal(t, closedConnection, net.ErrClosed.Error())
	here, _ := tcpPair(t)
	require.NoError(t, here.Close())
	_, err := here.Read(make([]byte, 1))
	requireStatus(t, 995, err, net.ErrClosed)
	require.Equal(t, Errno(995), StatusOf(err))
}

// The read is pending when the connection is closed, or comes too late: Go says the
// same of both.
func TestStatusOfClosedUnderRead(t *testing.T) {
	here, _ := tcpPair(t)
	failed := make(chan error)
	go func() {
		_, err := here.Read(make([]byte, 1))
		failed <- err
	}()
	require.NoError(t, here.Close())
	require.Equal(t, Errno(995), StatusOf(<-failed))
}

func TestStatusOfPipes(t *testing.T) {
	r, w := io.Pipe()
	require.NoError(t, r.Close())
	_, err := w.Write([]byte{1})
	requireStatus(t, 109, err, io.ErrClosedPipe)

	if runtime.GOARCH == "wasm" {
		t.Skip("no pipes")
	}
	pr, pw, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, pr.Close())
	_, err = pw.Write([]byte{1})
	requireStatus(t, 109, err, syscall.EPIPE)
	require.NoError(t, pw.Close())
	_, err = pw.Write([]byte{1})
	requireStatus(t, 995, err, os.ErrClosed)
}

func TestStatusOfFiles(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	_, err := os.Open(name)
	requireStatus(t, 2, err, os.ErrNotExist)

	f, err := os.Create(name)
	require.NoError(t, err)
	_, err = f.Read(make([]byte, 1))
	requireStatus(t, 38, err, io.EOF)
	require.NoError(t, f.Close())
	_, err = f.Read(make([]byte, 1))
	requireStatus(t, 995, err, os.ErrClosed)

	_, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0)
	requireStatus(t, 80, err, os.ErrExist)
	require.Equal(t, Errno(80), StatusOf(err))
	requireStatus(t, 145, os.Remove(dir), os.ErrExist)
	require.Equal(t, Errno(145), StatusOf(os.Remove(dir)))
}

func TestStatusOfPermission(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(name, nil, 0o444))
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
		if runtime.GOARCH == "wasm" || runtime.GOOS == "windows" {
			t.Skip("this user may write to a read-only file")
		}
		// Root may write to any file, but not execute one that nobody may.
		_, err = os.StartProcess(name, []string{name}, &os.ProcAttr{})
	}
	requireStatus(t, 5, err, os.ErrPermission)
}
