package pairs

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"time"
)

// A Command is a program around a table of scenarios.
type Command struct {
	Package   string                      // its import path, the last word of which begins its errors
	Usage     string                      // what -h says before the flags
	Scenarios func(quick bool) []Scenario // in the order of their rows
}

// Main is the program's main function.
func (command Command) Main() {
	Burn()
	os.Exit(command.Run(os.Args[1:], os.Stdout, os.Stderr))
}

// Run does what the arguments ask for and returns the exit status.
func (command Command) Run(args []string, stdout, stderr io.Writer) int {
	c, err := command.parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := c.run(stdout); err != nil {
		command.say(stderr, err)
		return 1
	}
	return 0
}

func (command Command) say(w io.Writer, err error) error {
	fmt.Fprintf(w, "%s: %v\n", path.Base(command.Package), err)
	return err
}

// printer is a form of output. head begins the entries of one GOMAXPROCS.
type printer interface {
	head(machine) error
	add(entry) error
	end() error
}

func (c config) printer(w io.Writer) printer {
	switch c.format {
	case "json":
		return &report{w: w}
	case "markdown":
		return markdown{w}
	}
	return &table{w: w}
}

func (c config) run(w io.Writer) error {
	if c.list {
		for _, s := range c.selected() {
			fmt.Fprintf(w, "%2d  %s\n", s.Measures[0].Row, s.Full())
		}
		return nil
	}
	if c.format == "benchfmt" {
		out := newExport(w, c.command.Package)
		return c.measure(out.head, out.add)
	}
	out := c.printer(w)
	var err error
	if c.from != nil {
		err = c.from.print(c, out)
	} else {
		err = c.measure(out.head, func(s Scenario, got samples) error {
			for _, e := range c.entries(s, got, runtime.GOMAXPROCS(0)) {
				if err := out.add(e); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	return out.end()
}

// measure runs the scenarios that were asked for, once for each GOMAXPROCS.
func (c config) measure(head func(machine) error, add func(Scenario, samples) error) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for i, procs := range c.procs {
		runtime.GOMAXPROCS(procs)
		if err := head(thisMachine()); err != nil {
			return err
		}
		all := c.selected()
		r := runner{pairs: c.pairs, slice: c.slice, limit: time.Minute, progress: newProgress(os.Stderr, len(all))}
		for _, s := range all {
			if s.Procs != 0 && i > 0 {
				continue // has been measured
			}
			got := r.run(s)
			r.progress.clear()
			if err := add(s, got); err != nil {
				return err
			}
		}
	}
	return nil
}
