package waiter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// looks is how often a caller looks again before it is to wait.
func looks(s *Stack[*int]) (n int) {
	for poll := new(Poll); s.Again(poll); n++ {
	}
	return n
}

func newPaced(t *testing.T) (*Stack[*int], *fakeQueue) {
	s, q := new(Stack[*int]), new(fakeQueue)
	s.Init(q, NewestFirst, 1, ParkGoroutine, Parkers{})
	return s, q
}

// fill puts n into q, and says so to who looks after a pause.
func fill(q *fakeQueue, n int) { q.put(make([]int, n)...) }

func drain(q *fakeQueue, n int) {
	for range n {
		q.TryTake()
	}
}

func TestAgainEnds(t *testing.T) {
	s, _ := newPaced(t)
	poll := new(Poll)
	n := 0
	for s.Again(poll) {
		n++
		require.LessOrEqual(t, n, yields)
	}
	require.False(t, s.Again(poll), "and stays so")
	require.Equal(t, yields, looks(s), "each caller has its own")
}

// A pause that finds little is made ever more seldom, but is not given up.
func TestPausesInVain(t *testing.T) {
	s, q := newPaced(t)
	pace := &s.policy.pace
	pauses := 0
	for range 8 * (maxMask + 1) {
		mask := pace.mask.Load()
		looks(s)
		if pace.mask.Load() != mask {
			pauses++
		}
		fill(q, 1)
		drain(q, 1)
	}
	require.EqualValues(t, maxMask, pace.mask.Load())
	require.Equal(t, 6, pauses, "64, 128, … 2048 takings apart, then 4096 for good")
	require.False(t, pace.fast.Load())
	q.taken = maxMask
	fill(q, flood)
	looks(s)
	require.True(t, pace.fast.Load(), "it is not given up")
}

// In a torrent nobody yields, as long as much is taken between two who find
// nothing.
func TestTorrent(t *testing.T) {
	s, q := newPaced(t)
	pace := &s.policy.pace
	q.taken = minMask
	fill(q, flood-1)
	require.Equal(t, yields, looks(s))
	require.False(t, pace.fast.Load(), "not enough for one")

	q.taken = 2*minMask + 1
	fill(q, 1)
	require.Equal(t, yields, looks(s), "who finds out has yielded")
	require.True(t, pace.fast.Load())
	drain(q, flood)
	for range 1000 {
		q.taken += few
		require.Zero(t, looks(s))
	}
	q.taken += 1 << 20 // what came long ago does not count for ever
	require.Zero(t, looks(s))
	n := 0
	for looks(s) == 0 {
		n++
	}
	require.LessOrEqual(t, n, maxCredit/few)
	require.False(t, pace.fast.Load())
	require.Equal(t, yields, looks(s))
	require.EqualValues(t, minMask, pace.mask.Load(), "it may come back soon")
}

// Many who find nothing at the same time do not end it: the average counts.
func TestTorrentForMany(t *testing.T) {
	s, q := newPaced(t)
	q.taken = minMask
	fill(q, flood)
	looks(s)
	drain(q, flood)
	for range 100 {
		q.taken += 16 * few
		for range 16 {
			require.Zero(t, looks(s))
		}
	}
}

// lens is what a queue's length is, look after look.
type lens []int

func (l *lens) Len() int {
	n := (*l)[0]
	*l = (*l)[1:]
	return n
}

// In a torrent who finds nothing goes on if the others, or a pause, have brought
// much. A pause that brings little is made ever more seldom, but is not given up.
func TestLull(t *testing.T) {
	p := new(pace)
	require.True(t, p.lull(&lens{flood}), "the others")
	for range 10 {
		require.True(t, p.lull(&lens{flood - 1, flood}), "the pause")
	}
	var pauses []int
	for i := range 1000 {
		l := lens{0, flood - 1}
		require.False(t, p.lull(&l))
		if len(l) == 0 {
			pauses = append(pauses, i)
		}
	}
	require.Equal(t, []int{0, 2, 6, 14, 30, 62, 126, 254, 510, 766}, pauses)
	require.True(t, p.lull(&lens{flood}), "the others, between two pauses")
	for !p.lull(&lens{0, flood}) {
	}
	require.Zero(t, p.vain.Load(), "as at first")
}

// Who is told to go on and finds that others have taken what has come does not go on
// so for ever.
func TestLullEnds(t *testing.T) {
	s, q := newPaced(t)
	q.taken = minMask
	fill(q, flood)
	looks(s)
	require.True(t, s.policy.pace.fast.Load())
	require.Equal(t, yields, looks(s))
}
