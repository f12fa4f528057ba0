package main

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
)

const (
	burst  = 64
	fanned = 8 // takers
)

// Fan-out: takers sleep, a burst of packets comes. An operation is a burst, from
// before the first post until the last packet is taken.
//
//go:noinline
func fanoutScenario() scenario {
	return scenario{
		name:     "fanout",
		measures: []measure{{row: 7, unit: perOp, goal: 0.60}},
		port: func() side {
			p := newPort[iocp.Packet](capacity)
			return fanout(func() {
				for i := range burst {
					must(p.Post(iocp.Packet{Key: uintptr(i + 1)}))
				}
			}, func() {
				must(p.Post(iocp.Packet{}))
			}, func(taken *arrivals) {
				for {
					v, err := p.Get(iocp.Infinite)
					must(err)
					if v.Key == 0 {
						return
					}
					taken[v.Key-1].at.Store(now())
				}
			})
		},
		channel: func() side {
			c := make(chan iocp.Packet, capacity)
			return fanout(func() {
				for i := range burst {
					c <- iocp.Packet{Key: uintptr(i + 1)}
				}
			}, func() {
				c <- iocp.Packet{}
			}, func(taken *arrivals) {
				for {
					v := <-c
					if v.Key == 0 {
						return
					}
					taken[v.Key-1].at.Store(now())
				}
			})
		},
	}
}

// arrivals are the times at which the packets of a burst were taken, each on a
// line of its own, so that takers do not wait for each other's.
type arrivals [burst]struct {
	at atomic.Int64
	_  [120]byte
}

func fanout(post, end func(), take func(*arrivals)) side {
	return func(n int) []float64 {
		var (
			wg      sync.WaitGroup
			taken   arrivals
			elapsed int64
		)
		for range fanned {
			wg.Go(func() { take(&taken) })
		}
		for range n {
			settle()
			start := now()
			post()
			settle() // without a poll that would slow the takers down
			last := start
			for i := range taken {
				for taken[i].at.Load() == 0 {
					runtime.Gosched()
				}
				last = max(last, taken[i].at.Swap(0))
			}
			elapsed += last - start
		}
		for range fanned {
			end()
		}
		wg.Wait()
		return []float64{float64(elapsed) / float64(n)}
	}
}
