package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/iocp-go/iocp"
)

// Miss: a wait that nothing ends but its timeout. What counts is how late it
// ends, against a timer that is used again.
func missScenarios(misses int) []scenario {
	var all []scenario
	for _, s := range []struct {
		timeout time.Duration
		least   int
	}{{time.Millisecond, 20}, {100 * time.Millisecond, misses}} {
		all = append(all, scenario{
			name:     "miss",
			params:   fmt.Sprintf("timeout=%dms", s.timeout.Milliseconds()),
			measures: []measure{{row: 12, unit: p50, goal: 1.00}, {row: 12, unit: p99, goal: 1.00}},
			least:    s.least,
			port: func() side {
				p := newPort[iocp.Packet](capacity)
				return lateness(s.timeout, func() {
					if _, err := p.Get(s.timeout); err != iocp.ErrTimeout {
						panic(fmt.Sprint("miss: ", err))
					}
				})
			},
			channel: func() side {
				timer := time.NewTimer(time.Hour)
				return lateness(s.timeout, func() {
					timer.Reset(s.timeout)
					<-timer.C
				})
			},
		})
	}
	return all
}

func lateness(timeout time.Duration, wait func()) side {
	return func(n int) []float64 {
		late := make([]float64, n)
		for i := range late {
			start := now()
			wait()
			late[i] = float64(now() - start - int64(timeout))
			if late[i] < 0 {
				panic("miss: a wait ended early")
			}
		}
		slices.Sort(late)
		return []float64{percentile(late, 0.50), percentile(late, 0.99)}
	}
}
