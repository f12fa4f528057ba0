package ring

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// element says who pushed it and as which of its own.
type element struct {
	producer int32
	index    int32
}

// produce pushes total elements, or as many as it can before the ring is closed,
// in random batches, and returns how many the ring accepted.
func produce(r *Ring[element], producer, total int, rng *rand.Rand) (pushed int) {
	batch := make([]element, 5)
	for pushed < total {
		n := 0
		if rng.IntN(2) == 0 {
			if r.TryPush(element{int32(producer), int32(pushed)}) {
				n = 1
			}
		} else {
			k := min(1+rng.IntN(len(batch)), total-pushed)
			for i := range k {
				batch[i] = element{int32(producer), int32(pushed + i)}
			}
			n = r.TryPushBatch(batch[:k])
		}
		if pushed += n; n == 0 {
			if r.Closed() {
				break
			}
			runtime.Gosched()
		}
	}
	return pushed
}

// consume pops until the ring is drained.
func consume(r *Ring[element], rng *rand.Rand) (popped []element) {
	batch := make([]element, 5)
	for {
		drained := r.Drained() // before the look: then nothing can follow it
		n := 0
		switch rng.IntN(3) {
		case 0:
			batch[0], n = popOne(r.TryPop())
		case 1:
			batch[0], n = popOne(r.TryPopReady())
		default:
			n = r.TryPopBatch(batch[:1+rng.IntN(len(batch))])
		}
		popped = append(popped, batch[:n]...)
		if drained {
			return popped // with n elements too many if Drained was wrong
		}
		if n == 0 {
			runtime.Gosched()
		}
	}
}

func popOne(v element, ok bool) (element, int) {
	if ok {
		return v, 1
	}
	return v, 0
}

// stress runs producers against consumers, closes the ring when the producers
// are done or, if early, somewhere in the middle, and checks what came out.
func stress(t *testing.T, capacity, producers, consumers, total int, early bool) {
	start := 1<<63 - uint64(total/2) // the words wrap on the way
	r, err := NewAt[element](capacity, start)
	require.NoError(t, err)

	pushed := make([]int, producers)
	popped := make([][]element, consumers)
	var pushing, popping sync.WaitGroup
	for i := range consumers {
		popping.Go(func() { popped[i] = consume(r, rand.New(rand.NewPCG(1, uint64(i)))) })
	}
	var live atomic.Int32
	live.Store(int32(producers))
	for i := range producers {
		pushing.Go(func() {
			pushed[i] = produce(r, i, total/producers, rand.New(rand.NewPCG(2, uint64(i))))
			live.Add(-1)
		})
	}
	outOfRange := 0
	for closeAt := uint64(rand.IntN(total)); live.Load() > 0; runtime.Gosched() {
		if n := r.Len(); n < 0 || n > r.Cap() {
			outOfRange++
		}
		if early && r.Pushed() >= closeAt {
			r.Close()
		}
	}
	pushing.Wait()
	r.Close()
	popping.Wait()

	require.Zero(t, outOfRange, "Len outside [0, Cap]")
	require.True(t, r.Drained())
	seen := make([][]int32, producers)
	for _, elements := range popped {
		last := slices.Repeat([]int32{-1}, producers)
		for _, e := range elements {
			require.Greater(t, e.index, last[e.producer], "order of a producer as one consumer sees it")
			last[e.producer] = e.index
			seen[e.producer] = append(seen[e.producer], e.index)
		}
	}
	sum := 0
	for p, indexes := range seen {
		slices.Sort(indexes)
		require.Len(t, indexes, pushed[p], "elements of producer %d", p)
		for i, index := range indexes {
			require.EqualValues(t, i, index, "each element once")
		}
		sum += pushed[p]
	}
	if !early {
		require.Equal(t, total/producers*producers, sum)
	}
	require.EqualValues(t, sum, r.Pushed())
	require.EqualValues(t, sum, r.Popped())
}

func withProcs(t *testing.T, f func(t *testing.T)) {
	for _, procs := range []int{1, 2, 4, 16} {
		t.Run(fmt.Sprintf("procs=%d", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			f(t)
		})
	}
}

func TestStress(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		for _, capacity := range []int{2, 4, 64} {
			for _, sides := range [][2]int{{1, 1}, {4, 1}, {1, 4}, {4, 4}} {
				stress(t, capacity, sides[0], sides[1], 4000, false)
			}
		}
	})
}

// A push that returned true before or while Close ran is popped; the count of
// each producer tells.
func TestStressClose(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		for _, capacity := range []int{2, 4, 64} {
			for range 20 {
				stress(t, capacity, 3, 3, 600, true)
			}
		}
	})
}

// A long batch that loses to other pops is shortened, so that it claims at all.
func TestLongBatchBesidePops(t *testing.T) {
	const n = 1 << 16
	c := newChain[int](t, n, 0, n)
	for i := range n {
		require.True(t, c.TryPush(i))
	}
	var stop atomic.Bool
	var others sync.WaitGroup
	others.Go(func() {
		for !stop.Load() {
			if v, ok := c.TryPop(); ok {
				c.TryPush(v)
			}
		}
	})
	dst := make([]int, n)
	for range 10 {
		popped := c.TryPopBatch(dst)
		require.GreaterOrEqual(t, popped, minContended)
		require.Equal(t, popped, c.TryPushBatch(dst[:popped]))
	}
	stop.Store(true)
	others.Wait()
}
