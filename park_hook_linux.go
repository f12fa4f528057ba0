//go:build !iocp_portable && iocp_faults

package iocp

import "github.com/iocp-go/iocp/waiter"

// These are variables in this build: its tests replace them by functions that inject faults,
// and by clocks that they move.
var (
	parkWait = futexWait
	parkWake = futexWake

	parkNow       = waiter.Now
	parkMonotonic = monotonic
)
