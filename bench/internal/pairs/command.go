package pairs

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Command is a program around a table of scenarios.
type Command struct {
	Package   string                               // its import path, the last word of which begins its errors
	Usage     string                               // what -h says before the flags
	Scenarios func(quick bool) ([]Scenario, error) // in the order of their rows
	Flags     func(*flag.FlagSet)                  // adds the flags that Scenarios reads, or nil
	Base      string                               // the default of -base
	Procs     string                               // the name of the flag for GOMAXPROCS, "cpu" if empty
	Slice     string                               // of that for the length of a slice, "slice" if empty
	Restarts  bool                                 // the program calls Apart and may start itself for a measure
}

// Exit statuses.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130 // as of a program that SIGINT ends
)

// Main is the program's main function.
func (command Command) Main() {
	Burn()
	command.Restarts = true
	command.Apart()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process
	os.Exit(command.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Run does what the arguments ask for and returns the exit status. When ctx ends, Run stops
// measuring and prints what there is.
func (command Command) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := command.parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage
	}
	switch err := c.run(ctx, stdout); {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		command.say(stderr, err)
		return exitFailed
	}
}

func (command Command) say(w io.Writer, err error) error {
	fmt.Fprintf(w, "%s: %v\n", path.Base(command.Package), err)
	return err
}

func (c config) run(ctx context.Context, w io.Writer) error {
	switch {
	case c.list:
		for _, s := range c.selected() {
			fmt.Fprintf(w, "%2d  %s\n", s.Measures[0].Row, s.Full())
		}
		return nil
	case c.compare != nil:
		return c.compare.compare(c, c.from, w)
	case c.from != nil:
		return c.from.print(c, c.printer(w))
	}
	r, err := c.measure(ctx, c.printer(w))
	if err != nil {
		return err
	}
	if c.html != "" {
		if err := r.saveHTML(c.html, c.goals); err != nil {
			return err
		}
	}
	if faults := r.faults(); len(faults) > 0 {
		return errors.New(strings.Join(faults, "\n"))
	}
	return ctx.Err()
}

// measure runs the scenarios that were asked for, once for each GOMAXPROCS.
func (c config) measure(ctx context.Context, out printer) (*report, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	all := &report{}
	if c.quick {
		all.Smoke = smoke
	}
	want, done := 0, 0
	for i, procs := range c.procs {
		runtime.GOMAXPROCS(procs)
		m := thisMachine(c.invocation)
		if i == 0 {
			all.Machine = m
		}
		if err := out.head(all, m); err != nil {
			return nil, err
		}
		scenarios := slices.DeleteFunc(c.selected(), func(s Scenario) bool {
			return s.Procs != 0 && i > 0 // has been measured
		})
		r := runner{pairs: c.pairs, slice: c.slice, limit: time.Minute, progress: newProgress(os.Stderr, len(scenarios))}
		want += len(scenarios)
		for _, s := range scenarios {
			if again, ok := s.again(c.base); ok && !c.quick && (c.again || len(all.Again) == 0) {
				if es := c.entries(again, r.run(ctx, again), procs); len(es) > 0 {
					all.Again = append(all.Again, es[0])
				}
			}
			got := r.run(ctx, s)
			r.progress.clear()
			if ctx.Err() != nil && !got.enough() {
				break
			}
			done++
			c.addApart(ctx, s, got)
			for _, e := range c.entries(s, got, procs) {
				all.Results = append(all.Results, e)
				if err := out.add(e); err != nil {
					return nil, err
				}
			}
		}
	}
	if ctx.Err() != nil {
		all.Interrupted = fmt.Sprintf("INTERRUPTED: %d scenarios measured, %d not", done, want-done)
	}
	return all, out.end(all)
}

// again is s with its base beside itself. What differs there differs by chance.
func (s Scenario) again(base string) (Scenario, bool) {
	if s.Once || len(s.Sides) < 2 {
		return s, false
	}
	b := s.Sides[s.base(base)]
	other := b
	other.Name += " again"
	s.Sides = []Contestant{other, b}
	return s, true
}
