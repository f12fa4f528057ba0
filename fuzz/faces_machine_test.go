package fuzz

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/stacks"
)

// Initial values of the variables in which a function over a handle stores a packet.
const (
	qtyBefore = 0xDEADBEEF
	keyBefore = uintptr(0xDEAD1234)
)

var (
	overlappedBefore = new(iocp.Overlapped)
	entryBefore      = iocp.OverlappedEntry{CompletionKey: keyBefore, Overlapped: overlappedBefore, Internal: 0xBAD, BytesTransferred: qtyBefore}
	operations       [3]iocp.Overlapped
)

// Statuses, with the NTSTATUS that an entry shows.
var (
	failures = []iocp.Errno{995, 109, 64, 38, 258, 735, 6, 4242}
	internal = []uintptr{0xC0000120, 0xC000014B, 0xC000020D, 0xC0000011, 0xC0070102, 0xC00702DF, 0xC0000008, 0xC0071092}
)

// portFace calls the methods of a Port.
type portFace struct {
	port        *iocp.Port[iocp.Packet]
	most        int
	concurrency int
}

func (f *portFace) post(v iocp.Packet) error                { return f.port.Post(v) }
func (f *portFace) postBatch(vs []iocp.Packet) (int, error) { return f.port.PostBatch(vs) }
func (f *portFace) close() error                            { return f.port.Close() }
func (f *portFace) isClosed(err error) bool                 { return err == iocp.ErrClosed }
func (f *portFace) limit() int                              { return f.most }

func (f *portFace) handOffs() int {
	if f.concurrency == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return f.concurrency
}

func (f *portFace) get(ctx context.Context, timeout uint32) (iocp.Packet, error) {
	if timeout == iocp.INFINITE {
		return f.port.GetContext(ctx)
	}
	return f.port.Get(time.Duration(timeout) * time.Millisecond)
}

func (f *portFace) getBatch(ctx context.Context, room int, timeout uint32) ([]iocp.Packet, error) {
	untouched := iocp.Packet{Key: keyBefore}
	dst := make([]iocp.Packet, room)
	for i := range dst {
		dst[i] = untouched
	}
	var n int
	var err error
	if timeout == iocp.INFINITE {
		n, err = f.port.GetBatchContext(ctx, dst)
	} else {
		n, err = f.port.GetBatch(dst, time.Duration(timeout)*time.Millisecond)
	}
	for _, v := range dst[n:] {
		if v != untouched {
			return nil, errors.New("written past the end")
		}
	}
	return dst[:n], err
}

// handleFace calls the functions over a handle.
type handleFace struct {
	handle  iocp.Handle
	threads uint32
}

func (f *handleFace) post(v iocp.Packet) error {
	if v.Status == 0 {
		return iocp.PostQueuedCompletionStatus(f.handle, v.Transferred, v.Key, v.Overlapped)
	}
	return iocp.SetIoCompletion(f.handle, v.Key, v.Overlapped, v.Status, v.Transferred)
}

func (f *handleFace) postBatch(vs []iocp.Packet) (int, error) {
	for i, v := range vs {
		if err := f.post(v); err != nil {
			return i, err
		}
	}
	return len(vs), nil
}

func (f *handleFace) close() error            { return iocp.CloseHandle(f.handle) }
func (f *handleFace) isClosed(err error) bool { return gone(err) }
func (f *handleFace) limit() int              { return 0 }

func (f *handleFace) handOffs() int {
	if f.threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(f.threads)
}

func (f *handleFace) get(_ context.Context, timeout uint32) (iocp.Packet, error) {
	qty, key, overlapped := uint32(qtyBefore), keyBefore, overlappedBefore
	err := iocp.GetQueuedCompletionStatus(f.handle, &qty, &key, &overlapped, timeout)
	v := iocp.Packet{Overlapped: overlapped, Key: key, Transferred: qty}
	if status, ok := err.(iocp.Errno); ok {
		v.Status = status
		return v, nil
	}
	if err != nil {
		if qty != qtyBefore || key != keyBefore || overlapped != nil {
			return v, errors.New("stored in spite of " + err.Error())
		}
		return iocp.Packet{}, err
	}
	return v, nil
}

func (f *handleFace) getBatch(_ context.Context, room int, timeout uint32) (vs []iocp.Packet, err error) {
	entries := make([]iocp.OverlappedEntry, room)
	for i := range entries {
		entries[i] = entryBefore
	}
	n, err := iocp.GetQueuedCompletionStatusEx(f.handle, entries, timeout, room%2 == 1) // alertable or not
	for i, e := range entries {
		if i >= n {
			if e != entryBefore {
				return nil, errors.New("written past the end")
			}
			continue
		}
		v := iocp.Packet{Overlapped: e.Overlapped, Key: e.CompletionKey, Transferred: e.BytesTransferred}
		for i, status := range internal {
			if status == e.Internal {
				v.Status = failures[i]
			}
		}
		if v.Status == 0 && e.Internal != 0 {
			return nil, errors.New("an NTSTATUS that no packet has")
		}
		vs = append(vs, v)
	}
	return vs, err
}

// A machine runs a program on a Port and two handles.
type machine struct {
	t      *testing.T
	sides  [3]*side
	stale  []iocp.Handle
	posted uintptr
	asleep int // before it
}

