package main

import (
	"runtime"

	"github.com/puzpuzpuz/xsync/v4"

	"github.com/iocp-go/iocp/bench/harness"
)

// spinner is xsync's queue as a contender of the harness: go run . harness -h. Its calls do
// not wait; to yield after one that failed is what its documentation advises.
func spinner[T any](capacity int) harness.Queue[T] {
	q := xsync.NewMPMCQueue[T](capacity)
	return harness.Queue[T]{
		Put: func(vs []T) {
			for i := range vs {
				for !q.TryEnqueue(vs[i]) {
					runtime.Gosched()
				}
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				v, ok := q.TryDequeue()
				for !ok {
					runtime.Gosched()
					v, ok = q.TryDequeue()
				}
				vs[i] = v
			}
		},
	}
}
