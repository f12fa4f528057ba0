package pairs

import (
	"context"
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

// samples are what the contestants of a scenario came to.
type samples struct {
	values [][][]float64 // of each side and measure, one of each slice, in the order of the pairs
	n      []int         // operations in a slice of each side
	faults []string      // of each side, "" for none
	apart  []apart       // of each side
}

// enough reports whether there are values for an interval, or all that there will be.
func (s samples) enough() bool {
	return len(s.values) > 0 && len(s.values[len(s.values)-1][0]) >= leastPairs
}

// run measures s: pairs of slices, or as many slices as there are sides, one of each side,
// in an order that moves on from pair to pair. What is left to the collector is collected
// between the pairs. A run that ctx ends returns what is complete.
func (r *runner) run(ctx context.Context, s Scenario) samples {
	defer s.Enter()()
	sides := make([]Side, len(s.Sides))
	out := samples{values: make([][][]float64, len(sides)), n: make([]int, len(sides)), faults: make([]string, len(sides)), apart: make([]apart, len(sides))}
	pairs := r.pairs * max(s.Times, 1)
	for i, c := range s.Sides {
		out.values[i] = make([][]float64, len(s.Measures))
		sides[i] = c.Open()
		if s.Once {
			pairs, out.n[i] = 1, max(s.Least, 1)
			continue
		}
		if ctx.Err() != nil {
			return samples{}
		}
		r.progress.show(s, "warming up")
		out.faults[i] = faulty(func() { out.n[i] = r.calibrate(s, sides[i]) })
		if c.Latencies != nil {
			c.Latencies.Reset()
		}
	}
	for pair := range pairs {
		if ctx.Err() != nil {
			break
		}
		r.progress.show(s, fmt.Sprintf("%d/%d", pair+1, pairs))
		if s.Hogs == 0 { // beside hogs a collection takes long
			runtime.GC()
		}
		for k := range sides {
			i := (k + pair) % len(sides)
			if out.faults[i] != "" {
				continue
			}
			var values []float64
			out.faults[i] = faulty(func() { r.guard(s, func() { values = sides[i](out.n[i]) }) })
			for j, v := range values {
				out.values[i][j] = append(out.values[i][j], v)
			}
		}
	}
	for i, c := range s.Sides {
		for j, m := range s.Measures {
			if m.Whole > 0 {
				out.values[i][j] = []float64{c.Latencies.Quantile(m.Whole)}
			}
			if out.faults[i] != "" {
				out.values[i][j] = nil
			}
		}
	}
	return out
}

// faulty calls f and returns the Fault that f panics with, or "".
func faulty(f func()) (fault string) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case Fault:
			fault = string(v)
		default:
			panic(v)
		}
	}()
	f()
	return ""
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
