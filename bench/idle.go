package main

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

const idlers = 8

// Idle: the processor time of the process while waiters sleep, less that without waiters. There
// is no channel to compare with: its waiters would take as long. An operation is a
// millisecond.
func idleScenario(least int) pairs.Scenario {
	without := func() float64 {
		cpuWhile(min(least, 1000)) // lets earlier work settle, unmeasured
		return cpuWhile(least)
	}
	return pairs.Scenario{
		Name:     "idle",
		Measures: []pairs.Measure{{Row: 13, Unit: pairs.CPUTime, By: pairs.Alone, Goal: float64(time.Millisecond), Strict: true}},
		Least:    least,
		Once:     true,
		Sides: []pairs.Contestant{{Name: "port", Open: func() pairs.Side {
			p := work.NewPort[iocp.Packet](capacity)
			return idle(without, func() { p.Get(iocp.Infinite) }, func() { pairs.Must(p.Close()) })
		}}},
	}
}

// idle measures waiters that sleep in wait until the call of release.
func idle(without func() float64, wait, release func()) pairs.Side {
	return func(n int) []float64 {
		var wg sync.WaitGroup
		base := without()
		for range idlers {
			wg.Go(wait)
		}
		used := cpuWhile(n)
		release()
		wg.Wait()
		return []float64{used - base}
	}
}

// cpuWhile is the processor time of the process during so many milliseconds in which the
// caller sleeps, after garbage is collected and memory given back.
func cpuWhile(ms int) float64 {
	debug.FreeOSMemory()
	pairs.Settle()
	time.Sleep(100 * time.Millisecond)
	start := pairs.ProcessTime()
	time.Sleep(time.Duration(ms) * time.Millisecond)
	return pairs.ProcessTime() - start
}
