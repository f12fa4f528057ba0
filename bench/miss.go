package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Miss: a wait that ends by its timeout. Measured is how late it ends, against a reused timer.
func missScenarios(misses int) []pairs.Scenario {
	var all []pairs.Scenario
	for _, s := range []struct {
		timeout time.Duration
		least   int
	}{{time.Millisecond, 20}, {100 * time.Millisecond, misses}} {
		all = append(all, pairs.Scenario{
			Name:     "miss",
			Params:   fmt.Sprintf("timeout=%dms", s.timeout.Milliseconds()),
			Measures: []pairs.Measure{{Row: 12, Unit: pairs.P50, Goal: 1.00}, {Row: 12, Unit: pairs.P99, Goal: 1.00}},
			Least:    s.least,
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side {
					p := work.NewPort[iocp.Packet](capacity)
					return lateness(s.timeout, func() {
						if _, err := p.Get(s.timeout); err != iocp.ErrTimeout {
							panic(fmt.Sprint("miss: ", err))
						}
					})
				}},
				{Name: "channel", Open: func() pairs.Side {
					timer := time.NewTimer(time.Hour)
					return lateness(s.timeout, func() {
						timer.Reset(s.timeout)
						<-timer.C
					})
				}},
			},
		})
	}
	return all
}

func lateness(timeout time.Duration, wait func()) pairs.Side {
	return func(n int) []float64 {
		late := make([]float64, n)
		for i := range late {
			start := pairs.Now()
			wait()
			late[i] = float64(pairs.Now() - start - int64(timeout))
			if late[i] < 0 {
				panic("miss: a wait ended early")
			}
		}
		slices.Sort(late)
		return []float64{pairs.Percentile(late, 0.50), pairs.Percentile(late, 0.99)}
	}
}
