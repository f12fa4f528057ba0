//go:build race

package waiter

import "sync/atomic"

// edge tells the race detector what sync.Cond promises and does not tell it: a Signal
// synchronizes before the return of the Wait that it ends. Without the detector it is
// nothing.
type edge struct{ n atomic.Uint32 }

// before comes before the Signal.
func (e *edge) before() { e.n.Add(1) }

// after comes after the Wait.
func (e *edge) after() { e.n.Load() }
