package main

import (
	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// Handles: solo through the functions over handles, against the methods of a Port that these
// functions call. By default the handle's port may grow and the other may not; here neither
// does.
func handlesScenario() pairs.Scenario {
	return pairs.Scenario{
		Name:     "handles",
		Measures: []pairs.Measure{{Row: 18, Unit: pairs.PerOp, Goal: 1.15}},
		Sides: []pairs.Contestant{
			{Name: "functions", Open: func() pairs.Side {
				h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
				pairs.Must(err)
				return soloFunctions(h)
			}},
			{Name: "methods", Open: func() pairs.Side { return soloMethods(work.NewPort[iocp.Packet](capacity)) }},
		},
	}
}

//go:noinline
func soloFunctions(h iocp.Handle) pairs.Side {
	return func(n int) []float64 {
		var (
			sum, key   uintptr
			qty        uint32
			overlapped *iocp.Overlapped
		)
		start := pairs.Now()
		for i := range n {
			pairs.Must(iocp.PostQueuedCompletionStatus(h, 0, uintptr(i), nil))
			pairs.Must(iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, 0))
			sum += key
		}
		return soloDone(n, start, sum)
	}
}
