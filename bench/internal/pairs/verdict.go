package pairs

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// leastPairs is the fewest values of which a median has an interval at all.
const leastPairs = 6

const confidence = 0.95

// An outcome is what the samples of one measure say.
type outcome struct {
	port, channel float64 // medians; NaN: not measured
	value         float64 // what is held against the goal: a median
	lo, hi        float64 // its interval; infinite if there is one value only
	relation      string  // of port to channel
	goal          string  // whether it is met
}

// judge holds the slices of a measure against its goal. Values of a pair have the
// same index. The relation claims no more than the whole interval says; the goal
// is met or not by the median, the figure that it is set for.
func judge(m Measure, port, channel []float64) outcome {
	o := outcome{port: median(port).Center, channel: median(channel).Center}
	values := port
	switch m.By {
	case Ratio:
		values = combine(port, channel, divide)
	case Excess:
		values = combine(port, channel, func(p, c float64) float64 { return p - c })
	}
	s := median(values)
	o.value, o.lo, o.hi = s.Center, s.Lo, s.Hi
	if math.IsNaN(o.value) {
		o.goal = "not measured"
		return o
	}
	o.goal = "short of goal"
	if got := o.value; got < m.Goal || got == m.Goal && !m.Strict || m.Unit == Allocs && got < 0.005 {
		o.goal = "goal met"
	}
	if m.By == Ratio {
		less, more := "faster", "slower"
		if m.Unit == Growth {
			less, more = "grows less", "grows more"
		}
		if m.Unit == CPUTime {
			less, more = "cheaper", "dearer"
		}
		o.relation = "no difference shown"
		switch {
		case math.IsInf(o.lo, 0) || math.IsInf(o.hi, 0): // too few pairs
		case o.hi < 1:
			o.relation = less
		case o.lo > 1:
			o.relation = more
		}
	}
	return o
}

// divide is p ÷ c, and 1 if both are nothing.
func divide(p, c float64) float64 {
	if p == c {
		return 1
	}
	return p / c
}

func combine(port, channel []float64, f func(p, c float64) float64) []float64 {
	out := make([]float64, min(len(port), len(channel)))
	for i := range out {
		out[i] = f(port[i], channel[i])
	}
	return out
}

// median is the median of values with its interval, not a number if there are no
// values or one of them is none.
func median(values []float64) benchmath.Summary {
	if len(values) == 0 || slices.ContainsFunc(values, math.IsNaN) {
		return benchmath.Summary{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1)}
	}
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, confidence)
}

// Percentile is the nearest rank, q in (0, 1], of values that are sorted.
func Percentile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
