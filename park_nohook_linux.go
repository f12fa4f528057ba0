//go:build !iocp_portable && !iocp_faults

package iocp

import (
	"sync/atomic"
	"syscall"
)

// parkWait and parkWake are all that a parker asks of the kernel. A build with the tag
// iocp_faults has variables in their place, for tests. Here both are inlined.

func parkWait(word *atomic.Uint32, val uint32, deadline int64) syscall.Errno {
	return futexWait(word, val, deadline)
}

func parkWake(word *atomic.Uint32) { futexWake(word) }
