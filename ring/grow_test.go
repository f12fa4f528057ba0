package ring

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A push that found the ring full looks again under the lock: a ring that has got room
// meanwhile is not left, whether the room is just enough or the whole ring.
func TestGrowLooksAgain(t *testing.T) {
	for _, popped := range []int{2, 3, 4} {
		var c Chain[int]
		r := mustNew[int](t, 4)
		c.Init(r, 0)
		require.Equal(t, 4, c.TryPushBatch([]int{1, 2, 3, 4}))
		require.Equal(t, popped, c.TryPopBatch(make([]int, popped)))
		n, again := c.grow(r, []int{5, 6})
		require.Zero(t, n)
		require.True(t, again)
		require.Same(t, r, c.Tail())
	}
	var c Chain[int]
	r := mustNew[int](t, 4)
	c.Init(r, 0)
	require.Equal(t, 4, c.TryPushBatch([]int{1, 2, 3, 4}))
	require.Equal(t, 1, c.TryPopBatch(make([]int, 1)))
	n, _ := c.grow(r, []int{5, 6})
	require.Equal(t, 2, n, "a batch is not parted while the chain may grow")
	require.NotSame(t, r, c.Tail())
}
