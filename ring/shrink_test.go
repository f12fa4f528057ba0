package ring

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"
)

// large is a burst for which a chain of base capacity 2 links rings up to one of 1024.
const large = 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 512 + 1

// grown is a chain of base capacity 2 that has grown by n elements, and been drained
// of them by pops that all found one.
func grown(t *testing.T, n int) *Chain[int] {
	t.Helper()
	c := newChain[int](t, 2, 0, 0)
	burst(t, c, n)
	return c
}

func burst(t *testing.T, c *Chain[int], n int) {
	t.Helper()
	for i := range n {
		require.True(t, c.TryPush(i))
	}
	for i := range n {
		v, ok := c.TryPop()
		require.True(t, ok)
		require.Equal(t, i, v)
	}
	require.Greater(t, c.Cap(), 2)
}

// gaveBack requires that c has its base capacity, and works.
func gaveBack(t *testing.T, c *Chain[int]) {
	t.Helper()
	require.Same(t, c.tail.Load(), c.head.Load(), "the large ring is garbage") // rings would let go of it
	require.Equal(t, 2, c.Cap())
	require.Equal(t, 1, c.rings())
	for i := range 5 {
		require.True(t, c.TryPush(i))
	}
	for i := range 5 {
		v, ok := c.TryPop()
		require.True(t, ok)
		require.Equal(t, i, v)
	}
}

// The timer gives back by itself, within a second, what nobody uses.
func TestShrinkByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 3 {
			c := grown(t, large)
			time.Sleep(lookEvery / 2)
			require.Equal(t, 1024, c.Cap())
			time.Sleep(time.Second - lookEvery/2)
			gaveBack(t, c)
		}
		c := newChain[int](t, 2, 0, 0)
		for range 10 { // not empty at most looks
			for range large {
				require.True(t, c.TryPush(0))
			}
			time.Sleep(10 * time.Second)
			require.Equal(t, large, c.Len(), "not empty")
			require.Equal(t, 1024, c.Tail().Cap())
			for range large {
				c.TryPop()
			}
			time.Sleep(time.Second)
			require.Equal(t, 2, c.Cap())
		}
	})
}

// A pop that finds nothing gives back a ring that is old enough, and none that is
// younger: bursts that follow each other closely allocate once.
func TestShrinkHysteresisOfPops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := grown(t, large)
		for range 10 {
			c.Shrink()
			require.Equal(t, 1024, c.Cap())
			tail := c.Tail()
			burst(t, c, large)
			require.Same(t, tail, c.Tail())
			time.Sleep(time.Duration(minAge) / 10)
		}
		require.True(t, c.TryPush(0))
		c.Shrink()
		require.Equal(t, 1024, c.Cap(), "not empty")
		c.TryPop()
		c.Shrink()
		gaveBack(t, c)
	})
}

// A timer that was started for a ring leaves those alone that came after it.
func TestShrinkTimersOfEarlierRings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newChain[int](t, 2, 0, 0)
		for range 20 {
			burst(t, c, 100)
			time.Sleep(time.Duration(minAge))
			c.Shrink()
			require.Equal(t, 2, c.Cap())
		}
		burst(t, c, 100)
		last := c.Tail()
		time.Sleep(lookEvery - time.Nanosecond)
		require.Same(t, last, c.Tail())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		gaveBack(t, c)
	})
}

// A chain that was made outside of a bubble and grows in it, and the other way round.
func TestShrinkAcrossBubbles(t *testing.T) {
	c := newChain[int](t, 2, 0, 0)
	for range 2 {
		synctest.Test(t, func(t *testing.T) { // the second has the clock of the first
			burst(t, c, 100)
			time.Sleep(time.Second)
			require.Equal(t, 2, c.Cap())
			burst(t, c, 100)
		})
		// The bubble's timer has ended with the bubble.
		c.Shrink()
		gaveBack(t, c)
	}
	burst(t, c, 100)
	synctest.Test(t, func(t *testing.T) {
		c.Shrink()
		require.Equal(t, 2, c.Cap())
	})
	burst(t, c, 100)
	giveUp := time.Now().Add(time.Minute)
	for c.Cap() != 2 {
		require.True(t, time.Now().Before(giveUp))
		time.Sleep(time.Millisecond)
	}
}

// Closed and drained a chain keeps nothing, at once; its counts stay.
func TestShrinkAtOnceWhenClosed(t *testing.T) {
	for name, f := range map[string]func(t *testing.T, c *Chain[int]) (popped int){
		"closed, then drained": func(t *testing.T, c *Chain[int]) (popped int) {
			for range 100 {
				require.True(t, c.TryPush(0))
			}
			require.True(t, c.Close())
			for !c.Drained() {
				require.Equal(t, 1024, c.Cap())
				_, ok := c.TryPop()
				require.True(t, ok)
				popped++
			}
			return popped
		},
		"drained, then closed": func(t *testing.T, c *Chain[int]) int {
			require.True(t, c.Close())
			return 0
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := grown(t, large)
			popped := large + f(t, c)
			require.Same(t, c.tail.Load(), c.head.Load())
			require.Equal(t, 2, c.Cap())
			require.Equal(t, 1, c.rings())
			require.EqualValues(t, popped, c.Pushed())
			require.EqualValues(t, popped, c.Popped())
			require.Zero(t, c.Len())
			require.True(t, c.Drained())
			require.True(t, c.Closed())
			require.False(t, c.Empty(), "a closed chain is not idle")
			require.False(t, c.Close())
			require.False(t, c.TryPush(0))
			require.Zero(t, c.TryPushBatch([]int{1, 2, 3}))
			_, ok := c.TryPop()
			require.False(t, ok)
			require.Zero(t, c.TryPopBatch(make([]int, 3)))
		})
	}
}

// The timer does not keep a chain that was dropped.
func TestShrinkKeepsNoDroppedChain(t *testing.T) {
	w := func() weak.Pointer[Chain[int]] {
		c := newChain[int](t, 2, 0, 0)
		for i := range 100 {
			require.True(t, c.TryPush(i))
		}
		return weak.Make(c)
	}()
	runtime.GC() // well within lookEvery of the growth; later it must be gone all the same
	for giveUp := time.Now().Add(10 * time.Second); w.Value() != nil; runtime.GC() {
		require.True(t, time.Now().Before(giveUp))
	}
}
