package waiter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An armed notifier is due to be told, and is no caller that waits.
func TestNotifierIsNoWaiter(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	n := new(Notifier)
	n.Init()
	for range 2 {
		b.Arm(n)
		require.True(t, b.Due())
		require.False(t, b.HasWaiters())
		require.Zero(t, b.Waiting())
		b.check(t)
		require.False(t, b.Give(new(int)), "nobody takes it")

		b.park(0)
		require.True(t, b.HasWaiters())
		require.Equal(t, 1, b.Waiting())
		b.post(1)
		handed(t, b.next(), 1)
		require.Empty(t, n.C())
		require.Zero(t, b.Interrupt())
		require.Len(t, n.C(), 1)
		require.False(t, b.Due())
		<-n.C()
	}
	require.Equal(t, Stats{HandOffs: 2, Parks: 2, Wakes: 2}, b.Stats())
}

// A notifier that is armed late clears the bit that a caller has left set when it stopped
// watching.
func TestNotifierClearsWatched(t *testing.T) {
	b := newBed(t, NewestFirst, 100)
	b.state.Or(watched)
	n := new(Notifier)
	n.Init()
	b.Arm(n)
	require.True(t, b.Due())
	b.q.put(1)
	b.HandOver()
	require.Len(t, n.C(), 1)
	require.Zero(t, b.state.Load())
}

// The list holds the armed ones, whichever leaves first.
func TestNotifiersOnTheList(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		b := newBed(t, NewestFirst, 100)
		ns := []*Notifier{{}, {}, {}}
		for _, n := range ns {
			n.Init()
			b.Arm(n)
			b.Arm(n)
		}
		for i, out := range order {
			require.True(t, b.Due())
			b.Disarm(ns[out])
			listed := 0
			for n := b.notifiers; n != nil; n = n.next {
				require.True(t, n.next == nil || n.next.prev == n)
				listed++
			}
			require.Equal(t, 2-i, listed)
		}
		require.Zero(t, b.state.Load())
	}
}
