package pairs

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// leastPairs is the fewest values of which a median has an interval at all.
const leastPairs = 6

const confidence = 0.95

// noRelation is said where an interval reaches 1.
const noRelation = "no difference shown"

// An outcome is what the slices of one contestant say.
type outcome struct {
	median   float64 // NaN: not measured
	value    float64 // compared with the base, a median; NaN for the base itself
	lo, hi   float64 // its interval; infinite if there are too few values
	relation string  // to the base
}

// judge compares the slices of a contestant with those of the base. Values of a pair have
// the same index. The relation claims no more than the whole interval says.
func judge(by Comparison, unit string, mine, base []float64) outcome {
	o := outcome{median: median(mine).Center}
	var values []float64
	switch by {
	case Ratio:
		values = combine(mine, base, divide)
	case Excess:
		values = combine(mine, base, func(m, b float64) float64 { return m - b })
	case Alone:
		values = mine
	}
	s := median(values)
	o.value, o.lo, o.hi = s.Center, s.Lo, s.Hi
	if by == Ratio && !math.IsNaN(o.value) {
		o.relation = relation(unit, o.lo, o.hi)
	}
	return o
}

func relation(unit string, lo, hi float64) string {
	less, more := "faster", "slower"
	switch unit {
	case Growth:
		less, more = "grows less", "grows more"
	case CPUTime, CPUPerOp:
		less, more = "cheaper", "dearer"
	case Switches, Threads, Peak:
		less, more = "fewer", "more"
	}
	switch {
	case math.IsInf(lo, 0) || math.IsInf(hi, 0): // too few pairs
	case hi < 1:
		return less
	case lo > 1:
		return more
	}
	return noRelation
}

// verdict says whether a value meets the goal of m. A goal is met or not by the median, the
// figure that the goal is set for.
func verdict(m Measure, value float64) string {
	switch {
	case math.IsNaN(value):
		return "not measured"
	case value < m.Goal || value == m.Goal && !m.Strict || m.Unit == Allocs && value < 0.005:
		return "goal met"
	}
	return "short of goal"
}

// divide is a ÷ b, and 1 if both are nothing.
func divide(a, b float64) float64 {
	if a == b {
		return 1
	}
	return a / b
}

func combine(mine, base []float64, f func(m, b float64) float64) []float64 {
	out := make([]float64, min(len(mine), len(base)))
	for i := range out {
		out[i] = f(mine[i], base[i])
	}
	return out
}

// median is the median of values with its interval, not a number if there are no
// values or one of them is none.
func median(values []float64) benchmath.Summary {
	if len(values) == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return benchmath.Summary{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	return benchmath.AssumeNothing.Summary(sample(values), confidence)
}

func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// Percentile is the nearest rank, q in (0, 1], of values that are sorted.
func Percentile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
