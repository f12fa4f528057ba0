package iocp

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

// The two tests here hunt for the lost wake-up: one side goes to sleep just when
// the other, for the only time, makes what it sleeps for. Nobody else would wake
// it. The pauses move the one past the other.

// pause lasts for some tens of nanoseconds times n.
func pause(n int) {
	for range n {
		_ = time.Now()
	}
}

func TestPostRacingParkStrandsNobody(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		var taken atomic.Int64
		over := asyncErr(func() error {
			for {
				if _, err := p.Get(Infinite); err != nil {
					return err
				}
				taken.Add(1)
			}
		})
		end := time.Now().Add(300 * time.Millisecond)
		for i := 0; i < 1000 || time.Now().Before(end); i++ {
			pause(i % 64)
			require.NoError(t, p.Post(i))
			eventually(t, "taken", func() bool { return taken.Load() == int64(i+1) })
		}
		require.NoError(t, p.Close())
		_, err := await(t, over)
		require.Equal(t, ErrClosed, err)
	})
}

func TestPostTimeout_GetRacingPark(t *testing.T) {
	p := open[int](t, 2)
	_, err := p.PostBatch([]int{0, 0})
	require.NoError(t, err)
	var posted atomic.Int64
	over := asyncErr(func() error {
		for {
			if err := p.PostTimeout(0, Infinite); err != nil {
				return err
			}
			posted.Add(1)
		}
	})
	end := time.Now().Add(300 * time.Millisecond)
	for i := 0; i < 1000 || time.Now().Before(end); i++ {
		pause(i % 64)
		_, err := p.Get(0)
		require.NoError(t, err)
		eventually(t, "posted", func() bool { return posted.Load() == int64(i+1) })
	}
	require.NoError(t, p.Close())
	_, err = await(t, over)
	require.Equal(t, ErrClosed, err)
}

// A poster that waits for room is told of the places that hand-offs free, when
// every packet of a full port leaves by a hand-off and nobody takes for himself.
func TestHandOffsMakeRoom(t *testing.T) {
	gate := make(chan struct{})
	withParker(t, func() waiter.Parker { return gatedParker{newTimedDone(), gate} })
	p := open[int](t, 2, WithParking(ParkThread), WithConcurrency(1))
	w := park(t, p, 3)
	for i := range 3 { // one is handed over, two fill the port
		require.NoError(t, p.Post(i))
	}
	post := asyncErr(func() error { return p.PostTimeout(3, Infinite) })
	parkedPosters(t, p, 1)
	close(gate) // the three waiters pass the packets on
	for i := range w {
		took(t, i, w[2-i])
	}
	_, err := await(t, post)
	require.NoError(t, err)
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 3, v)
}
