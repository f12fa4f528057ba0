//go:build !iocp_portable && !iocp_faults

package iocp

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process that may have few threads more has waiters that sleep as goroutines, although
// they were to sleep as threads, and does not die. A waiter that may have a thread gets one.
func TestSetMaxThreadsIsKept(t *testing.T) {
	sample := []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	metrics.Read(sample)
	limit := int(sample[0].Value.Uint64()) + spare + 20
	defer debug.SetMaxThreads(debug.SetMaxThreads(limit))

	waiters := limit + 50
	p := open[int](t, 2, WithParking(ParkThread))
	defer func() { _ = p.Close() }()
	gets := make([]<-chan result[int], waiters)
	for i := range gets {
		gets[i] = async(func() (int, error) { return p.Get(Infinite) })
	}
	eventually(t, "all wait", func() bool { return p.Stats().Waiting == waiters })
	require.NotZero(t, p.Stats().Threads)
	require.Less(t, p.Stats().Threads, uint64(waiters))
	metrics.Read(sample)
	require.LessOrEqual(t, int(sample[0].Value.Uint64()), limit-32+runtime.GOMAXPROCS(0)+4, "32 are left to others")
	require.NoError(t, p.Close())
	for _, get := range gets {
		_, err := await(t, get)
		require.ErrorIs(t, err, ErrClosed)
	}
	require.Zero(t, threads.Load())
}

// A thousand waiters may sleep as threads. Who asks in vain takes nobody's place, and whoever
// has slept gives its own back.
func TestThreadsAreGivenBack(t *testing.T) {
	require.Zero(t, threads.Load())
	require.Zero(t, sleeping.Load())
	claimed := 0
	for range 1100 {
		if claimThread() {
			claimed++
		}
	}
	require.Equal(t, 1000, claimed)
	require.EqualValues(t, claimed, threads.Load())
	for range claimed {
		releaseThread()
	}
	require.Zero(t, threads.Load())

	p := open[int](t, 2, WithParking(ParkThread))
	for range 3 {
		_, err := p.Get(1)
		require.Equal(t, ErrTimeout, err)
		get := park(t, p, 1)[0]
		require.EqualValues(t, 1, threads.Load())
		require.NoError(t, p.Post(7))
		took(t, 7, get)
		require.Zero(t, threads.Load())
		require.Zero(t, sleeping.Load())
	}
	require.EqualValues(t, 6, p.Stats().Threads)

	fill(t, p, 2)
	post := asyncErr(func() error { return p.PostTimeout(2, Infinite) })
	parkedPosters(t, p, 1)
	require.Zero(t, threads.Load(), "a poster does not sleep as a thread")
	_, err := p.Get(0)
	require.NoError(t, err)
	require.NoError(t, (<-post).err)
}
