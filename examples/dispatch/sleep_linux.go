package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// precise makes the thread's sleeps end within microseconds of their time. Go's timers end
// within a millisecond when nothing else runs, and a generator that spins takes a processor.
func precise() {
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // without, a sleep is 50 µs longer
}

// sleep puts the thread to sleep for d, or less.
func sleep(d time.Duration) {
	t := unix.NsecToTimespec(int64(d))
	unix.Nanosleep(&t, nil) // a signal may end it
}
