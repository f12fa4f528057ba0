package fuzz

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

var queryPerformanceCounter = windows.NewLazySystemDLL("kernel32.dll").NewProc("QueryPerformanceCounter")

// stamp is the performance counter. The clock of package time advances every half millisecond,
// or every sixteen: all calls within a tick would seem to overlap, and the checker would have
// to order thousands of calls.
func stamp(time.Time) (now int64) {
	queryPerformanceCounter.Call(uintptr(unsafe.Pointer(&now)))
	return now
}
