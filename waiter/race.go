//go:build race

package waiter

import "sync/atomic"

// edge tells the race detector of a promise of sync.Cond that the detector does not know: a
// Signal synchronizes before the return of the Wait that it ends. Without the detector edge
// is empty.
type edge struct{ n atomic.Uint32 }

// before is called before the Signal.
func (e *edge) before() { e.n.Add(1) }

// after is called after the Wait.
func (e *edge) after() { e.n.Load() }
