package waiter

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// settle is where the median ends after n samples of the same.
func settle(m *atomic.Int64, n int, sample int64) int64 {
	for range n {
		follow(m, sample)
	}
	return m.Load()
}

func TestFollowConverges(t *testing.T) {
	var m atomic.Int64
	follow(&m, 1000)
	require.EqualValues(t, 1000, m.Load(), "the first sample is all there is")
	for _, level := range []int64{1_000_000, 300, 50_000_000, 20, 1000} {
		got := settle(&m, 200, level)
		require.InDelta(t, level, got, float64(level)/4+2, "to %d", level)
	}
}

// A mean would follow a sample that is a thousand times the others.
func TestFollowIgnoresOutliers(t *testing.T) {
	var m atomic.Int64
	settle(&m, 100, 1000)
	for i := range 1000 {
		sample := int64(1000)
		switch i % 10 {
		case 4:
			sample = 1 << 62
		case 9:
			sample = 0
		}
		follow(&m, sample)
		require.InDelta(t, 1000, m.Load(), 400)
	}
}

// It settles where half of the samples are above it.
func TestFollowIsAMedian(t *testing.T) {
	var m atomic.Int64
	rng := rand.New(rand.NewPCG(1, 1))
	var sum float64
	const n = 20_000
	for i := range 2 * n {
		sample := 1000 + rng.Int64N(1000)
		if rng.IntN(3) == 0 {
			sample = 1_000_000 // the mean is 334,000, the median 1,750
		}
		follow(&m, sample)
		if i >= n {
			sum += float64(m.Load())
		}
	}
	require.InDelta(t, 1750, sum/n, 350)
}

// From the bottom it still rises: an eighth of 7 would be nothing.
func TestFollowNeverSticks(t *testing.T) {
	for _, sample := range []int64{0, 1, 7, -1000, -1 << 62} {
		var m atomic.Int64
		for range 300 {
			follow(&m, sample)
			require.GreaterOrEqual(t, m.Load(), int64(8))
		}
		require.EqualValues(t, 8, m.Load())
		require.InDelta(t, 1000, settle(&m, 200, 1000), 250)
	}
}

// lately is a policy that has seen such costs.
func lately(thread, goroutine int64) *policy {
	p := new(policy)
	p.cost[byThread].Store(thread)
	p.cost[byGoroutine].Store(goroutine)
	p.trial.Store(minGap)
	return p
}

func TestFaster(t *testing.T) {
	for _, c := range []struct {
		name              string
		thread, goroutine int64
		want              way
	}{
		{"begin with the thread", 0, 0, byThread},
		{"the thread first, whatever the other cost", 0, 10, byThread},
		{"then the goroutine", 5_000, 0, byGoroutine},
		{"the cheaper: thread", 20_000, 40_000, byThread},
		{"the cheaper: goroutine", 40_000, 20_000, byGoroutine},
		{"equal", 20_000, 20_000, byThread},
		{"soon enough, though not the cheaper", 8, readied - 1, byGoroutine},
		{"not soon enough", 8, readied, byThread},
	} {
		require.Equal(t, c.want, lately(c.thread, c.goroutine).faster(), c.name)
	}
}

// The way that seems slower is tried in waits that lie twice as far apart each
// time that it still was, up to maxGap; never a thread if goroutines run soon enough.
func TestFasterTries(t *testing.T) {
	var tries, vain []int
	for at, gap := minGap, minGap; at < 3*maxGap; at += gap {
		tries = append(tries, at)
		if len(tries) > 1 {
			gap = min(2*gap, maxGap)
		}
	}
	require.Equal(t, []int{16, 32, 64, 128}, tries[:4])
	for at := minGap; at < 3*maxGap; at += minGap {
		vain = append(vain, at)
	}
	for _, c := range []struct {
		thread, goroutine int64
		slower            way
		learns            bool
		want              []int
	}{
		{20_000, 40_000, byGoroutine, true, tries},
		{50_000, 20_000, byThread, true, tries},
		{20_000, 40_000, byGoroutine, false, vain}, // demoted, perhaps: no sample
		{50_000, 20_000, byThread, false, vain},
		{5_000, readied - 1, byThread, true, nil},
	} {
		p := lately(c.thread, c.goroutine)
		var got []int
		for n := 1; n < 3*maxGap; n++ {
			if p.faster() == c.slower {
				got = append(got, n)
				if c.learns {
					p.learn(c.slower, p.cost[c.slower].Load())
				}
			}
		}
		require.Equal(t, c.want, got, "%+v", c)
	}
}

