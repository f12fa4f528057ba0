package main

import "github.com/iocp-go/iocp"

// Handles: solo through the functions over handles, against the methods of a Port
// that they come down to. The handle's port may grow and the other may not, as
// either comes by default; neither does.
func handlesScenario() scenario {
	return scenario{
		name:     "handles",
		sides:    [2]string{"functions", "methods"},
		measures: []measure{{row: 18, unit: perOp, goal: 1.25}},
		port: func() side {
			h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
			must(err)
			return soloFunctions(h)
		},
		channel: func() side { return soloMethods(newPort[iocp.Packet](capacity)) },
	}
}

//go:noinline
func soloFunctions(h iocp.Handle) side {
	return func(n int) []float64 {
		var (
			sum, key   uintptr
			qty        uint32
			overlapped *iocp.Overlapped
		)
		start := now()
		for i := range n {
			must(iocp.PostQueuedCompletionStatus(h, 0, uintptr(i), nil))
			must(iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, 0))
			sum += key
		}
		return soloDone(n, start, sum)
	}
}
