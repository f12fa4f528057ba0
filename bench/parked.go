package main

import (
	"math"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Parked: very many waiters. Measured are the threads of the process meanwhile, the memory of
// each waiter, and the time from Close until all have returned. An operation is the arrival
// and departure of the whole crowd.
func parkedScenario(waiters int) pairs.Scenario {
	return pairs.Scenario{
		Name:   "parked",
		Params: "waiters=" + strconv.Itoa(waiters),
		Measures: []pairs.Measure{
			{Row: 14, Unit: pairs.Threads, By: pairs.Alone, Goal: threadLimit(), Strict: true},
			{Row: 14, Unit: pairs.PerWaiter, By: pairs.Excess, Goal: 160},
			{Row: 14, Unit: pairs.Release, Goal: 0.80},
		},
		Sides: []pairs.Contestant{
			{Name: "port", Open: func() pairs.Side {
				return parked(waiters, func() (func(), func()) {
					p := work.NewPort[iocp.Packet](capacity)
					return func() {
						if _, err := p.Get(iocp.Infinite); err != iocp.ErrClosed {
							panic(err)
						}
					}, func() { pairs.Must(p.Close()) }
				})
			}},
			{Name: "channel", Open: func() pairs.Side {
				return parked(waiters, func() (func(), func()) {
					c := make(chan iocp.Packet, capacity)
					return func() {
						if _, ok := <-c; ok {
							panic("parked: a packet out of nowhere")
						}
					}, func() { close(c) }
				})
			}},
		},
	}
}

func parked(waiters int, open func() (wait, release func())) pairs.Side {
	return func(n int) []float64 {
		var running, size, closing float64
		for range n {
			var wg sync.WaitGroup
			wait, release := open()
			before := shallow(inUse)
			for range waiters {
				wg.Go(wait)
			}
			pairs.Settle()
			size += (inUse() - before) / float64(waiters)
			running = max(running, threadCount())
			start := pairs.Now()
			release()
			wg.Wait()
			closing += float64(pairs.Now() - start)
		}
		return []float64{running, size / float64(n), closing / float64(n)}
	}
}

// shallow calls f while many goroutines with nearly empty stacks are parked. A collection sets
// the initial size of stacks to the average in use. After a collection in f that size is the
// smallest possible, so the stack that a wait needs beyond it is measured, whatever ran
// before.
func shallow(f func() float64) float64 {
	var wg sync.WaitGroup
	end := make(chan struct{})
	for range 1000 {
		wg.Go(func() { <-end })
	}
	pairs.Settle()
	defer wg.Wait()
	defer close(end)
	return f()
}

// inUse is the memory of heap and stacks, after two collections, which empty the pools.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

// threadCount is the number of threads of the process or, where the system does not tell, the
// number of threads ever started.
func threadCount() float64 {
	if n := pairs.Status("Threads"); !math.IsNaN(n) {
		return n
	}
	return float64(pprof.Lookup("threadcreate").Count())
}
