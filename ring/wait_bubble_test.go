package ring

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// In a bubble a call that waits for a claim in flight is not asleep: synctest.Wait returns
// when the call has, and the bubble's clock stands still. One processor, so that the call
// has a turn for each turn of the goroutine that has claimed.
func TestWaitForAClaimInABubble(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, begin := range map[string]func(r *Ring[int]) (finish func(), call func() bool){
		"push": func(r *Ring[int]) (func(), func() bool) {
			return claimPushed(r, 1), func() bool { _, ok := r.TryPop(); return ok }
		},
		"pop": func(r *Ring[int]) (func(), func() bool) {
			r.TryPush(1)
			r.TryPush(2)
			return claimPopped(r), func() bool { return r.TryPush(3) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := New[int](2)
				require.NoError(t, err)
				start := time.Now()
				finish, call := begin(r)
				returned := false
				go func() { returned = call() }()
				go func() {
					for range 5000 { // more than the turns after which a wait would sleep
						runtime.Gosched()
					}
					finish()
				}()
				synctest.Wait()
				require.True(t, returned)
				require.Zero(t, time.Since(start))
			})
		})
	}
}
