package fuzz

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var queryPerformanceCounter = windows.NewLazySystemDLL("kernel32.dll").NewProc("QueryPerformanceCounter")

// stamp is the performance counter. Package time reads a clock that advances every
// half millisecond, or every sixteen: all calls within a tick would seem to
// overlap, and the checker would look for an order among thousands.
func stamp(time.Time) (now int64) {
	queryPerformanceCounter.Call(uintptr(unsafe.Pointer(&now)))
	return now
}
