package waiter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// bothSides returns a stack of takers and one of posters at a full queue, each with one caller
// that sleeps. A packet that is moved for the poster is handed to the taker. unparked records
// who is unparked.
func bothSides(t *testing.T, deadline int64) (takers, posts *bed, unparked *[]string) {
	takers, posts = newBedOf(t, NewestFirst, 0, ParkGoroutine), newBedOf(t, OldestFirst, 0, ParkGoroutine)
	posts.q.onMove = func() {
		if takers.Due() {
			takers.q.put(7)
			takers.HandOverFor(&posts.Stack)
		}
	}
	unparked = new([]string)
	takers.lot.onUnpark = func() { *unparked = append(*unparked, "taker") }
	posts.lot.onUnpark = func() { *unparked = append(*unparked, "poster") }
	takers.park(0)
	posts.parkUntil(1, deadline, nil)
	return takers, posts, unparked
}

// A taker that gets the packet of a waiting poster is unparked after that poster.
func TestTakersAreUnparkedAfterThePoster(t *testing.T) {
	takers, posts, unparked := bothSides(t, Forever)
	posts.free()
	handed(t, takers.next(), 7)
	require.Equal(t, Handed, posts.next().why)
	require.Equal(t, []string{"poster", "taker"}, *unparked)
}

// Likewise if the poster's time is up and there is room.
func TestTakersOfAnExpiredPoster(t *testing.T) {
	takers, posts, unparked := bothSides(t, Now()+20_000_000)
	_, ok := posts.q.take() // by a taker that has not handed over yet
	require.True(t, ok)
	handed(t, takers.next(), 7)
	require.Equal(t, Handed, posts.next().why)
	require.Equal(t, []string{"taker"}, *unparked, "the poster woke by itself")
}

// And likewise if the poster finds room as it begins to wait.
func TestTakersOfAPosterThatDoesNotSleep(t *testing.T) {
	takers, posts, _ := bothSides(t, Forever)
	_, ok := posts.q.take()
	require.True(t, ok)
	posts.wait(2, Forever, nil)
	handed(t, takers.next(), 7)
	require.Equal(t, Handed, posts.next().why)
	require.Zero(t, posts.after, "nobody is unparked twice")
}

// refilled is a queue in which room comes free whenever Over is asked of the full queue.
type refilled struct{ *fakeQueue }

func (q refilled) Over() bool {
	if q.Len() == 0 {
		q.take()
	}
	return q.fakeQueue.Over()
}

// A poster that begins to wait serves older posters, and their takers are woken, also if room
// for the poster itself comes free only afterwards.
func TestTakersOfAPosterThatIsServedLast(t *testing.T) {
	takers, posts, _ := bothSides(t, Forever)
	posts.limit = 10
	hand := posts.q.onMove
	posts.q.onMove = func() {
		hand()
		posts.q.onMove = func() { // before the Move for the poster that begins to wait
			posts.q.onMove = nil
			posts.q.put(8)
		}
	}
	_, ok := posts.q.take()
	require.True(t, ok)
	posts.q.room = 2 // there is room for two, until another takes the second place
	posts.queue = refilled{&posts.q}
	v := new(int)
	require.Equal(t, Handed, posts.Stack.Wait(&v, Forever, nil))
	posts.Pass(Handed)
	handed(t, takers.next(), 7)
	require.Equal(t, Handed, posts.next().why)
}
