package waiter

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewestFirst(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	for who := range 4 {
		b.park(who)
	}
	b.check(t)
	for i := range 4 {
		require.Equal(t, 4-i, b.Waiting())
		b.post(10 + i)
		r := b.next()
		require.Equal(t, 3-i, r.who, "the newest first")
		handed(t, r, 10+i)
		b.check(t)
	}
	require.False(t, b.HasWaiters())
	require.Equal(t, Stats{HandOffs: 4, Parks: 4, Wakes: 4}, b.Stats())
}

// Posters' packets go into the queue in the order of their calls.
func TestOldestFirst(t *testing.T) {
	b := newBed(t, OldestFirst, 100)
	for who := range 4 {
		b.park(who + 1)
	}
	for i := range 5 {
		require.Equal(t, i, b.free())
		if i < 4 {
			r := b.next()
			require.Equal(t, i+1, r.who)
			require.Equal(t, Handed, r.why)
		}
		b.check(t)
	}
	require.Empty(t, b.q.left())
	require.Equal(t, Stats{HandOffs: 4, Parks: 4, Wakes: 4}, b.Stats())
}

// A poster that finds room once it is on the list moves the packets of those before it,
// and then its own.
func TestPosterServesTheOlder(t *testing.T) {
	b := newBed(t, OldestFirst, 100)
	b.park(1)
	b.park(2)
	b.q.room = 4 // nobody has been told of it
	v := 3
	w, why := b.Wait(&v, Forever, nil)
	require.Equal(t, Handed, why)
	require.Same(t, &v, w)
	require.Equal(t, []int{0, 1, 2, 3}, b.q.left())
	for range 2 {
		require.Equal(t, Handed, b.next().why)
	}
	b.check(t)
	require.EqualValues(t, 2, b.lot.parks.Load(), "who moved its own did not sleep")
	require.EqualValues(t, 2, b.Stats().Parks)
	require.Zero(t, b.lot.stale(), "nor has it a token")
}

// The newest waiter gets the oldest packet, and what is left over stays.
func TestBurst(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	b.park(0)
	b.park(1)
	b.post(3, 4, 5)
	got := map[int]int{}
	for range 2 {
		r := b.next()
		require.Equal(t, Handed, r.why)
		got[r.who] = *r.v
	}
	require.Equal(t, map[int]int{1: 3, 0: 4}, got)
	require.Equal(t, []int{5}, b.q.left())
	b.check(t)
}

// Waiters that leave from anywhere on the stack do not disturb the others.
func TestLeaversFromAnywhere(t *testing.T) {
	for leaver := range 3 {
		b := newBed(t, NewestFirst, 100)
		done := make(chan struct{})
		for who := range 3 {
			if who != leaver {
				b.park(who)
				continue
			}
			b.parkUntil(who, Forever, done)
		}
		close(done)
		require.Equal(t, result{leaver, nil, Canceled}, b.next())
		b.check(t)
		for who := 2; who >= 0; who-- {
			if who != leaver {
				b.post(who)
				require.Equal(t, who, b.next().who)
			}
		}
		require.False(t, b.HasWaiters())
	}
}

func TestExpired(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	b.wait(0, Deadline(0), nil)
	require.Equal(t, result{0, nil, Expired}, b.next())
	require.EqualValues(t, 1, b.Stats().Timeouts)
	require.Zero(t, b.Stats().Wakes)

	// With a done that stays open, and with one that was closed too late.
	done := make(chan struct{})
	b.wait(1, Deadline(0), done)
	require.Equal(t, result{1, nil, Expired}, b.next())
	close(done)
	deadline := Deadline(0)
	await(t, "the clock", func() bool { return Now() > deadline })
	b.wait(2, deadline, done)
	require.Equal(t, result{2, nil, Expired}, b.next())
	b.wait(3, Forever, done)
	require.Equal(t, result{3, nil, Canceled}, b.next())
	b.check(t)

	b.post(1)
	require.Equal(t, []int{1}, b.q.left(), "nobody takes for those who left")
}

func TestInterrupt(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	require.Zero(t, b.Interrupt())
	for who := range 3 {
		b.park(who)
	}
	b.q.put(7) // nobody has been told of it
	require.Equal(t, 3, b.Interrupt())
	for range 3 {
		r := b.next()
		require.Equal(t, Interrupted, r.why)
		require.Nil(t, r.v)
	}
	require.Equal(t, []int{7}, b.q.left(), "it takes nothing")
	require.Zero(t, b.Interrupt(), "each is interrupted once")
	b.check(t)
	require.Zero(t, b.Stats().HandOffs)

	b.q.take()
	b.park(4) // later calls wait as ever
	b.none()
	b.post(8)
	handed(t, b.next(), 8)
}

