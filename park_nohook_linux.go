//go:build !iocp_portable && !iocp_faults

package iocp

import (
	"sync/atomic"
	"syscall"

	"github.com/iocp-go/iocp/waiter"
)

// parkWord is the word that a parker sleeps on.
type parkWord = atomic.Uint32

func futexWord(w *parkWord) *atomic.Uint32 { return w }

// All that a parker asks of the kernel and of the clocks goes through these functions. A build
// with the tag iocp_faults has variables in their place, for tests. Here they are inlined.

func parkWait(word *atomic.Uint32, val uint32, deadline int64) syscall.Errno {
	return futexWait(word, val, deadline)
}

func parkWake(word *atomic.Uint32) { futexWake(word) }

func parkNow() int64 { return waiter.Now() }

func parkMonotonic() int64 { return monotonic() }
