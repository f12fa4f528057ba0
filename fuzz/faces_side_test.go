package fuzz

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// A face is a way to call a port: its methods, or the functions over handles. A packet
// of an operation that failed is no error here, and times are milliseconds.
type face interface {
	post(v iocp.Packet) error
	postBatch(vs []iocp.Packet) (int, error)
	get(ctx context.Context, timeout uint32) (iocp.Packet, error)
	getBatch(ctx context.Context, room int, timeout uint32) ([]iocp.Packet, error)
	close() error

	isClosed(err error) bool // whether err is that of a call after close
	limit() int              // of the queue; 0 if there is none
	handOffs() int           // limit of hand-offs in flight
}

// A side is a face beside its model: the queue and the waiting calls.
type side struct {
	face
	t *testing.T

	queue   []iocp.Packet
	waiters []*waiting // the oldest first; if there are any, the queue is empty
	closed  bool
}

// waiting is a call in its own goroutine.
type waiting struct {
	room   int // 0: for one packet, and not a batch
	cancel context.CancelFunc
	done   chan taken
}

type taken struct {
	vs  []iocp.Packet
	err error
}

const patience = 30 * time.Second

// await returns the result of w, and requires that no call of others returns before.
func (s *side) await(w *waiting, others ...*waiting) taken {
	for end := time.Now().Add(patience); len(w.done) == 0; runtime.Gosched() {
		for _, other := range others {
			require.Empty(s.t, other.done, "an older waiter got it; %d wait", len(s.waiters))
		}
		require.True(s.t, time.Now().Before(end), "a call did not return that was to; %d wait", len(s.waiters))
	}
	return <-w.done
}

func (s *side) begin(room int, timeout uint32) *waiting {
	ctx, cancel := context.WithCancel(context.Background())
	w := &waiting{room, cancel, make(chan taken, 1)}
	go func() {
		if room != 0 {
			vs, err := s.face.getBatch(ctx, room, timeout)
			w.done <- taken{vs, err}
			return
		}
		v, err := s.face.get(ctx, timeout)
		w.done <- taken{[]iocp.Packet{v}[:b2i(err == nil)], err}
	}()
	return w
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// same requires that vs are the packets want, bit by bit.
func (s *side) same(want, vs []iocp.Packet) {
	s.t.Helper()
	require.Equal(s.t, len(want), len(vs), "%v, not %v", vs, want)
	for i, v := range vs {
		require.True(s.t, v == want[i], "%d: %+v, not %+v", i, v, want[i])
	}
}

func (s *side) post(vs ...iocp.Packet) {
	room := len(vs)
	if s.closed {
		room = 0
	} else if limit := s.limit(); limit != 0 {
		room = min(room, limit-len(s.queue))
	}
	var n int
	var err error
	if len(vs) == 1 {
		if err = s.face.post(vs[0]); err == nil {
			n = 1
		}
	} else {
		n, err = s.face.postBatch(vs)
	}
	require.Equal(s.t, room, n)
	switch {
	case s.closed && err == nil && len(vs) == 0: // a handle face makes no call for no packets
	case s.closed:
		require.True(s.t, s.isClosed(err), "%v", err)
	case n < len(vs):
		require.Equal(s.t, iocp.ErrFull, err)
	default:
		require.NoError(s.t, err)
	}
	s.accepted(vs[:n])
}

// accepted gives the oldest packet to the newest waiter, as long as there are both.
func (s *side) accepted(vs []iocp.Packet) {
	for _, w := range s.waiters {
		if w.room > 1 && len(vs) > 1 {
			s.shared(vs)
			return
		}
	}
	for len(vs) != 0 && len(s.waiters) != 0 {
		newest := len(s.waiters) - 1
		var others []*waiting
		if len(vs) == 1 {
			others = s.waiters[:newest]
		}
		g := s.await(s.waiters[newest], others...)
		require.NoError(s.t, g.err)
		s.same(vs[:1], g.vs)
		vs, s.waiters = vs[1:], s.waiters[:newest]
	}
	s.queue = append(s.queue, vs...)
}

// shared is accepted for a burst onto waiting batches: a waiter that wakes takes more than it
// was handed, while the rest is being handed to others. How many packets each gets is open.
// Required are: the newest waiter gets the oldest packet; each packet is taken once; the newer
// a waiter, the older its oldest packet; and no packet queues while a waiter may be handed it.
func (s *side) shared(vs []iocp.Packet) {
	var (
		all      = len(s.waiters)
		got      = make([][]iocp.Packet, all)
		returned = 0
		rest     []iocp.Packet
	)
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		count := len(rest)
		returned = 0
		for i, w := range s.waiters {
			select {
			case g := <-w.done:
				require.NoError(s.t, g.err)
				got[i] = g.vs
			default:
			}
			count += len(got[i])
			returned += b2i(got[i] != nil)
		}
		if count >= len(vs) {
			break
		}
		if v, err := s.face.get(context.Background(), 0); err == nil {
			rest = append(rest, v)
			continue
		}
		require.True(s.t, time.Now().Before(end), "%d of %d packets, %d of %d waiters", count, len(vs), returned, all)
	}
	if len(rest) != 0 && s.handOffs() >= all {
		require.Equal(s.t, all, returned, "%d packets queued", len(rest))
	}
	seen := map[uintptr]int{}
	for _, v := range vs {
		seen[v.Key]++
	}
	sets := append(got[:all:all], rest)
	for i := range sets {
		for j, v := range sets[i] {
			require.Equal(s.t, 1, seen[v.Key], "key %d", v.Key)
			seen[v.Key]--
			require.True(s.t, v == vs[v.Key-vs[0].Key], "%+v", v)
			require.True(s.t, j == 0 || sets[i][j-1].Key < v.Key, "%v", sets[i])
		}
	}
	for i := all - returned; i < all; i++ {
		require.NotEmpty(s.t, got[i], "a waiter was passed over: %v", got)
		require.LessOrEqual(s.t, len(got[i]), max(s.waiters[i].room, 1))
		if i == all-1 {
			require.Equal(s.t, vs[0].Key, got[i][0].Key)
		} else {
			require.Greater(s.t, got[i][0].Key, got[i+1][0].Key, "%v", got)
		}
	}
	s.waiters = s.waiters[:all-returned]
}

