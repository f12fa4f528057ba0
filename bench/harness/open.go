package harness

import (
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// arrivals are what an open loop has measured, in nanoseconds.
type arrivals struct {
	ages []int64 // of each element, from its time in the timetable until the get returned
	lags []int64 // of each put, by how much it began late for reasons of the poster's own
}

// open puts n elements by a timetable: one every gap, the posters in turn. A poster that
// comes late, by a slow put too, puts at once, and the element's age counts from its time in
// the timetable: whoever measured from the call would leave out the elements that a slow
// queue holds up before they are put (coordinated omission).
func (s *stand[T]) open(n int) arrivals {
	s.next(n, 1)
	ages, lags := make([]int64, n), make([]int64, n)
	var began atomic.Int64
	due := func(id uint64) int64 {
		return began.Load() + int64(s.gap)*(int64(id&seqMask)*int64(s.posters)+int64(poster(id)))
	}
	first := make([]int, s.posters) // place of a poster's first lag
	for p, at := 0, 0; p < s.posters; p++ {
		first[p] = at
		at += s.audit.shares[p]
	}
	crowded := s.posters >= runtime.GOMAXPROCS(0)
	began.Store(pairs.Now() + int64(time.Millisecond)) // time for all to begin
	s.cast(func(taker int) {
		var buf [1]T
		turns := pairs.TurnsFor(s.takeWork)
		for {
			at, k := s.audit.claim(taker)
			if k == 0 {
				return
			}
			s.get(buf[:])
			now := pairs.Now()
			id := read(&buf[0], false)
			s.audit.ids[at] = id
			if id != broken && poster(id) != filler {
				ages[at] = now - due(id)
			}
			if turns > 0 {
				_ = pairs.Spin(turns)
			}
		}
	}, func(p int) {
		var buf [1]T
		turns := pairs.TurnsFor(s.postWork)
		for seq := range s.audit.shares[p] {
			id := idOf(p, s.runs, uint64(seq))
			fill(&buf[0], id, true)
			if turns > 0 {
				_ = pairs.Spin(turns)
			}
			at, ready := due(id), pairs.Now()
			lags[first[p]+seq] = await(at, crowded) - max(at, ready)
			s.put(buf[:])
		}
	})
	s.check()
	return arrivals{ages, lags}
}

// await returns at a time, or at once if the time has passed, and says when that is. Beside
// as many posters as there are processors it gives way to the takers, else it spins; a long
// wait is a sleep but for its end.
func await(at int64, crowded bool) int64 {
	for {
		now := pairs.Now()
		switch rest := at - now; {
		case rest <= 0:
			return now
		case rest > int64(2*time.Millisecond):
			time.Sleep(time.Duration(rest) - time.Millisecond)
		case crowded:
			runtime.Gosched()
		}
	}
}

// latency are the measures of an open loop, in the order of openSide's values. The last three
// need more elements than a slice has, and are of all slices together.
var latency = []pairs.Measure{
	{Unit: pairs.P50}, {Unit: pairs.P90}, {Unit: pairs.P99}, {Unit: pairs.Lag},
}

var tails = []pairs.Measure{
	{Unit: pairs.P999, Whole: 0.999}, {Unit: pairs.P9999, Whole: 0.9999}, {Unit: pairs.Max, Whole: 1},
}

// openScenario measures how long elements are on their way that come by a timetable.
func openScenario(params string, w workload, size int, contenders []Contender) pairs.Scenario {
	s := pairs.Scenario{
		Name: "open", Params: params, Measures: slices.Concat(latency, costs, tails, process),
		Least: max(100, w.posters, w.takers),
	}
	for _, c := range contenders {
		if open := c.stands(w, size); open != nil {
			all := pairs.NewLatencies()
			s.Sides = append(s.Sides, pairs.Contestant{Name: c.name, Latencies: all, Open: func() pairs.Side { return openSide(open(), all) }})
		}
	}
	return s
}

func openSide(t tested, all *pairs.Latencies) pairs.Side {
	slice := pairs.NewLatencies()
	return t.spend(func(n int) []float64 {
		got := t.open(n)
		slice.Reset()
		for _, age := range got.ages {
			slice.Add(age)
		}
		all.Merge(slice)
		slices.Sort(got.lags)
		lag := math.NaN()
		if len(got.lags) > 0 {
			lag = float64(got.lags[(len(got.lags)-1)*99/100])
		}
		return []float64{slice.Quantile(0.50), slice.Quantile(0.90), slice.Quantile(0.99), lag}
	})
}
