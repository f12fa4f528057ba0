package ring

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// In these tests a push or a pop is stopped between its claim and the store to
// seq that ends it.

// claimPushed claims a slot for a push that stops there, and returns what the push
// has still to do.
func claimPushed(r *Ring[int], v int) (publish func()) {
	s, seq := r.ClaimPush()
	return func() { s.Publish(v, seq) }
}

// claimPopped is the same for a pop.
func claimPopped(r *Ring[int]) (recycle func()) {
	s, seq := r.ClaimPop(r.deq())
	return func() { s.Recycle(seq) }
}

// waits runs f in a goroutine and checks that it has not returned after many
// turns of the scheduler. The function that it returns waits until f has.
func waits(t *testing.T, what string, f func()) (finish func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	for range 3000 { // more than the turns that wait only reloads and yields
		select {
		case <-done:
			t.Fatal(what, "answered although a claim is in flight")
		default:
			runtime.Gosched()
		}
	}
	return func() {
		t.Helper()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatal(what, "did not return when the claim had ended")
		}
	}
}

// notReady checks that TryPopReady finds nothing, and does not wait for it.
func notReady(t *testing.T, r *Ring[int]) {
	t.Helper()
	found := make(chan bool, 1)
	go func() { _, ok := r.TryPopReady(); found <- ok }()
	select {
	case ok := <-found:
		require.False(t, ok)
	case <-time.After(time.Minute):
		t.Fatal("TryPopReady waits for a claim in flight")
	}
}

func TestPopWaitsForPushInFlight(t *testing.T) {
	for name, later := range map[string]int{"alone": 0, "one later": 1, "two later": 2} {
		t.Run(name, func(t *testing.T) {
			r := mustNew[int](t, 4)
			publish := claimPushed(r, 10)
			for i := range later {
				require.True(t, r.TryPush(11+i), "a push behind does not wait")
			}

			require.False(t, r.Empty())
			require.False(t, r.Full())
			require.Equal(t, 1+later, r.Len())
			require.False(t, r.Drained())
			require.EqualValues(t, 1+later, r.Pushed())
			notReady(t, r)
			require.Zero(t, r.Popped())

			var v int
			var ok bool
			finish := waits(t, "TryPop", func() { v, ok = r.TryPop() })
			publish()
			finish()
			require.True(t, ok)
			require.Equal(t, 10, v)
			for i := range later {
				v, ok = r.TryPopReady()
				require.True(t, ok)
				require.Equal(t, 11+i, v)
			}
			require.True(t, r.Empty())
		})
	}
}

func TestPopBatchAndPushesInFlight(t *testing.T) {
	r := mustNew[int](t, 8)
	require.True(t, r.TryPush(1))
	publish := claimPushed(r, 2)
	require.True(t, r.TryPush(3))

	// Not for the one in flight behind the first, and not past it.
	dst := make([]int, 3)
	require.Equal(t, 1, r.TryPopBatch(dst))
	require.Equal(t, []int{1, 0, 0}, dst)

	var n int
	finish := waits(t, "TryPopBatch", func() { n = r.TryPopBatch(dst) })
	publish()
	finish()
	require.Positive(t, n)
	require.Equal(t, []int{2, 3}, append(dst[:n:n], drain(r)...))
}

// Only the claim holds up the takers: with everything before it taken, the ring
// is still not empty.
func TestClosedPushInFlight(t *testing.T) {
	r := mustNew[int](t, 4)
	publish := claimPushed(r, 1)
	r.Close()
	require.False(t, r.Drained())
	require.False(t, r.Empty())
	require.Equal(t, 1, r.Len())
	require.False(t, r.TryPush(2))
	notReady(t, r)

	var v int
	var ok bool
	finish := waits(t, "TryPop", func() { v, ok = r.TryPop() })
	require.False(t, r.Drained())
	publish()
	finish()
	require.True(t, ok)
	require.Equal(t, 1, v)
	require.True(t, r.Drained())
}