// The way in use is followed slowly, so that a hiccup does not end it; the other
// one fast, if it has not been tried for long.
func TestLearn(t *testing.T) {
	p := lately(1_000, 60_000)
	p.learn(byThread, maxWake)
	require.EqualValues(t, 1_000+(maxCost-1_000)/8, p.cost[byThread].Load(), "a sample is bounded")
	require.Equal(t, byThread, p.faster())
	for range 100 {
		p.learn(byThread, 30_000)
	}
	require.InDelta(t, 30_000, p.cost[byThread].Load(), 100)
	p.waits.Store(minGap - 1)
	p.learn(byGoroutine, 44_000)
	require.EqualValues(t, 58_000, p.cost[byGoroutine].Load(), "it was tried a while ago")
	p.waits.Add(minGap)
	p.learn(byGoroutine, 58_000)
	p.learn(byGoroutine, 58_000)
	require.EqualValues(t, 58_000, p.cost[byGoroutine].Load())
	p.waits.Add(minGap)
	p.learn(byGoroutine, 56_000)
	require.EqualValues(t, 57_000, p.cost[byGoroutine].Load(), "it was tried long ago")
	p.learn(byGoroutine, 49_000)
	require.EqualValues(t, 56_000, p.cost[byGoroutine].Load(), "it was tried just now")

	p.learn(byGoroutine, -5) // a coarse clock, or two processors' clocks
	for range 1000 {
		p.learn(byGoroutine, -5)
	}
	require.Positive(t, p.cost[byGoroutine].Load(), "0 is for a way that was never tried")
}

// When another way becomes the best one, the one that was is tried again soon: it may
// have been a hiccup. As long as it does not, the trials go on being rare.
func TestLearnThenTry(t *testing.T) {
	for _, c := range []struct {
		name                      string
		thread, goroutine, bumped int64
		how                       way
		ns                        int64
		best                      way
		soon                      bool
	}{
		{"the goroutine is faster now", 20_000, 30_000, 0, byGoroutine, 0, byGoroutine, true},
		{"the thread is slower now", 30_000, 31_000, 0, byThread, maxCost, byGoroutine, true},
		{"the thread is faster now", 30_000, 20_000, 0, byThread, 0, byThread, true},
		{"the goroutine is slower now", 31_000, 30_000, 0, byGoroutine, maxCost, byThread, true},
		{"it does not run soon any more", 5_000, 10_000, 9_000, byGoroutine, maxCost, byThread, true},
		{"to be bumped is faster, at the first time", 20_000, 60_000, 0, byBump, 1_000, byGoroutine, true},
		{"and at a later time", 20_000, 60_000, 30_000, byBump, 1_000, byGoroutine, true},
		{"it still is not", 20_000, 90_000, 0, byGoroutine, 0, byThread, false},
		{"it still is", 20_000, 90_000, 0, byThread, maxCost, byThread, false},
		{"being bumped still is, whatever the rest does", 20_000, 20_500, 5_000, byGoroutine, 300, byGoroutine, false},
	} {
		p := lately(c.thread, c.goroutine)
		p.cost[byBump].Store(c.bumped)
		p.waits.Store(1000)
		p.gap.Store(maxGap)
		p.trial.Store(1000 + maxGap)
		p.learn(c.how, c.ns)
		require.Equal(t, c.best, p.best(), c.name)
		var tries []int
		for n := 1; n < maxGap; n++ {
			if p.faster() != c.best {
				tries = append(tries, n)
			}
		}
		if c.soon {
			require.Equal(t, []int{minGap, 2 * minGap, 3 * minGap}, tries[:3], c.name)
		} else {
			require.Empty(t, tries, c.name)
		}
	}
}

