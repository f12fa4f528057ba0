package ring

import (
	"math/bits"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// packet is what a port carries.
type packet struct {
	overlapped unsafe.Pointer
	key        uintptr
	qty        uint32
	_          uint32
}

func TestSlotSize(t *testing.T) {
	if bits.UintSize != 64 {
		t.Skip("for 64-bit machines")
	}
	require.EqualValues(t, 24, unsafe.Sizeof(packet{}))
	require.EqualValues(t, 32, unsafe.Sizeof(Slot[packet]{}))
	require.EqualValues(t, 16, unsafe.Sizeof(Slot[func()]{}))
	require.EqualValues(t, 16, unsafe.Sizeof(Slot[uint64]{}))
}

// The three groups of fields are never fetched together: two words are linePair
// apart, and linePair is at least what any prefetcher takes.
func TestFieldsApart(t *testing.T) {
	require.GreaterOrEqual(t, linePair, 128)
	var r Ring[packet]
	readOnly := unsafe.Offsetof(r.next) + unsafe.Sizeof(r.next)
	enq, deq := unsafe.Offsetof(r.enq), unsafe.Offsetof(r.own)
	require.GreaterOrEqual(t, enq, readOnly+linePair-8)
	require.GreaterOrEqual(t, enq-unsafe.Offsetof(r.slots), uintptr(linePair))
	require.GreaterOrEqual(t, deq-enq, uintptr(linePair))
	require.GreaterOrEqual(t, unsafe.Sizeof(r)-deq, uintptr(linePair), "whatever the allocator puts behind")
}

// What the claims read of the first fields lies on one line.
func TestRingAligned(t *testing.T) {
	if bits.UintSize != 64 {
		t.Skip("for 64-bit machines")
	}
	var r Ring[packet]
	require.LessOrEqual(t, unsafe.Offsetof(r.lap)+unsafe.Sizeof(r.lap), uintptr(line))
	for range 50 {
		r := mustNew[packet](t, 2)
		require.Zero(t, uintptr(unsafe.Pointer(r))%line)
	}
}

// 64-bit atomics fault on some 32-bit machines when they are not aligned.
func TestWordsAligned(t *testing.T) {
	for range 50 {
		r := mustNew[packet](t, 4)
		odd := mustNew[[3]byte](t, 4)
		words := []uintptr{
			uintptr(unsafe.Pointer(&r.enq)), uintptr(unsafe.Pointer(&r.own)),
			uintptr(unsafe.Pointer(&odd.enq)), uintptr(unsafe.Pointer(&odd.own)),
		}
		for i := range r.slots {
			words = append(words, uintptr(unsafe.Pointer(&r.slots[i].seq)), uintptr(unsafe.Pointer(&odd.slots[i].seq)))
		}
		for _, a := range words {
			require.Zero(t, a%8)
		}
	}
}

// straddles counts the slots that lie on two lines.
func straddles[T any](s []Slot[T]) (n int) {
	size := unsafe.Sizeof(s[0])
	for i := range s {
		a := uintptr(unsafe.Pointer(&s[i]))
		if a/line != (a+size-1)/line {
			n++
		}
	}
	return n
}

func checkAligned[T any](t *testing.T) {
	t.Helper()
	if size := unsafe.Sizeof(Slot[T]{}); line%size != 0 {
		t.Skipf("slots of %d bytes straddle lines however they begin", size)
	}
	for capacity := 2; capacity <= 65536; capacity *= 2 {
		// Many at a time, so that they come from all over their spans, and new
		// ones besides recycled ones.
		count := max(3, min(40, 1<<16/capacity))
		for range 2 {
			keep := make([][]Slot[T], count)
			for i := range keep {
				keep[i] = newSlots[T](capacity)
				require.Len(t, keep[i], capacity)
				require.Zero(t, straddles(keep[i]), "capacity %d, address %p", capacity, &keep[i][0])
			}
			runtime.GC()
			runtime.KeepAlive(keep)
		}
	}
}

func TestSlotsAligned(t *testing.T) {
	if bits.UintSize != 64 {
		t.Skip("for 64-bit machines")
	}
	t.Run("packet", checkAligned[packet])
	t.Run("func", checkAligned[func()])
	t.Run("pointer", checkAligned[*int])
	t.Run("interface", checkAligned[any]) // 24 bytes a slot: skipped, and said so
	t.Run("string and word", checkAligned[struct {
		string
		uintptr
	}])
	t.Run("whole line", checkAligned[struct {
		_ [6]uint64
		_ *int
	}])
	t.Run("no pointers 8", checkAligned[uint64])
	t.Run("no pointers 24", checkAligned[[3]uint64])
	t.Run("no pointers 56", checkAligned[[7]uint64])
	t.Run("empty", checkAligned[struct{}])
}

// The slots lie behind a pad in blocks of some capacities: they are whole, and
// the collector sees the pointers in them.
func TestSlotsBehindPadKeepPointers(t *testing.T) {
	for capacity := 2; capacity <= 2048; capacity *= 2 {
		r := mustNew[*[4]int](t, capacity)
		for i := range capacity {
			require.True(t, r.TryPush(&[4]int{i, i, i, i}))
		}
		runtime.GC()
		churn := make([][]byte, 0, 1000) // takes what was freed by mistake
		for range cap(churn) {
			churn = append(churn, []byte("................................"))
		}
		for i := range capacity {
			v, ok := r.TryPop()
			require.True(t, ok)
			require.Equal(t, [4]int{i, i, i, i}, *v, "capacity %d", capacity)
		}
		runtime.KeepAlive(churn)
	}
}

// The slots of a new ring are as the allocator returns them: nothing was written, so that a
// large ring costs nothing until its slots are used.
func TestNewRingIsZero(t *testing.T) {
	for _, start := range []uint64{0, 5, 1 << 62} {
		r, err := NewAt[int](64, start)
		require.NoError(t, err)
		for i := range r.slots {
			require.Zero(t, r.slots[i].seq.Load())
		}
		dst := make([]int, 5)
		for i := range 3 * 64 {
			require.Equal(t, 3, r.TryPushBatch([]int{i, i + 1, i + 2}))
			require.True(t, r.TryPush(i+3))
			v, ok := r.TryPop()
			require.True(t, ok)
			require.Equal(t, 3, r.TryPopBatch(dst))
			require.Equal(t, []int{i, i + 1, i + 2, i + 3, 0}, append([]int{v}, dst[:4]...))
		}
	}
}
