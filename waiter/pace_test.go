package waiter

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The table in the package's documentation has the numbers that the code goes by.
func TestTableOfDoc(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var words []string
	for _, line := range strings.Split(string(text), "\n") {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
	}
	doc := strings.Join(words, " ")
	const us = 1000
	for _, row := range []string{
		fmt.Sprintf("a yield took more than %d µs, twice sleeps, for %d times as long nobody yields", worth/us, toll),
		fmt.Sprintf("a hand-off was on its way for more than %d ms nobody yields for %d times as long", slice/us/us, toll),
		fmt.Sprintf("nobody wants a processor watches the queue for up to %d µs", longest/us),
		fmt.Sprintf("somebody begins to want one stops watching within %d µs, sleeps", 3*glance/us),
		fmt.Sprintf("posters sleep when its yield ends the next %d times nobody yields", harmful),
		fmt.Sprintf("goroutines want each processor sleeps; nobody asks again for %d µs", longest/us),
		fmt.Sprintf("watching was in vain three times or more sleeps the next %d to %d times", between<<2, between<<8),
		fmt.Sprintf("the machine runs others in this one's place nobody watches for %d times as long", toll),
	} {
		require.Contains(t, doc, row)
	}
	require.Equal(t, us, glance, "once a microsecond")
}

// What the documentation says of the limit behind goroutines that compute.
func TestLimitOfDoc(t *testing.T) {
	require.Equal(t, 100, toll)
	require.Equal(t, 5_000_000, slice)
}

// One caller of a stack yields at a time, and the next when that one has.
func TestOneYields(t *testing.T) {
	b := newAuto(t)
	for range 3 {
		dear.Store(0)
		require.True(t, b.Yielded(new(Poll)))
	}
	b.pace.yielding.Store(1) // another does
	require.False(t, b.Yielded(new(Poll)))
	b.pace.yielding.Store(0)
	dear.Store(0)
	require.True(t, b.Yielded(new(Poll)))
}

// Beside others that are about to run a caller yields once, at its first turn or at the
// second.
func TestYieldsOnce(t *testing.T) {
	b := newAuto(t)
	stop := hogs(6)
	defer stop()
	for _, first := range []bool{true, false} {
		var p Poll
		again := func() bool {
			await(t, "the hogs to queue", func() bool { return runnable() > 1 })
			b.pace.skip.Store(0)
			dear.Store(0)
			return b.Again(&p, Forever)
		}
		if !first {
			b.pace.watches.Store(1) // so that it does not begin with that
			require.False(t, b.Yielded(&p))
		}
		require.True(t, again())
		require.Equal(t, yielding, p.state)
		require.False(t, again())
		require.False(t, b.watched())
	}
}

// The clock of a bubble stands still while a caller watches: nobody does. That clock may be
// years ahead, and says nothing of how long the processors are wanted.
func TestNoWatchInBubbles(t *testing.T) {
	b := newAuto(t)
	stop := hogs(6)
	defer stop()
	await(t, "the hogs to queue", func() bool { return runnable() > 1 })
	synctest.Test(t, func(t *testing.T) {
		require.False(t, b.beginWatch(new(Poll), Forever))
		time.Sleep(50 * 365 * 24 * time.Hour) // later than the process began
		require.Positive(t, Now())
		require.False(t, b.beginWatch(new(Poll), Forever))
		crowded.Store(0)
		require.False(t, b.Again(&Poll{state: yielding}, Forever))
		require.Zero(t, crowded.Load())
	})
}

// A wait is Spun if the caller that watched has found something.
func TestWatchedInVainIsNotSpun(t *testing.T) {
	b := newAuto(t)
	b.Done(b.begin(Forever), false)
	require.Zero(t, b.Stats().Spun)
	b.Done(b.begin(Forever), true)
	require.EqualValues(t, 1, b.Stats().Spun)
	b.Done(&Poll{state: yielding}, true)
	require.EqualValues(t, 1, b.Stats().Spun, "it yielded, and did not watch")
}

// One taker in 16 that would be late is not bumped, and timed in place of that.
func TestBumpsEnd(t *testing.T) {
	b := newAuto(t)
	b.lags.Store(8)
	alone := 0
	for n := range uint64(256) {
		w := new(Waiter[*int])
		late := b.time(w, n)
		require.Equal(t, late, w.handed == 0)
		if !late {
			alone++
		}
	}
	require.Greater(t, alone, 8)
	require.Less(t, alone, 32)
}

// Takers that were handed something and do not run yet are no others.
func TestBumpsBehindTakers(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	await(t, "an undisturbed hand-over", func() bool { // the runtime's own may want to run
		b.lags.Store(8)
		b.stats.HandOffs = 0
		b.park(0)
		b.park(1)
		await(t, "the bumps before", func() bool { return bumps.Load() == 0 && runnable() == 0 })
		b.post(1)
		b.post(2)
		n := bumps.Load()
		for range 2 {
			require.Equal(t, Handed, b.next().why)
		}
		require.LessOrEqual(t, n, int32(2))
		return n == 2
	})
}

// Nobody is bumped or timed who is told where to sleep.
func TestBumpUnlessAuto(t *testing.T) {
	newAuto(t)
	for _, parking := range []Parking{ParkThread, ParkGoroutine} {
		b := newBedOf(t, NewestFirst, 100, parking)
		b.lags.Store(8)
		w := new(Waiter[*int])
		require.False(t, b.time(w, 1))
		require.Zero(t, w.handed)
		b.park(0)
		b.post(1)
		handed(t, b.next(), 1)
		require.EqualValues(t, 8, b.lags.Load())
	}
}

// While another caller asks the scheduler, the answer is that somebody wants a processor.
func TestRunnableWhileAnotherAsks(t *testing.T) {
	newAuto(t)
	scheduler.asked.Store(true)
	require.EqualValues(t, 1, runnable())
	scheduler.asked.Store(false)
	await(t, "nobody else", func() bool { return runnable() == 0 })
	require.False(t, scheduler.asked.Load())
}
