package answers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// requireStatus checks StatusOf against a real error. On Windows the system says a
// number of its own, which must mean the same and need not be want.
func requireStatus(t *testing.T, want iocp.Errno, err, means error) {
	t.Helper()
	require.Error(t, err)
	status := iocp.StatusOf(err)
	require.ErrorIs(t, status, means, "%v", err)
	if runtime.GOOS != "windows" {
		require.Equal(t, want, status, "%v", err)
	}
}

type uncomparable []int

func (uncomparable) Error() string { return "uncomparable" }

func TestStatusOf(t *testing.T) {
	require.Zero(t, iocp.StatusOf(nil))
	require.Zero(t, iocp.StatusOf(iocp.Errno(0)))
	require.Zero(t, iocp.StatusOf(syscall.Errno(0)))
	require.Equal(t, iocp.Errno(4242), iocp.StatusOf(fmt.Errorf("read: %w", iocp.Errno(4242))))
	for _, err := range []error{errors.New("other"), uncomparable{}, syscall.E2BIG, io.ErrUnexpectedEOF, net.UnknownNetworkError("x")} {
		require.Equal(t, iocp.Errno(31), iocp.StatusOf(err), "%v", err)
	}
	require.Equal(t, iocp.Errno(121), iocp.StatusOf(fmt.Errorf("lookup: %w", &net.DNSError{IsTimeout: true})))
	require.Equal(t, iocp.Errno(31), iocp.StatusOf(&net.DNSError{}))
	// Not the first error that has a Timeout counts, but any whose Timeout is true.
	late := &net.DNSError{IsTimeout: true}
	for _, err := range []error{
		errors.Join(&net.DNSError{}, late),
		errors.Join(errors.New("other"), errors.Join(&net.DNSError{}, fmt.Errorf("lookup: %w", late))),
		&os.PathError{Op: "read", Path: "f", Err: fmt.Errorf("lookup: %w", late)}, // itself no time-out
	} {
		require.Equal(t, iocp.Errno(121), iocp.StatusOf(err), "%v", err)
	}
	require.Equal(t, iocp.Errno(31), iocp.StatusOf(errors.Join(&net.DNSError{}, errors.New("other"))))

	// Of several errors of the table the one with the lower number counts.
	for _, err := range []error{io.EOF, io.ErrClosedPipe, os.ErrDeadlineExceeded, net.ErrClosed} {
		require.Equal(t, iocp.Errno(2), iocp.StatusOf(errors.Join(err, os.ErrNotExist)), "%v", err)
		require.Equal(t, iocp.Errno(2), iocp.StatusOf(errors.Join(os.ErrNotExist, err)), "%v", err)
	}
	require.Equal(t, iocp.Errno(121), iocp.StatusOf(errors.Join(context.Canceled, net.ErrClosed, context.DeadlineExceeded)))

	// The kinds go in one order, whichever is wrapped first.
	kinds := []error{iocp.Errno(4242), iocp.ErrTimeout, syscall.EPIPE, os.ErrClosed, &net.DNSError{IsTimeout: true}}
	for i, first := range kinds {
		for _, other := range kinds[i+1:] {
			require.Equal(t, iocp.StatusOf(first), iocp.StatusOf(errors.Join(first, other)), "%v, %v", first, other)
			require.Equal(t, iocp.StatusOf(first), iocp.StatusOf(errors.Join(other, first)), "%v, %v", other, first)
		}
	}

	// An errno goes before what else is wrapped, and the more exact one counts.
	require.Equal(t, iocp.Errno(145), iocp.StatusOf(&os.PathError{Op: "remove", Path: "d", Err: syscall.ENOTEMPTY}))
	require.Equal(t, iocp.Errno(109), iocp.StatusOf(errors.Join(io.EOF, syscall.EPIPE)))
	require.Equal(t, iocp.Errno(2250), iocp.StatusOf(errors.Join(syscall.EPIPE, iocp.Errno(2250))))
	require.Equal(t, iocp.Errno(995), iocp.StatusOf(errors.Join(errors.New("other"), fmt.Errorf("read: %w", net.ErrClosed))))
}

// A syscall.Errno of Windows is the number itself; elsewhere it is an errno, and
// its number means nothing here.
func TestErrnoRawNumber(t *testing.T) {
	windows := runtime.GOOS == "windows"
	for _, number := range []iocp.Errno{64, 183, 995, 4242, 10054, 10061} {
		raw := syscall.Errno(number)
		require.Equal(t, windows, iocp.StatusOf(os.NewSyscallError("wsarecv", raw)) == number, "%d", number)
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
	here, _ := tcpPair(t)
	require.NoError(t, here.Close())
	_, err := here.Read(make([]byte, 1))
	requireStatus(t, 995, err, net.ErrClosed)
	require.Equal(t, iocp.Errno(995), iocp.StatusOf(err))
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
	require.Equal(t, iocp.Errno(995), iocp.StatusOf(<-failed))
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
	require.Equal(t, iocp.Errno(80), iocp.StatusOf(err))
	requireStatus(t, 145, os.Remove(dir), os.ErrExist)
	require.Equal(t, iocp.Errno(145), iocp.StatusOf(os.Remove(dir)))
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
