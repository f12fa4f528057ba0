package pairs

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

var epoch = time.Now()

// Now is the monotonic clock in nanoseconds.
func Now() int64 { return int64(time.Since(epoch)) }

// Spin is work: turns of a loop that the compiler cannot take away.
//
//go:noinline
func Spin(turns int) uint64 {
	x := uint64(turns)
	for range turns {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

// TurnsFor is how many turns of Spin take d when nothing disturbs them.
func TurnsFor(d time.Duration) int { return int(float64(d) / nsPerTurn()) }

// nsPerTurn is measured once, so that all tasks of a length are the same work.
var nsPerTurn = sync.OnceValue(func() float64 {
	const turns = 100_000
	best := int64(1 << 62)
	for range 10 {
		start := Now()
		_ = Spin(turns)
		best = min(best, Now()-start)
	}
	return float64(max(best, 1)) / turns
})

// Settle waits until no other goroutine runs or is ready to, so that those just
// started are asleep, and returns since when that is so. What the runtime reports
// is approximate, so it must say so three times in a row. On a machine with other
// work a thread that has nothing to do may need its turn to find that out, so
// Settle gives way after a while; it gives up after a second.
func Settle() (since int64) {
	sample := []metrics.Sample{
		{Name: "/sched/goroutines/running:goroutines"},
		{Name: "/sched/goroutines/runnable:goroutines"},
	}
	end := Now() + int64(time.Second)
	quiet := 0
	for turn := 0; quiet < 3; turn++ {
		if turn < 100 {
			runtime.Gosched()
		} else {
			time.Sleep(20 * time.Microsecond)
		}
		metrics.Read(sample)
		if sample[0].Value.Uint64() > 1 || sample[1].Value.Uint64() > 0 {
			quiet = -1
		}
		if quiet++; quiet <= 1 { // not before this reading
			since = Now()
		}
		if since > end {
			break
		}
	}
	return since
}
