package main

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longest is the longest time that a histogram tells apart: longer ones count as longest.
const longest = 60e9

// quantiles are what the table shows.
var quantiles = []struct {
	name    string
	percent float64
}{
	{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99},
}

// A histogram holds times in nanoseconds, to three digits, and the largest of them exactly.
type histogram struct {
	hdr *hdrhistogram.Histogram
	max int64
}

func newHistogram() *histogram {
	return &histogram{hdr: hdrhistogram.New(1, longest, 3)}
}

func (h *histogram) record(ns int64) {
	h.max = max(h.max, ns)
	if err := h.hdr.RecordValue(min(max(ns, 0), longest)); err != nil {
		panic(err)
	}
}

func (h *histogram) count() uint64 { return uint64(h.hdr.TotalCount()) }

func (h *histogram) merge(other *histogram) {
	h.max = max(h.max, other.max)
	if dropped := h.hdr.Merge(other.hdr); dropped != 0 {
		panic("a histogram does not fit another")
	}
}

// at is the time that percent of all do not exceed; never above max, to which hdr rounds up.
func (h *histogram) at(percent float64) int64 {
	return min(h.hdr.ValueAtPercentile(percent), h.max)
}

// A point of a curve: nines is 1 for p90, 2 for p99, and so on.
type point struct {
	nines float64
	ns    int64
}

// curve is the histogram from p0 to the last percentile that a single time makes.
func (h *histogram) curve() []point {
	n := h.hdr.TotalCount()
	if n == 0 {
		return nil
	}
	last := math.Log10(float64(n))
	const steps = 20 // for each nine
	var ps []point
	for i := 0; float64(i)/steps < last; i++ {
		nines := float64(i) / steps
		ps = append(ps, point{nines, h.at(100 * (1 - math.Pow(10, -nines)))})
	}
	return append(ps, point{last, h.max})
}

// snapshot is a histogram as JSON has it.
type snapshot struct {
	HDR *hdrhistogram.Snapshot
	Max int64
}

func (h *histogram) snapshot() snapshot { return snapshot{h.hdr.Export(), h.max} }

func (s snapshot) histogram() *histogram { return &histogram{hdrhistogram.Import(s.HDR), s.Max} }
