//go:build !iocp_portable

package iocp

import (
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

// totalThreads is how many threads the runtime counts.
func totalThreads() int {
	sample := []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}

// claims is how many waiters may claim a thread where the limit of the process leaves room for
// more than there are, and asleep of those who have claimed one sleep.
func claims(t *testing.T, more, asleep int) int {
	t.Helper()
	require.Zero(t, threads.Load())
	for range 100 {
		before := totalThreads()
		limit := debug.SetMaxThreads(before + more)
		sleeping.Add(int32(asleep))
		claimed := 0
		for claimed < 2*(before+more) && claimThread() {
			claimed++
		}
		sleeping.Add(-int32(asleep))
		for range claimed {
			releaseThread()
		}
		require.Equal(t, before+more, debug.SetMaxThreads(limit), "the limit is left as it is")
		require.Zero(t, threads.Load())
		if totalThreads() == before { // else the runtime has started one meanwhile
			return claimed
		}
	}
	t.Fatal("the number of threads does not stay")
	return 0
}

// A waiter that has claimed a thread and does not sleep yet will need one more than there are;
// one that sleeps has it. 32 are left to others, to the last one.
func TestThreadLimitIsExact(t *testing.T) {
	const room = 20
	require.Equal(t, room, claims(t, spare+room, 0))
	require.Equal(t, room+5, claims(t, spare+room, 5))
	require.Equal(t, few+1, claims(t, spare+few+1, 0))
	// More sleep than the runtime has threads, as between two naps: each may need one.
	total := totalThreads()
	require.InDelta(t, total+room, claims(t, spare+room, 1000), 5)
}

// Up to a few waiters claim a thread without a look at the limit, and not one more.
func TestFewThreadsDoNotAskForTheLimit(t *testing.T) {
	require.Equal(t, few, claims(t, spare-1, 0))
	require.Equal(t, few, claims(t, spare, 0))
	require.Equal(t, few, claims(t, spare+few, 0))
}
