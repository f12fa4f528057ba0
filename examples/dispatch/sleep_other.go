//go:build !linux

package main

import (
	"runtime"
	"time"
)

func precise() {}

// sleep returns after d, or earlier. The last part is not slept, for timers may be late.
func sleep(d time.Duration) {
	const part = 2 * time.Millisecond
	if d > part {
		time.Sleep(d - part)
	} else {
		runtime.Gosched()
	}
}
