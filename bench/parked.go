package main

import (
	"bytes"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"

	"github.com/iocp-go/iocp"
)

// Parked: very many waiters. The threads of the process meanwhile, the memory of
// each waiter, and the time from Close until all have returned. An operation is a
// crowd that comes and goes.
func parkedScenario(waiters int) scenario {
	return scenario{
		name:   "parked",
		params: "waiters=" + strconv.Itoa(waiters),
		measures: []measure{
			{row: 14, unit: threads, by: alone, goal: threadLimit(), strict: true},
			{row: 14, unit: each, by: excess, goal: 256},
			{row: 14, unit: release, goal: 1.00},
		},
		port: func() side {
			return parked(waiters, func() (func(), func()) {
				p := newPort[iocp.Packet](capacity)
				return func() {
					if _, err := p.Get(iocp.Infinite); err != iocp.ErrClosed {
						panic(err)
					}
				}, func() { must(p.Close()) }
			})
		},
		channel: func() side {
			return parked(waiters, func() (func(), func()) {
				c := make(chan iocp.Packet, capacity)
				return func() {
					if _, ok := <-c; ok {
						panic("parked: a packet out of nowhere")
					}
				}, func() { close(c) }
			})
		},
	}
}

func parked(waiters int, open func() (wait, release func())) side {
	return func(n int) []float64 {
		var running, size, closing float64
		for range n {
			var wg sync.WaitGroup
			wait, release := open()
			before := shallow(inUse)
			for range waiters {
				wg.Go(wait)
			}
			settle()
			size += (inUse() - before) / float64(waiters)
			running = max(running, threadCount())
			start := now()
			release()
			wg.Wait()
			closing += float64(now() - start)
		}
		return []float64{running, size / float64(n), closing / float64(n)}
	}
}

// shallow calls f while many goroutines with next to nothing on their stacks are
// parked. A collection sets the size at which stacks start to the average of what
// it finds in use; after one in f it is the smallest there is, and what a wait
// needs beyond that shows, whatever ran before.
func shallow(f func() float64) float64 {
	var wg sync.WaitGroup
	end := make(chan struct{})
	for range 1000 {
		wg.Go(func() { <-end })
	}
	settle()
	defer wg.Wait()
	defer close(end)
	return f()
}

// inUse is the memory of heap and stacks. It collects twice, for what pools hold.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

// threadCount is the number of threads of the process, or, where the system does
// not tell, of those that it ever started.
func threadCount() float64 {
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		for line := range bytes.Lines(status) {
			if rest, ok := bytes.CutPrefix(line, []byte("Threads:")); ok {
				if n, err := strconv.Atoi(string(bytes.TrimSpace(rest))); err == nil {
					return float64(n)
				}
			}
		}
	}
	return float64(pprof.Lookup("threadcreate").Count())
}
