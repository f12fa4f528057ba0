package main

import (
	"fmt"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Pool: one goroutine submits functions, workers call them. An operation is one
// function; the time ends when all have been called and the workers sleep.
func poolScenarios() []pairs.Scenario {
	goals := []struct {
		task time.Duration
		goal float64
	}{{0, 0.30}, {500 * time.Nanosecond, 0.95}, {5 * time.Microsecond, 1.00}}
	var all []pairs.Scenario
	for _, g := range goals {
		for _, workers := range []int{4, 64, 1000} {
			all = append(all, pairs.Scenario{
				Name:     "pool",
				Params:   fmt.Sprintf("work=%dns/workers=%d", g.task.Nanoseconds(), workers),
				Least:    4 * workers, // some for each
				Measures: []pairs.Measure{{Row: 8, Unit: pairs.PerOp, Goal: g.goal}},
				Sides: []pairs.Contestant{
					{Name: "port", Open: func() pairs.Side {
						return work.Pool(work.Task(g.task), work.Goroutines(workers, work.PortPool(work.NewPort[func()](capacity))))
					}},
					{Name: "channel", Open: func() pairs.Side {
						return work.Pool(work.Task(g.task), work.Goroutines(workers, chanPool(make(chan func(), capacity))))
					}},
				},
			})
		}
	}
	return all
}

func chanPool(c chan func()) work.PoolLoops {
	return work.PoolLoops{
		Submit: func(n int, f func()) {
			for range n {
				c <- f
			}
		},
		Work: func() (done int) {
			for {
				f := <-c
				if f == nil {
					return done
				}
				f()
				done++
			}
		},
	}
}