// A thread that did not run for long bars threads, for longer each time that this happens
// soon after. It says nothing about what a thread costs.
func TestBar(t *testing.T) {
	maxWake = 250_000
	defer func() { maxWake = 1 << 62 }()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	p := lately(1_000, 60_000)
	p.parkers.Thread = func() Parker { return nil }
	p.learn(byThread, maxWake)
	p.learn(byGoroutine, maxWake+1)
	require.False(t, p.barred(), "such samples are usual")
	cost := p.cost[byThread].Load()
	before := Now()
	p.learn(byThread, maxWake+1)
	require.GreaterOrEqual(t, p.until.Load(), before+minBar)
	require.LessOrEqual(t, p.until.Load(), Now()+minBar)
	require.Equal(t, cost, p.cost[byThread].Load())

	p.until.Store(Now() + int64(time.Hour))
	require.True(t, p.barred())
	require.Equal(t, byGoroutine, p.choose(nil, 0))
	require.Zero(t, threads.Load())
	p.until.Store(Now())
	require.False(t, p.barred())
	require.Equal(t, byThread, p.choose(nil, 0))
	threads.Add(-1)

	p = new(policy)
	now := int64(time.Hour)
	for _, c := range []struct {
		after  int64 // the last bar
		length int64
	}{
		{soon, minBar}, {soon, minBar}, {soon - 1, 2 * minBar}, {0, 4 * minBar}, {-1, 8 * minBar}, {soon, minBar},
		{1, 2 * minBar}, {1, 4 * minBar}, {1, 8 * minBar}, {1, 16 * minBar}, {1, 32 * minBar}, {1, 64 * minBar},
		{1, maxBar}, {1, maxBar}, {soon, minBar},
	} {
		now += c.after
		p.bar(now)
		require.Equal(t, c.length, p.length.Load(), "%+v", c)
		now += c.length
		require.Equal(t, now, p.until.Load())
	}
}

// A goroutine that runs at once and one that is late, in turns, cost what both do on
// average, whatever the thread costs: the mean does not lean to either side of it.
func TestLearnIsAMean(t *testing.T) {
	for _, thread := range []int64{500, 20_000, 45_000, 60_000} {
		p := lately(thread, 20_000)
		for i := range 1000 {
			p.learn(byGoroutine, int64(i%2*maxCost))
		}
		require.InDelta(t, maxCost/2, p.cost[byGoroutine].Load(), maxCost/16)
	}
}

// A stack learns from what was handed over, of the way it was slept, and from
// nothing else.
func TestLearnsFromHandOvers(t *testing.T) {
	s := newAuto(t)
	s.policy.cost[byThread].Store(1000) // on a coarse clock a sample may be 0
	costs := func() (all [ways]int64) {
		for i := range all {
			all[i] = s.policy.cost[i].Load()
		}
		return all
	}
	s.start(0, Forever)
	s.sleep(1, 0)
	before := costs()
	s.Interrupt()
	s.over(1)
	s.q.put(1)
	_, why := s.Wait(Forever, nil, false)
	require.Equal(t, Retry, why)
	s.q.TryTake()
	require.Equal(t, before, costs())

	s.favour()
	s.policy.cost[byThread].Store(2 * maxCost) // what no hand-over counts as
	s.start(0, Forever)
	s.sleep(1, 0)
	s.start(1, Forever)
	s.sleep(1, 1)
	before = costs()
	s.q.put(1)
	s.HandOver()
	require.Equal(t, map[int]Outcome{1: Handed}, s.over(1))
	require.Equal(t, before[byGoroutine], costs()[byGoroutine])
	require.NotEqual(t, before[byThread], costs()[byThread])
	require.Zero(t, costs()[byBump])
	before = costs()
	s.q.put(1)
	s.HandOver()
	require.Equal(t, map[int]Outcome{0: Handed}, s.over(1))
	require.Equal(t, before[byThread], costs()[byThread], "it ended as a goroutine")
	require.Equal(t, before[byGoroutine], costs()[byGoroutine])
	require.NotZero(t, costs()[byBump])

	before = costs()
	for !eighth(s.handOffs + 1) {
		s.handOffs++
	}
	s.policy.crowd.Store(true) // no thread
	s.start(2, Forever)
	s.sleep(0, 1)
	s.q.put(1)
	s.HandOver()
	require.Equal(t, map[int]Outcome{2: Handed}, s.over(1))
	after := costs()
	require.NotEqual(t, before[byGoroutine], after[byGoroutine], "one in 8")
	require.Equal(t, before[byThread:], after[byThread:])
}

