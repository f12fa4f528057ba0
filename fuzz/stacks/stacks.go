// Package stacks tells tests where the goroutines of the process are.
package stacks

import (
	"bytes"
	"regexp"
	"runtime/pprof"
	"strconv"
)

// All is the goroutine profile as text: each stack once, with the number of goroutines that
// have it. All stops the world for a moment.
//
// runtime.Stack of all goroutines would have their states too, but can crash. Suppose a
// goroutine returns from a system call while the world is stopped, and its thread is reading
// the clock, on the way to queue the goroutine. traceback1 of Go 1.26 then takes the thread's
// stack pointer in the vDSO for the goroutine's. On arm64 the walk ends at address 0x118.
func All() []byte {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a Buffer takes everything
	return b.Bytes()
}

var park = regexp.MustCompile(`Parker\)?\.Park\+|\(\*seat\)\.park\+`)

// Parked is the number of goroutines that sleep in package waiter: in a Park method of a type
// whose name ends in Parker, or on the seat of a waiter.
func Parked() (n int) {
	_, all, _ := bytes.Cut(All(), []byte("\n")) // the first line is a heading
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
