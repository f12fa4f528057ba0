package waiter

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newAuto is a stack under ParkAuto in a process that has done nothing yet.
func newAuto(t *testing.T) *bed {
	procs := runtime.GOMAXPROCS(2)
	forget := func() { dear.Store(0); crowded.Store(0) }
	forget()
	t.Cleanup(func() {
		forget()
		runtime.GOMAXPROCS(procs)
		require.Zero(t, watchers.Load(), "somebody still watches")
	})
	return newBedOf(t, NewestFirst, 100, ParkAuto)
}

// hogs compute on every processor until the function that it returns is called.
func hogs(n int) (stop func()) {
	var over atomic.Bool
	ended := make(chan struct{})
	for range n {
		go func() {
			for !over.Load() {
			}
			ended <- struct{}{}
		}()
	}
	return func() {
		over.Store(true)
		for range n {
			<-ended
		}
	}
}

// begin makes the caller the watcher, whatever others of the process do just now.
func (b *bed) begin(deadline int64) *Poll {
	b.t.Helper()
	p := new(Poll)
	await(b.t, "to watch", func() bool { return b.beginWatch(p, deadline) })
	return p
}

func (b *bed) watched() bool { return b.state.Load()&watched != 0 }

// A caller that finds nothing yields once and then, as nobody wants its processor, watches
// the queue, until there is something.
func TestAgainWatches(t *testing.T) {
	fineClock(t)
	b := newAuto(t)
	await(t, "a watch", func() bool { // others of the process may want a processor just now
		b.pace.skip.Store(0)
		crowded.Store(0)
		looks := 0
		b.q.onReady = func() {
			if looks++; looks == 3 {
				b.q.put(1)
			}
		}
		var p Poll
		require.True(t, b.Again(&p, Forever))
		require.Equal(t, yielding, p.state)
		found := b.Again(&p, Forever)
		if found {
			require.Equal(t, watching, p.state)
			require.True(t, b.watched())
			require.Equal(t, 3, looks)
		}
		b.Done(&p, found)
		require.Zero(t, b.pace.watcher.Load())
		return found
	})
	require.EqualValues(t, 1, b.Stats().Spun)
	require.EqualValues(t, 1, b.pace.watches.Load())
	b.q.onReady = nil

	// The next begins so, without a yield.
	var p Poll
	require.False(t, b.Yielded(&p))
	await(t, "a watch", func() bool {
		p = Poll{}
		b.pace.skip.Store(0)
		b.pace.watches.Store(1)
		return b.Again(&p, Forever) && p.state == watching
	})
	b.Done(&p, true)
}

// A caller that is told where others sleep always sleeps at once.
func TestAgainUnlessAuto(t *testing.T) {
	for _, parking := range []Parking{ParkThread, ParkGoroutine} {
		b := newBedOf(t, NewestFirst, 1, parking)
		var p Poll
		require.False(t, b.Yielded(&p))
		require.False(t, b.Again(&p, Forever))
		b.Done(&p, false)
	}
}

// A poster yields, and does not watch.
func TestPosterDoesNotWatch(t *testing.T) {
	newAuto(t)
	b := newBedOf(t, OldestFirst, 1, ParkAuto)
	var p Poll
	require.True(t, b.Again(&p, Forever))
	require.False(t, b.Again(&p, Forever))
	require.False(t, b.watched())
	require.Zero(t, b.pace.skip.Load(), "it does not even ask")
	b.Done(&p, false)
}

// Nobody watches while somebody wants its processor.
func TestNoWatchBesideOthers(t *testing.T) {
	b := newAuto(t)
	stop := hogs(6)
	defer stop()
	await(t, "the hogs to queue", func() bool { return runnable() > 1 })
	for range 3 {
		b.pace.skip.Store(0)
		b.pace.watches.Store(1)
		crowded.Store(0)
		p := Poll{state: yielding}
		start := Now()
		require.False(t, b.Again(&p, Forever))
		require.GreaterOrEqual(t, crowded.Load(), start+longest, "nobody asks for as long as a watch lasts")
		require.LessOrEqual(t, crowded.Load(), Now()+longest)
		require.False(t, b.watched())
		require.EqualValues(t, between, b.pace.skip.Load(), "nor do the next ask")
		require.Zero(t, b.pace.watches.Load(), "nor begin with that")
	}
}

