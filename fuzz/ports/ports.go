// Package ports has what the tests outside of iocp share: ports and handles, calls that are known to
// sleep, and tables of all calls.
package ports

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
)

// EachMode runs f for every way to sleep.
func EachMode(t *testing.T, f func(t *testing.T, mode iocp.Option)) {
	for name, m := range map[string]iocp.Parking{"auto": iocp.ParkAuto, "thread": iocp.ParkThread, "goroutine": iocp.ParkGoroutine} {
		t.Run(name, func(t *testing.T) { f(t, iocp.WithParking(m)) })
	}
}

// Open is New, and the test fails if New does.
func Open[T any](t testing.TB, capacity int, opts ...iocp.Option) *iocp.Port[T] {
	t.Helper()
	p, err := iocp.New[T](capacity, opts...)
	require.NoError(t, err)
	return p
}

// Parked waits until exactly n Gets sleep on p, and every poster that waits. A call that Stats
// counts may still look at the queue once more, and take what is there. So a call counts once it
// is in Park.
func Parked[T any](t testing.TB, p *iocp.Port[T], n int) {
	t.Helper()
	rig.Eventually(t, "gets parked", func() bool {
		s := p.Stats()
		return s.Waiting == n && stacks.Parked() >= n+s.WaitingPosters
	})
}

// ParkedPosters is Parked for calls that wait for room.
func ParkedPosters[T any](t testing.TB, p *iocp.Port[T], n int) {
	t.Helper()
	rig.Eventually(t, "posters parked", func() bool {
		s := p.Stats()
		return s.WaitingPosters == n && stacks.Parked() >= n+s.Waiting
	})
}

// Park starts n infinite Gets that go to sleep one after the other.
func Park[T any](t testing.TB, p *iocp.Port[T], n int) []<-chan rig.Result[T] {
	t.Helper()
	before := p.Stats().Waiting
	var gets []<-chan rig.Result[T]
	for i := range n {
		gets = append(gets, rig.Async(func() (T, error) { return p.Get(iocp.Infinite) }))
		Parked(t, p, before+i+1)
	}
	return gets
}

// Fill posts 0 to n-1.
func Fill(t *testing.T, p *iocp.Port[int], n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, p.Post(i), "packet %d", i)
	}
}

// Drain takes from to to-1 in this order, and finds nothing more. Every other call is a single Get,
// for a batch may end at a seam.
func Drain(t *testing.T, p *iocp.Port[int], from, to int) {
	t.Helper()
	dst := make([]int, 3)
	for single := true; from < to; single = !single {
		n, err := 1, error(nil)
		if single {
			dst[0], err = p.Get(0)
		} else {
			n, err = p.GetBatch(dst, 0)
		}
		require.NoError(t, err)
		for _, v := range dst[:n] {
			require.Equal(t, from, v)
			from++
		}
	}
	_, err := p.Get(0)
	require.Equal(t, iocp.ErrTimeout, err)
}
