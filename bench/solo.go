package main

import (
	"time"

	"github.com/iocp-go/iocp"
)

// Solo: one goroutine puts a packet in and takes it out again.
//
//go:noinline
func soloScenario() scenario {
	return scenario{
		name:     "solo",
		measures: []measure{{row: 1, unit: perOp, goal: 0.45}},
		port:     func() side { return soloMethods(newPort[iocp.Packet](capacity)) },
		channel: func() side {
			c := make(chan iocp.Packet, capacity)
			return func(n int) []float64 {
				var sum uintptr
				start := now()
				for i := range n {
					c <- iocp.Packet{Key: uintptr(i)}
					v := <-c
					sum += v.Key
				}
				return soloDone(n, start, sum)
			}
		},
	}
}

//go:noinline
func soloMethods(p *iocp.Port[iocp.Packet]) side {
	return func(n int) []float64 {
		var sum uintptr
		start := now()
		for i := range n {
			must(p.Post(iocp.Packet{Key: uintptr(i)}))
			v, err := p.Get(0)
			must(err)
			sum += v.Key
		}
		return soloDone(n, start, sum)
	}
}

// soloDone returns the time of an operation, after the check that the keys below
// n have all come back.
func soloDone(n int, start int64, sum uintptr) []float64 {
	elapsed := now() - start
	if want := uintptr(n) * uintptr(n-1); sum*2 != want {
		panic("solo: keys do not add up")
	}
	return []float64{float64(elapsed) / float64(n)}
}

// Batch solo: the same with 32 packets to a call, against single operations of
// the channel, which has no others.
//
//go:noinline
func batchSolo() scenario {
	s := soloScenario()
	return scenario{
		name:     "batch",
		params:   "shape=solo",
		measures: []measure{{row: 3, unit: perOp, goal: 0.12}},
		channel:  s.channel,
		port: func() side {
			p := newPort[iocp.Packet](capacity)
			var in, out [batch]iocp.Packet
			return func(n int) []float64 {
				var sum uintptr
				start := now()
				for i := 0; i < n; i += batch {
					k := min(batch, n-i)
					for j := range k {
						in[j] = iocp.Packet{Key: uintptr(i + j)}
					}
					_, err := p.PostBatch(in[:k])
					must(err)
					k, err = p.GetBatch(out[:], 0)
					must(err)
					for j := range k {
						sum += out[j].Key
					}
				}
				return soloDone(n, start, sum)
			}
		},
	}
}

// Hit: a Get with a timeout that finds a packet at once, against a select with a
// timer that is used again. The queue is filled with the clock stopped.
//
//go:noinline
func hitScenario() scenario {
	return scenario{
		name:     "hit",
		measures: []measure{{row: 11, unit: perOp, goal: 0.12}},
		port: func() side {
			p := newPort[iocp.Packet](capacity)
			return filled(func(n int) {
				for range n {
					must(p.Post(iocp.Packet{Key: 1}))
				}
			}, func(n int) (sum uintptr) {
				for range n {
					v, err := p.Get(time.Second)
					must(err)
					sum += v.Key
				}
				return sum
			})
		},
		channel: func() side {
			c := make(chan iocp.Packet, capacity)
			timer := time.NewTimer(time.Second)
			return filled(func(n int) {
				for range n {
					c <- iocp.Packet{Key: 1}
				}
			}, func(n int) (sum uintptr) {
				for range n {
					timer.Reset(time.Second)
					select {
					case v := <-c:
						sum += v.Key
					case <-timer.C:
						panic("hit: timeout")
					}
				}
				timer.Stop()
				return sum
			})
		},
	}
}

// filled fills a queue, as often as it takes for n packets, and measures how
// long it takes to drain it.
func filled(fill func(int), drain func(int) uintptr) side {
	return func(n int) []float64 {
		var elapsed int64
		taken := 0
		for left := n; left > 0; left -= capacity {
			k := min(left, capacity)
			fill(k)
			start := now()
			taken += int(drain(k))
			elapsed += now() - start
		}
		whole("hit", n, taken)
		return []float64{float64(elapsed) / float64(n)}
	}
}
