//go:build !race

package waiter

// edge does nothing without the race detector: see race.go.
type edge struct{}

// before is called before the Signal.
func (*edge) before() {}

// after is called after the Wait.
func (*edge) after() {}
