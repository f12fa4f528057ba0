package waiter

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// moved runs f in a bubble whose clock the test moves and is what Now shows outside: not
// negative, so that waiters and their alarms are used again.
func moved(t *testing.T, f func(t *testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Duration(1 - Now()))
		f(t)
	})
}

// lasts requires that f takes exactly so long.
func lasts(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	start := Now()
	f()
	require.Equal(t, d, time.Duration(Now()-start))
}
