package iocp

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
)

// A Post to a port at which a call sleeps hands the packet over past the queue: it takes no
// place there.
func TestPostPastTheQueue(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		for n := 1; n <= 3; n++ {
			get := park(t, p, 1)[0]
			require.NoError(t, p.Post(n))
			rig.Took(t, n, get)
			require.EqualValues(t, n, p.takers.Stats().Direct)
			require.Zero(t, p.queue.Pushed())
		}
		require.NoError(t, p.Post(4)) // nobody waits
		require.EqualValues(t, 1, p.queue.Pushed())
		require.EqualValues(t, 3, p.takers.Stats().Direct)
	})
}

// A Get with a timeout of 0 does not wait, and so lets no other goroutine run first.
func TestGetWithoutWaitDoesNotYield(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := open[int](t, 2)
	undisturbed := 0
	for range 20 { // the runtime may take the processor away, not each time
		var ran atomic.Bool
		ended := make(chan struct{})
		go func() {
			ran.Store(true)
			close(ended)
		}()
		_, err := p.Get(0)
		if !ran.Load() {
			undisturbed++
		}
		require.Equal(t, ErrTimeout, err)
		<-ended
	}
	require.NotZero(t, undisturbed)
}
