//go:build !race

package waiter

// edge is for the race detector: see race.go.
type edge struct{}

// before comes before the Signal.
func (*edge) before() {}

// after comes after the Wait.
func (*edge) after() {}
