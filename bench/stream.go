package main

import (
	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Stream: posters and takers run as fast as they can, and wait when the queue is full or empty.
func streamScenarios() []pairs.Scenario {
	var all []pairs.Scenario
	for _, s := range work.Shapes {
		all = append(all, pairs.Scenario{
			Name:     "stream",
			Params:   s.String(),
			Measures: []pairs.Measure{{Row: 2, Unit: pairs.PerOp, Goal: 0.40}},
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return work.Stream(s, work.PortLoops(work.NewPort[iocp.Packet](capacity))) }},
				{Name: "channel", Open: func() pairs.Side { return work.Stream(s, chanLoops(make(chan iocp.Packet, capacity))) }},
			},
		})
	}
	return all
}

// Batch: streams of 32 packets a call, against single operations.
func batchScenarios() []pairs.Scenario {
	all := []pairs.Scenario{batchSolo()}
	for _, s := range []work.Shape{{Posters: 1, Takers: 1}, {Posters: 2, Takers: 2}} {
		all = append(all, pairs.Scenario{
			Name:     "batch",
			Params:   s.String(),
			Measures: []pairs.Measure{{Row: 3, Unit: pairs.PerOp, Goal: 0.15}},
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return work.Stream(s, batchLoops(work.NewPort[iocp.Packet](capacity))) }},
				{Name: "channel", Open: func() pairs.Side { return work.Stream(s, chanLoops(make(chan iocp.Packet, capacity))) }},
			},
		})
	}
	return all
}

func chanLoops(c chan iocp.Packet) work.Loops {
	return work.Loops{
		Post: func(n int) {
			for i := range n {
				c <- iocp.Packet{Key: uintptr(i + 1)}
			}
		},
		End: func() { c <- iocp.Packet{} },
		Take: func() (n int, keys uintptr) {
			for {
				v := <-c
				if v.Key == 0 {
					return n, keys
				}
				n++
				keys += v.Key
			}
		},
	}
}

// batchLoops post and take 32 packets a call. PostBatch does not wait: a poster that finds no
// room for all waits for room for one packet.
//
//go:noinline
func batchLoops(p *iocp.Port[iocp.Packet]) work.Loops {
	end := func() { pairs.Must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) }
	return work.Loops{
		Post: func(n int) {
			var buf [batch]iocp.Packet
			for i := 0; i < n; i += batch {
				k := min(batch, n-i)
				for j := range k {
					buf[j] = iocp.Packet{Key: uintptr(i + j + 1)}
				}
				for vs := buf[:k]; len(vs) > 0; {
					m, err := p.PostBatch(vs)
					vs = vs[m:]
					if err == iocp.ErrFull {
						pairs.Must(p.PostTimeout(vs[0], iocp.Infinite))
						vs = vs[1:]
					} else {
						pairs.Must(err)
					}
				}
			}
		},
		End: end,
		Take: func() (n int, keys uintptr) {
			var buf [batch]iocp.Packet
			for {
				k, err := p.GetBatch(buf[:], iocp.Infinite)
				pairs.Must(err)
				ends := 0
				for _, v := range buf[:k] {
					if v.Key == 0 {
						ends++
					}
					keys += v.Key
				}
				n += k - ends
				if ends > 0 {
					for range ends - 1 { // the other end packets were for other takers
						end()
					}
					return n, keys
				}
			}
		},
	}
}
