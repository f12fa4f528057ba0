package main

import (
	"sync"

	"github.com/iocp-go/iocp"
)

// Ping-pong: two goroutines send one packet to and fro over two queues. An
// operation is a round trip.
//
//go:noinline
func pingpongScenario() scenario {
	return scenario{
		name:     "pingpong",
		measures: []measure{{row: 4, unit: perOp, goal: 0.70}},
		port: func() side {
			to, fro := newPort[iocp.Packet](capacity), newPort[iocp.Packet](capacity)
			return pingpong(func() {
				for {
					v, err := to.Get(iocp.Infinite)
					must(err)
					must(fro.Post(v))
					if v.Key == 0 {
						return
					}
				}
			}, func(key uintptr) uintptr {
				must(to.Post(iocp.Packet{Key: key}))
				v, err := fro.Get(iocp.Infinite)
				must(err)
				return v.Key
			})
		},
		channel: func() side {
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
		},
	}
}

// pingpong plays n rounds. The packet with key 0 ends the other goroutine.
func pingpong(echo func(), round func(uintptr) uintptr) side {
	return func(n int) []float64 {
		var wg sync.WaitGroup
		wg.Go(echo)
		start := now()
		for i := n; i >= 0; i-- {
			if round(uintptr(i)) != uintptr(i) {
				panic("pingpong: another packet came back")
			}
		}
		elapsed := now() - start
		wg.Wait()
		return []float64{float64(elapsed) / float64(n+1)}
	}
}
