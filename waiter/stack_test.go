package waiter

import (
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
	require.False(t, b.Any())
	require.Equal(t, Stats{HandOffs: 4, Parks: 4, Wakes: 4}, b.Stats())
}

func TestOldestFirst(t *testing.T) {
	b := newBed(t, OldestFirst, 100)
	for who := range 4 {
		b.park(who)
	}
	for who := range 4 {
		b.post(who)
		r := b.next()
		require.Equal(t, who, r.who)
		handed(t, r, who)
	}
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

// Who waits again for the same thing keeps its turn.
func TestAgainKeepsTurn(t *testing.T) {
	b := newBed(t, OldestFirst, 100)
	b.park(0)
	b.park(1)
	b.parkAgain(2, true)
	b.check(t)
	for _, who := range []int{2, 0, 1} {
		b.post(who)
		require.Equal(t, who, b.next().who)
	}
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
			before := b.lot.parks.Load()
			b.wait(who, Forever, done, false)
			await(t, "the leaver to park", func() bool { return b.lot.parks.Load() > before })
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
		require.False(t, b.Any())
	}
}

func TestExpired(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	b.wait(0, Deadline(0), nil, false)
	require.Equal(t, result{0, nil, Expired}, b.next())
	require.EqualValues(t, 1, b.Stats().Timeouts)
	require.Zero(t, b.Stats().Wakes)

	// With a done that stays open, and with one that was closed too late.
	done := make(chan struct{})
	b.wait(1, Deadline(0), done, false)
	require.Equal(t, result{1, nil, Expired}, b.next())
	close(done)
	deadline := Deadline(0)
	await(t, "the clock", func() bool { return Now() > deadline })
	b.wait(2, deadline, done, false)
	require.Equal(t, result{2, nil, Expired}, b.next())
	b.wait(3, Forever, done, false)
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

	b.q.TryTake()
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
	b.wait(many, Forever, nil, false)
	require.Equal(t, result{many, nil, Retry}, b.next(), "a closed queue is not idle")
}

// What was put in before the queue was closed is handed over; whoever takes the
// last of it releases the others.
func TestClosedWithPacketsLeft(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	for who := range 3 {
		b.park(who)
	}
	b.q.put(7)
	publish := b.q.putHalf(8)
	b.q.close()
	b.Settle()
	r := b.next()
	require.Equal(t, 2, r.who)
	handed(t, r, 7)
	b.none()
	require.Equal(t, 2, b.Waiting(), "8 may still be for one of them")

	publish()
	b.HandOver()
	results := map[int]result{}
	for range 2 {
		r := b.next()
		results[r.who] = r
	}
	handed(t, results[1], 8)
	require.Equal(t, Closed, results[0].why)
	b.check(t)
}

// Handing over stops at something half produced, and whoever completes it goes
// on: also with what others have put behind it.
func TestHalfProduced(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	for who := range 3 {
		b.park(who)
	}
	publish := b.q.putHalf(1)
	b.HandOver()
	b.post(2)
	b.none()
	require.Equal(t, []int{1, 2}, b.q.left())
	require.Equal(t, 3, b.Waiting())
	publish()
	b.HandOver()
	got := map[int]int{}
	for range 2 {
		r := b.next()
		got[r.who] = *r.v
	}
	require.Equal(t, map[int]int{2: 1, 1: 2}, got)
	require.Empty(t, b.q.left())
	require.Equal(t, 1, b.Waiting())
}

func TestRetryWhenNotIdle(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	b.q.put(1)
	v, why := b.Wait(Forever, nil, false)
	require.Equal(t, Retry, why)
	require.Nil(t, v)

	b.q.TryTake()
	publish := b.q.putHalf(2)
	_, why = b.Wait(Deadline(0), nil, false)
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
	require.Nil(t, w.val)
	require.Nil(t, w.next)
	require.Nil(t, w.prev)
	require.False(t, w.listed)
}

// Everybody's zero is the one that costs least to get wrong: a limit below one
// must not mean that nothing is ever handed over.
func TestLimitBelowOne(t *testing.T) {
	for _, limit := range []int{0, -1, -1 << 31, 1<<31 - 1} {
		b := newBed(t, NewestFirst, limit)
		b.park(0)
		b.post(1)
		handed(t, b.next(), 1)
	}
}
