package programs

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// command is the arguments of the map and of the guard.
type command struct {
	cells  int
	seed   uint64
	only   int // -1: all
	family string
	procs  int     // 0: as drawn
	hogs   int     // -1: as drawn
	above  float64 // times the channel's time, beyond which the guard fails
	quick  bool
	json   string
	meter
}

// parse reads the arguments; what is wrong with them has been said on w. own are defaults
// that the command has instead of those of the map.
func parse(name, usage string, own map[string]string, args []string, w io.Writer) (command, error) {
	var c command
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(w)
	fs.Usage = func() {
		fmt.Fprint(w, usage)
		pairs.Plain(fs).PrintDefaults()
	}
	fs.IntVar(&c.cells, "cells", 100, "how many")
	fs.Uint64Var(&c.seed, "seed", 0, "of the draws; 0: another each time")
	fs.IntVar(&c.only, "only", -1, "the cell of that `number` alone")
	fs.StringVar(&c.family, "family", "", "cells of that `name` alone")
	fs.IntVar(&c.procs, "procs", 0, "GOMAXPROCS of every cell, instead of what is drawn")
	fs.IntVar(&c.hogs, "hogs", -1, "goroutines that compute beside every cell, instead of what is drawn")
	fs.IntVar(&c.pairs, "pairs", 7, "pairs of slices for each cell")
	fs.DurationVar(&c.slice, "slice", 12*time.Millisecond, "`length` of a slice, beside hogs more")
	fs.IntVar(&c.turns, "turns", 6, "beside hogs, turns of each goroutine in a slice")
	fs.BoolVar(&c.quick, "quick", false, "a smoke run: 12 cells, 3 short pairs each")
	fs.StringVar(&c.json, "json", "", "write the results to `file` as well")
	if name == "guard" {
		fs.Float64Var(&c.above, "above", 2, "`times` the channel's time are too slow")
	}
	for name, value := range own {
		pairs.Must(fs.Lookup(name).Value.Set(value))
	}
	pairs.Once(fs)
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	if c.quick {
		set := map[string]bool{}
		fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
		for name, value := range map[string]string{"cells": "12", "pairs": "3", "slice": "3ms", "turns": "3"} {
			if !set[name] {
				pairs.Must(fs.Set(name, value))
			}
		}
	}
	err := cmp.Or(c.check(), pairs.Writable(c.json))
	if fs.NArg() > 0 {
		err = fmt.Errorf("what is %q?", fs.Arg(0))
	}
	if err != nil {
		fmt.Fprintf(w, "%s: %v\n", name, err)
	}
	for c.seed == 0 {
		c.seed = rand.Uint64N(1_000_000)
	}
	return c, err
}

func (c command) check() error {
	switch {
	case c.cells < 1:
		return fmt.Errorf("-cells %d", c.cells)
	case c.only < -1:
		return fmt.Errorf("-only %d", c.only)
	case c.procs < 0:
		return fmt.Errorf("-procs %d", c.procs)
	case c.hogs < -1:
		return fmt.Errorf("-hogs %d", c.hogs)
	case c.pairs < 3:
		return fmt.Errorf("-pairs %d: 3 at least", c.pairs)
	case c.turns < 1:
		return fmt.Errorf("-turns %d", c.turns)
	case c.slice <= 0 || c.slice > time.Second:
		return fmt.Errorf("-slice %v: not above 0 and at most a second", c.slice)
	case c.family != "" && familyOf(c.family).run == nil:
		err := fmt.Errorf("no family %s; there are", c.family)
		for _, f := range families {
			err = fmt.Errorf("%w %s", err, f.name)
		}
		return err
	}
	return nil
}

// drawn are the cells that c wants, by number.
func (c command) drawn() iter.Seq2[int, Cell] {
	return func(yield func(int, Cell) bool) {
		for i, left := max(c.only, 0), c.cells; left > 0; i++ {
			cell := Draw(c.seed, i)
			if c.procs > 0 {
				cell.Procs = c.procs
			}
			if c.hogs >= 0 {
				cell.Hogs = c.hogs
			}
			if c.only >= 0 {
				left = 1
			} else if c.family != "" && cell.Family != c.family {
				continue
			}
			if !yield(i, cell) {
				return
			}
			left--
		}
	}
}

// again is the command that runs a cell again.
func (c command) again(i int) string {
	s := fmt.Sprintf("go run ./bench map -seed %d -only %d", c.seed, i)
	if c.procs > 0 {
		s += fmt.Sprintf(" -procs %d", c.procs)
	}
	if c.hogs >= 0 {
		s += fmt.Sprintf(" -hogs %d", c.hogs)
	}
	return s
}
