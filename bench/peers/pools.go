package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/panjf2000/ants/v2"
	conc "github.com/sourcegraph/conc/pool"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Pools: the pools of row 8. The peers' have workers of their own. They are there
// before the clock starts, as the port's are, but for pond's, which end whenever
// they find nothing to do.
func poolScenarios() []pairs.Scenario {
	var all []pairs.Scenario
	for _, peer := range []struct {
		name string
		hire func(workers int) work.Crew
	}{
		{"ants", hireAnts}, {"pond", hirePond}, {"conc", hireConc},
	} {
		for _, task := range []time.Duration{0, 500 * time.Nanosecond, 5 * time.Microsecond} {
			for _, workers := range []int{4, 64, 1000} {
				all = append(all, pairs.Scenario{
					Name:     peer.name,
					Params:   fmt.Sprintf("work=%dns/workers=%d", task.Nanoseconds(), workers),
					Least:    4 * workers, // some for each
					Measures: faster,
					Sides: []pairs.Contestant{
						{Name: "port", Open: func() pairs.Side {
							port := work.NewPort[func()](work.Capacity)
							return counted(task, work.Goroutines(workers, work.PortPool(port)))
						}},
						{Name: peer.name, Open: func() pairs.Side {
							return counted(task, func() work.Crew { return warm(workers, peer.hire(workers)) })
						}},
					},
				})
			}
		}
	}
	return all
}

// counted has a crew call a function that counts its calls, since the workers of
// the peers do not. The line that they all count on costs either side the same,
// and so brings the ratio nearer to 1.
func counted(task time.Duration, hire func() work.Crew) pairs.Side {
	var done atomic.Int64
	f := work.Task(task)
	return work.Pool(func() { f(); done.Add(1) }, func() work.Crew {
		done.Store(0)
		crew := hire()
		return work.Crew{Submit: crew.Submit, Stop: func() int {
			crew.Stop()
			return int(done.Load()) + 1 // the last function is Pool's own
		}}
	})
}

// warm returns a crew all of whose workers have started: functions that wait for
// each other take one each.
func warm(workers int, crew work.Crew) work.Crew {
	var all sync.WaitGroup
	all.Add(workers)
	crew.Submit(workers, func() {
		all.Done()
		all.Wait()
	})
	all.Wait()
	return crew
}

// hireAnts leaves out PreAlloc: with it workers take turns, without it the one that
// became idle last is next. Submit waits for a worker; there is no queue.
//
//go:noinline
func hireAnts(workers int) work.Crew {
	p, err := ants.NewPool(workers, ants.WithDisablePurge(true))
	pairs.Must(err)
	return work.Crew{
		Submit: func(n int, f func()) {
			for range n {
				pairs.Must(p.Submit(f))
			}
		},
		Stop: func() int {
			pairs.Must(p.ReleaseTimeout(time.Minute))
			return 0
		},
	}
}

// hirePond submits by Go, which makes no future. Neither pond nor the port recovers
// from panics. Go waits while the queue is full.
//
//go:noinline
func hirePond(workers int) work.Crew {
	p := pond.NewPool(workers, pond.WithQueueSize(work.Capacity), pond.WithoutPanicRecovery())
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

// hireConc: Go waits for a worker; there is no queue.
func hireConc(workers int) work.Crew {
	p := conc.New().WithMaxGoroutines(workers)
	return work.Crew{
		Submit: func(n int, f func()) {
			for range n {
				p.Go(f)
			}
		},
		Stop: func() int {
			p.Wait()
			return 0
		},
	}
}
