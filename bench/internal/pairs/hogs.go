package pairs

import (
	"sync"
	"sync/atomic"
)

// Hogs starts n goroutines that compute until stop is called, which waits for them.
func Hogs(n int) (stop func()) {
	var (
		group sync.WaitGroup
		end   atomic.Bool
	)
	for range n {
		group.Go(func() {
			for !end.Load() {
				_ = Spin(20_000)
			}
		})
	}
	return func() {
		end.Store(true)
		group.Wait()
	}
}