func full(t *testing.T, capacity int) *Ring[int] {
	r := mustNew[int](t, capacity)
	for i := range capacity {
		require.True(t, r.TryPush(i))
	}
	return r
}

func TestPushWaitsForPopInFlight(t *testing.T) {
	for name, later := range map[string]int{"alone": 0, "one later": 1, "two later": 2} {
		t.Run(name, func(t *testing.T) {
			r := full(t, 4)
			recycle := claimPopped(r)
			for i := range later {
				v, ok := r.TryPop()
				require.True(t, ok, "a pop behind does not wait")
				require.Equal(t, 1+i, v)
			}
			require.False(t, r.Full())
			require.False(t, r.Empty())
			require.Equal(t, 3-later, r.Len())
			require.EqualValues(t, 1+later, r.Popped())

			var ok bool
			finish := waits(t, "TryPush", func() { ok = r.TryPush(4) })
			recycle()
			finish()
			require.True(t, ok)
			for i := range later {
				require.True(t, r.TryPush(5+i))
			}
			require.True(t, r.Full())
			require.False(t, r.TryPush(-1))
			want := []int{1, 2, 3, 4, 5, 6}
			require.Equal(t, want[later:later+4], drain(r))
		})
	}
}

// The prefix is as long as the positions allow, wherever in it the slot is that
// is not recycled yet.
func TestPushBatchWaitsForPopInFlight(t *testing.T) {
	for before := range 3 {
		r := full(t, 4)
		for range before {
			r.TryPop()
		}
		recycle := claimPopped(r)
		var n int
		finish := waits(t, "TryPushBatch", func() { n = r.TryPushBatch([]int{4, 5, 6, 7, 8}) })
		recycle()
		finish()
		require.Equal(t, before+1, n)
		require.True(t, r.Full())
	}

	// What fits without the slot in flight does not wait for it.
	r := full(t, 4)
	r.TryPop()
	recycle := claimPopped(r)
	require.Equal(t, 1, r.TryPushBatch([]int{4}))
	recycle()
	require.Equal(t, []int{2, 3, 4}, drain(r))
}

// A push that the closed bit refuses does not wait for a pop in flight.
func TestClosedPopInFlight(t *testing.T) {
	r := full(t, 2)
	recycle := claimPopped(r)
	r.Close()
	require.False(t, r.TryPush(2))
	require.Zero(t, r.TryPushBatch([]int{2, 3}))
	require.False(t, r.Drained())
	last := claimPopped(r)
	require.True(t, r.Drained(), "claimed by pops, all of them")
	require.Zero(t, r.Len())
	_, ok := r.TryPop()
	require.False(t, ok, "and none is left for another")
	last()
	recycle()
	require.True(t, r.Drained())
}

// All slots claimed by pops: the ring is empty, at once, and has room.
func TestAllPopsInFlight(t *testing.T) {
	r := full(t, 2)
	first, second := claimPopped(r), claimPopped(r)
	require.True(t, r.Empty())
	require.False(t, r.Full())
	require.Zero(t, r.Len())
	_, ok := r.TryPop()
	require.False(t, ok)
	require.Zero(t, r.TryPopBatch(make([]int, 2)))

	finish := waits(t, "TryPush", func() { ok = r.TryPush(9) })
	second() // not the oldest slot
	runtime.Gosched()
	first()
	finish()
	require.True(t, ok)
	require.Equal(t, []int{9}, drain(r))
}

// All slots claimed by pushes: the ring is full, at once.
func TestAllPushesInFlight(t *testing.T) {
	r := mustNew[int](t, 2)
	first, second := claimPushed(r, 1), claimPushed(r, 2)
	require.True(t, r.Full())
	require.False(t, r.Empty())
	require.Equal(t, 2, r.Len())
	require.False(t, r.TryPush(3))
	require.Zero(t, r.TryPushBatch([]int{3}))
	notReady(t, r)
	second()
	notReady(t, r) // the oldest is not published
	first()
	require.Equal(t, []int{1, 2}, drain(r))
}
