package main

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
)

// loops are what the goroutines of a stream run on one implementation. They are
// written out for each, so that nothing stands between them and its calls.
type loops struct {
	post func(n int)                  // n packets with keys 1 to n
	end  func()                       // one packet with key 0
	take func() (n int, keys uintptr) // until a packet with key 0
}

type shape struct{ posters, takers int }

func (s shape) String() string { return fmt.Sprintf("shape=%dx%d", s.posters, s.takers) }

// Stream: posters and takers as fast as they can, waiting for each other when the
// queue is full or empty.
func streamScenarios() []scenario {
	var all []scenario
	for _, s := range []shape{{1, 1}, {1, 4}, {4, 1}, {2, 2}, {8, 8}, {64, 64}} {
		all = append(all, scenario{
			name:     "stream",
			params:   s.String(),
			measures: []measure{{row: 2, unit: perOp, goal: 0.40}},
			port:     func() side { return stream(s, portLoops(newPort[iocp.Packet](capacity))) },
			channel:  func() side { return stream(s, chanLoops(make(chan iocp.Packet, capacity))) },
		})
	}
	return all
}

// Batch: streams of 32 packets to a call, against single operations.
func batchScenarios() []scenario {
	all := []scenario{batchSolo()}
	for _, s := range []shape{{1, 1}, {2, 2}} {
		all = append(all, scenario{
			name:     "batch",
			params:   s.String(),
			measures: []measure{{row: 3, unit: perOp, goal: 0.15}},
			port:     func() side { return stream(s, batchLoops(newPort[iocp.Packet](capacity))) },
			channel:  func() side { return stream(s, chanLoops(make(chan iocp.Packet, capacity))) },
		})
	}
	return all
}

// stream measures from the start of the goroutines until the last packet is
// taken. The posters share the packets evenly; a taker ends when it meets the end
// of the stream, so all of them work until then.
func stream(s shape, l loops) side {
	return func(n int) []float64 {
		var (
			posters, takers sync.WaitGroup
			taken           atomic.Int64
			keys            atomic.Uintptr
			want            uintptr
		)
		start := now()
		for range s.takers {
			takers.Go(func() {
				n, sum := l.take()
				taken.Add(int64(n))
				keys.Add(sum)
			})
		}
		for i := range s.posters {
			share := (n + i) / s.posters // adds up to n
			want += uintptr(share) * uintptr(share+1) / 2
			posters.Go(func() { l.post(share) })
		}
		posters.Wait()
		for range s.takers {
			l.end()
		}
		takers.Wait()
		elapsed := now() - start
		whole("stream", n, int(taken.Load()))
		if keys.Load() != want {
			panic("stream: keys do not add up")
		}
		return []float64{float64(elapsed) / float64(n)}
	}
}

//go:noinline
func portLoops(p *iocp.Port[iocp.Packet]) loops {
	return loops{
		post: func(n int) {
			for i := range n {
				must(p.PostTimeout(iocp.Packet{Key: uintptr(i + 1)}, iocp.Infinite))
			}
		},
		end: func() { must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) },
		take: func() (n int, keys uintptr) {
			for {
				v, err := p.Get(iocp.Infinite)
				must(err)
				if v.Key == 0 {
					return n, keys
				}
				n++
				keys += v.Key
			}
		},
	}
}

func chanLoops(c chan iocp.Packet) loops {
	return loops{
		post: func(n int) {
			for i := range n {
				c <- iocp.Packet{Key: uintptr(i + 1)}
			}
		},
		end: func() { c <- iocp.Packet{} },
		take: func() (n int, keys uintptr) {
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

// batchLoops post and take 32 packets to a call. PostBatch does not wait: a
// poster that finds no room for all waits for the room of one.
//
//go:noinline
func batchLoops(p *iocp.Port[iocp.Packet]) loops {
	end := func() { must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) }
	return loops{
		post: func(n int) {
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
						must(p.PostTimeout(vs[0], iocp.Infinite))
						vs = vs[1:]
					} else {
						must(err)
					}
				}
			}
		},
		end: end,
		take: func() (n int, keys uintptr) {
			var buf [batch]iocp.Packet
			for {
				k, err := p.GetBatch(buf[:], iocp.Infinite)
				must(err)
				ends := 0
				for _, v := range buf[:k] {
					if v.Key == 0 {
						ends++
					}
					keys += v.Key
				}
				n += k - ends
				if ends > 0 {
					for range ends - 1 { // they were for others
						end()
					}
					return n, keys
				}
			}
		},
	}
}
