package waiter

import "runtime"

// handing says in which way the waiter that sleeps so is to be woken by the n-th
// hand-over, and whether to learn from it. To time one takes two looks at the clock:
// beside the sleep of a thread they are nothing, but a fifth of what that of a goroutine
// costs which runs soon. Of those it is one in 8. Goroutines that do not run soon are
// timed, and bumped if that makes it sooner; with one in 8 it is the other way round, to
// know what that costs.
func (p *policy) handing(how way, n uint64) (woken way, timed bool) {
	if !p.mixes() {
		return how, false
	}
	cost := p.cost[byGoroutine].Load()
	late := how == byGoroutine && cost >= readied
	if late && eighth(n) != (p.cost[byBump].Load() < cost) && runtime.GOMAXPROCS(0) > 1 {
		return byBump, true
	}
	return how, how == byThread || late || cost == 0 || eighth(n)
}

// eighth reports whether n is of one in 8 that have no period, for the traffic may have
// one: of two takers that alternate one can be readied by a poster that goes on, the
// other by the first when it is about to sleep: that took 140 µs or half of one.
// Multiples of the golden section come to lie evenly in every residue class.
func eighth(n uint64) bool { return n*0x9e3779b97f4a7c15>>61 == 0 }

// maxCost bounds a sample, in nanoseconds: what a busy machine adds is not the
// way's fault.
const maxCost = 100_000

// learn takes note of what a sleep cost. Of a way that seems to be the slower one and has
// not been tried for many waits a sample counts for more. When it makes another way the
// best, the one that was is tried again soon: it may have been a hiccup. When it shows
// that the other way is the slower one still, that is tried later.
func (p *policy) learn(how way, ns int64) {
	if how == byThread && ns > maxWake {
		p.bar(Now())
		return
	}
	best, other := p.best(), p.cost[byThread].Load()
	if how == byThread {
		other = p.goroutine()
	}
	was, waits := p.cost[how].Load(), p.waits.Load()
	seldom := waits-p.seen[how].Load() >= minGap
	p.seen[how].Store(waits)
	ns = min(ns, maxCost)
	switch {
	case was == 0:
	case seldom && was > other:
		ns = (was + ns) / 2
	default:
		ns = was + (ns-was)/8
	}
	p.cost[how].Store(max(ns, 1))
	gap := uint32(minGap)
	switch now := p.best(); {
	case now != best:
	case now == byThread != (how == byThread):
		gap = min(max(2*p.gap.Load(), minGap), maxGap)
	default:
		return
	}
	p.gap.Store(gap)
	p.trial.Store(waits + gap)
}

// bar keeps waiters from beginning to sleep as threads for a while: one that was handed
// something has not run for long. Where others want the processors, that happens to each that spins,
// soon, for it uses up its share of one; then what comes meanwhile waits with it, for
// milliseconds, where a goroutine would have run on a processor that is free. If it happens
// again soon after a bar, the next one is twice as long.
func (p *policy) bar(now int64) {
	length := int64(minBar)
	if now-p.until.Load() < soon {
		length = min(max(2*p.length.Load(), minBar), maxBar)
	}
	p.length.Store(length)
	p.until.Store(now + length)
}

// barred reports whether no waiter is to begin to sleep as a thread now.
func (p *policy) barred() bool {
	until := p.until.Load()
	return until != 0 && Now() < until
}

// All in nanoseconds. With a process beside that computed on each processor, packets every
// 20 µs for four takers took 2 to 570 µs without bars, in the median of each of three runs,
// and 2 to 21 with them.
const (
	minBar = 2_000_000
	maxBar = 256_000_000
	soon   = 16_000_000 // a few of the slices of 3 to 4 ms in which Linux shares a processor
)

// maxWake is how long a thread that was handed something may take to run, in nanoseconds:
// to wake one took 6 to 76 µs. A variable, for tests that run beside others.
var maxWake int64 = 250_000
