//go:build !iocp_portable && !iocp_faults

package iocp

import (
	"sync/atomic"
	"syscall"
)

// What a parker asks of the kernel goes through these two, so that a build with
// the tag iocp_faults can put itself in between. Here they are inlined and gone.

func parkWait(word *atomic.Uint32, val uint32, deadline int64) syscall.Errno {
	return futexWait(word, val, deadline)
}

func parkWake(word *atomic.Uint32) { futexWake(word) }
