package ring

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Ready tells of the oldest element whether it is published, and nothing of those behind
// it: else a push would write what a caller that watches reads.
func TestReady(t *testing.T) {
	r := mustNew[int](t, 4)
	for lap := range 3 {
		for i := range 3 { // out of step with the laps
			require.False(t, r.Ready(), "empty, lap %d", lap)
			publish := claimPushed(r, i)
			require.True(t, r.TryPush(i))
			require.False(t, r.Ready(), "the oldest is in flight")
			publish()
			for range 2 {
				require.True(t, r.Ready())
				_, ok := r.TryPop()
				require.True(t, ok)
			}
		}
	}
	require.False(t, r.Ready())
	for range 4 {
		require.True(t, r.TryPush(0))
	}
	recycle := claimPopped(r)
	require.True(t, r.Ready(), "the next one is the oldest")
	recycle()
}

// popClaimed pops from the ring that it is given, as a fast path of the chain does, which
// leaves head where it is.
func popClaimed(t *testing.T, c *Chain[int], r *Ring[int], want int) {
	t.Helper()
	s, seq := r.ClaimPop(c.Deq())
	require.NotNil(t, s)
	require.Equal(t, want, s.Recycle(seq))
}

// What lies behind a seam is ready although the ring at head has been drained.
func TestReadyBehindASeam(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	for i := range 3 {
		require.True(t, c.TryPush(i))
	}
	popClaimed(t, c, c.Head(), 0)
	popClaimed(t, c, c.Head(), 1)
	require.Equal(t, 2, c.Head().Cap(), "head is the ring that was drained")
	require.True(t, c.Ready())
}
