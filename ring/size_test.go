package ring

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

// The limits of a capacity, and of the memory that it takes.
func TestSlotsFor(t *testing.T) {
	for _, c := range []struct{ capacity, n int }{
		{-1, 0}, {0, 0}, {1, 2}, {2, 2}, {3, 4}, {4, 4}, {5, 8}, {1 << 20, 1 << 20}, {1<<20 + 1, 1 << 21},
	} {
		require.Equal(t, c.n, slotsFor(c.capacity, 8), c.capacity)
	}
	if bits.UintSize == 64 {
		require.Equal(t, MaxCapacity, slotsFor(MaxCapacity, maxBytes/MaxCapacity), "all of the memory")
		require.Equal(t, MaxCapacity/2, slotsFor(MaxCapacity/2, 2*maxBytes/MaxCapacity))
		require.Zero(t, slotsFor(MaxCapacity, maxBytes/MaxCapacity+1), "a byte more in each slot")
		require.Zero(t, slotsFor(MaxCapacity/2+1, 2*maxBytes/MaxCapacity))
		require.Equal(t, MaxCapacity, slotsFor(MaxCapacity/2+1, 8))
	}
	require.Zero(t, slotsFor(MaxCapacity+1, 8))
	require.Zero(t, slotsFor(MaxCapacity, 1<<30))
}

// Ready tells a published element from none, from a claim and from one that was taken, at
// each position of a lap.
func TestReadyAtEachPosition(t *testing.T) {
	r := mustNew[int](t, 4)
	for range 9 {
		require.False(t, r.Ready())
		s, seq := r.ClaimPush()
		require.False(t, r.Ready(), "claimed only")
		s.Publish(1, seq)
		require.True(t, r.Ready())
		require.True(t, r.TryPush(2))
		require.True(t, r.Ready())
		r.TryPop()
		require.True(t, r.Ready())
		r.TryPop()
	}
	require.False(t, r.Ready())
}