// took checks the result of a call that did not sleep, or slept in vain, against the queue of
// the model.
func (s *side) took(room int, g taken) {
	n := min(max(room, 1), len(s.queue))
	s.same(s.queue[:n], g.vs)
	s.queue = s.queue[n:]
	switch {
	case n != 0:
		require.NoError(s.t, g.err)
	case s.closed:
		require.True(s.t, s.isClosed(g.err), "%v", g.err)
	default:
		require.Equal(s.t, iocp.ErrTimeout, g.err)
	}
}

func (s *side) get() {
	v, err := s.face.get(context.Background(), 0)
	s.took(1, taken{[]iocp.Packet{v}[:b2i(err == nil)], err})
	require.True(s.t, err == nil || v == iocp.Packet{}, "%+v", v)
}

func (s *side) getBatch(room int) {
	vs, err := s.face.getBatch(context.Background(), room, 0)
	if room == 0 {
		require.Equal(s.t, iocp.ErrInvalidParameter, err)
		require.Empty(s.t, vs)
		return
	}
	s.took(room, taken{vs, err})
}

// leave ends waiter i with err.
func (s *side) leave(i int, err error) {
	g := s.await(s.waiters[i])
	require.Equal(s.t, err, g.err)
	require.Empty(s.t, g.vs)
	s.waiters = append(s.waiters[:i:i], s.waiters[i+1:]...)
}

func (s *side) cancel(n int) {
	if _, ok := s.face.(*portFace); ok && len(s.waiters) != 0 {
		i := n % len(s.waiters)
		s.waiters[i].cancel()
		s.leave(i, context.Canceled)
	}
}

func (s *side) interrupt() {
	if f, ok := s.face.(*portFace); ok {
		require.Equal(s.t, len(s.waiters), f.port.Interrupt())
		for len(s.waiters) != 0 {
			s.leave(0, iocp.ErrInterrupted)
		}
	}
}

func (s *side) close() {
	err := s.face.close()
	if s.closed {
		require.True(s.t, s.isClosed(err), "%v", err)
	} else {
		require.NoError(s.t, err)
	}
	s.closed = true
	for len(s.waiters) != 0 {
		s.leave(0, iocp.ErrClosed)
	}
	if _, ok := s.face.(*handleFace); ok {
		s.queue = nil // dropped
	}
}

func (s *side) look() {
	if f, ok := s.face.(*portFace); ok {
		stats := f.port.Stats()
		require.Equal(s.t, len(s.queue), f.port.Len())
		require.Equal(s.t, uint64(len(s.queue)), stats.Posted-stats.Taken)
		require.Equal(s.t, len(s.waiters), stats.Waiting)
		require.GreaterOrEqual(s.t, f.port.Cap(), len(s.queue))
	}
}

func (s *side) nilPointers() {
	if f, ok := s.face.(*handleFace); ok {
		qty, key := uint32(qtyBefore), keyBefore
		for _, g := range []struct {
			qty *uint32
			key *uintptr
		}{{nil, &key}, {&qty, nil}, {nil, nil}} {
			overlapped := overlappedBefore
			err := iocp.GetQueuedCompletionStatus(f.handle, g.qty, g.key, &overlapped, 0)
			require.Equal(s.t, iocp.ErrInvalidParameter, err)
			require.Nil(s.t, overlapped, "no packet failed")
		}
		require.Equal(s.t, iocp.ErrInvalidParameter, iocp.GetQueuedCompletionStatus(f.handle, &qty, &key, nil, 0))
		require.Equal(s.t, iocp.ErrInvalidParameter, iocp.GetQueuedCompletionStatus(f.handle, nil, nil, nil, iocp.INFINITE))
		require.True(s.t, qty == qtyBefore && key == keyBefore, "stored")
	}
}

// gone reports whether err is the error for a closed handle.
func gone(err error) bool { return errors.Is(err, iocp.ErrInvalidPort) && errors.Is(err, os.ErrClosed) }
