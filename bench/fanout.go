package main

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

const (
	burst  = 64
	fanned = 8 // takers
)

// Fan-out: a burst of packets is posted to sleeping takers. An operation is a burst, from
// before the first post until the last packet is taken.
//
//go:noinline
func fanoutScenario() pairs.Scenario {
	return pairs.Scenario{
		Name:     "fanout",
		Measures: []pairs.Measure{{Row: 7, Unit: pairs.PerOp, Goal: 0.60}},
		Sides: []pairs.Contestant{
			{Name: "port", Open: func() pairs.Side {
				p := work.NewPort[iocp.Packet](capacity)
				return fanout(func() {
					for i := range burst {
						pairs.Must(p.Post(iocp.Packet{Key: uintptr(i + 1)}))
					}
				}, func() {
					pairs.Must(p.Post(iocp.Packet{}))
				}, func(taken *arrivals) {
					for {
						v, err := p.Get(iocp.Infinite)
						pairs.Must(err)
						if v.Key == 0 {
							return
						}
						taken[v.Key-1].at.Store(pairs.Now())
					}
				})
			}},
			{Name: "channel", Open: func() pairs.Side {
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
						taken[v.Key-1].at.Store(pairs.Now())
					}
				})
			}},
		},
	}
}

// arrivals are the times at which the packets of a burst were taken, each on a cache line of
// its own, so that takers do not slow each other down.
type arrivals [burst]struct {
	at atomic.Int64
	_  [120]byte
}

func fanout(post, end func(), take func(*arrivals)) pairs.Side {
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
			pairs.Settle()
			start := pairs.Now()
			post()
			pairs.Settle() // sleeps: a poll would slow the takers down
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
