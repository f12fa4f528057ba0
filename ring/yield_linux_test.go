package ring

import (
	"math"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// A caller that waits for a claim keeps its place in Go's scheduler at first: for as many yields
// of its thread as last 70 µs, or for 100 µs if other threads want the processor. The scheduler
// may stop a goroutine at any time, so one try in a hundred is enough to see that.
func TestWaitKeepsItsPlace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	keeps := func(s stall, waits int) bool {
		ran := make(chan struct{})
		go func() { close(ran) }()
		for range waits {
			s.wait()
		}
		kept := false
		select {
		case <-ran:
		default:
			kept = true
		}
		<-ran
		return kept
	}
	kept := func(s stall, waits int) (n int) {
		for range 100 {
			if keeps(s, waits) {
				n++
			}
		}
		return n
	}
	require.NotZero(t, kept(stall{}, spins))
	require.NotZero(t, kept(stall{try: spins + 1, until: math.MaxInt64}, threadYields-spins-1))
	require.Less(t, kept(stall{try: spins + 1}, 1), 50, "its time is up")
	require.Less(t, kept(stall{try: threadYields, until: math.MaxInt64}, 1), 50, "it has yielded often enough")

	s := stall{try: spins}
	s.wait()
	require.Equal(t, int64(math.MinInt64), s.until, "on one processor the other goroutine has no thread")

	runtime.GOMAXPROCS(2)
	synctest.Test(t, func(t *testing.T) {
		s := stall{try: spins}
		s.wait()
		require.Equal(t, int64(math.MinInt64), s.until, "the clock of a bubble stands still")
	})
	s = stall{try: spins}
	before := clock()
	s.wait()
	require.GreaterOrEqual(t, s.until, before+100_000)
	require.LessOrEqual(t, s.until, clock()+100_000)
}
