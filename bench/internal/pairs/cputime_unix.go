//go:build unix

package pairs

import (
	"golang.org/x/sys/unix"
)

// ProcessTime is the processor time of the process so far, in nanoseconds.
func ProcessTime() float64 {
	var r unix.Rusage
	Must(unix.Getrusage(unix.RUSAGE_SELF, &r))
	return float64(r.Utime.Nano() + r.Stime.Nano())
}
