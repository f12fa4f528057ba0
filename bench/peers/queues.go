package main

import (
	"runtime"

	"github.com/Workiva/go-datastructures/queue"
	"github.com/puzpuzpuz/xsync/v4"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Queues: the streams of row 2.
func queueScenarios() []pairs.Scenario {
	var all []pairs.Scenario
	for _, peer := range []struct {
		name     string
		measures []pairs.Measure
		loops    func() work.Loops
	}{
		{"xsync", cheaper, func() work.Loops { return xsyncLoops(xsync.NewMPMCQueue[iocp.Packet](work.Capacity)) }},
		{"workiva", faster, func() work.Loops { return workivaLoops(queue.NewRingBuffer(work.Capacity)) }},
	} {
		for _, s := range work.Shapes {
			all = append(all, pairs.Scenario{
				Name:     peer.name,
				Params:   s.String(),
				Measures: peer.measures,
				Sides: []pairs.Contestant{
					{Name: "port", Open: func() pairs.Side {
						return spent(peer.measures, work.Stream(s, work.PortLoops(work.NewPort[iocp.Packet](work.Capacity))))
					}},
					{Name: peer.name, Open: func() pairs.Side { return spent(peer.measures, work.Stream(s, peer.loops())) }},
				},
			})
		}
	}
	return all
}

// spent adds the processor time of an operation to what run returns, if measures
// have it.
func spent(measures []pairs.Measure, run pairs.Side) pairs.Side {
	if len(measures) == 1 {
		return run
	}
	return func(n int) []float64 {
		start := pairs.ProcessTime()
		values := run(n)
		return append(values, (pairs.ProcessTime()-start)/float64(n))
	}
}

// xsyncLoops spin. The MPMCQueue of v4 has calls that do not wait and no others;
// to yield after one that failed is what its documentation advises. The calls
// fail too if another goroutine was faster, and do not say which it was.
func xsyncLoops(q *xsync.MPMCQueue[iocp.Packet]) work.Loops {
	return work.Loops{
		Post: func(n int) {
			for i := range n {
				for !q.TryEnqueue(iocp.Packet{Key: uintptr(i + 1)}) {
					runtime.Gosched()
				}
			}
		},
		End: func() {
			for !q.TryEnqueue(iocp.Packet{}) {
				runtime.Gosched()
			}
		},
		Take: func() (n int, keys uintptr) {
			for {
				v, ok := q.TryDequeue()
				switch {
				case !ok:
					runtime.Gosched()
				case v.Key == 0:
					return n, keys
				default:
					n++
					keys += v.Key
				}
			}
		},
	}
}

// workivaLoops wait in Put and Get, which yield until they have succeeded. The
// RingBuffer holds interfaces, so that each packet is allocated.
//
//go:noinline
func workivaLoops(q *queue.RingBuffer) work.Loops {
	return work.Loops{
		Post: func(n int) {
			for i := range n {
				pairs.Must(q.Put(iocp.Packet{Key: uintptr(i + 1)}))
			}
		},
		End: func() { pairs.Must(q.Put(iocp.Packet{})) },
		Take: func() (n int, keys uintptr) {
			for {
				v, err := q.Get()
				pairs.Must(err)
				key := v.(iocp.Packet).Key
				if key == 0 {
					return n, keys
				}
				n++
				keys += key
			}
		},
	}
}
