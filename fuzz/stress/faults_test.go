package stress

import (
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// The tests here and in faults_linux_test.go run TestStress, or its body, in a
// bad environment.

// faultTime is how long each of them goes on.
func faultTime() time.Duration {
	switch {
	case *soak != 0:
		return *soak
	case testing.Short():
		return 150 * time.Millisecond
	}
	return 700 * time.Millisecond
}

// A collection each millisecond: what is posted stays until it is taken, and what
// waits is moved to another stack.
func TestFaults_Collections(t *testing.T) {
	over := make(chan struct{})
	var wg sync.WaitGroup
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wg.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(time.Millisecond):
				runtime.GC()
			}
		}
	})
	stress(t, uint64(time.Now().UnixNano()), 1, faultTime())
	close(over)
	wg.Wait()
	runtime.ReadMemStats(&after)
	t.Logf("%d collections", after.NumGC-before.NumGC)
	require.NotEqual(t, before.NumGC, after.NumGC)
}

// A limit of memory, and no other reason to collect: bursts come to more than the
// limit together, so that the rings of one must be gone when the next one grows.
func TestFaults_MemoryLimit(t *testing.T) {
	type packet struct {
		packetNo
		_ [104]byte
	}
	const posters = 2
	limit := int64(1 << 30)
	if *soak == 0 {
		limit /= 32 // on a virtual machine a page that is new may cost tens of microseconds
	}
	n := int(limit/1024) * 3 / 2 // a burst takes a quarter of it: 128 bytes a slot, rings that double
	debug.FreeOSMemory()
	base := held() // by what ran before
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(base + limit))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))

	p := ports.Open[packet](t, 4, iocp.WithGrowth(0))
	before := rig.Heap()
	var most int64
	start := time.Now()
	for burst := 0; burst < 12 || time.Since(start) < *soak; burst++ {
		var wg sync.WaitGroup
		for poster := range posters {
			wg.Go(func() {
				vs := make([]packet, 8)
				for i := 0; i < n/posters; i += len(vs) {
					for j := range vs {
						vs[j].packetNo = packetNo{poster, i + j}
					}
					if _, err := p.PostBatch(vs); err != nil {
						t.Errorf("PostBatch: %v", err)
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, n, p.Len())

		var taken [posters]int
		dst := make([]packet, 100)
		for got := 0; got < n; {
			k, err := p.GetBatch(dst, 0)
			require.NoError(t, err, "%d of %d", got, n)
			got += k
			for _, v := range dst[:k] {
				if v.n != taken[v.poster] {
					t.Fatalf("%v where number %d was due", v.packetNo, taken[v.poster])
				}
				taken[v.poster]++
			}
		}
		// A port that grows again and again keeps its ring for longer.
		rig.Eventually(t, "shrunk", func() bool {
			_, err := p.Get(0)
			return err == iocp.ErrTimeout && p.Cap() == 4
		})
		most = max(most, held()-base)
	}
	t.Logf("%d MiB of %d", most>>20, limit>>20)
	// The limit is what the runtime aims at: while it collects, a burst may come on top,
	// rings of a quarter of the limit. Twelve bursts whose rings stay are three times it.
	require.Less(t, most, limit+limit/2)
	require.Less(t, rig.Heap()-before, int64(1<<20))
	runtime.KeepAlive(p)
}

// held is what the process has of the system's memory.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapReleased)
}