// One caller watches a queue, and half of the processors stay with others.
func TestOneWatches(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(4)
	p := b.begin(Forever)
	var q Poll
	require.False(t, b.beginWatch(&q, Forever))
	require.Equal(t, none, q.state)

	c, d := newBedOf(t, NewestFirst, 1, ParkAuto), newBedOf(t, NewestFirst, 1, ParkAuto)
	other := c.begin(Forever)
	require.False(t, d.beginWatch(&q, Forever), "a third of four processors")
	require.EqualValues(t, 2, watchers.Load())
	b.Done(p, false)
	b.Done(p, false) // which is over
	require.EqualValues(t, 1, watchers.Load())
	d.Done(d.begin(Forever), false)
	c.Done(other, true)

	runtime.GOMAXPROCS(1)
	require.False(t, b.beginWatch(&q, Forever), "nobody would run to post")
}

// A watch ends after longest, or at the deadline before that.
func TestWatchEnds(t *testing.T) {
	fineClock(t)
	b := newAuto(t)
	before := Now()
	p := b.begin(Forever)
	require.GreaterOrEqual(t, p.until, before+longest)
	require.LessOrEqual(t, p.until, Now()+longest)
	b.Done(p, false)
	deadline := Now() + 1000
	p = b.begin(deadline)
	require.Equal(t, deadline, p.until)
	b.Done(p, false)

	looks := 0
	b.q.onReady = func() { looks++ }
	p = b.begin(0) // in the past
	require.False(t, b.watch(p))
	require.Equal(t, 1, looks)
	require.NotEqual(t, watching, p.state)
	require.Zero(t, b.pace.watcher.Load())

	await(t, "a watch that lasts", func() bool { // others may cut it short
		crowded.Store(0)
		looks = 0
		p := b.begin(Forever)
		begun := Now()
		require.False(t, b.watch(p))
		require.LessOrEqual(t, looks, longest/glance+1)
		return Now()-begun >= longest-5*glance && looks > 10
	})
}

// A watch ends with the third glance at most when somebody wants the processor.
func TestWatchMakesRoom(t *testing.T) {
	b := newAuto(t)
	p := b.begin(Forever)
	p.until = Forever
	looks := 0
	b.q.onReady = func() { looks++ }
	stop := hogs(6)
	defer stop()
	await(t, "the hogs to queue", func() bool { return runnable() > 1 })
	require.False(t, b.watch(p))
	require.LessOrEqual(t, looks, 3)
}

// After a glance that came late nobody begins to watch for a hundred times as long.
func TestWatchOnACrowdedMachine(t *testing.T) {
	b := newAuto(t)
	p := b.begin(Forever)
	p.until = Forever
	looks := 0
	b.q.onReady = func() {
		if looks++; looks == 1 {
			time.Sleep(time.Millisecond)
		}
	}
	begun := Now()
	require.False(t, b.watch(p))
	require.LessOrEqual(t, looks, 2, "the glance that came late was the last")
	if looks == 2 { // else the machine was late by itself
		require.GreaterOrEqual(t, crowded.Load(), begun+(1+toll)*1_000_000)
	}
	require.NotZero(t, crowded.Load())
	looks = 0
	crowded.Store(Forever)
	require.False(t, b.Again(&Poll{state: yielding}, Forever))
	require.Zero(t, looks)
	await(t, "a watch", func() bool { // others of the process may want a processor just now
		b.pace.skip.Store(0)
		crowded.Store(Now())
		require.False(t, b.Again(&Poll{state: yielding}, Forever))
		return looks != 0
	})
}

// While a caller watches nothing is due, and when it ends that, those who wait get what it
// has left.
func TestEndWatchHandsOver(t *testing.T) {
	for _, publish := range []bool{true, false} {
		b := newAuto(t)
		b.park(0)
		p := b.begin(Forever)
		require.True(t, b.HasWaiters())
		require.False(t, b.Due())
		if publish {
			b.post(1)
			b.none()
			require.Equal(t, []int{1}, b.q.left())
		}
		b.Done(p, false)
		require.False(t, b.watched())
		if publish {
			handed(t, b.next(), 1)
		} else {
			b.none()
			require.True(t, b.Due())
			b.post(1)
			handed(t, b.next(), 1)
		}
		b.check(t)
	}
}

// Pass leaves to the watcher what there is.
func TestPassWhileWatched(t *testing.T) {
	b := newAuto(t)
	let := b.hold()
	b.park(0)
	b.park(1)
	b.post(1)
	p := b.begin(Forever)
	b.post(2)
	let()
	handed(t, b.next(), 1)
	b.none()
	require.Equal(t, []int{2}, b.q.left())
	b.Done(p, false)
	let()
	handed(t, b.next(), 2)
}

