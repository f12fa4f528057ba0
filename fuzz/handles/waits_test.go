package handles

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestHandlePollIsExact(t *testing.T) {
	a, b := ports.Create(t), ports.Create(t)
	ports.PostKey(t, a, 1)
	ports.Dequeue(b, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
	ports.Dequeue(a, 0).Equal(t, ports.Keyed(1))
	for range 100 {
		done := rig.AsyncErr(func() error { return iocp.PostQueuedCompletionStatus(a, 2, 2, nil) })
		_, err := rig.Await(t, done)
		require.NoError(t, err)
		ports.Dequeue(a, 0).Equal(t, ports.Keyed(2))
	}
}

func TestHandleNeverEarly(t *testing.T) {
	h := ports.Create(t)
	for _, timeout := range []uint32{1, 2, 5, 16, 30} {
		for range 3 {
			start := time.Now()
			ports.Dequeue(h, timeout).Equal(t, ports.Nothing(iocp.ErrTimeout))
			require.GreaterOrEqual(t, time.Since(start), time.Duration(timeout)*time.Millisecond)
			start = time.Now()
			_, err := ports.DequeueEx(t, h, 2, timeout)
			require.Equal(t, iocp.ErrTimeout, err)
			require.GreaterOrEqual(t, time.Since(start), time.Duration(timeout)*time.Millisecond)
		}
	}
}

func TestHandleTimeoutOutputs(t *testing.T) {
	h := ports.Create(t)
	for _, timeout := range []uint32{0, 1, 3} {
		g := ports.Dequeue(h, timeout)
		g.Equal(t, ports.Nothing(iocp.ErrTimeout))
		require.Equal(t, uint32(258), ports.Number(g.Err))
		require.ErrorIs(t, g.Err, syscall.ETIMEDOUT)
		require.ErrorIs(t, g.Err, os.ErrDeadlineExceeded)
		require.True(t, os.IsTimeout(g.Err))
	}
}

func TestHandlePostRacesDeadline(t *testing.T) {
	h := ports.Create(t)
	won := 0
	for i := range 300 {
		get := ports.AsyncDequeue(h, 1)
		for start := time.Now(); time.Since(start) < 900*time.Microsecond+time.Duration(i)*time.Microsecond; {
			runtime.Gosched()
		}
		ports.PostKey(t, h, uintptr(i))
		g, _ := rig.Await(t, get)
		if g.Err == nil {
			won++
			g.Equal(t, ports.Keyed(uintptr(i)))
			ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
		} else {
			g.Equal(t, ports.Nothing(iocp.ErrTimeout))
			ports.Dequeue(h, 0).Equal(t, ports.Keyed(uintptr(i)))
		}
	}
	t.Logf("%d of 300 were in time", won)
}

func TestHandleExTimeout(t *testing.T) {
	h := ports.Create(t)
	for _, room := range []int{1, 3, 64, 65} {
		for _, timeout := range []uint32{0, 1} {
			entries, err := ports.DequeueEx(t, h, room, timeout)
			require.Equal(t, iocp.ErrTimeout, err)
			require.Empty(t, entries)
		}
	}
	ports.PostKey(t, h, 1)
	entries := []iocp.OverlappedEntry{ports.EntryBefore}
	n, err := iocp.GetQueuedCompletionStatusEx(h, entries, 0, true)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, uintptr(1), entries[0].CompletionKey)
}
