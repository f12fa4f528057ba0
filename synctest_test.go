package iocp

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// In a bubble of testing/synctest, whose clock is set back, timeouts last as long as
// they are to, on that clock.
func TestRow7_InABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := New[int](2, WithParking(ParkGoroutine))
		require.NoError(t, err)
		begun := time.Now()
		for range 2 { // the second time with the timer of the first
			_, err = p.Get(time.Hour)
			require.Equal(t, ErrTimeout, err)
		}
		require.Equal(t, 2*time.Hour, time.Since(begun))

		got := async(func() (int, error) { return p.Get(time.Hour) })
		time.Sleep(time.Minute)
		synctest.Wait()
		require.NoError(t, p.Post(7))
		took(t, 7, got)
		require.Equal(t, 2*time.Hour+time.Minute, time.Since(begun))
	})
}
