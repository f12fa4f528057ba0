package waiter

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// past is a time before Now, as a time until which no caller yields.
const past = 2

// yielded makes b a stack of which n callers were to yield.
func (b *bed) yielded(n uint64) *bed {
	b.pace.yields.Store(int32(n))
	return b
}

// untimed is a number of yields after which a yield is not timed while yields are cheap, nor
// tried by a poster while yields are dear.
func untimed(t *testing.T) uint64 {
	const n = 1
	require.NotZero(t, hash(n)>>61)
	return n
}

// While yields are dear, callers that are to skip the scheduler's question do not yield, even
// after the time until which none does. After one slow yield they do.
func TestDearYieldsAndSkip(t *testing.T) {
	b := newAuto(t).yielded(untimed(t))
	for _, c := range []struct {
		dear  int64
		skip  int32
		yield bool
	}{
		{past, 0, true}, {past, 1, false}, {past, 100, false}, {1, 0, true}, {1, 1, true}, {0, 0, true}, {0, 1, true},
	} {
		dear.Store(c.dear)
		b.pace.skip.Store(c.skip)
		require.Equal(t, c.yield, b.yield(), "%+v", c)
		if !c.yield {
			require.Equal(t, c.dear, dear.Load())
			require.Equal(t, c.skip, b.pace.skip.Load())
		}
	}
}

// While yields are dear, one poster in 16 tries one, and takers do.
func TestDearYieldsOfPosters(t *testing.T) {
	newAuto(t)
	for _, order := range []Order{NewestFirst, OldestFirst} {
		b, yields := newBedOf(t, order, 1, ParkAuto), 0
		for n := range uint64(256) {
			dear.Store(past)
			if b.yielded(n).yield() {
				yields++
			}
		}
		if order == NewestFirst {
			require.Equal(t, 256, yields)
		} else {
			require.InDelta(t, 16, yields, 8)
		}
	}
}

// At the time until which no caller yields, callers yield again.
func TestDearYieldsEnd(t *testing.T) {
	b := newAuto(t)
	moved(t, func(t *testing.T) {
		dear.Store(Now() + 1)
		require.False(t, b.yield())
		dear.Store(Now())
		require.True(t, b.yield())
		require.Zero(t, dear.Load(), "the bubble's clock stands still")
	})
}

// alone calls f, again and again if other goroutines disturb it, on one processor, until f
// reports what is wanted. A check that a caller of the code under test fails each time fails.
func alone(t *testing.T, what string, f func() bool) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for range 50 {
		if f() {
			return
		}
	}
	t.Fatal("not once: ", what)
}

// A yield lets others run, timed or not. Of the callers of the stack one yields at a time.
func TestYieldLetsOthersRun(t *testing.T) {
	b := newAuto(t)
	for _, n := range []uint64{0, untimed(t)} {
		b.yielded(n)
		alone(t, "another ran, and did not yield", func() bool {
			dear.Store(0)
			ran, yielded := make(chan struct{}), false
			go func() {
				yielded = b.yield()
				close(ran)
			}()
			require.True(t, b.yield())
			select {
			case <-ran:
				return !yielded
			default:
				<-ran
				return false
			}
		})
	}
}

// While yields are cheap one in 8 is timed: a slow one that is not leaves them cheap. After
// one slow yield the next is timed, whatever its number.
func TestOneYieldInEightIsTimed(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	slow := func(was int64) (now int64) {
		dear.Store(was)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for start := Now(); Now() < start+10*worth; {
			}
		}()
		require.True(t, b.yield())
		<-ended
		return dear.Load()
	}
	later := uint64(1)
	for hash(later)>>61 != 0 {
		later++
	}
	b.q.moved = 1_000_000_000 // before, which is worth nothing
	for _, n := range []uint64{0, later} {
		alone(t, "timed, slow", func() bool {
			b.yielded(n)
			return slow(0) == 1
		})
	}
	for range 10 {
		b.yielded(untimed(t))
		require.Zero(t, slow(0))
	}
	alone(t, "timed after a slow one", func() bool { return slow(1) > Now() })

	timed := 0
	for n := range uint64(256) {
		if hash(n)>>61 == 0 {
			timed++
		}
	}
	require.InDelta(t, 32, timed, 8)
}

// The first yield of a stack is timed, whatever its salt. Each yield counts, also of a queue in
// which nothing moves.
func TestYieldsAreCounted(t *testing.T) {
	b := newAuto(t)
	for b.salt = 1; hash(b.salt)>>61 == 0; b.salt++ {
	}
	was := turns.Load()
	for n := range int32(3) {
		dear.Store(0)
		require.Equal(t, n, b.pace.yields.Load())
		require.True(t, b.yield())
		require.Equal(t, was+8, turns.Load(), "the first alone")
	}
}

// A caller that was refused a yield does not ask for one at its second turn, unless others
// want to run.
func TestRefusedYieldIsNotAskedForAgain(t *testing.T) {
	b := newAuto(t)
	var p Poll
	b.pace.watches.Store(1)
	require.False(t, b.Yielded(&p))
	b.pace.watches.Store(0)
	b.pace.skip.Store(3)
	require.False(t, b.Again(&p, Forever))
	require.EqualValues(t, 2, b.pace.skip.Load(), "it skips the question")
	require.NotEqual(t, yielding, p.state)
}

// A caller that watches asks what others want at each third glance.
func TestWatchAsksAtTheThirdGlance(t *testing.T) {
	fineClock(t)
	b := newAuto(t)
	stop := hogs(6)
	defer stop()
	var looks atomic.Int32
	b.q.onReady = func() { looks.Add(1) }
	await(t, "three glances", func() bool {
		await(t, "the hogs to queue", func() bool { return runnable() > 1 })
		crowded.Store(0)
		p := b.begin(Forever)
		p.until = Forever
		looks.Store(0)
		require.False(t, b.watch(p))
		require.LessOrEqual(t, looks.Load(), int32(3))
		return looks.Load() == 3 && crowded.Load() == 0
	})
}

// If callers on the other side went to sleep during a yield, the next do not yield.
func TestNoYieldThatMakesOthersSleep(t *testing.T) {
	for _, order := range []Order{NewestFirst, OldestFirst} {
		b := newBedOf(t, order, 1, ParkAuto)
		yielded := func() bool {
			dear.Store(0)
			return b.Yielded(new(Poll))
		}
		require.True(t, yielded())
		require.True(t, yielded(), "nobody slept")
		b.q.blocked.Store(true)
		require.True(t, yielded())
		b.q.blocked.Store(false)
		for n := range harmful {
			require.False(t, yielded(), n)
		}
		require.True(t, yielded())
		require.True(t, yielded())
	}
}