func newMachine(t *testing.T, about, more byte) *machine {
	m := &machine{t: t, asleep: stacks.Parked()}
	concurrency := []int{0, 1, 2, 64}[about>>2&3]
	f := &portFace{most: []int{0, 8, 13, 100}[about&3], concurrency: concurrency}
	opts := []iocp.Option{iocp.WithConcurrency(concurrency), iocp.WithParking(iocp.Parking(about >> 4 & 3 % 3))}
	if f.most != 8 {
		opts = append(opts, iocp.WithGrowth(f.most))
	}
	var err error
	f.port, err = iocp.New[iocp.Packet](8, opts...)
	require.NoError(t, err)
	m.sides[0] = &side{face: f, t: t}
	for i := range m.sides[1:] {
		m.sides[1+i] = &side{face: &handleFace{threads: []uint32{0, 1, 2, 64, 0xFFFFFFFF}[int(more>>(4*i)&15)%5]}, t: t, closed: true}
		m.reopen(m.sides[1+i])
	}
	return m
}

// packet returns a packet that equals no other.
func (m *machine) packet(status iocp.Errno) iocp.Packet {
	m.posted++
	v := iocp.Packet{Key: m.posted, Transferred: ^uint32(m.posted), Status: status}
	if i := m.posted % 4; i != 3 {
		v.Overlapped = &operations[i]
	}
	return v
}

// parked waits until all callers sleep that the model has asleep.
func (m *machine) parked() {
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		n := m.asleep
		for _, s := range m.sides {
			for _, w := range s.waiters {
				n += b2i(len(w.done) == 0)
			}
		}
		if stacks.Parked() == n {
			return
		}
		require.True(m.t, time.Now().Before(end), "%d are to sleep", n)
	}
}

func (m *machine) wait(s *side, room int) {
	if len(s.waiters) == 5 {
		return
	}
	w := s.begin(room, iocp.INFINITE)
	if len(s.queue) != 0 || s.closed {
		s.took(room, s.await(w))
		return
	}
	s.waiters = append(s.waiters, w)
	m.parked()
}

func (m *machine) expire(s *side, room int, under bool) {
	w := s.begin(room, 1+uint32(b2i(under)))
	if len(s.queue) != 0 || s.closed || !under {
		s.took(room, s.await(w))
		return
	}
	s.waiters = append(s.waiters, w)
	i := len(s.waiters) - 1
	m.parked()
	m.wait(s, room)
	s.leave(i, iocp.ErrTimeout)
}

// invalid makes each call with an invalid handle.
func (m *machine) invalid(n byte, h iocp.Handle) {
	live, other := m.sides[1].face.(*handleFace).handle, m.sides[2].face.(*handleFace).handle
	if n != 0xFF {
		list := append([]iocp.Handle{0, iocp.InvalidHandle, live + 1, live ^ 3, live + 1<<22, other - 1<<22, other + 4, h, h | 4}, m.stale...)
		h = list[int(n)%len(list)]
	}
	for _, s := range m.sides[1:] {
		if !s.closed && h == s.face.(*handleFace).handle {
			return
		}
	}
	f := &handleFace{handle: h}
	errs := []error{f.post(iocp.Packet{Key: 1}), f.post(iocp.Packet{Key: 1, Status: 995}), f.close()}
	for _, timeout := range []uint32{0, iocp.INFINITE} {
		_, err := f.get(context.Background(), timeout)
		errs = append(errs, err)
		vs, err := f.getBatch(context.Background(), 3, timeout)
		require.Empty(m.t, vs)
		errs = append(errs, err)
	}
	for _, err := range errs {
		if h == 0 {
			require.Equal(m.t, iocp.ErrNilPort, err)
		} else {
			require.ErrorIs(m.t, err, iocp.ErrInvalidPort, "%#x", h)
		}
	}
	for _, stale := range m.stale {
		require.True(m.t, stale != h || gone(errs[0]), "%#x: %v", h, errs[0])
	}
}

// create calls CreateIoCompletionPort with wrong arguments, the handle of s among them if it
// has one.
func (m *machine) create(s *side, n int) {
	h := iocp.Handle(n)<<2 | 1
	if f, ok := s.face.(*handleFace); ok {
		h = f.handle
	}
	for _, c := range [][2]iocp.Handle{{0, 0}, {0, h}, {h, 0}, {h, h}, {iocp.InvalidHandle, h}, {iocp.InvalidHandle, iocp.InvalidHandle}} {
		got, err := iocp.CreateIoCompletionPort(c[0], c[1], uintptr(n), uint32(n))
		require.Zero(m.t, got)
		if c[0] == 0 {
			require.Equal(m.t, iocp.ErrNilPort, err)
		} else {
			require.ErrorIs(m.t, err, iocp.ErrInvalidParameter, "%#x", c)
		}
	}
}

func (m *machine) reopen(s *side) {
	f, ok := s.face.(*handleFace)
	if !ok || !s.closed {
		return
	}
	if f.handle != 0 {
		m.stale = append(m.stale, f.handle)
	}
	var err error
	f.handle, err = iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, uintptr(m.posted), f.threads)
	require.NoError(m.t, err)
	require.NotContains(m.t, m.stale, f.handle)
	s.closed = false
}

// drain takes all packets that are left, and requires that all waiters sleep.
func (m *machine) drain() {
	if m.t.Failed() {
		return
	}
	for _, s := range m.sides {
		for range len(s.queue) + 1 {
			s.get()
		}
		for _, w := range s.waiters {
			require.Empty(m.t, w.done, "a call returned for no reason")
		}
		s.look()
	}
	m.parked()
}

// end ends all waits, after a failure too.
func (m *machine) end() {
	for _, s := range m.sides {
		s.face.close()
		for _, w := range s.waiters {
			select {
			case <-w.done:
			case <-time.After(patience):
			}
			w.cancel()
		}
	}
}
