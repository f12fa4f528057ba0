// Package stacks tells tests where the goroutines of the process are.
package stacks

import (
	"bytes"
	"regexp"
	"runtime/pprof"
	"strconv"
)

// All is the goroutine profile as text: each stack once, with how many goroutines have
// it. It stops the world for a moment.
//
// What runtime.Stack says of all goroutines has their states too, but asking for it
// can crash. Of a goroutine that comes home from a system call while the world is
// stopped, it may find the thread reading the clock, on its way to queue the
// goroutine, and then takes the thread's stack pointer in the vDSO for the goroutine's
// (traceback1 of Go 1.26). On arm64 the walk that follows ends at address 0x118.
func All() []byte {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a Buffer takes everything
	return b.Bytes()
}

var park = regexp.MustCompile(`Parker\)?\.Park\+|\(\*seat\)\.park\+`)

// Parked is the number of goroutines that sleep in package waiter: within the Park of a
// waiter.Parker, whatever its type, if that is named so, or on a waiter's own seat.
func Parked() (n int) {
	_, all, _ := bytes.Cut(All(), []byte("\n")) // the first line has their number
	for stack := range bytes.SplitSeq(all, []byte("\n\n")) {
		if park.Match(stack) {
			count, _, _ := bytes.Cut(stack, []byte(" "))
			k, err := strconv.Atoi(string(count))
			if err != nil {
				panic("stacks: a goroutine profile that begins another way: " + string(stack))
			}
			n += k
		}
	}
	return n
}
