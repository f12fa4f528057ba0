package ring

import (
	"testing"
	"time"

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
		require.Equal(t, 2, n)
		require.False(t, again)
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

// A batch beyond the limit: the last ring has room for the prefix that the limit allows, and
// not for the batch. The push must not look for the room of all of it again and again.
func TestGrowBatchBeyondTheLimit(t *testing.T) {
	var c Chain[int]
	c.Init(mustNew[int](t, 2), 4)
	require.Equal(t, 4, c.TryPushBatch([]int{1, 2, 3, 4}))
	require.Equal(t, 1, c.TryPopBatch(make([]int, 1)))
	last := c.Tail()
	require.Equal(t, 4, last.Cap())
	require.Zero(t, last.limit, "kept by being full")
	dst := make([]int, 4)
	require.Equal(t, 3, c.TryPopBatch(dst))
	require.True(t, c.TryPush(5)) // an empty chain would shrink, and then grow again

	pushed := make(chan int, 1)
	go func() { pushed <- c.TryPushBatch([]int{6, 7, 8, 9, 10}) }()
	select {
	case n := <-pushed:
		require.Equal(t, 3, n)
	case <-time.After(time.Minute):
		t.Fatal("a push that never returns")
	}
	require.Same(t, last, c.Tail())
	require.Equal(t, 4, c.TryPopBatch(dst))
	require.Equal(t, []int{5, 6, 7, 8}, dst)
}
