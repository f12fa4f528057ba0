package waiter

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// threaded is a bed under ParkThread that has two threads.
func threaded(t *testing.T) (b *bed, threads *lot) {
	b, threads = newBedOf(t, NewestFirst, 100, ParkThread), &lot{threads: 4}
	b.parkers.Thread, b.parkers.Claim, b.parkers.Release = threads.newParker, threads.claim, threads.release
	return b, threads
}

// As many as there are threads sleep so, with a deadline or without, and the others as
// goroutines. Every way out of a wait gives the thread back.
func TestThreads(t *testing.T) {
	b, threads := threaded(t)
	for range 3 {
		for who := range 6 {
			deadline := Forever
			if who%2 == 0 {
				deadline = Deadline(time.Hour)
			}
			before := b.lot.parks.Load() + threads.parks.Load()
			b.wait(who, deadline, nil)
			await(t, "a waiter to park", func() bool { return b.lot.parks.Load()+threads.parks.Load() > before })
		}
		require.EqualValues(t, 4, threads.claimed.Load())
		require.EqualValues(t, 4, threads.asleep.Load())
		require.EqualValues(t, 2, b.lot.asleep.Load())
		b.post(0, 1, 2)
		for range 3 {
			require.Equal(t, Handed, b.next().why)
		}
		require.Equal(t, 3, b.Interrupt())
		for range 3 {
			require.Equal(t, Interrupted, b.next().why)
		}
		require.Zero(t, threads.claimed.Load())
	}
	require.EqualValues(t, 12, b.Stats().Threads)

	_, why := b.Wait(nil, Deadline(0), nil)
	require.Equal(t, Expired, why)
	require.Zero(t, threads.claimed.Load())
	b.q.put(1)
	_, why = b.Wait(nil, Forever, nil)
	require.Equal(t, Retry, why)
	require.Zero(t, threads.claimed.Load())
	b.q.take()

	b.wait(0, Forever, nil)
	await(t, "a waiter to park", func() bool { return threads.asleep.Load() == 1 })
	b.q.close()
	b.Settle()
	require.Equal(t, Closed, b.next().why)
	require.Zero(t, threads.claimed.Load())
	require.EqualValues(t, 14, b.Stats().Threads, "the one that did not sleep is none")

	w := b.acquire(Forever, nil)
	require.True(t, w.threads)
	b.Stack.free(w, Retry)
	require.False(t, w.threads, "the next wait of w would give back what it has not claimed")
	require.Zero(t, threads.claimed.Load())
}

// A thread that sleeps sees no channel: a wait with one is a goroutine's.
func TestThreadsHaveNoDone(t *testing.T) {
	b, threads := threaded(t)
	done := make(chan struct{})
	b.parkUntil(0, Forever, done)
	require.Zero(t, threads.parks.Load())
	require.Zero(t, threads.claimed.Load())
	close(done)
	require.Equal(t, Canceled, b.next().why)
	require.Zero(t, threads.claimed.Load())
}

// Nor does it see the clock of a bubble: a wait in one is a goroutine's, and claims none.
func TestNoThreadsInBubbles(t *testing.T) {
	b, threads := threaded(t)
	synctest.Test(t, func(t *testing.T) {
		for _, timeout := range []time.Duration{time.Hour, 50 * 365 * 24 * time.Hour} {
			_, why := b.Wait(nil, Now()+int64(timeout), nil)
			require.Equal(t, Expired, why)
		}
	})
	require.Zero(t, threads.parks.Load())
	require.Zero(t, threads.claimed.Load())
	require.EqualValues(t, 2, b.lot.parks.Load())
}

// A parker for waits with a done stays with its waiter, unless it says that it must not.
func TestDoneParkerIsKept(t *testing.T) {
	for _, keep := range []bool{true, false} {
		b := newBed(t, NewestFirst, 1)
		b.parkers.Done = func() (Parker, bool) { return b.lot.newParker(), keep }
		w := b.acquire(Forever, make(chan struct{}))
		require.NotNil(t, w.parker)
		require.Equal(t, keep, w.others.done != nil)
	}
}