// The bit that a watcher leaves if nobody waits is cleared by the next to wait, and by that
// only if nobody watches.
func TestUnwatch(t *testing.T) {
	b := newAuto(t)
	b.Done(b.begin(Forever), false)
	require.True(t, b.watched(), "the posters' copies stay good")
	require.False(t, b.Due())
	b.park(0)
	require.False(t, b.watched())
	require.True(t, b.Due())

	p := b.begin(Forever)
	b.park(1)
	require.True(t, b.watched())
	b.Done(p, false)
	b.post(1, 2)
	for range 2 {
		require.Equal(t, Handed, b.next().why)
	}
}

// A yield is a place behind others: nobody yields who may look while others wait.
func TestNoYieldWhileOthersWait(t *testing.T) {
	b := newAuto(t)
	var p Poll
	require.True(t, b.Yielded(&p))
	b.park(0)
	require.False(t, b.Yielded(new(Poll)))
	b.post(1)
	handed(t, b.next(), 1)
	require.True(t, b.Yielded(new(Poll)))
}

// Two slow yields in a row make yields dear, for a hundred times as long as the second
// took; after that they are tried again, and a fast one ends it.
func TestSlowYields(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	var busy atomic.Bool
	var over atomic.Bool
	ended := make(chan struct{})
	go func() { // a millisecond of work whenever it gets the processor
		defer close(ended)
		for !over.Load() {
			if busy.Load() {
				for start := Now(); Now() < start+1_000_000; {
				}
			}
			runtime.Gosched()
		}
	}()
	defer func() { over.Store(true); <-ended }()

	// step yields, and says whether that was slow. The scheduler may pass the other
	// goroutine over.
	step := func() (slow bool) {
		start := Now()
		require.True(t, b.yielded(0).yield()) // timed
		return Now()-start >= 1_000_000
	}
	busy.Store(true)
	await(t, "two slow yields in a row", func() bool {
		dear.Store(0)
		if !step() {
			return false
		}
		require.EqualValues(t, 1, dear.Load(), "once may be a hiccup")
		start := Now()
		if !step() {
			require.Zero(t, dear.Load())
			return false
		}
		took := Now() - start
		require.GreaterOrEqual(t, dear.Load(), start+1_000_000+toll*1_000_000)
		require.LessOrEqual(t, dear.Load(), Now()+toll*took)
		return true
	})
	dear.Store(Forever)
	for range 3 * between {
		require.False(t, b.yield())
	}
	c := newBedOf(t, NewestFirst, 1, ParkAuto)
	require.False(t, c.yield(), "that is so for the process")

	busy.Store(false)
	await(t, "a fast one", func() bool {
		dear.Store(Now())
		b.pace.skip.Store(0)
		require.True(t, b.yield())
		return dear.Load() == 0
	})
	await(t, "a slow one and then a fast one", func() bool {
		dear.Store(1)
		return !step() && dear.Load() == 0
	})
	require.True(t, c.yield())
}

// A yield in which others have moved much was worth its time.
func TestYieldIsWorthWhatMoves(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for start := Now(); Now() < start+1_000_000; {
		}
		b.q.mu.Lock()
		b.q.moved += 1_000_000_000 // worth minutes, for the machine may run others
		b.q.mu.Unlock()
	}()
	require.True(t, b.yield())
	<-ended
	require.Zero(t, dear.Load())
}

// yieldBeside is the first yield of b's callers, beside a goroutine that counts many yields of
// others and then computes for ns. It returns how long the yield took, and what dear is then.
func (b *bed) yieldBeside(ns int64) (took, then int64) {
	dear.Store(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		turns.Add(1_000_000)
		for start := Now(); Now() < start+ns; {
		}
	}()
	start := Now()
	require.True(b.t, b.yielded(0).yield())
	took, then = Now()-start, dear.Load()
	<-done
	return took, then
}

// A yield in which others have yielded too was their turn.
func TestYieldIsWorthTheTurnsOfOthers(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	await(t, "a yield that took long, and not longer than most", func() bool {
		took, then := b.yieldBeside(most / 2)
		return took >= most/2 && then == 0
	})
}

// However many others yield meanwhile, a time slice makes a yield slow.
func TestTurnsOfOthersHaveALimit(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1)
	alone(t, "slow", func() bool {
		_, then := b.yieldBeside(most + 2*worth)
		return then == 1
	})
}

// A timed yield is counted, and one that is not is not.
func TestTimedYieldsAreCounted(t *testing.T) {
	b := newAuto(t)
	dear.Store(0)
	was := turns.Load()
	require.True(t, b.yield())
	require.Equal(t, was+8, turns.Load(), "one in eight is timed")
	dear.Store(0)
	require.True(t, b.yielded(untimed(t)).yield())
	require.Equal(t, was+8, turns.Load())
	dear.Store(1)
	require.True(t, b.yielded(untimed(t)).yield())
	require.Equal(t, was+9, turns.Load(), "each is timed")
}

