package rig

import (
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"testing"
)

// Tracked is a packet of which the collector tells. A counter holds how many are kept.
type Tracked struct {
	_ *Tracked // a pointer keeps it out of the blocks that tiny objects share
	_ [48]byte
}

// Track makes a packet and counts it in kept until it is collected.
func Track(kept *atomic.Int32) *Tracked {
	v := new(Tracked)
	kept.Add(1)
	runtime.AddCleanup(v, func(*atomic.Int32) { kept.Add(-1) }, kept)
	return v
}

// Collected waits until the collector has got all that kept counts.
func Collected(t *testing.T, kept *atomic.Int32) {
	t.Helper()
	Eventually(t, "collected", func() bool {
		runtime.GC()
		return kept.Load() == 0
	})
}

// Heap is the number of bytes that are live.
func Heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// OSThreads is the number of threads of the process or, where the system does not tell, the
// number of threads made so far.
func OSThreads() int {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		if m := regexp.MustCompile(`(?m)^Threads:\s*(\d+)`).FindSubmatch(status); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			return n
		}
	}
	return pprof.Lookup("threadcreate").Count()
}

// Steady requires that f, which does n rounds, does not allocate in each. Pools, and the
// runtime's own lists for a select, fill up once for each processor, so f is called up to six
// times, without a collection, which would empty them.
func Steady(t *testing.T, n int, f func(n int)) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var counts []uint64
	for range 6 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f(n)
		runtime.ReadMemStats(&after)
		count := after.Mallocs - before.Mallocs
		if count < uint64(n/4) || Race { // there sync.Pool forgets a quarter of what it is given
			return
		}
		counts = append(counts, count)
	}
	t.Errorf("%d blocks, each time in %d rounds", counts, n)
}
