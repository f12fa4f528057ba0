//go:build !iocp_portable && !iocp_faults

package iocp

import (
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

// A process that may have few threads more has waiters that sleep as goroutines, although
// they were to sleep as threads, and does not die. A waiter that may have a thread gets one.
func TestRow36_SetMaxThreads(t *testing.T) {
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
	require.LessOrEqual(t, p.Stats().Threads, uint64(limit-spare), "the rest is for others")
	require.NoError(t, p.Close())
	for _, get := range gets {
		_, err := await(t, get)
		require.ErrorIs(t, err, ErrClosed)
	}
}
