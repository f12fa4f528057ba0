package main

import (
	"fmt"
	"sync"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Growth: a port that may grow without limit, against a fixed one of the capacity that the
// first reaches. The port of 1024 never grows; the port of 64 has grown before the first
// slice. A free stream would make a port grow for ever, so the stream comes in rounds of at
// most 1024 packets.
func growthScenarios() []pairs.Scenario {
	var all []pairs.Scenario
	for _, from := range []int{64, capacity} {
		for _, shape := range []struct {
			name string
			open func(*iocp.Port[iocp.Packet]) pairs.Side
		}{
			{"solo", soloMethods},
			{"1x1", rounds},
		} {
			all = append(all, pairs.Scenario{
				Name:     "growth",
				Params:   fmt.Sprintf("from=%d/shape=%s", from, shape.name),
				Measures: []pairs.Measure{{Row: 19, Unit: pairs.PerOp, Goal: 1.05}},
				Sides: []pairs.Contestant{
					{Name: "grows", Open: func() pairs.Side { return shape.open(grown(from)) }},
					{Name: "fixed", Open: func() pairs.Side { return shape.open(work.NewPort[iocp.Packet](capacity)) }},
				},
			})
		}
	}
	return append(all, heldScenario())
}

// Held: a port kept at the limit of its growth, where each Get makes room for one Post,
// against a port with the same options kept at half its limit.
func heldScenario() pairs.Scenario {
	at := func(full int) func() pairs.Side {
		return func() pairs.Side {
			p, err := iocp.New[iocp.Packet](64, iocp.WithGrowth(capacity))
			pairs.Must(err)
			for range full {
				pairs.Must(p.Post(iocp.Packet{Key: 1}))
			}
			return exchange(p)
		}
	}
	return pairs.Scenario{
		Name:     "growth",
		Params:   "held=limit",
		Measures: []pairs.Measure{{Row: 19, Unit: pairs.PerOp, Goal: 3}},
		Sides: []pairs.Contestant{
			{Name: "held", Open: at(capacity)},
			{Name: "below", Open: at(capacity / 2)},
		},
	}
}

// exchange takes a packet and posts it again.
//
//go:noinline
func exchange(p *iocp.Port[iocp.Packet]) pairs.Side {
	return func(n int) []float64 {
		start := pairs.Now()
		for range n {
			v, err := p.Get(0)
			pairs.Must(err)
			pairs.Must(p.Post(v))
		}
		return []float64{float64(pairs.Now()-start) / float64(n)}
	}
}

// grown is a port made with the given capacity and grown to 1024.
func grown(from int) *iocp.Port[iocp.Packet] {
	p, err := iocp.New[iocp.Packet](from, iocp.WithGrowth(0))
	pairs.Must(err)
	for range capacity {
		pairs.Must(p.Post(iocp.Packet{}))
	}
	for range capacity { // not all: a Get that finds the port empty would shrink it
		_, err := p.Get(0)
		pairs.Must(err)
	}
	if p.Cap() != capacity {
		panic(fmt.Sprintf("growth: from %d to %d", from, p.Cap()))
	}
	return p
}

// rounds is stream with one poster and one taker, where the poster waits after each 1024
// packets until all have been taken.
//
//go:noinline
func rounds(p *iocp.Port[iocp.Packet]) pairs.Side {
	drained := make(chan struct{})
	return func(n int) []float64 {
		var (
			sum uintptr
			wg  sync.WaitGroup
		)
		start := pairs.Now()
		wg.Go(func() {
			for i := range n {
				v, err := p.Get(iocp.Infinite)
				pairs.Must(err)
				sum += v.Key
				if (i+1)%capacity == 0 {
					drained <- struct{}{}
				}
			}
		})
		for i := range n {
			pairs.Must(p.Post(iocp.Packet{Key: uintptr(i)}))
			if (i+1)%capacity == 0 {
				<-drained
			}
		}
		wg.Wait()
		return soloDone(n, start, sum)
	}
}
