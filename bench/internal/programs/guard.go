package programs

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"time"
)

const (
	tries   = 3           // after the first, in which a cell must be that before it fails
	enough  = 4           // failures, after which the rest is left
	longest = time.Minute // after which the rest is left, too
)

const guardUsage = `usage: go run ./bench guard [flags]

A coarse check that noise does not fail: programs beside goroutines that compute,
and random ones, must not take twice the time on ports that they take on channels, in
the better quartile of pairs: beside hogs a program may have two speeds. One that does is
measured three times more, with more pairs, and fails if it does each time.

`

// Guard is `go run ./bench guard`; it returns the exit status, 1 if a program is
// too slow.
func Guard(args []string, stdout, stderr io.Writer) int {
	c, err := parse("guard", guardUsage, map[string]string{"cells": "24", "pairs": "3", "slice": "6ms", "turns": "4"}, args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	fmt.Fprintf(stdout, "guard -seed %d\n", c.seed)
	start := time.Now()
	checked, failed := 0, 0
	for command, cell := range c.guarded() {
		if time.Since(start) > longest {
			fmt.Fprintln(stdout, "the rest is left: a minute has gone")
			break
		}
		checked++
		if c.slow(cell, stdout) {
			fmt.Fprintf(stdout, "      above %g each time; to measure it: %s\n", c.above, command)
			if failed++; failed == enough {
				break
			}
		}
	}
	fmt.Fprintf(stdout, "%d programs, %d too slow, %d s\n", checked, failed, time.Since(start)/time.Second)
	if failed > 0 {
		return 1
	}
	return 0
}

// guarded are the programs to check, by the command that measures each.
func (c command) guarded() iter.Seq2[string, Cell] {
	return func(yield func(string, Cell) bool) {
		for _, cell := range Beside() {
			if (cell.Hogs == 1 || cell.Hogs == 4) && !yield("go run ./bench 21", cell) {
				return
			}
		}
		for _, cell := range Crowds() {
			if !yield("go run ./bench guard", cell) {
				return
			}
		}
		for i, cell := range c.drawn() {
			if !yield(c.again(i), cell) {
				return
			}
		}
	}
}

// slow reports whether the cell is too slow each time that it is measured. Each time
// that it is is said.
func (c command) slow(cell Cell, w io.Writer) bool {
	m := c.meter
	for range 1 + tries {
		res := m.measure(cell)
		if res.Wall.Low <= c.above {
			return false
		}
		fmt.Fprintln(w, res)
		m = meter{pairs: 2*c.pairs + 1, slice: 2 * c.slice, turns: 2 * c.turns}
	}
	return true
}