func TestHanding(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	thread := Parkers{Thread: func() Parker { return nil }}
	late := [ways]int64{byGoroutine: readied, byThread: maxCost}
	for _, c := range []struct {
		name          string
		parkers       Parkers
		parking       Parking
		how           way
		cost          [ways]int64
		timed, bumped float64 // of 8
	}{
		{"no other way", Parkers{}, ParkAuto, byGoroutine, late, 0, 0},
		{"no choice", thread, ParkGoroutine, byGoroutine, late, 0, 0},
		{"a thread", thread, ParkAuto, byThread, late, 8, 0},
		{"not known yet", thread, ParkAuto, byGoroutine, [ways]int64{}, 8, 0},
		{"soon", thread, ParkAuto, byGoroutine, [ways]int64{byGoroutine: readied - 1}, 1, 0},
		{"late", thread, ParkAuto, byGoroutine, late, 8, 7},
		{"no later for it", thread, ParkAuto, byGoroutine,
			[ways]int64{byGoroutine: readied, byBump: readied - 1}, 8, 7},
		{"no sooner for it", thread, ParkAuto, byGoroutine,
			[ways]int64{byGoroutine: readied, byBump: readied}, 8, 1},
	} {
		p := policy{parking: c.parking, parkers: c.parkers}
		for i, cost := range c.cost {
			p.cost[i].Store(cost)
		}
		var timed, bumped float64
		const rounds = 1000
		for n := range uint64(8 * rounds) {
			woken, learns := p.handing(c.how, n)
			if woken == byBump {
				bumped += 1. / rounds
			} else {
				require.Equal(t, c.how, woken)
			}
			if learns {
				timed += 1. / rounds
			}
		}
		require.InDelta(t, c.timed, timed, 0.01, c.name)
		require.InDelta(t, c.bumped, bumped, 0.01, c.name)
	}

	p := policy{parkers: thread}
	p.cost[byGoroutine].Store(readied)
	woken, _ := p.handing(byGoroutine, 1)
	require.Equal(t, byBump, woken)
	runtime.GOMAXPROCS(1)
	woken, timed := p.handing(byGoroutine, 1)
	require.Equal(t, byGoroutine, woken, "no other processor")
	require.True(t, timed)
}

// Whatever comes each so many hand-overs is among the eighth as often as all others.
func TestEighthHasNoPeriod(t *testing.T) {
	const n = 1000
	for period := uint64(1); period <= 64; period++ {
		for first := range period {
			of := 0
			for i := range uint64(n) {
				if eighth(first + i*period) {
					of++
				}
			}
			require.InDelta(t, n/8, of, n/25, "each %d from %d on", period, first)
		}
	}
}

// What is started to bump another is made of what is left of the one before.
func TestBumpAllocatesNothing(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		bump()
		runtime.Gosched()
	}))
}

// What counts of goroutines that are bumped is how soon they run then.
func TestFasterWhenBumped(t *testing.T) {
	for _, c := range []struct {
		thread, goroutine, bumped int64
		want                      way
	}{
		{20_000, 90_000, 5_000, byGoroutine},
		{200, 90_000, 5_000, byThread},
		{200, readied - 1, 5_000, byGoroutine},
		{20_000, readied - 1, 90_000, byGoroutine},
		{20_000, readied, 90_000, byGoroutine},
	} {
		p := lately(c.thread, c.goroutine)
		p.cost[byBump].Store(c.bumped)
		require.Equal(t, c.want, p.faster(), "%+v", c)
	}

	p := lately(200, 90_000)
	p.learn(byBump, 4_000)
	require.EqualValues(t, 4_000, p.cost[byBump].Load())
	require.EqualValues(t, 90_000, p.cost[byGoroutine].Load())
	p.waits.Add(minGap)
	p.learn(byBump, 2_000)
	require.EqualValues(t, 3_000, p.cost[byBump].Load(), "seldom tried: the thread costs less")
	p.learn(byThread, 1_000)
	require.EqualValues(t, 300, p.cost[byThread].Load())
	p.learn(byThread, 100_000)
	p.waits.Add(minGap)
	p.learn(byThread, 1_000)
	require.EqualValues(t, (12_762+1_000)/2, p.cost[byThread].Load(), "now it is seldom tried")
}

