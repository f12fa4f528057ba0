package waiter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Give hands a packet past the queue.
func TestGive(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	v := 7
	require.False(t, b.Give(&v), "nobody waits")
	b.park(0)
	b.park(1)
	require.True(t, b.Give(&v))
	r := b.next()
	require.Equal(t, 1, r.who, "the newest")
	require.Equal(t, Handed, r.why)
	require.Same(t, &v, r.v)
	require.Zero(t, b.q.Moved())
	require.Equal(t, Stats{HandOffs: 1, Parks: 2, Wakes: 1, Direct: 1}, b.Stats())
	b.post(1)
	handed(t, b.next(), 1)
	require.EqualValues(t, 1, b.Stats().Direct, "that one went through the queue")
	b.check(t)
}

// Nothing overtakes what is in the queue, half produced or not, and nothing is given once
// the queue is closed.
func TestGiveOnlyIfIdle(t *testing.T) {
	v := 7
	for _, make := range []func(b *bed){
		func(b *bed) { b.q.put(1) },
		func(b *bed) { b.q.putHalf(1) },
		func(b *bed) { b.q.close() },
	} {
		b := newBed(t, NewestFirst, 100)
		b.park(0)
		make(b)
		require.False(t, b.Give(&v))
		b.none()
		require.Equal(t, 1, b.Waiting())
		require.Zero(t, b.Stats().HandOffs)
		b.Interrupt()
		require.Nil(t, b.next().v)
	}
}

// Nothing is given to a waiter beyond the limit, nor while somebody watches the queue.
func TestGiveOnlyIfDue(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	let := b.hold()
	b.park(0)
	b.park(1)
	v, w := 7, 8
	require.True(t, b.Give(&v))
	require.False(t, b.Due())
	require.False(t, b.Give(&w), "one is on its way")
	let()
	handed(t, b.next(), 7)
	require.True(t, b.Due())
	b.state.Or(watched)
	require.False(t, b.Due())
	require.False(t, b.Give(&w), "the watcher is to have it")
	b.state.And(^uint64(watched))
	require.True(t, b.Give(&w))
	let()
	handed(t, b.next(), 8)
}
