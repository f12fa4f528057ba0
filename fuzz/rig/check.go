package rig

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Lasts requires that f takes exactly so long by the clock of its bubble.
func Lasts(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	require.Equal(t, d, time.Since(start))
}

// First is the first error that is not nil.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ErrTest is an error that no package but a test's own can have made.
var ErrTest = errors.New("a cause")

// Same requires that err is the variable want itself. require.Equal would accept a copy.
func Same(t *testing.T, want, err error, what string) {
	t.Helper()
	require.True(t, want == err, "%s: %v, not %v", what, err, want)
}