// Stacks that move in step time different yields: of eight, each has about one in eight.
func TestStacksInStep(t *testing.T) {
	var timed [64]int
	for range timed {
		var s Stack[int]
		s.Init(nil, NewestFirst, 0, ParkAuto, Parkers{})
		for n := range timed {
			if hash(uint64(n)+s.salt)>>61 == 0 {
				timed[n]++
			}
		}
	}
	for _, n := range timed {
		require.InDelta(t, 8, n, 3)
	}
}

// Those who are to skip neither ask nor watch, and count down.
func TestSkip(t *testing.T) {
	b := newAuto(t)
	b.pace.skip.Store(3)
	for n := int32(3); n > 0; n-- {
		require.Equal(t, n, b.pace.skip.Load())
		p := Poll{state: yielding}
		require.False(t, b.Again(&p, Forever))
		require.False(t, b.watched())
	}
	require.Zero(t, b.pace.skip.Load())
}

// From the third watch in vain on, more and more callers skip it; one that is served makes
// an end of that.
func TestWatchInVain(t *testing.T) {
	b := newAuto(t)
	for n := 1; n <= 12; n++ {
		b.pace.skip.Store(0)
		b.pace.watches.Store(1)
		require.False(t, b.watch(b.begin(0)))
		require.EqualValues(t, min(n, 8), b.pace.vain.Load())
		require.Zero(t, b.pace.watches.Load())
		want := 0
		if n > 2 {
			want = between << min(n-1, 8)
		}
		require.EqualValues(t, want, b.pace.skip.Load(), "%d in vain", n)
	}
	b.Done(b.begin(Forever), true)
	require.Zero(t, b.pace.vain.Load())
	require.EqualValues(t, 1, b.pace.watches.Load())
}

// A score tells how often takers ran late.
func TestLags(t *testing.T) {
	b := newAuto(t)
	for i := range int32(10) {
		require.Equal(t, min(i, 8), b.lags.Load())
		b.lag(lateness + 1)
	}
	for i := range int32(10) {
		require.Equal(t, max(8-i, 0), b.lags.Load())
		b.lag(lateness)
	}
}

// A taker that runs late counts itself.
func TestTakerTellsItsLag(t *testing.T) {
	b := newAuto(t)
	b.lags.Store(1) // so that it is timed
	let := b.hold()
	b.park(0)
	b.post(1)
	for start := Now(); Now() < start+2*lateness; {
	}
	let()
	handed(t, b.next(), 1)
	require.EqualValues(t, 2, b.lags.Load())
}

// Where takers have run late, whoever hands over starts a goroutine behind the taker, if
// nobody else wants a processor.
func TestBump(t *testing.T) {
	b := newAuto(t)
	runtime.GOMAXPROCS(1) // nobody runs while this goroutine does not yield
	v := 1
	for lags, want := range map[int32]int32{0: 0, 1: 0, 2: 1, 8: 1} {
		for _, give := range []func(){func() { b.Give(&v) }, func() { b.post(v) }} {
			await(t, "an undisturbed hand-over", func() bool { // the runtime's own may want to run
				b.lags.Store(lags)
				b.stats.HandOffs = 0
				b.park(0)
				await(t, "the bumps before", func() bool { return bumps.Load() == 0 && runnable() == 0 })
				give()
				n := bumps.Load()
				handed(t, b.next(), 1)
				require.LessOrEqual(t, n, want)
				return n == want
			})
		}
	}

	// Somebody waits for the processor: it is that one's next.
	b.lags.Store(8)
	b.stats.HandOffs = 0
	b.park(0)
	await(t, "the bumps before", func() bool { return bumps.Load() == 0 })
	ran := make(chan struct{})
	stop := hogs(2)
	go close(ran)
	await(t, "others", func() bool { return runnable() > 1 })
	b.Give(&v)
	require.Zero(t, bumps.Load())
	stop()
	<-ran
	handed(t, b.next(), 1)
	require.EqualValues(t, 6, b.lags.Load(), "beside others that compute it comes to an end")
}

// A goroutine that is started to bump another is none that wants a processor.
func TestBumpsAreNotRunnable(t *testing.T) {
	newAuto(t)
	runtime.GOMAXPROCS(1)
	await(t, "an undisturbed look", func() bool {
		await(t, "the bumps before", func() bool { return bumps.Load() == 0 })
		if runnable() != 0 {
			return false
		}
		bump()
		require.LessOrEqual(t, bumps.Load(), int32(1))
		return bumps.Load() == 1 && runnable() == 0
	})
}

// fineClock skips a test on Windows, whose clock moves on in steps that are longer than
// many glances: each glance seems late there, and nobody watches for long.
func fineClock(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the clock is coarse")
	}
}
