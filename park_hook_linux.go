//go:build !iocp_portable && iocp_faults

package iocp

// parkWait and parkWake are variables in this build: its tests replace them by functions
// that inject faults.
var (
	parkWait = futexWait
	parkWake = futexWake
)
