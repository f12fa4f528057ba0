package pairs

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Latencies are times in a histogram with three significant digits.
type Latencies struct{ h *hdrhistogram.Histogram }

// longest is the longest time that a histogram tells from longer ones.
const longest = int64(time.Hour)

// NewLatencies returns an empty histogram.
func NewLatencies() *Latencies { return &Latencies{hdrhistogram.New(1, longest, 3)} }

// Add records one time.
func (l *Latencies) Add(ns int64) { Must(l.h.RecordValue(min(max(ns, 1), longest))) }

// Merge adds the times of another histogram.
func (l *Latencies) Merge(from *Latencies) { l.h.Merge(from.h) }

// Reset forgets all times.
func (l *Latencies) Reset() { l.h.Reset() }

// Quantile is the time that a part q of all does not exceed, 1 the longest of all. It is not
// a number where so few times are recorded that the quantile would be the longest of them.
func (l *Latencies) Quantile(q float64) float64 {
	n := float64(l.h.TotalCount())
	if n == 0 || q < 1 && n*(1-q) < 1 {
		return math.NaN()
	}
	return float64(l.h.ValueAtQuantile(100 * q))
}

// A point of a curve: a Part of all times does not exceed NS.
type point struct {
	Part float64 `json:"part"`
	NS   int64   `json:"ns"`
}

// curve is the distribution in as many points as a plot needs.
func (l *Latencies) curve() (all []point) {
	if l == nil || l.h.TotalCount() == 0 {
		return nil
	}
	for _, b := range l.h.CumulativeDistribution() {
		all = append(all, point{b.Quantile / 100, b.ValueAt})
	}
	return all
}

// ClockCost is what a reading of the clock takes, in nanoseconds: the least mean of a few
// rounds.
func ClockCost() float64 {
	const readings = 1000
	best := math.Inf(1)
	for range 10 {
		start := Now()
		for range readings - 1 {
			Now()
		}
		best = min(best, float64(Now()-start)/readings)
	}
	return best
}
