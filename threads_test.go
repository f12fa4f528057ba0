package iocp

import (
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// osThreads is the number of threads of the process; where it cannot be known,
// of those made so far.
func osThreads() int {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if m := regexp.MustCompile(`(?m)^Threads:\s*(\d+)`).FindSubmatch(status); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			return n
		}
	}
	return pprof.Lookup("threadcreate").Count()
}

// many is how many goroutines the tests of threads park. The race detector has a
// limit of 8128 at a time.
func many() int {
	if raceEnabled {
		return 8000
	}
	return 100_000
}

func TestParkedGetsNeedNoThreads(t *testing.T) {
	for name, m := range map[string]Parking{"auto": ParkAuto, "goroutine": ParkGoroutine} {
		t.Run(name, func(t *testing.T) {
			n := many()
			p := open[int](t, 2, WithParking(m))
			closed := make(chan error, n)
			before := osThreads() // tests before this one may have left idle ones
			for range n {
				go func() {
					_, err := p.Get(Infinite)
					closed <- err
				}()
			}
			eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
			require.Less(t, osThreads()-before, runtime.GOMAXPROCS(0)+16)

			require.NoError(t, p.Post(1)) // and the stack works at that depth
			require.NoError(t, <-closed)
			require.NoError(t, p.Close())
			for range n - 1 {
				require.Equal(t, ErrClosed, <-closed)
			}
			require.Zero(t, p.Stats().Waiting)
			require.Less(t, osThreads()-before, runtime.GOMAXPROCS(0)+16)
		})
	}
}

// ParkThread has a limit too: a Go program dies at 10,000 threads.
func TestParkThreadIsBounded(t *testing.T) {
	const n, limit = 2500, 1000
	p := open[int](t, 2, WithParking(ParkThread))
	closed := make(chan error, n)
	before := osThreads()
	for range n {
		go func() {
			_, err := p.Get(Infinite)
			closed <- err
		}()
	}
	eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
	require.Less(t, osThreads()-before, limit+runtime.GOMAXPROCS(0)+16)
	require.NoError(t, p.Close())
	for range n {
		require.Equal(t, ErrClosed, <-closed)
	}
}

// A waiter costs a bounded few hundred bytes beside its goroutine.
func TestWaiterIsSmall(t *testing.T) {
	const n = 4000
	p := open[Packet](t, 2, WithParking(ParkGoroutine))
	closed := make(chan error, n)
	begin := make(chan struct{})
	for range n {
		go func() {
			<-begin
			_, err := p.Get(Infinite)
			closed <- err
		}()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	close(begin)
	eventually(t, "all of them wait", func() bool { return p.Stats().Waiting == n })
	runtime.ReadMemStats(&after)
	each := (after.TotalAlloc - before.TotalAlloc) / n
	require.Less(t, each, uint64(1024))
	t.Logf("%d bytes a waiter", each)
	require.NoError(t, p.Close())
	for range n {
		require.Equal(t, ErrClosed, <-closed)
	}
}
