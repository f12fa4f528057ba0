package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
)

// Dispatch: one poster computes for the gap between two posts and never waits;
// what counts is how long a packet lies until a taker runs that has it, and how
// long the poster was kept. Both include a reading of the clock.
func dispatchScenarios(tail int) []scenario {
	var all []scenario
	for _, takers := range []int{1, 4} {
		for _, gap := range []time.Duration{5 * time.Microsecond, 20 * time.Microsecond, 200 * time.Microsecond} {
			all = append(all, scenario{
				name:   "dispatch",
				params: fmt.Sprintf("takers=%d/gap=%dus", takers, gap.Microseconds()),
				measures: []measure{
					{row: 5, unit: p50, goal: 0.10},
					{row: 5, unit: p99, goal: 0.50},
					{row: 6, unit: perPost, goal: 1.00},
				},
				least: tail,
				port: func() side {
					return dispatch(takers, dispatchPort(newPort[iocp.Packet](roomy), int64(gap)))
				},
				channel: func() side {
					return dispatch(takers, dispatchChan(make(chan iocp.Packet, roomy), int64(gap)))
				},
			})
		}
	}
	return all
}

type dispatchLoops struct {
	post func(n int) (inside int64)     // n stamped packets; the time inside the calls
	end  func()                         // one packet with key 0
	take func(ages []float64) []float64 // appends the ages of packets until key 0
}

func dispatch(takers int, l dispatchLoops) side {
	return func(n int) []float64 {
		var wg sync.WaitGroup
		ages := make([][]float64, takers)
		for i := range ages {
			ages[i] = make([]float64, 0, n)
			wg.Go(func() { ages[i] = l.take(ages[i]) })
		}
		settle()
		inside := l.post(n)
		for range takers {
			l.end()
		}
		wg.Wait()
		all := slices.Concat(ages...)
		whole("dispatch", n, len(all))
		slices.Sort(all)
		return []float64{percentile(all, 0.50), percentile(all, 0.99), float64(inside) / float64(n)}
	}
}

//go:noinline
func dispatchPort(p *iocp.Port[iocp.Packet], gap int64) dispatchLoops {
	return dispatchLoops{
		post: func(n int) (inside int64) {
			after := now()
			for range n {
				before := compute(after + gap)
				must(p.Post(iocp.Packet{Key: stamp(before)}))
				after = now()
				inside += after - before
			}
			return inside
		},
		end: func() { must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) },
		take: func(ages []float64) []float64 {
			for {
				v, err := p.Get(iocp.Infinite)
				must(err)
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
			after := now()
			for range n {
				before := compute(after + gap)
				c <- iocp.Packet{Key: stamp(before)}
				after = now()
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
