package ring

import (
	"sync"
	"sync/atomic"
	"testing"
)

// While a batch links several rings, pops are ahead of the tail.
func TestChainLenWhileGrowing(t *testing.T) {
	const n = 1<<13 - 1
	for range 50 {
		c := newChain[int](t, 2, 0, n)
		var wg sync.WaitGroup
		var stop atomic.Bool
		wg.Go(func() { c.TryPushBatch(make([]int, n)); stop.Store(true) })
		for range 2 {
			wg.Go(func() {
				for !stop.Load() {
					c.TryPop()
					if l := c.Len(); l < 0 || l > n {
						t.Error("Len", l)
						return
					}
					popped := c.Popped()
					if pushed := c.Pushed(); pushed < popped {
						t.Error("pushed", pushed, "popped", popped)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}
