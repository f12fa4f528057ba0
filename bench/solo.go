package main

import (
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Solo: one goroutine puts a packet in and takes it out again.
//
//go:noinline
func soloScenario() pairs.Scenario {
	return pairs.Scenario{
		Name:     "solo",
		Measures: []pairs.Measure{{Row: 1, Unit: pairs.PerOp, Goal: 0.45}},
		Sides: []pairs.Contestant{
			{Name: "port", Open: func() pairs.Side { return soloMethods(work.NewPort[iocp.Packet](capacity)) }},
			{Name: "channel", Open: func() pairs.Side {
				c := make(chan iocp.Packet, capacity)
				return func(n int) []float64 {
					var sum uintptr
					start := pairs.Now()
					for i := range n {
						c <- iocp.Packet{Key: uintptr(i)}
						v := <-c
						sum += v.Key
					}
					return soloDone(n, start, sum)
				}
			}},
		},
	}
}

//go:noinline
func soloMethods(p *iocp.Port[iocp.Packet]) pairs.Side {
	return func(n int) []float64 {
		var sum uintptr
		start := pairs.Now()
		for i := range n {
			pairs.Must(p.Post(iocp.Packet{Key: uintptr(i)}))
			v, err := p.Get(0)
			pairs.Must(err)
			sum += v.Key
		}
		return soloDone(n, start, sum)
	}
}

// soloDone checks that all keys below n have come back, and returns the time of an operation.
func soloDone(n int, start int64, sum uintptr) []float64 {
	elapsed := pairs.Now() - start
	if want := uintptr(n) * uintptr(n-1); sum*2 != want {
		panic("solo: keys do not add up")
	}
	return []float64{float64(elapsed) / float64(n)}
}

// Batch solo: solo with 32 packets a call, against single operations of the channel, which has
// no batches.
//
//go:noinline
func batchSolo() pairs.Scenario {
	s := soloScenario()
	return pairs.Scenario{
		Name:     "batch",
		Params:   "shape=solo",
		Measures: []pairs.Measure{{Row: 3, Unit: pairs.PerOp, Goal: 0.12}},
		Sides: []pairs.Contestant{
			{Name: "port", Open: func() pairs.Side {
				p := work.NewPort[iocp.Packet](capacity)
				var in, out [batch]iocp.Packet
				return func(n int) []float64 {
					var sum uintptr
					start := pairs.Now()
					for i := 0; i < n; i += batch {
						k := min(batch, n-i)
						for j := range k {
							in[j] = iocp.Packet{Key: uintptr(i + j)}
						}
						_, err := p.PostBatch(in[:k])
						pairs.Must(err)
						k, err = p.GetBatch(out[:], 0)
						pairs.Must(err)
						for j := range k {
							sum += out[j].Key
						}
					}
					return soloDone(n, start, sum)
				}
			}},
			{Name: "channel", Open: s.Sides[1].Open},
		},
	}
}

// Hit: a Get with a timeout that finds a packet at once, against a select with a reused timer:
// one side sets the timer each time, another first looks whether it must wait. The time to
// fill the queue is not counted.
func hitScenarios() []pairs.Scenario {
	hit := func(code string, goal float64, drain func(c chan iocp.Packet, t *time.Timer, n int) uintptr) pairs.Scenario {
		return pairs.Scenario{
			Name:     "hit",
			Params:   "channel=" + code,
			Measures: []pairs.Measure{{Row: 11, Unit: pairs.PerOp, Goal: goal}},
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return hitPort(work.NewPort[iocp.Packet](capacity)) }},
				{Name: "channel", Open: func() pairs.Side { return hitChan(make(chan iocp.Packet, capacity), drain) }},
			},
		}
	}
	return []pairs.Scenario{hit("timer", 0.12, drainWithTimer), hit("look", 1.00, drainLookingFirst)}
}

//go:noinline
func hitPort(p *iocp.Port[iocp.Packet]) pairs.Side {
	return filled(func(n int) {
		for range n {
			pairs.Must(p.Post(iocp.Packet{Key: 1}))
		}
	}, func(n int) (sum uintptr) {
		for range n {
			v, err := p.Get(time.Minute)
			pairs.Must(err)
			sum += v.Key
		}
		return sum
	})
}

func hitChan(c chan iocp.Packet, drain func(c chan iocp.Packet, t *time.Timer, n int) uintptr) pairs.Side {
	timer := time.NewTimer(time.Minute)
	return filled(func(n int) {
		for range n {
			c <- iocp.Packet{Key: 1}
		}
	}, func(n int) uintptr { return drain(c, timer, n) })
}

func drainWithTimer(c chan iocp.Packet, t *time.Timer, n int) (sum uintptr) {
	for range n {
		t.Reset(time.Minute)
		select {
		case v := <-c:
			sum += v.Key
		case <-t.C:
			panic("hit: timeout")
		}
	}
	t.Stop()
	return sum
}

func drainLookingFirst(c chan iocp.Packet, t *time.Timer, n int) (sum uintptr) {
	for range n {
		select {
		case v := <-c:
			sum += v.Key
		default:
			sum += drainWithTimer(c, t, 1)
		}
	}
	return sum
}

// filled fills and drains a queue until n packets are through, and measures the time of the
// draining.
func filled(fill func(int), drain func(int) uintptr) pairs.Side {
	return func(n int) []float64 {
		var elapsed int64
		taken := 0
		for left := n; left > 0; left -= capacity {
			k := min(left, capacity)
			fill(k)
			start := pairs.Now()
			taken += int(drain(k))
			elapsed += pairs.Now() - start
		}
		pairs.Whole("hit", n, taken)
		return []float64{float64(elapsed) / float64(n)}
	}
}
