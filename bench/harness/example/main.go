// Example measures a queue of thirty lines, a ring under a mutex, beside a port and a channel:
//
//	go run ./bench/harness/example -quick
package main

import "github.com/iocp-go/iocp/bench/harness"

func main() { harness.Main(harness.New("mine", mine, mine, mine, mine)) }

// mine is called for each size of element, and so named once for each above.
func mine[T any](capacity int) harness.Queue[T] {
	q := NewQueue[T](capacity)
	return harness.Queue[T]{
		Put: func(vs []T) {
			for _, v := range vs {
				q.Put(v)
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				vs[i] = q.Get()
			}
		},
	}
}
