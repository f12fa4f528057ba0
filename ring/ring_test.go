package ring

import (
	"math"
	"math/bits"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func mustNew[T any](t testing.TB, capacity int) *Ring[T] {
	t.Helper()
	r, err := New[T](capacity)
	require.NoError(t, err)
	return r
}

func TestNewRefusesBadCapacities(t *testing.T) {
	bad := []int{0, -1, math.MinInt, MaxCapacity + 1, math.MaxInt}
	if bits.UintSize == 64 {
		bad = append(bad, int(int64(1)<<40&math.MaxInt))
	}
	for _, c := range bad {
		r, err := New[int](c)
		require.ErrorIs(t, err, ErrCapacity, "capacity %d", c)
		require.Nil(t, r, "capacity %d", c)
		_, err = NewAt[int](c, math.MaxUint64)
		require.ErrorIs(t, err, ErrCapacity, "capacity %d", c)
	}
}

func TestNewRefusesWhatCannotBeAddressed(t *testing.T) {
	if bits.UintSize != 32 {
		t.Skip("no element type is large enough")
	}
	_, err := New[byte](MaxCapacity)
	require.ErrorIs(t, err, ErrCapacity)
	_, err = New[[4]uint64](MaxCapacity / 16) // 40 bytes a slot, 2.5 GiB
	require.ErrorIs(t, err, ErrCapacity)
}

func TestNewRoundsUp(t *testing.T) {
	for _, c := range [][2]int{
		{1, 2}, {2, 2}, {3, 4}, {4, 4}, {5, 8}, {8, 8}, {9, 16}, {1000, 1024}, {1024, 1024}, {1025, 2048},
	} {
		r := mustNew[int](t, c[0])
		require.Equal(t, c[1], r.Cap())
		for i := range c[1] {
			require.True(t, r.TryPush(i), "capacity %d, element %d", c[0], i)
		}
		require.False(t, r.TryPush(0), "capacity %d", c[0])
	}
}

func TestFIFO(t *testing.T) {
	r := mustNew[int](t, 8)
	next, want := 0, 0
	for fill := 1; fill <= 8; fill++ { // every level of filling, over several laps
		for range 3 {
			for i := range fill {
				require.Equal(t, i, r.Len())
				require.True(t, r.TryPush(next))
				next++
			}
			for i := range fill {
				require.Equal(t, fill-i, r.Len())
				v, ok := r.TryPop()
				require.True(t, ok)
				require.Equal(t, want, v)
				want++
			}
		}
	}
	require.EqualValues(t, next, r.Pushed())
	require.EqualValues(t, next, r.Popped())
}

func TestFullAndEmpty(t *testing.T) {
	r := mustNew[string](t, 2)
	require.True(t, r.Empty())
	require.False(t, r.Full())
	for _, pop := range []func() (string, bool){r.TryPop, r.TryPopReady} {
		v, ok := pop()
		require.False(t, ok)
		require.Empty(t, v)
	}
	require.True(t, r.TryPush("a"))
	require.False(t, r.Empty())
	require.False(t, r.Full())
	require.True(t, r.TryPush("b"))
	require.True(t, r.Full())
	require.False(t, r.TryPush("c"))
	require.Equal(t, 2, r.Len())
	v, ok := r.TryPopReady()
	require.True(t, ok)
	require.Equal(t, "a", v)
	require.False(t, r.Full())
	require.True(t, r.TryPush("c"))
	require.Equal(t, []string{"b", "c"}, drain(r))
	require.True(t, r.Empty())
}

// drain pops what is there.
func drain[T any](r *Ring[T]) (all []T) {
	for {
		v, ok := r.TryPop()
		if !ok {
			return all
		}
		all = append(all, v)
	}
}

func TestClose(t *testing.T) {
	r := mustNew[int](t, 4)
	require.Equal(t, 2, r.TryPushBatch([]int{1, 2}))
	require.False(t, r.Closed())
	require.False(t, r.Drained())

	for range 2 { // closing again changes nothing
		r.Close()
		require.True(t, r.Closed())
		require.False(t, r.Drained())
		require.False(t, r.TryPush(3))
		require.Zero(t, r.TryPushBatch([]int{3, 4}))
		require.Zero(t, r.TryPushBatch(nil))
		require.Equal(t, 2, r.Len())
		require.EqualValues(t, 2, r.Pushed())
		require.False(t, r.Empty())
		require.False(t, r.Full())
	}

	v, ok := r.TryPop()
	require.True(t, ok)
	require.Equal(t, 1, v)
	require.False(t, r.Drained())
	require.False(t, r.TryPush(3)) // room does not help
	v, ok = r.TryPopReady()
	require.True(t, ok)
	require.Equal(t, 2, v)

	require.True(t, r.Drained())
	require.False(t, r.Empty(), "empty, but not open")
	require.Zero(t, r.Len())
	_, ok = r.TryPop()
	require.False(t, ok)
	_, ok = r.TryPopReady()
	require.False(t, ok)
	require.Zero(t, r.TryPopBatch(make([]int, 3)))
	require.True(t, r.Drained())
}

func TestCloseFullAndEmpty(t *testing.T) {
	r := mustNew[int](t, 2)
	r.Close()
	require.True(t, r.Drained())
	require.False(t, r.TryPush(1))

	r = mustNew[int](t, 2)
	require.Equal(t, 2, r.TryPushBatch([]int{1, 2, 3}))
	r.Close()
	require.False(t, r.TryPush(3))
	require.Zero(t, r.TryPushBatch([]int{3}))
	require.Equal(t, []int{1, 2}, drain(r))
	require.True(t, r.Drained())
}

func TestZeroRing(t *testing.T) {
	var r Ring[*int]
	look := func() {
		require.False(t, r.TryPush(new(int)))
		require.Zero(t, r.TryPushBatch(make([]*int, 2)))
		require.Zero(t, r.TryPushBatch(nil))
		_, ok := r.TryPop()
		require.False(t, ok)
		_, ok = r.TryPopReady()
		require.False(t, ok)
		require.Zero(t, r.TryPopBatch(make([]*int, 2)))
		require.Zero(t, r.TryPopBatch(nil))
		require.Zero(t, r.Len())
		require.Zero(t, r.Cap())
		require.Zero(t, r.Pushed())
		require.Zero(t, r.Popped())
	}
	look()
	require.True(t, r.Empty())
	require.False(t, r.Closed())
	require.False(t, r.Drained())
	r.Close()
	look()
	require.True(t, r.Closed())
	require.True(t, r.Drained())
}

func TestBatches(t *testing.T) {
	r := mustNew[int](t, 8)
	require.Zero(t, r.TryPushBatch(nil))
	require.Zero(t, r.TryPushBatch([]int{}))
	require.Zero(t, r.TryPopBatch(make([]int, 4)))

	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	require.Equal(t, 5, r.TryPushBatch(all[:5]))
	require.Zero(t, r.TryPopBatch(nil))
	require.Equal(t, 3, r.TryPushBatch(all[5:]), "the prefix that fits")
	require.Zero(t, r.TryPushBatch(all))
	require.True(t, r.Full())

	dst := []int{-1, -1, -1, -1}
	require.Equal(t, 3, r.TryPopBatch(dst[:3]))
	require.Equal(t, []int{0, 1, 2, -1}, dst)
	require.Equal(t, 3, r.TryPushBatch(all[8:]), "across the end of the slots")
	long := slices.Repeat([]int{-1}, 20)
	require.Equal(t, 8, r.TryPopBatch(long), "longer than what is there")
	require.Equal(t, append(slices.Clone(all[3:11]), slices.Repeat([]int{-1}, 12)...), long)
	require.True(t, r.Empty())
	require.EqualValues(t, 11, r.Pushed())
	require.EqualValues(t, 11, r.Popped())
}

// What was popped is not kept: neither in the slots, as seen there, nor as the
// collector sees it. The batch lies across the end of the slots.
func TestPoppedIsCollectable(t *testing.T) {
	type object struct{ _ [64]byte }
	pops := map[string]func(*Ring[*object]) int{
		"TryPop":      func(r *Ring[*object]) int { return len(drain(r)) },
		"TryPopBatch": func(r *Ring[*object]) int { return r.TryPopBatch(make([]*object, 9)) },
		"TryPopReady": func(r *Ring[*object]) (n int) {
			for {
				if _, ok := r.TryPopReady(); !ok {
					return n
				}
				n++
			}
		},
	}
	for name, pop := range pops {
		t.Run(name, func(t *testing.T) {
			r := mustNew[*object](t, 4)
			require.Equal(t, 2, r.TryPushBatch(make([]*object, 2)))
			require.Equal(t, 2, r.TryPopBatch(make([]*object, 2)))
			gone := make(chan int, 4)
			for i := range 4 {
				o := new(object)
				runtime.AddCleanup(o, func(i int) { gone <- i }, i)
				require.True(t, r.TryPush(o))
			}
			runtime.GC()
			require.Empty(t, gone, "what is in the ring stays")
			require.Equal(t, 4, pop(r))
			for i := range r.slots {
				require.Nil(t, r.slots[i].val, "slot %d", i)
			}
			giveUp := time.Now().Add(time.Minute)
			for len(gone) < 4 && time.Now().Before(giveUp) {
				runtime.GC()
				runtime.Gosched()
			}
			require.Len(t, gone, 4)
			runtime.KeepAlive(r)
		})
	}
}

// allocs is testing.AllocsPerRun, the least of some tries: chains of other tests shrink by
// their timers meanwhile, garbage that is not collected yet among them.
func allocs(runs int, f func()) (least float64) {
	least = math.Inf(1)
	for range 10 {
		if least = min(least, testing.AllocsPerRun(runs, f)); least == 0 {
			break
		}
		time.Sleep(lookEvery / 5)
	}
	return least
}

func TestNoAllocation(t *testing.T) {
	r := mustNew[[3]uintptr](t, 4)
	buf := make([][3]uintptr, 6)
	require.Zero(t, allocs(100, func() {
		for range 5 { // the last one meets a full ring
			r.TryPush([3]uintptr{1, 2, 3})
		}
		for range 5 {
			r.TryPop()
		}
		r.TryPopReady()
		r.TryPushBatch(buf)
		r.TryPopBatch(buf)
	}))
}
