//go:build !iocp_portable && iocp_faults

package iocp

// The tests of this build replace these by calls that meet faults.
var (
	parkWait = futexWait
	parkWake = futexWake
)
