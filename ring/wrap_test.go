package ring

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// starts are counts of elements pushed so far, near where a word wraps: it does
// when the count passes 2^63, and the uint64 that NewAt takes when it passes 2^64.
func starts() (all []uint64) {
	for d := -5; d <= 5; d++ {
		for _, wrap := range []uint64{0, 1 << 31, 1 << 32, 1 << 62, 1 << 63} {
			all = append(all, wrap+uint64(d))
		}
	}
	return all
}

func eachStart(t *testing.T, f func(t *testing.T, r *Ring[int])) {
	for _, capacity := range []int{2, 4, 8} {
		for _, start := range starts() {
			t.Run(fmt.Sprintf("cap=%d/start=%#x", capacity, start), func(t *testing.T) {
				r, err := NewAt[int](capacity, start)
				require.NoError(t, err)
				require.Equal(t, capacity, r.Cap())
				require.Zero(t, r.Len())
				require.True(t, r.Empty())
				require.Zero(t, r.Pushed())
				require.Zero(t, r.Popped())
				f(t, r)
			})
		}
	}
}

func TestStartsCoverTheWrap(t *testing.T) {
	r, err := NewAt[int](2, 1<<63-1)
	require.NoError(t, err)
	require.EqualValues(t, uint64(math.MaxUint64-1), r.enq.Load())
	require.True(t, r.TryPush(1))
	require.Zero(t, r.enq.Load())
}

func TestWrapSingle(t *testing.T) {
	eachStart(t, func(t *testing.T, r *Ring[int]) {
		next, want := 0, 0
		for range 20 {
			for i := range r.Cap() {
				require.False(t, r.Full())
				require.Equal(t, i, r.Len())
				require.True(t, r.TryPush(next))
				next++
				require.EqualValues(t, next, r.Pushed())
				require.False(t, r.Empty())
			}
			require.True(t, r.Full())
			require.False(t, r.TryPush(-1))
			for i := range r.Cap() {
				require.Equal(t, r.Cap()-i, r.Len())
				pop := r.TryPop
				if i%2 == 1 {
					pop = r.TryPopReady
				}
				v, ok := pop()
				require.True(t, ok)
				require.Equal(t, want, v)
				want++
				require.EqualValues(t, want, r.Popped())
			}
			require.True(t, r.Empty())
			_, ok := r.TryPop()
			require.False(t, ok)
			_, ok = r.TryPopReady()
			require.False(t, ok)

			// Leave the laps' phase: one more element a turn.
			require.True(t, r.TryPush(next))
			next++
			v, ok := r.TryPop()
			require.True(t, ok)
			require.Equal(t, want, v)
			want++
		}
	})
}

func TestWrapBatch(t *testing.T) {
	eachStart(t, func(t *testing.T, r *Ring[int]) {
		next, want := 0, 0
		for size := 1; size <= 2*r.Cap(); size++ {
			for range 4 {
				vs := make([]int, size)
				for i := range vs {
					vs[i] = next + i
				}
				n := r.TryPushBatch(vs)
				require.Equal(t, min(size, r.Cap()), n)
				next += n
				require.Equal(t, n, r.Len())
				require.Equal(t, n == r.Cap(), r.Full())
				m := r.TryPushBatch([]int{next, next + 1})
				require.Equal(t, min(2, r.Cap()-n), m)
				next += m
				require.EqualValues(t, next, r.Pushed())

				dst := make([]int, size)
				for want < next {
					k := r.TryPopBatch(dst)
					require.Equal(t, min(size, next-want), k)
					for _, v := range dst[:k] {
						require.Equal(t, want, v)
						want++
					}
				}
				require.Zero(t, r.TryPopBatch(dst))
				require.True(t, r.Empty())
			}
		}
	})
}

// The closed bit is set when the positions are before, at, and behind the wrap.
func TestWrapClosed(t *testing.T) {
	for fill := range 9 {
		t.Run(fmt.Sprintf("fill=%d", fill), func(t *testing.T) {
			eachStart(t, func(t *testing.T, r *Ring[int]) {
				fill := min(fill, r.Cap())
				for i := range fill {
					require.True(t, r.TryPush(i))
				}
				r.Close()
				for i := range fill {
					require.True(t, r.Closed())
					require.False(t, r.Drained())
					require.False(t, r.Full())
					require.False(t, r.Empty())
					require.False(t, r.TryPush(-1))
					require.Zero(t, r.TryPushBatch([]int{-1, -1, -1}))
					require.Equal(t, fill-i, r.Len())
					require.EqualValues(t, fill, r.Pushed())
					var dst [1]int
					switch i % 3 {
					case 0:
						require.Equal(t, 1, r.TryPopBatch(dst[:]))
					case 1:
						dst[0], _ = r.TryPop()
					default:
						dst[0], _ = r.TryPopReady()
					}
					require.Equal(t, i, dst[0])
				}
				require.True(t, r.Drained())
				require.Zero(t, r.Len())
				require.False(t, r.TryPush(-1))
				require.Zero(t, r.TryPopBatch(make([]int, 2)))
			})
		})
	}
}
