package ring

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// race runs f(0) … f(n-1) at once, rounds times, each time after prepare.
func race(rounds, n int, prepare func(), f func(g int)) {
	for range rounds {
		prepare()
		var ready atomic.Int32
		var wg sync.WaitGroup
		for g := range n {
			wg.Go(func() {
				for ready.Add(1); ready.Load() < int32(n); {
					runtime.Gosched()
				}
				f(g)
			})
		}
		wg.Wait()
	}
}

// There are as many elements as attempts to pop, all published long before, so
// at no instant does an attempt meet an empty ring: none may fail, however the
// others get in its way.
func TestNoSpuriousEmpty(t *testing.T) {
	const size = 1024
	pops := map[string]func(*Ring[int]) bool{
		"TryPop":      func(r *Ring[int]) bool { _, ok := r.TryPop(); return ok },
		"TryPopReady": func(r *Ring[int]) bool { _, ok := r.TryPopReady(); return ok },
		"TryPopBatch": func(r *Ring[int]) bool { return r.TryPopBatch(make([]int, 1)) == 1 },
	}
	for name, pop := range pops {
		for other, rob := range pops {
			t.Run(name+" and "+other, func(t *testing.T) {
				r := mustNew[int](t, size)
				var failed atomic.Int32
				race(200, 2, func() {
					for r.TryPush(1) {
					}
				}, func(g int) {
					f := pop
					if g == 1 {
						f = rob
					}
					for range size / 2 {
						if !f(r) {
							failed.Add(1)
						}
					}
				})
				require.Zero(t, failed.Load(), "attempts that found an empty ring")
			})
		}
	}
}

// The mirror: as much room as attempts to push.
func TestNoSpuriousFull(t *testing.T) {
	const size = 1024
	r := mustNew[int](t, size)
	var failed atomic.Int32
	race(200, 2, func() {
		for r.TryPopBatch(make([]int, size)) > 0 {
		}
	}, func(g int) {
		for i := range size / 2 {
			if i%2 == g && !r.TryPush(i) || i%2 != g && r.TryPushBatch([]int{i}) != 1 {
				failed.Add(1)
			}
		}
	})
	require.Zero(t, failed.Load(), "attempts that found a full ring")
}

// As many tokens as goroutines and as slots. Each takes one and puts it back: the
// others hold at most all but one, so there always is one to take, and room for
// it afterwards, even while claims are in flight everywhere.
func TestTokens(t *testing.T) {
	for _, n := range []int{2, 4, 8} {
		r := full(t, n)
		var failed atomic.Int32
		race(1, n, func() {}, func(g int) {
			for i := range 40_000 / n {
				dst := make([]int, 1)
				var ok bool
				if i%3 == 0 {
					ok = r.TryPopBatch(dst) == 1
				} else {
					dst[0], ok = r.TryPop()
				}
				if !ok {
					failed.Add(1)
					continue
				}
				if i%2 == 0 {
					ok = r.TryPushBatch(dst) == 1
				} else {
					ok = r.TryPush(dst[0])
				}
				if !ok {
					failed.Add(1)
				}
			}
		})
		require.Zero(t, failed.Load(), "%d tokens", n)
		require.ElementsMatch(t, drain(full(t, n)), drain(r))
	}
}

// Len is read from two words, and is a number that the ring had all the same.
func TestLenInRange(t *testing.T) {
	r := mustNew[int](t, 2)
	var wg sync.WaitGroup
	var stop atomic.Bool
	for range 2 {
		wg.Go(func() {
			for !stop.Load() {
				r.TryPush(1)
				r.TryPop()
			}
		})
	}
	wrong := 0
	for r.Popped() < 1_000_000 {
		if n := r.Len(); n < 0 || n > r.Cap() {
			wrong++
		}
	}
	stop.Store(true)
	wg.Wait()
	require.Zero(t, wrong, "Len outside [0, Cap]")
}
