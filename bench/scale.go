package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Scale: the time of an operation on several processors, against one. A slice runs the same
// goroutines on one processor and then on several, half of the operations each. On a machine
// with one processor the row compares one with one.
func scaleScenarios() []pairs.Scenario {
	eights := work.Shape{Posters: 8, Takers: 8}
	var all []pairs.Scenario
	add := func(of string, procs int, port, channel func() pairs.Side) {
		all = append(all, pairs.Scenario{
			Name:     "scale",
			Params:   fmt.Sprintf("of=%s/procs=%d", of, procs),
			Measures: []pairs.Measure{{Row: 16, Unit: pairs.Growth, Goal: 1}},
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return scale(procs, port()) }},
				{Name: "channel", Open: func() pairs.Side { return scale(procs, channel()) }},
			},
			Least: 2 * procs,
			Procs: procs,
		})
	}
	for _, procs := range processors(runtime.NumCPU()) {
		add("solo", procs,
			func() pairs.Side { return solos(procs, soloPort(work.NewPort[iocp.Packet](capacity))) },
			func() pairs.Side { return solos(procs, soloChan(make(chan iocp.Packet, capacity))) })
	}
	for _, procs := range processors(runtime.NumCPU()) {
		add("stream", procs,
			func() pairs.Side { return work.Stream(eights, work.PortLoops(work.NewPort[iocp.Packet](capacity))) },
			func() pairs.Side { return work.Stream(eights, chanLoops(make(chan iocp.Packet, capacity))) })
	}
	return all
}

// processors are the powers of two from 2 that are below all, and all.
func processors(all int) (procs []int) {
	for k := 2; k < all; k *= 2 {
		procs = append(procs, k)
	}
	return append(procs, all)
}

// scale is the time of an operation of run on procs processors, divided by that on one. Each
// slice of both sides begins with one processor, so an effect of the order is the same for
// both.
func scale(procs int, run pairs.Side) pairs.Side {
	return func(n int) []float64 {
		on := func(procs, n int) float64 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			return run(n)[0]
		}
		one := on(1, max(1, n/2))
		return []float64{on(procs, max(1, n-n/2)) / one}
	}
}

// solos runs solo in several goroutines on one queue. Each goroutine takes one packet for each
// that it posts, so every take finds a packet.
func solos(goroutines int, loop func(n int) (keys uintptr)) pairs.Side {
	return func(n int) []float64 {
		var (
			wg   sync.WaitGroup
			keys atomic.Uintptr
			want uintptr
		)
		start := pairs.Now()
		for i := range goroutines {
			share := (n + i) / goroutines // adds up to n
			want += uintptr(share) * uintptr(share+1) / 2
			wg.Go(func() { keys.Add(loop(share)) })
		}
		wg.Wait()
		elapsed := pairs.Now() - start
		if keys.Load() != want {
			panic("scale: keys do not add up")
		}
		return []float64{float64(elapsed) / float64(n)}
	}
}

//go:noinline
func soloPort(p *iocp.Port[iocp.Packet]) func(n int) (keys uintptr) {
	return func(n int) (keys uintptr) {
		for i := range n {
			pairs.Must(p.Post(iocp.Packet{Key: uintptr(i + 1)}))
			v, err := p.Get(0)
			pairs.Must(err)
			keys += v.Key
		}
		return keys
	}
}

func soloChan(c chan iocp.Packet) func(n int) (keys uintptr) {
	return func(n int) (keys uintptr) {
		for i := range n {
			c <- iocp.Packet{Key: uintptr(i + 1)}
			v := <-c
			keys += v.Key
		}
		return keys
	}
}
