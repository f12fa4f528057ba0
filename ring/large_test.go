package ring

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A variable above 128 KiB does not fit into a frame: the compiler would move it to the
// heap, in each call.
func TestLargeElementsAllocateNothing(t *testing.T) {
	type element [129 << 10]byte
	v, vs, dst := element{1}, make([]element, 6), make([]element, 6)
	v[len(v)-1] = 2
	for i := range vs {
		vs[i] = v
	}

	r := mustNew[element](t, 2)
	require.Zero(t, allocs(3, func() {
		for i := range 3 {
			if r.TryPush(v) != (i < 2) {
				t.Error("push", i)
			}
		}
		if r.TryPushBatch(vs) != 0 {
			t.Error("not full")
		}
		if r.TryPopBatch(dst) != 2 || dst[1] != v || r.TryPopBatch(dst) != 0 {
			t.Error("not empty")
		}
		r.TryPop()
		r.TryPopReady()
		if r.TryPushBatch(vs) != 2 {
			t.Error("full")
		}
		r.TryPop()
		r.TryPopReady()
	}))
	require.True(t, r.Empty())
	for i := range r.slots {
		require.True(t, r.slots[i].val == element{}, "slot %d", i)
	}

	for _, limit := range []int{2, 3, 4} {
		c := newChain[element](t, 2, 0, limit)
		require.Equal(t, limit, c.TryPushBatch(vs)) // to its last ring
		for range limit {
			c.TryPop()
		}
		require.Zero(t, allocs(3, func() {
			for range limit {
				c.TryPush(v)
			}
			if c.TryPush(v) || c.TryPushBatch(vs) != 0 {
				t.Error("not full")
			}
			if c.TryPopBatch(dst) != limit || dst[limit-1] != v || c.TryPopBatch(dst) != 0 {
				t.Error("not empty")
			}
			c.TryPop()
			c.TryPopReady()
			if c.TryPushBatch(vs) != limit {
				t.Error("full")
			}
			for range limit - 1 {
				c.TryPop()
			}
			c.TryPopReady()
		}), "limit %d", limit)
		require.True(t, c.Empty())
	}
}

// On a 32-bit machine no type is as large as a thousand of these.
func TestHugeElements(t *testing.T) {
	r := mustNew[[2 << 20]byte](t, 2)
	require.True(t, r.TryPush([2 << 20]byte{1}))
	v, ok := r.TryPop()
	require.True(t, ok)
	require.EqualValues(t, 1, v[0])
}