func TestClosed(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	const many = 2*flock + 1
	for who := range many {
		b.park(who)
	}
	b.q.close()
	b.Settle()
	for range many {
		r := b.next()
		require.Equal(t, Closed, r.why)
		require.Nil(t, r.v)
	}
	b.check(t)
	b.wait(many, Forever, nil)
	require.Equal(t, result{many, nil, Retry}, b.next(), "a closed queue is not idle")
}

// What was put in before the queue was closed is handed over; whoever takes the
// last of it releases the others.
func TestClosedWithPacketsLeft(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	for who := range 4 {
		b.park(who)
	}
	b.q.put(7)
	publish := b.q.putHalf(8)
	b.q.close()
	b.Settle()
	r := b.next()
	require.Equal(t, 3, r.who)
	handed(t, r, 7)
	b.none() // who was handed 7 has passed on: another one looks
	require.NotZero(t, b.Waiting(), "8 may still be for one of them")

	publish()
	whys := map[Outcome]int{}
	for range 3 {
		r := b.next()
		whys[r.why]++
		if r.v != nil {
			require.Equal(t, 8, *r.v)
		}
	}
	require.Equal(t, 3, whys[Look]+whys[Closed])
	require.NotZero(t, whys[Look])
	require.Empty(t, b.q.left())
	b.check(t)
}

// The oldest packet is half produced: one waiter is released to look, for the poster may
// have looked for waiters already. It passes on what comes after that.
func TestHalfProduced(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	for who := range 3 {
		b.park(who)
	}
	publish := b.q.putHalf(1)
	b.post(2)
	await(t, "one to look", func() bool { return b.Waiting() == 2 })
	b.none()
	require.Equal(t, []int{1, 2}, b.q.left())
	require.Zero(t, b.Stats().HandOffs)
	require.EqualValues(t, 1, flights(b.state.Load()))
	b.HandOver() // of another poster: the oldest packet is for the one that looks
	b.HandOver()
	require.Equal(t, 2, b.Waiting())
	publish()
	got := map[int]int{}
	for range 2 {
		r := b.next()
		require.NotNil(t, r.v)
		got[r.who] = *r.v
	}
	require.Equal(t, map[int]int{2: 1, 1: 2}, got, "the newest the oldest, then the next")
	require.Equal(t, 1, b.Waiting())
	require.Empty(t, b.q.left())
	require.Zero(t, b.state.Load()&^waiter1)
}

// Nobody is released to look where nothing is being produced.
func TestNothingToHandOver(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	b.park(0)
	b.HandOver()
	b.Settle()
	b.none()
	require.Equal(t, 1, b.Waiting())
	p := newBed(t, OldestFirst, 100)
	p.park(1)
	p.HandOver()
	p.none()
	require.Equal(t, 1, p.Waiting())
}

func TestRetryWhenNotIdle(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	b.q.put(1)
	v, why := b.Wait(nil, Forever, nil)
	require.Equal(t, Retry, why)
	require.Nil(t, v)

	b.q.take()
	publish := b.q.putHalf(2)
	_, why = b.Wait(nil, Deadline(0), nil)
	require.Equal(t, Retry, why, "nobody sleeps on something half produced")
	publish()

	b.check(t)
	require.Zero(t, b.lot.parks.Load())
	require.Zero(t, b.Stats())
}

// What is handed over is not kept.
func TestValueCleared(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	b.park(0)
	b.mu.Lock()
	w := b.first
	b.mu.Unlock()
	b.post(1)
	handed(t, b.next(), 1)
	require.Nil(t, w.val[0])
	require.Nil(t, w.next)
	require.Nil(t, w.prev)
	require.False(t, w.listed)
}

// Everybody's zero is the one that costs least to get wrong: a limit below one
// must not mean that nothing is ever handed over.
func TestLimitBelowOne(t *testing.T) {
	for _, limit := range []int{0, -1, -1 << 31, 1<<31 - 1, math.MaxInt, math.MinInt} {
		b := newBed(t, NewestFirst, limit)
		b.park(0)
		b.post(1)
		handed(t, b.next(), 1)
	}
}
