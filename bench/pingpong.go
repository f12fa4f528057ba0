package main

import (
	"sync"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Ping-pong: two goroutines send one packet to and fro over two queues. An
// operation is a round trip.
//
//go:noinline
func pingpongScenario() pairs.Scenario {
	return pairs.Scenario{
		Name:     "pingpong",
		Measures: []pairs.Measure{{Row: 4, Unit: pairs.PerOp, Goal: 1.00}},
		Sides: []pairs.Contestant{
			{Name: "port", Open: func() pairs.Side {
				to, fro := work.NewPort[iocp.Packet](capacity), work.NewPort[iocp.Packet](capacity)
				return pingpong(func() {
					for {
						v, err := to.Get(iocp.Infinite)
						pairs.Must(err)
						pairs.Must(fro.Post(v))
						if v.Key == 0 {
							return
						}
					}
				}, func(key uintptr) uintptr {
					pairs.Must(to.Post(iocp.Packet{Key: key}))
					v, err := fro.Get(iocp.Infinite)
					pairs.Must(err)
					return v.Key
				})
			}},
			{Name: "channel", Open: func() pairs.Side {
				to, fro := make(chan iocp.Packet, capacity), make(chan iocp.Packet, capacity)
				return pingpong(func() {
					for {
						v := <-to
						fro <- v
						if v.Key == 0 {
							return
						}
					}
				}, func(key uintptr) uintptr {
					to <- iocp.Packet{Key: key}
					v := <-fro
					return v.Key
				})
			}},
		},
	}
}

// pingpong plays n rounds. The packet with key 0 ends the other goroutine.
func pingpong(echo func(), round func(uintptr) uintptr) pairs.Side {
	return func(n int) []float64 {
		var wg sync.WaitGroup
		wg.Go(echo)
		start := pairs.Now()
		for i := n; i >= 0; i-- {
			if round(uintptr(i)) != uintptr(i) {
				panic("pingpong: another packet came back")
			}
		}
		elapsed := pairs.Now() - start
		wg.Wait()
		return []float64{float64(elapsed) / float64(n+1)}
	}
}
