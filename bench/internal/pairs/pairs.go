package pairs

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

// runner measures scenarios.
type runner struct {
	pairs    int
	slice    time.Duration
	limit    time.Duration // of one slice; a scenario that takes longer hangs
	progress *progress
}

// samples are the values of a scenario: for each measure one of each slice, in
// the order of the pairs. channel is nil if there is none.
type samples struct {
	port, channel [][]float64
	n             [2]int // operations in a slice of the port and of the channel
}

// run measures s: pairs of slices, one of each side, in an order that is swapped
// from pair to pair. What is left to the collector is collected between the pairs.
func (r *runner) run(s Scenario) samples {
	defer s.Enter()()
	sides := []Side{s.Port()}
	if s.Channel != nil {
		sides = append(sides, s.Channel())
	}
	pairs := r.pairs * max(s.Times, 1)
	var (
		out samples
		got [2][][]float64
	)
	for i, side := range sides {
		if s.Once {
			pairs, out.n[i] = 1, max(s.Least, 1)
		} else {
			r.progress.show(s, "warming up")
			out.n[i] = r.calibrate(s, side)
		}
		got[i] = make([][]float64, len(s.Measures))
	}
	for pair := range pairs {
		r.progress.show(s, fmt.Sprintf("%d/%d", pair+1, pairs))
		if s.Hogs == 0 { // beside hogs a collection takes long
			runtime.GC()
		}
		for k := range sides {
			i := (k + pair) % len(sides)
			var values []float64
			r.guard(s, func() { values = sides[i](out.n[i]) })
			for j, v := range values {
				got[i][j] = append(got[i][j], v)
			}
		}
	}
	out.port, out.channel = got[0], got[1]
	return out
}

// calibrate warms a side up and returns how many operations make a slice. It
// believes two runs in a row that come near, or two of the least that are far longer,
// for one may have met with a hiccup. What a side returns as the time of an operation
// leaves out what it does in between; with that a slice may take four times as
// long, not more.
func (r *runner) calibrate(s Scenario, run Side) int {
	least, slice := max(s.Least, 1), float64(max(r.slice, s.Slice))
	near, far, fastest := 0, 0, math.Inf(1)
	for n := least; ; n = max(least, min(10*n, int(slice/fastest))) {
		start := Now()
		var values []float64
		r.guard(s, func() { values = run(n) })
		elapsed := float64(Now() - start)
		if elapsed > 4*slice && n == least {
			far++
		}
		if s.Measures[0].Unit == PerOp {
			elapsed = max(values[0]*float64(n), elapsed/4)
		}
		if fastest = min(fastest, elapsed/float64(n)); s.Hogs > 0 {
			fastest = elapsed / float64(n) // the fastest run may have ended before a hog had a turn
		}
		if near++; elapsed < slice/2 {
			near = 0
		}
		if near == 2 || far == 2 {
			return max(least, int(slice/fastest))
		}
	}
}

// guard runs f, and ends the process with the stacks of all goroutines if it
// takes longer than the limit.
func (r *runner) guard(s Scenario, f func()) {
	defer time.AfterFunc(r.limit, func() { hung(os.Stderr, s.Full(), r.limit); os.Exit(1) }).Stop()
	f()
}

func hung(w io.Writer, name string, limit time.Duration) {
	fmt.Fprintf(w, "\n%s: no end after %v; the goroutines:\n", name, limit)
	pprof.Lookup("goroutine").WriteTo(w, 1)
}
