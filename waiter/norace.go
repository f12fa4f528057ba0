//go:build !race

package waiter

// Edge is for the race detector: see race.go.
type Edge struct{}

// Before comes before the Signal.
func (*Edge) Before() {}

// After comes after the Wait.
func (*Edge) After() {}
