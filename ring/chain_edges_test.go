package ring

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A chain is empty, or not, whether or not head has left the ring that was drained.
func TestChainEmptyBehindItsHead(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	for i := range 3 {
		require.True(t, c.TryPush(i))
	}
	popClaimed(t, c, c.Head(), 0)
	popClaimed(t, c, c.Head(), 1)
	popClaimed(t, c, c.Tail(), 2)
	require.Equal(t, 2, c.Head().Cap(), "head is the ring that was drained")
	require.True(t, c.Empty())
}

// A ring that was drained is left by the next pop that does not find its element there.
func TestChainLeavesItsRings(t *testing.T) {
	for name, pop := range map[string]func(*Chain[int]) bool{
		"TryPop":      func(c *Chain[int]) bool { _, ok := c.TryPop(); return ok },
		"TryPopReady": func(c *Chain[int]) bool { _, ok := c.TryPopReady(); return ok },
		"TryPopBatch": func(c *Chain[int]) bool { return c.TryPopBatch(make([]int, 1)) == 1 },
	} {
		c := newChain[int](t, 2, 0, 0)
		first := c.Head()
		for i := range 7 {
			require.True(t, c.TryPush(i))
		}
		for range 7 {
			require.True(t, pop(c), name)
		}
		require.NotSame(t, first, c.head.Load(), name)
		require.Same(t, c.Tail(), c.head.Load(), "%s: the smaller ones are garbage", name)
	}
}

// A chain is full at its limit as long as it is open.
func TestChainFullAndClosed(t *testing.T) {
	for _, max := range []int{2, 3, 4, 13} {
		c := newChain[int](t, 2, 1<<63-3, max)
		for range max {
			require.False(t, c.Full())
			require.True(t, c.TryPush(0))
		}
		require.True(t, c.Full())
		c.Close()
		require.False(t, c.Full(), "full, but not open")
	}
	c := newChain[int](t, 2, 0, 0)
	for range 2 + 4 {
		require.True(t, c.TryPush(0))
	}
	require.Equal(t, c.Len(), c.Cap())
	require.False(t, c.Full(), "it would grow")
}

// Room is up to the limit, not up to where the chain grows.
func TestChainRoom(t *testing.T) {
	for _, max := range []int{2, 3, 13, 100} {
		c := newChain[int](t, 2, 0, max)
		for i := range max {
			require.Equal(t, max-i, c.Room())
			require.True(t, c.TryPush(0))
		}
		require.Zero(t, c.Room())
	}
	c := newChain[int](t, 2, 0, 0)
	require.Greater(t, c.Room(), MaxCapacity)
}

// Of an element in flight a pop that is not to wait finds nothing, in a chain as well.
func TestChainReadyInFlight(t *testing.T) {
	for _, max := range []int{2, 3, 0} {
		c := newChain[int](t, 2, 0, max)
		publish := claimPushed(c.Tail(), 1)
		for name, pop := range map[string]func() bool{
			"TryPopReady":      func() bool { _, ok := c.TryPopReady(); return ok },
			"TryPopBatchReady": func() bool { return c.TryPopBatchReady(make([]int, 2)) != 0 },
		} {
			found := make(chan bool, 1)
			go func() { found <- pop() }()
			select {
			case ok := <-found:
				require.False(t, ok)
			case <-time.After(10 * time.Second):
				t.Error(name, "waits for a claim in flight")
				publish()
				require.FailNow(t, "")
			}
		}
		publish()
		v, ok := c.TryPopReady()
		require.True(t, ok)
		require.Equal(t, 1, v)
	}
}
