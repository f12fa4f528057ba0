package leaks

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// many is how many goroutines the tests of threads park. The race detector has a
// limit of 8128 at a time.
func many() int {
	if rig.Race {
		return 8000
	}
	return 100_000
}

func TestParkedGetsNeedNoThreads(t *testing.T) {
	for name, m := range map[string]iocp.Parking{"auto": iocp.ParkAuto, "goroutine": iocp.ParkGoroutine} {
		t.Run(name, func(t *testing.T) {
			n := many()
			p := ports.Open[int](t, 2, iocp.WithParking(m))
			closed := make(chan error, n)
			before := rig.OSThreads() // tests before this one may have left idle ones
			for range n {
				go func() {
					_, err := p.Get(iocp.Infinite)
					closed <- err
				}()
			}
			rig.Eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
			require.Less(t, rig.OSThreads()-before, runtime.GOMAXPROCS(0)+16)

			require.NoError(t, p.Post(1)) // and the stack works at that depth
			require.NoError(t, <-closed)
			require.NoError(t, p.Close())
			for range n - 1 {
				require.Equal(t, iocp.ErrClosed, <-closed)
			}
			require.Zero(t, p.Stats().Waiting)
			require.Less(t, rig.OSThreads()-before, runtime.GOMAXPROCS(0)+16)
		})
	}
}

// ParkThread has a limit too: a Go program dies at 10,000 threads.
func TestParkThreadIsBounded(t *testing.T) {
	const n, limit = 2500, 1000
	p := ports.Open[int](t, 2, iocp.WithParking(iocp.ParkThread))
	closed := make(chan error, n)
	before := rig.OSThreads()
	for range n {
		go func() {
			_, err := p.Get(iocp.Infinite)
			closed <- err
		}()
	}
	rig.Eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
	require.Less(t, rig.OSThreads()-before, limit+runtime.GOMAXPROCS(0)+16)
	require.NoError(t, p.Close())
	for range n {
		require.Equal(t, iocp.ErrClosed, <-closed)
	}
}

// A waiter costs a bounded few hundred bytes beside its goroutine.
func TestWaiterIsSmall(t *testing.T) {
	const n = 4000
	p := ports.Open[iocp.Packet](t, 2, iocp.WithParking(iocp.ParkGoroutine))
	closed := make(chan error, n)
	begin := make(chan struct{})
	for range n {
		go func() {
			<-begin
			_, err := p.Get(iocp.Infinite)
			closed <- err
		}()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	close(begin)
	rig.Eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / n
	require.Less(t, each, uint64(1024))
	t.Logf("%d bytes a waiter", each)
	require.NoError(t, p.Close())
	for range n {
		require.Equal(t, iocp.ErrClosed, <-closed)
	}
}

// A goroutine that sleeps in a Get keeps the stack that it began with, as one does that
// sleeps on a channel: there may be very many.
func TestStackOfASleeperIsSmall(t *testing.T) {
	// In a process of its own: stacks of goroutines that have ended are used again, and
	// the collector makes those of new ones larger if there are deep ones.
	const own = "adaptivestackstart=0"
	if os.Getenv("GODEBUG") != own {
		self, err := os.Executable()
		require.NoError(t, err)
		cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG="+own)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: "+t.Name())
		return
	}
	const n = 2000
	for _, mode := range []iocp.Parking{iocp.ParkAuto, iocp.ParkGoroutine} {
		p := ports.Open[iocp.Packet](t, 4, iocp.WithParking(mode))
		closed := make(chan error, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			go func() { _, err := p.Get(iocp.Infinite); closed <- err }()
			go func() { _, err := p.GetBatch(make([]iocp.Packet, 2), iocp.Infinite); closed <- err }()
		}
		rig.Eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == 2*n })
		runtime.ReadMemStats(&after)
		each := (int64(after.StackInuse) - int64(before.StackInuse)) / (2 * n)
		t.Logf("%d bytes of stack", each)
		most := int64(3 << 10) // the smallest stack is 2048, the next 4096
		if rig.Race {
			most *= 2 // the detector's frames are larger: one size up
		}
		require.Less(t, each, most)
		defer func() {
			require.NoError(t, p.Close())
			for range 2 * n {
				require.Equal(t, iocp.ErrClosed, <-closed)
			}
		}()
	}
}
