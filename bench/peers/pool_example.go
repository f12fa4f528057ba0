package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alitto/pond/v2"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
	"github.com/iocp-go/iocp/examples/pool"
)

// exampleScenarios hold the pool of examples/pool beside the pools of the peers, and beside
// one on a channel, in wall time and processor time. All of them contain panics.
func exampleScenarios() []pairs.Scenario {
	var all []pairs.Scenario
	for _, peer := range []struct {
		name string
		hire func(workers int) work.Crew
	}{
		{"ants", hireAnts}, {"pond", hireContainingPond}, {"conc", hireConc}, {"chan", hireChannel},
	} {
		for _, task := range []time.Duration{0, 200 * time.Nanosecond, time.Microsecond, 10 * time.Microsecond} {
			for _, workers := range []int{4, 64} {
				side := func(hire func(workers int) work.Crew) func() pairs.Side {
					return func() pairs.Side {
						return metered(task, func() work.Crew { return warm(workers, hire(workers)) })
					}
				}
				all = append(all, pairs.Scenario{
					Name:     "example",
					Params:   fmt.Sprintf("peer=%s/work=%dns/workers=%d", peer.name, task.Nanoseconds(), workers),
					Least:    4 * workers,
					Measures: cheaper,
					Sides: []pairs.Contestant{
						{Name: "example", Open: side(hireExample)},
						{Name: peer.name, Open: side(peer.hire)},
					},
				})
			}
		}
	}
	return all
}

// metered is counted, with the processor time of an operation: from the first Submit, when
// the crew waits, until the crew waits again.
func metered(task time.Duration, hire func() work.Crew) pairs.Side {
	var start, spent float64
	run := counted(task, func() work.Crew {
		crew := hire()
		started := false
		return work.Crew{
			Submit: func(n int, f func()) {
				if !started {
					started, start = true, pairs.ProcessTime()
				}
				crew.Submit(n, f)
			},
			Stop: func() int {
				spent = pairs.ProcessTime() - start
				return crew.Stop()
			},
		}
	})
	return func(n int) []float64 { return append(run(n), spent/float64(n)) }
}

//go:noinline
func hireExample(workers int) work.Crew {
	p, err := pool.New(workers, work.Capacity)
	pairs.Must(err)
	return work.Crew{
		Submit: func(n int, f func()) {
			for range n {
				pairs.Must(p.Go(f))
			}
		},
		Stop: func() int {
			pairs.Must(p.Close())
			pairs.Must(p.Wait(context.Background()))
			return 0
		},
	}
}

// hireContainingPond is hirePond that recovers from panics, as pond does by default.
//
//go:noinline
func hireContainingPond(workers int) work.Crew {
	p := pond.NewPool(workers, pond.WithQueueSize(work.Capacity))
	return work.Crew{
		Submit: func(n int, f func()) {
			for range n {
				pairs.Must(p.Go(f))
			}
		},
		Stop: func() int {
			p.StopAndWait()
			return 0
		},
	}
}

// hireChannel is the pool that one writes with a channel. It has neither contexts nor
// errors nor Resize.
func hireChannel(workers int) work.Crew {
	c := make(chan func(), work.Capacity)
	call := func(f func()) {
		defer func() {
			if v := recover(); v != nil {
				fmt.Println(v)
			}
		}()
		f()
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for f := range c {
				call(f)
			}
		})
	}
	return work.Crew{
		Submit: func(n int, f func()) {
			for range n {
				c <- f
			}
		},
		Stop: func() int {
			close(c)
			all.Wait()
			return 0
		},
	}
}
