//go:build race

package waiter

import "sync/atomic"

// Edge tells the race detector what sync.Cond promises and does not tell it: a Signal
// synchronizes before the return of the Wait that it ends. Without the detector it is
// nothing.
type Edge struct{ n atomic.Uint32 }

// Before comes before the Signal.
func (e *Edge) Before() { e.n.Add(1) }

// After comes after the Wait.
func (e *Edge) After() { e.n.Load() }
