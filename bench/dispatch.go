package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Dispatch: one poster computes between two posts and never waits. Measured are the age of a
// packet when its taker runs, and the time that the poster spends in the post. Both include a
// reading of the clock. The queue is used from slice to slice or, with age=0, is new in each.
func dispatchScenarios(tail int) []pairs.Scenario {
	var all []pairs.Scenario
	for _, takers := range []int{1, 4} {
		for _, gap := range []time.Duration{2 * time.Microsecond, 5 * time.Microsecond, 20 * time.Microsecond, 200 * time.Microsecond} {
			median, post := 0.02, 0.60
			if gap > 20*time.Microsecond {
				median, post = 0.10, 1.10
			}
			params := fmt.Sprintf("takers=%d/gap=%dus", takers, gap.Microseconds())
			port := func() dispatchLoops { return dispatchPort(work.NewPort[iocp.Packet](roomy), int64(gap)) }
			channel := func() dispatchLoops { return dispatchChan(make(chan iocp.Packet, roomy), int64(gap)) }
			s := pairs.Scenario{
				Name:   "dispatch",
				Params: params,
				Measures: []pairs.Measure{
					{Row: 5, Unit: pairs.P50, Goal: median},
					{Row: 5, Unit: pairs.P99, Goal: 0.50},
					{Row: 6, Unit: pairs.PerPost, Goal: post},
				},
				Least: tail,
				Times: 2,
				Sides: []pairs.Contestant{
					{Name: "port", Open: func() pairs.Side {
						l := port()
						return dispatch(takers, func() dispatchLoops { return l })
					}},
					{Name: "channel", Open: func() pairs.Side {
						l := channel()
						return dispatch(takers, func() dispatchLoops { return l })
					}},
				},
			}
			all = append(all, s)
			s.Params += "/age=0"
			s.Times = 1
			s.Sides = []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return dispatch(takers, port) }},
				{Name: "channel", Open: func() pairs.Side { return dispatch(takers, channel) }},
			}
			all = append(all, s)
		}
	}
	return all
}

type dispatchLoops struct {
	post func(n int) (inside int64)     // posts n stamped packets; returns the time inside the calls
	end  func()                         // posts a packet with key 0
	take func(ages []float64) []float64 // appends the ages of packets until key 0
}

// dispatch runs each slice on the queue that open returns.
func dispatch(takers int, open func() dispatchLoops) pairs.Side {
	return func(n int) []float64 {
		l := open()
		var wg sync.WaitGroup
		ages := make([][]float64, takers)
		for i := range ages {
			ages[i] = make([]float64, 0, n)
			wg.Go(func() { ages[i] = l.take(ages[i]) })
		}
		pairs.Settle()
		inside := l.post(n)
		for range takers {
			l.end()
		}
		wg.Wait()
		all := slices.Concat(ages...)
		pairs.Whole("dispatch", n, len(all))
		slices.Sort(all)
		return []float64{pairs.Percentile(all, 0.50), pairs.Percentile(all, 0.99), float64(inside) / float64(n)}
	}
}

//go:noinline
func dispatchPort(p *iocp.Port[iocp.Packet], gap int64) dispatchLoops {
	return dispatchLoops{
		post: func(n int) (inside int64) {
			after := pairs.Now()
			for range n {
				before := compute(after + gap)
				pairs.Must(p.Post(iocp.Packet{Key: stamp(before)}))
				after = pairs.Now()
				inside += after - before
			}
			return inside
		},
		end: func() { pairs.Must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) },
		take: func(ages []float64) []float64 {
			for {
				v, err := p.Get(iocp.Infinite)
				pairs.Must(err)
				if v.Key == 0 {
					return ages
				}
				ages = append(ages, since(v.Key))
			}
		},
	}
}

func dispatchChan(c chan iocp.Packet, gap int64) dispatchLoops {
	return dispatchLoops{
		post: func(n int) (inside int64) {
			after := pairs.Now()
			for range n {
				before := compute(after + gap)
				c <- iocp.Packet{Key: stamp(before)}
				after = pairs.Now()
				inside += after - before
			}
			return inside
		},
		end: func() { c <- iocp.Packet{} },
		take: func(ages []float64) []float64 {
			for {
				v := <-c
				if v.Key == 0 {
					return ages
				}
				ages = append(ages, since(v.Key))
			}
		},
	}
}

// stamp makes the key of a packet from a time. A stamp is never 0, the key that ends a taker.
func stamp(t int64) uintptr { return uintptr(t) | 1 }

// since is the age of a stamp, below 4 seconds where a key has 32 bits.
func since(key uintptr) float64 { return float64(uintptr(pairs.Now()) - key&^1) }

// compute spins until the time given, and returns the time.
func compute(until int64) int64 {
	t := pairs.Now()
	for t < until {
		t = pairs.Now()
	}
	return t
}
