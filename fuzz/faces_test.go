package fuzz

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// A program for FuzzFaces: a byte says how much a Port may grow, then a byte for each
// call, to both faces of a completion port.
//
//	call   the low three bits; the other five are the size of a batch, or the status
const (
	facePost = iota
	faceFail // a packet of an operation that failed
	faceBatch
	faceGet
	faceGetBatch
	faceNone // a batch without room
	faceBurst
	faceClose // only where the five bits are 0: else a get
)

// Statuses, with the NTSTATUS that an entry shows.
var (
	failures = []iocp.Errno{995, 109, 64, 38, 258, 735, 6, 4242}
	internal = []uintptr{0xC0000120, 0xC000014B, 0xC000020D, 0xC0000011, 0xC0070102, 0xC00702DF, 0xC0000008, 0xC0071092}
)

func FuzzFaces(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, op(facePost, 0), op(faceFail, 3), op(faceGet, 0), op(faceGet, 0), op(faceGet, 0)})
	f.Add([]byte{1, op(faceBatch, 7), op(faceClose, 0), op(facePost, 0), op(faceGet, 0), op(faceGetBatch, 9), op(faceGet, 0), op(faceClose, 0)})
	f.Add([]byte{0, op(faceBurst, 31), op(faceBurst, 31), op(faceGetBatch, 31), op(faceBurst, 31), op(faceGet, 0), op(faceGetBatch, 31), op(faceNone, 0), op(faceClose, 0)})
	for growth := byte(0); growth < 4; growth++ {
		program := []byte{growth}
		for n := byte(0); n < 32; n += 3 {
			program = append(program, op(faceBatch, n), op(facePost, 0), op(faceFail, n), op(faceGetBatch, n/2), op(faceGet, 0))
		}
		for n := byte(0); n < 32; n += 5 {
			program = append(program, op(faceBurst, n), op(faceGetBatch, n), op(faceGetBatch, n/2))
		}
		f.Add(append(program, op(faceClose, 0), op(faceGetBatch, 20), op(faceGet, 0)))
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) != 0 {
			runFaces(t, program[:min(len(program), 400)])
		}
	})
}

// faces is a Port and a handle beside the queues that they are to be. The queues
// differ: a Port may be full, and outlives its Close.
type faces struct {
	t *testing.T

	port         *iocp.Port[iocp.Packet]
	limit        int // of the port's queue; 0 if there is none
	inPort       []iocp.Packet
	portClosed   bool
	handle       iocp.Handle
	inHandle     []iocp.Packet
	handleClosed bool

	posted uintptr
}

var operations [3]iocp.Overlapped

// packet is one that no other equals.
func (f *faces) packet(status iocp.Errno) iocp.Packet {
	f.posted++
	v := iocp.Packet{Key: f.posted, Transferred: ^uint32(f.posted), Status: status}
	if i := f.posted % 4; i != 3 {
		v.Overlapped = &operations[i]
	}
	return v
}

// accept is what the port is to say to n packets, and how many it takes.
func (f *faces) accept(n int) (int, error) {
	switch {
	case f.portClosed:
		return 0, iocp.ErrClosed
	case f.limit != 0 && len(f.inPort)+n > f.limit:
		return f.limit - len(f.inPort), iocp.ErrFull
	}
	return n, nil
}

func (f *faces) postHandle(v iocp.Packet) {
	var err error
	if v.Status == 0 {
		err = iocp.PostQueuedCompletionStatus(f.handle, v.Transferred, v.Key, v.Overlapped)
	} else {
		err = iocp.SetIoCompletion(f.handle, v.Key, v.Overlapped, v.Status, v.Transferred)
	}
	if f.handleClosed {
		require.ErrorIs(f.t, err, iocp.ErrInvalidPort)
		return
	}
	require.NoError(f.t, err)
	f.inHandle = append(f.inHandle, v)
}

func (f *faces) post(v iocp.Packet) {
	n, want := f.accept(1)
	require.Equal(f.t, want, f.port.Post(v))
	if n == 1 {
		f.inPort = append(f.inPort, v)
	}
	f.postHandle(v)
}

func (f *faces) postBatch(n int) {
	vs := make([]iocp.Packet, n)
	for i := range vs {
		vs[i] = f.packet(0)
	}
	want, wantErr := f.accept(n)
	got, err := f.port.PostBatch(vs)
	require.Equal(f.t, want, got)
	require.Equal(f.t, wantErr, err)
	f.inPort = append(f.inPort, vs[:got]...)
	for _, v := range vs {
		f.postHandle(v)
	}
}

// empty is what a get is to say when nothing is there.
func (f *faces) empty() error {
	if f.portClosed {
		return iocp.ErrClosed
	}
	return iocp.ErrTimeout
}

