package fuzz

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/ring"
)

// A program for FuzzRing: two bytes for the ring, then a byte for each operation.
//
//	capacity   1 + first&7, so that it is rounded to 2, 4 or 8
//	start      the second as a signed distance from where the positions wrap
//	operation  the low three bits; the other five are the length of a batch
const (
	opPush = iota
	opPop
	opPopReady
	opPushBatch
	opPopBatch
	opClose // if the five bits are 0, else a check of all getters
	opPush2 // twice, so that pushes and pops are frequent
	opPop2
)

func op(kind, n byte) byte { return n<<3 | kind }

func FuzzRing(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0, op(opPush, 0), op(opPush, 0), op(opPush, 0), op(opPop, 0), op(opPop, 0), op(opPop, 0)})
	for _, start := range []byte{0, 1, 5, 251, 254, 255} {
		for capacity := byte(0); capacity < 8; capacity += 3 {
			program := []byte{capacity, start}
			for n := byte(0); n < 12; n++ {
				program = append(program,
					op(opPushBatch, n), op(opPush, 0), op(opPopBatch, n/2), op(opPopReady, 0), op(opClose, 1), op(opPop, 0))
			}
			f.Add(program)
			f.Add(append(program, op(opPushBatch, 3), op(opClose, 0), op(opPush, 0), op(opPopBatch, 1), op(opPop, 0), op(opPushBatch, 1), op(opPopBatch, 9)))
		}
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) >= 2 {
			runProgram(t, program)
		}
	})
}

// model is a ring as a single goroutine sees it.
type model struct {
	queue    []int
	capacity int
	closed   bool
}

// push appends a prefix of vs and returns its length.
func (m *model) push(vs []int) int {
	if m.closed {
		return 0
	}
	n := min(len(vs), m.capacity-len(m.queue))
	m.queue = append(m.queue, vs[:n]...)
	return n
}

func (m *model) pop(n int) []int {
	n = min(n, len(m.queue))
	vs := m.queue[:n:n]
	m.queue = m.queue[n:]
	return vs
}

func runProgram(t *testing.T, program []byte) {
	capacity := 1 + int(program[0]&7)
	start := uint64(1)<<63 + uint64(int8(program[1])) // a position has 63 bits
	r, err := ring.NewAt[int](capacity, start)
	require.NoError(t, err)
	m := &model{capacity: 2}
	for m.capacity < capacity {
		m.capacity *= 2
	}
	compare(t, r, m)

	next := 0
	for _, b := range program[2:] {
		n := int(b >> 3)
		switch b & 7 {
		case opPush, opPush2:
			require.Equal(t, m.push([]int{next}) == 1, r.TryPush(next))
			next++
		case opPop, opPop2:
			one(t, m, r.TryPop)
		case opPopReady:
			one(t, m, r.TryPopReady)
		case opPushBatch:
			vs := make([]int, n)
			for i := range vs {
				vs[i] = next
				next++
			}
			require.Equal(t, m.push(vs), r.TryPushBatch(vs))
		case opPopBatch:
			dst := make([]int, n+1)
			for i := range dst {
				dst[i] = -1
			}
			want := m.pop(n)
			got := r.TryPopBatch(dst[:n])
			require.Equal(t, len(want), got)
			require.True(t, slices.Equal(want, dst[:got]), "%v, not %v", dst[:got], want)
			for _, v := range dst[got:] {
				require.Equal(t, -1, v, "written past the end")
			}
		case opClose:
			if n == 0 {
				r.Close()
				m.closed = true
			}
		}
		compare(t, r, m)
	}
}

func one(t *testing.T, m *model, pop func() (int, bool)) {
	t.Helper()
	v, ok := pop()
	want := m.pop(1)
	require.Equal(t, len(want) == 1, ok)
	if ok {
		require.Equal(t, want[0], v)
	} else {
		require.Zero(t, v)
	}
}

func compare(t *testing.T, r *ring.Ring[int], m *model) {
	t.Helper()
	require.Equal(t, m.capacity, r.Cap())
	require.Equal(t, len(m.queue), r.Len())
	require.Equal(t, m.closed, r.Closed())
	require.Equal(t, len(m.queue) == 0 && !m.closed, r.Empty())
	require.Equal(t, len(m.queue) == 0 && m.closed, r.Drained())
}
