//go:build unix

package ring

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A call that waits for another in the middle of its claim leaves the processor alone: when
// the other does not run, the wait takes little processor time.
func TestWaitLeavesTheProcessor(t *testing.T) {
	used := func() time.Duration {
		var u syscall.Rusage
		require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	const length = 300 * time.Millisecond
	check := func(begin func(r *Ring[int]) (end func()), wait func(r *Ring[int])) {
		r := mustNew[int](t, 2)
		end := begin(r)
		over := make(chan struct{})
		go func() {
			wait(r)
			close(over)
		}()
		was := used()
		time.Sleep(length)
		require.Less(t, used()-was, length/4)
		end()
		<-over
	}
	check(func(r *Ring[int]) func() {
		s, seq := r.ClaimPush()
		return func() { s.Publish(1, seq) }
	}, func(r *Ring[int]) { r.TryPop() })
	check(func(r *Ring[int]) func() {
		r.TryPushBatch([]int{1, 2})
		s, seq := r.ClaimPop(r.deq())
		return func() { s.Recycle(seq) }
	}, func(r *Ring[int]) { r.TryPush(3) })
}