func (f *faces) get() {
	v, err := f.port.Get(0)
	if len(f.inPort) == 0 {
		require.Equal(f.t, f.empty(), err)
		require.Zero(f.t, v)
	} else {
		require.NoError(f.t, err)
		require.True(f.t, v == f.inPort[0], "%+v, not %+v", v, f.inPort[0])
		f.inPort = f.inPort[1:]
	}

	const qtyBefore, keyBefore = 0xDEADBEEF, 0xDEAD1234
	qty, key, overlapped := uint32(qtyBefore), uintptr(keyBefore), new(iocp.Overlapped)
	err = iocp.GetQueuedCompletionStatus(f.handle, &qty, &key, &overlapped, 0)
	if !f.handleClosed && len(f.inHandle) != 0 {
		want := f.inHandle[0]
		if want.Status == 0 {
			require.NoError(f.t, err)
		} else {
			require.Equal(f.t, want.Status, err)
		}
		got := iocp.Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: want.Status}
		require.True(f.t, got == want, "%+v, not %+v", got, want)
		f.inHandle = f.inHandle[1:]
		return
	}
	if f.handleClosed {
		require.ErrorIs(f.t, err, iocp.ErrInvalidPort)
	} else {
		require.Equal(f.t, iocp.ErrTimeout, err)
	}
	require.True(f.t, qty == qtyBefore && key == keyBefore && overlapped == nil, "stored: %d %d %p", qty, key, overlapped)
}

func (f *faces) getBatch(room int) {
	untouched := iocp.Packet{Key: 1 << 30}
	dst := make([]iocp.Packet, room)
	for i := range dst {
		dst[i] = untouched
	}
	n, err := f.port.GetBatch(dst, 0)
	want := min(room, len(f.inPort))
	switch {
	case room == 0:
		require.Equal(f.t, iocp.ErrInvalidParameter, err)
	case want == 0:
		require.Equal(f.t, f.empty(), err)
	default:
		require.NoError(f.t, err)
	}
	require.Equal(f.t, want, n)
	for i, v := range dst {
		if i < n {
			require.True(f.t, v == f.inPort[i], "%+v, not %+v", v, f.inPort[i])
		} else {
			require.True(f.t, v == untouched, "written past the end")
		}
	}
	f.inPort = f.inPort[n:]

	entries := make([]iocp.OverlappedEntry, room)
	blank := iocp.OverlappedEntry{CompletionKey: 1 << 30}
	for i := range entries {
		entries[i] = blank
	}
	n, err = iocp.GetQueuedCompletionStatusEx(f.handle, entries, 0, false)
	want = min(room, len(f.inHandle))
	switch {
	case room == 0:
		require.Equal(f.t, iocp.ErrInvalidParameter, err)
	case f.handleClosed:
		require.ErrorIs(f.t, err, iocp.ErrInvalidPort)
	case want == 0:
		require.Equal(f.t, iocp.ErrTimeout, err)
	default:
		require.NoError(f.t, err)
	}
	require.Equal(f.t, want, n)
	for i, e := range entries {
		if i >= n {
			require.True(f.t, e == blank, "written past the end")
			continue
		}
		v := f.inHandle[i]
		want := iocp.OverlappedEntry{CompletionKey: v.Key, Overlapped: v.Overlapped, BytesTransferred: v.Transferred}
		for i, status := range failures {
			if status == v.Status {
				want.Internal = internal[i]
			}
		}
		require.True(f.t, e == want, "%+v, not %+v", e, want)
	}
	f.inHandle = f.inHandle[n:]
}

func (f *faces) close() {
	err := f.port.Close()
	if f.portClosed {
		require.Equal(f.t, iocp.ErrClosed, err)
	} else {
		require.NoError(f.t, err)
	}
	f.portClosed = true
	err = iocp.CloseHandle(f.handle)
	if f.handleClosed {
		require.ErrorIs(f.t, err, iocp.ErrInvalidPort)
	} else {
		require.NoError(f.t, err)
	}
	f.handleClosed, f.inHandle = true, nil // dropped
}

func runFaces(t *testing.T, program []byte) {
	f := &faces{t: t}
	var opts []iocp.Option
	switch program[0] & 3 {
	case 0:
		opts = append(opts, iocp.WithGrowth(0))
	case 1:
		f.limit = 8
	case 2:
		f.limit = 13
	case 3:
		f.limit = 100
	}
	if f.limit > 8 {
		opts = append(opts, iocp.WithGrowth(f.limit))
	}
	var err error
	f.port, err = iocp.New[iocp.Packet](8, opts...)
	require.NoError(t, err)
	f.handle, err = iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
	require.NoError(t, err)
	defer func() { iocp.CloseHandle(f.handle) }()

	for _, b := range program[1:] {
		n := int(b >> 3)
		switch b & 7 {
		case facePost:
			f.post(f.packet(0))
		case faceFail:
			f.post(f.packet(failures[n%len(failures)]))
		case faceBatch:
			f.postBatch(n)
		case faceGet:
			f.get()
		case faceGetBatch:
			f.getBatch(n)
		case faceNone:
			f.getBatch(0)
		case faceBurst: // more than a handle's port begins with
			f.postBatch(4 * n)
		case faceClose:
			if n == 0 {
				f.close()
			} else {
				f.get()
			}
		}
		require.Equal(t, len(f.inPort), f.port.Len())
	}
	for range len(f.inPort) + len(f.inHandle) + 1 {
		f.get()
	}
}
