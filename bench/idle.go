package main

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
)

const idlers = 8

// Idle: the processor time of the process while waiters sleep, less that of the
// process without them. An operation is a millisecond.
func idleScenario(least int) scenario {
	without := sync.OnceValue(func() float64 {
		cpuWhile(min(least, 1000)) // pays for what was before
		return cpuWhile(least)
	})
	return scenario{
		name:     "idle",
		measures: []measure{{row: 13, unit: cpuTime, by: alone, goal: float64(time.Millisecond), strict: true}},
		least:    least,
		once:     true,
		port: func() side {
			return idle(without, func() (func(), func()) {
				p := newPort[iocp.Packet](capacity)
				return func() { p.Get(iocp.Infinite) }, func() { must(p.Close()) }
			})
		},
		channel: func() side {
			return idle(without, func() (func(), func()) {
				c := make(chan iocp.Packet, capacity)
				return func() { <-c }, func() { close(c) }
			})
		},
	}
}

// idle measures waiters that sleep in wait until release is called.
func idle(without func() float64, open func() (wait, release func())) side {
	return func(n int) []float64 {
		var wg sync.WaitGroup
		base := without()
		wait, release := open()
		for range idlers {
			wg.Go(wait)
		}
		used := cpuWhile(n)
		release()
		wg.Wait()
		return []float64{used - base}
	}
}

// cpuWhile is the processor time that the process takes in so many milliseconds
// of doing nothing: the caller sleeps, no garbage is left to collect and no memory
// to give back.
func cpuWhile(ms int) float64 {
	debug.FreeOSMemory()
	settle()
	time.Sleep(100 * time.Millisecond)
	start := processTime()
	time.Sleep(time.Duration(ms) * time.Millisecond)
	return processTime() - start
}
