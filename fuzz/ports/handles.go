package ports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// QtyBefore, KeyBefore and OverlappedBefore are in the variables in which a call is to store a
// packet, so that a call that stores nothing shows.
const (
	QtyBefore = 0xDEADBEEF
	KeyBefore = uintptr(0xDEAD1234)
)

// OverlappedBefore: see QtyBefore.
var OverlappedBefore = new(iocp.Overlapped)

// Gotten is what GetQueuedCompletionStatus returned and left behind.
type Gotten struct {
	Qty        uint32
	Key        uintptr
	Overlapped *iocp.Overlapped
	Err        error
}

// Equal compares pointers and errors for identity, and follows neither.
func (g Gotten) Equal(t testing.TB, want Gotten) {
	t.Helper()
	if g != want {
		t.Fatalf("got %+v\nnot %+v", g, want)
	}
}

// Nothing is how a call without a packet ends.
func Nothing(err error) Gotten { return Gotten{QtyBefore, KeyBefore, nil, err} }

// Dequeue calls GetQueuedCompletionStatus.
func Dequeue(h iocp.Handle, timeout uint32) Gotten {
	g := Gotten{QtyBefore, KeyBefore, OverlappedBefore, nil}
	g.Err = iocp.GetQueuedCompletionStatus(h, &g.Qty, &g.Key, &g.Overlapped, timeout)
	return g
}

// AsyncDequeue calls Dequeue in a goroutine of its own.
func AsyncDequeue(h iocp.Handle, timeout uint32) <-chan rig.Result[Gotten] {
	return rig.Async(func() (Gotten, error) { return Dequeue(h, timeout), nil })
}

// Returned requires that the call behind c ended like want.
func Returned(t testing.TB, want Gotten, c <-chan rig.Result[Gotten]) {
	t.Helper()
	g, _ := rig.Await(t, c)
	g.Equal(t, want)
}

// EntryBefore is in the entries in which a call is to store packets.
var EntryBefore = iocp.OverlappedEntry{CompletionKey: KeyBefore, Overlapped: OverlappedBefore, Internal: 0xBAD, BytesTransferred: QtyBefore}

// DequeueEx returns the entries that GetQueuedCompletionStatusEx stored, and
// checks that it left the others alone.
func DequeueEx(t testing.TB, h iocp.Handle, room int, timeout uint32) ([]iocp.OverlappedEntry, error) {
	entries := make([]iocp.OverlappedEntry, room)
	for i := range entries {
		entries[i] = EntryBefore
	}
	n, err := iocp.GetQueuedCompletionStatusEx(h, entries, timeout, false)
	if n < 0 || n > room || (n == 0) != (err != nil) {
		t.Errorf("%d of %d entries and %v", n, room, err)
		return nil, err
	}
	for i, e := range entries[n:] {
		if e != EntryBefore {
			t.Errorf("entry %d was written, there are %d", n+i, n)
		}
	}
	return entries[:n], err
}

// AsyncDequeueEx calls DequeueEx in a goroutine of its own.
func AsyncDequeueEx(t testing.TB, h iocp.Handle, room int, timeout uint32) <-chan rig.Result[[]iocp.OverlappedEntry] {
	return rig.Async(func() ([]iocp.OverlappedEntry, error) { return DequeueEx(t, h, room, timeout) })
}

// Create returns a handle that does not outlive the test. No packet queues while a call waits:
// the limit of hand-offs is high enough.
func Create(t testing.TB) iocp.Handle {
	t.Helper()
	h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 64)
	require.NoError(t, err)
	require.NotZero(t, h)
	require.NotEqual(t, iocp.InvalidHandle, h)
	t.Cleanup(func() { iocp.CloseHandle(h) })
	return h
}

// PostKey posts a packet that differs from others in its key.
func PostKey(t testing.TB, h iocp.Handle, key uintptr) {
	t.Helper()
	require.NoError(t, iocp.PostQueuedCompletionStatus(h, uint32(key), key, nil))
}

// Keyed is how a call ends that takes the packet of PostKey.
func Keyed(key uintptr) Gotten { return Gotten{uint32(key), key, nil, nil} }

// InData, Timeouts and OwnRequest are arguments of calls: an Overlapped in the data segment,
// timeouts at the edges, and an Overlapped within a larger structure.
var (
	InData     iocp.Overlapped
	Timeouts   = []uint32{0, 1, 700, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, iocp.INFINITE}
	OwnRequest = &struct {
		before uint32
		iocp.Overlapped
		after uint32
	}{}
)

// Number is the number that GetLastError would answer.
func Number(err error) uint32 {
	switch err := err.(type) {
	case nil:
		return 0
	case iocp.Errno:
		return uint32(err)
	case *iocp.Error:
		return err.Errno()
	}
	return ^uint32(0)
}

// ErrClosedHandle is what CloseHandle says of a handle that was closed.
var ErrClosedHandle = func() error {
	h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
	if err != nil {
		return err
	}
	_ = iocp.CloseHandle(h)
	return iocp.CloseHandle(h)
}()
