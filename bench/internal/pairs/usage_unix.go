//go:build unix

package pairs

import (
	"golang.org/x/sys/unix"
)

// Spent is what the process has used so far.
func Spent() Usage {
	var r unix.Rusage
	Must(unix.Getrusage(unix.RUSAGE_SELF, &r))
	return Usage{CPU: float64(r.Utime.Nano() + r.Stime.Nano()), Switches: float64(r.Nvcsw + r.Nivcsw)}
}
