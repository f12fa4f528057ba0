//go:build unix

package main

import (
	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// processTime is the processor time of the process so far, in nanoseconds.
func processTime() float64 {
	var r unix.Rusage
	pairs.Must(unix.Getrusage(unix.RUSAGE_SELF, &r))
	return float64(r.Utime.Nano() + r.Stime.Nano())
}
