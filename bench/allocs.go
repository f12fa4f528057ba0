package main

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Allocs: allocations per operation of a port in steady state.
func allocScenarios() []pairs.Scenario {
	forever, cancel := context.WithCancel(context.Background())
	context.AfterFunc(forever, cancel) // forever can be canceled, and is not
	var all []pairs.Scenario
	add := func(op string, port func() pairs.Side) {
		all = append(all, pairs.Scenario{
			Name:     "allocs",
			Params:   "op=" + op,
			Measures: []pairs.Measure{{Row: 15, Unit: pairs.Allocs, By: pairs.Alone, Goal: 0}},
			Sides:    []pairs.Contestant{{Name: "port", Open: port}},
			Least:    2000,
			Once:     true,
		})
	}
	hit := func(op string, f func(p *iocp.Port[iocp.Packet])) {
		add(op, func() pairs.Side {
			p := work.NewPort[iocp.Packet](capacity)
			return counted(func(n int) {
				for range n {
					f(p)
				}
			})
		})
	}

	one := iocp.Packet{Key: 1}
	hit("Post+Get", func(p *iocp.Port[iocp.Packet]) {
		pairs.Must(p.Post(one))
		taken(p.Get(0))
	})
	hit("PostTimeout+GetTimeout", func(p *iocp.Port[iocp.Packet]) {
		pairs.Must(p.PostTimeout(one, time.Second))
		taken(p.Get(time.Second))
	})
	hit("PostContext+GetContext", func(p *iocp.Port[iocp.Packet]) {
		pairs.Must(p.PostContext(forever, one))
		taken(p.GetContext(forever))
	})
	in, out := make([]iocp.Packet, batch), make([]iocp.Packet, batch)
	hit("PostBatch+GetBatch", func(p *iocp.Port[iocp.Packet]) {
		_, err := p.PostBatch(in)
		pairs.Must(err)
		n, err := p.GetBatch(out, 0)
		pairs.Must(err)
		pairs.Whole("allocs", batch, n)
	})
	hit("Get-empty", func(p *iocp.Port[iocp.Packet]) { missed(p.Get(0)) })
	hit("Get-timeout", func(p *iocp.Port[iocp.Packet]) { missed(p.Get(10 * time.Microsecond)) })
	add("Post-full", postFull(0))
	add("PostTimeout-timeout", postFull(10*time.Microsecond))

	for _, s := range []struct {
		op  string
		opt iocp.Option
		get func(p *iocp.Port[iocp.Packet]) (iocp.Packet, error)
	}{
		{"Get-park", iocp.WithParking(iocp.ParkAuto), infinite},
		{"Get-park-thread", iocp.WithParking(iocp.ParkThread), infinite},
		{"Get-park-goroutine", iocp.WithParking(iocp.ParkGoroutine), infinite},
		{"GetTimeout-park", iocp.WithParking(iocp.ParkAuto), func(p *iocp.Port[iocp.Packet]) (iocp.Packet, error) { return p.Get(time.Minute) }},
		{"GetContext-park", iocp.WithParking(iocp.ParkAuto), func(p *iocp.Port[iocp.Packet]) (iocp.Packet, error) { return p.GetContext(forever) }},
	} {
		add(s.op, func() pairs.Side {
			p, err := iocp.New[iocp.Packet](capacity, s.opt)
			pairs.Must(err)
			return counted(func(n int) { getParks(p, n, s.get) })
		})
	}
	add("PostTimeout-park", func() pairs.Side {
		p := work.NewPort[iocp.Packet](2)
		return counted(func(n int) { postParks(p, n) })
	})
	return all
}

func infinite(p *iocp.Port[iocp.Packet]) (iocp.Packet, error) { return p.Get(iocp.Infinite) }

// postFull posts to a full port.
func postFull(timeout time.Duration) func() pairs.Side {
	return func() pairs.Side {
		p := work.NewPort[iocp.Packet](2)
		for p.Post(iocp.Packet{}) == nil {
		}
		return counted(func(n int) {
			for range n {
				if p.PostTimeout(iocp.Packet{}, timeout) != iocp.ErrTimeout {
					panic("allocs: a full port took a packet")
				}
			}
		})
	}
}

// getParks posts n packets, each to a taker that sleeps.
func getParks(p *iocp.Port[iocp.Packet], n int, get func(*iocp.Port[iocp.Packet]) (iocp.Packet, error)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for range n {
			taken(get(p))
		}
	})
	for range n {
		for p.Stats().Waiting == 0 {
			runtime.Gosched()
		}
		pairs.Must(p.Post(iocp.Packet{Key: 1}))
	}
	wg.Wait()
}

// postParks drains a small port each time its poster sleeps.
func postParks(p *iocp.Port[iocp.Packet], n int) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for range n {
			pairs.Must(p.PostTimeout(iocp.Packet{Key: 1}, iocp.Infinite))
		}
	})
	for left := n; left > 0; {
		if p.Stats().WaitingPosters == 0 && left > p.Cap() {
			runtime.Gosched()
			continue
		}
		for range min(left, p.Cap()) {
			taken(p.Get(iocp.Infinite))
			left--
		}
	}
	wg.Wait()
}

func taken(v iocp.Packet, err error) {
	pairs.Must(err)
	if v.Key != 1 {
		panic("allocs: a packet that nobody posted")
	}
}

func missed(_ iocp.Packet, err error) {
	if err != iocp.ErrTimeout {
		panic("allocs: a packet out of nowhere")
	}
}

// counted is the number of allocations of the process during n operations, the least of a few
// rounds. A round may be the first on its processor, whose pools start empty; allocations of
// every operation are in all rounds. The collector, which empties pools, is off.
func counted(f func(n int)) pairs.Side {
	return func(n int) []float64 {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		best := math.Inf(1)
		f(n)
		for range 3 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			f(n)
			runtime.ReadMemStats(&after)
			best = min(best, float64(after.Mallocs-before.Mallocs)/float64(n))
		}
		return []float64{best}
	}
}