// asked is a parker of which only Ready is used.
type asked struct {
	Parker
	looks int
	ready int // from which look on there is a token
}

func (a *asked) Ready() bool {
	a.looks++
	return a.ready != 0 && a.looks >= a.ready
}

func TestSpinEndsWithTheToken(t *testing.T) {
	for _, ready := range []int{1, 2, 40} {
		p := new(policy)
		p.sleep.Store(maxSpin / 2)
		// A start that is ahead is a budget that lasts: only the token ends it.
		a := &asked{ready: ready}
		p.spin(a, Now()+int64(time.Hour), Forever)
		require.Equal(t, ready, a.looks)
	}
}

func TestSpinEndsWithItsBudget(t *testing.T) {
	var p policy
	p.sleep.Store(maxSpin / 2)
	var a asked
	start := Now()
	p.spin(&a, start, Forever)
	require.GreaterOrEqual(t, Now(), start+maxSpin, "all of it")

	a.looks = 0
	p.spin(&a, Now()-maxSpin, Forever)
	require.Zero(t, a.looks, "nothing is left of it")
}

func TestSpinEndsAtTheDeadline(t *testing.T) {
	var p policy
	p.sleep.Store(maxSpin / 2)
	var a asked
	p.spin(&a, Now()+int64(time.Hour), Now())
	require.Zero(t, a.looks, "the deadline has passed, the budget has not")
	deadline := Now() + 20_000
	p.spin(&a, Now()+int64(time.Hour), deadline)
	require.GreaterOrEqual(t, Now(), deadline)
}

// Without sleeps so far, or with long ones, there is nothing to gain.
func TestNoSpin(t *testing.T) {
	var p policy
	a := asked{ready: 1}
	p.spin(&a, Now(), Forever)
	for _, sleep := range []int64{maxSpin/2 + 1, maxSpin, threadSleep, 1 << 40} {
		p.sleep.Store(sleep)
		p.spin(&a, Now()+int64(time.Hour), Forever)
	}
	require.Zero(t, a.looks)
}

// How long a thread waits is what counts for the next spin, and not how long it then took
// to run: else it would never spin again where that takes longer.
func TestSleptUntilHanded(t *testing.T) {
	s := newAuto(t)
	s.policy.sleep.Store(0) // the first sample is all there is
	const late = 100 * time.Millisecond
	s.threads.woken = func() { time.Sleep(late) }
	start := Now()
	s.start(0, Forever)
	s.sleep(1, 0)
	s.q.put(1)
	s.HandOver()
	handed := Now()
	require.Equal(t, map[int]Outcome{0: Handed}, s.over(1))
	require.LessOrEqual(t, s.policy.sleep.Load(), max(handed-start, 8))

	s.policy.sleep.Store(0)
	s.threads.woken = nil
	s.start(1, Forever)
	s.sleep(1, 0)
	time.Sleep(late)
	s.Interrupt()
	require.Equal(t, map[int]Outcome{1: Interrupted}, s.over(1))
	require.GreaterOrEqual(t, s.policy.sleep.Load(), int64(late), "no hand-over: until it ran")
}

// Waits that were short lately make it spin, long ones end that.
func TestSleptDecidesOnSpin(t *testing.T) {
	var p policy
	for _, c := range []struct {
		sleep int64
		looks int
	}{{maxSpin / 4, 1}, {10 * maxSpin, 0}, {maxSpin / 4, 1}} {
		for range 100 {
			p.slept(c.sleep)
		}
		a := asked{ready: 1}
		p.spin(&a, Now()+int64(time.Hour), Forever)
		require.Equal(t, c.looks, a.looks)
	}
}
