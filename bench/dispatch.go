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

// young is how many packets a port of age zero gets before a new one takes its place.
const young = 100

// Dispatch: one poster computes for the gap between two posts and never waits;
// what counts is how long a packet lies until a taker runs that has it, and how
// long the poster was kept. Both include a reading of the clock. A queue lives on
// from slice to slice, or (age=0) is replaced before it can have learned anything.
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
				Least:   tail,
				Times:   2,
				Port:    func() pairs.Side { return dispatchWarm(takers, port()) },
				Channel: func() pairs.Side { return dispatchWarm(takers, channel()) },
			}
			all = append(all, s)
			s.Params += "/age=0"
			s.Port = func() pairs.Side { return dispatchYoung(takers, port) }
			s.Channel = func() pairs.Side { return dispatchYoung(takers, channel) }
			all = append(all, s)
		}
	}
	return all
}

type dispatchLoops struct {
	post func(n int) (inside int64)     // n stamped packets; the time inside the calls
	end  func()                         // one packet with key 0
	take func(ages []float64) []float64 // appends the ages of packets until key 0
}

func dispatchWarm(takers int, l dispatchLoops) pairs.Side {
	return func(n int) []float64 {
		ages, inside := dispatch(takers, n, l)
		return dispatchDone(n, ages, inside)
	}
}

func dispatchYoung(takers int, open func() dispatchLoops) pairs.Side {
	return func(n int) []float64 {
		var (
			ages   []float64
			inside int64
		)
		for left := n; left > 0; left -= young {
			a, in := dispatch(takers, min(left, young), open())
			ages, inside = append(ages, a...), inside+in
		}
		return dispatchDone(n, ages, inside)
	}
}

// dispatch returns the ages of n packets and the time inside the calls that posted
// them.
func dispatch(takers, n int, l dispatchLoops) ([]float64, int64) {
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
	return slices.Concat(ages...), inside
}

func dispatchDone(n int, ages []float64, inside int64) []float64 {
	pairs.Whole("dispatch", n, len(ages))
	slices.Sort(ages)
	return []float64{pairs.Percentile(ages, 0.50), pairs.Percentile(ages, 0.99), float64(inside) / float64(n)}
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

// stamp makes a packet's key of a time. It is never 0, the key that ends a taker.
func stamp(t int64) uintptr { return uintptr(t) | 1 }

// since is the age of a stamp, below 4 seconds where a key has 32 bits.
func since(key uintptr) float64 { return float64(uintptr(pairs.Now()) - key&^1) }

// compute keeps the processor until the time given, and returns the time.
func compute(until int64) int64 {
	t := pairs.Now()
	for t < until {
		t = pairs.Now()
	}
	return t
}
