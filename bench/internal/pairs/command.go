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
func (c Command) Main() {
	Burn()
	os.Exit(c.Run(os.Args[1:], os.Stdout, os.Stderr))
}

// Run does what the arguments ask for and returns the exit status.
func (c Command) Run(args []string, stdout, stderr io.Writer) int {
	asked, err := c.parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if err := asked.run(stdout); err != nil {
		c.say(stderr, err)
		return 1
	}
	return 0
}

func (c Command) say(w io.Writer, err error) error {
	fmt.Fprintf(w, "%s: %v\n", path.Base(c.Package), err)
	return err
}

// printer is a form of output. head begins the scenarios of one GOMAXPROCS.
type printer interface {
	head(machine) error
	add(Scenario, samples, []verdict) error
	end() error
}

// verdict is a measure that was asked for, and what came out.
type verdict struct {
	Measure
	outcome
}

func (c config) printer(w io.Writer) printer {
	switch c.format {
	case "json":
		return &report{w: w}
	case "benchfmt":
		return newExport(w, c.command.Package)
	}
	return table{w}
}

func (c config) run(w io.Writer) error {
	if c.list {
		for _, s := range c.selected(c.command.Scenarios(c.quick)) {
			fmt.Fprintf(w, "%2d  %s\n", s.Measures[0].Row, s.Full())
		}
		return nil
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	out := c.printer(w)
	for i, procs := range c.procs {
		runtime.GOMAXPROCS(procs)
		if err := out.head(thisMachine()); err != nil {
			return err
		}
		all := c.selected(c.command.Scenarios(c.quick))
		r := runner{pairs: c.pairs, slice: c.slice, limit: time.Minute, progress: newProgress(os.Stderr, len(all))}
		for _, s := range all {
			if s.Procs != 0 && i > 0 {
				continue // has been measured
			}
			got := r.run(s)
			r.progress.clear()
			var verdicts []verdict
			for j, m := range s.Measures {
				if c.wants(s, m) {
					verdicts = append(verdicts, verdict{m, judge(m, got.port[j], channelOf(got, j))})
				}
			}
			if err := out.add(s, got, verdicts); err != nil {
				return err
			}
		}
		if c.format == "table" {
			fmt.Fprintln(w)
		}
	}
	return out.end()
}

// channelOf is the channel's sample of a measure, empty if there is no channel.
func channelOf(s samples, j int) []float64 {
	if s.channel == nil {
		return nil
	}
	return s.channel[j]
}
