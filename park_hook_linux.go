//go:build !iocp_portable && iocp_faults

package iocp

import (
	"sync/atomic"

	"github.com/iocp-go/iocp/waiter"
)

// These are variables in this build: its tests replace them by functions that inject faults,
// and by clocks that they move.
var (
	parkWait = futexWait
	parkWake = futexWake

	parkNow       = waiter.Now
	parkMonotonic = monotonic

	// parkStep is called before each access of a parker to its word, if not nil.
	parkStep func(*parkWord)
)

// parkWord is the word that a parker sleeps on.
type parkWord struct{ word atomic.Uint32 }

func futexWord(w *parkWord) *atomic.Uint32 { return &w.word }

func (w *parkWord) step() *atomic.Uint32 {
	if parkStep != nil {
		parkStep(w)
	}
	return &w.word
}

func (w *parkWord) Load() uint32         { return w.step().Load() }
func (w *parkWord) Store(v uint32)       { w.step().Store(v) }
func (w *parkWord) Swap(v uint32) uint32 { return w.step().Swap(v) }
func (w *parkWord) CompareAndSwap(old, new uint32) (ok bool) {
	return w.step().CompareAndSwap(old, new)
}
