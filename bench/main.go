// Bench measures ports beside channels of the same element and capacity, and
// holds the ratios against goals. Two rows measure ports beside ports: the functions
// over handles beside the methods, ports that may grow beside fixed ones.
//
//	go run ./bench                 the whole table, in less than three minutes
//	go run ./bench stream          the scenarios that begin so
//	go run ./bench 4 5             rows 4 and 5
//	go run ./bench -quick          a smoke run
//	go run ./bench -h              the rest
//
// The same scenarios are ordinary benchmarks: go test -bench . ./bench
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

func main() {
	if os.Getenv(burnEnv) != "" {
		burn()
	}
	c, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		os.Exit(2)
	}
	if err := c.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// printer is a form of output. head begins the scenarios of one GOMAXPROCS.
type printer interface {
	head(machine) error
	add(scenario, samples, []verdict) error
	end() error
}

// verdict is a measure that was asked for, and what came out.
type verdict struct {
	measure
	outcome
}

func newPrinter(format string, w io.Writer) printer {
	switch format {
	case "json":
		return &report{w: w}
	case "benchfmt":
		return newExport(w)
	}
	return table{w}
}

func (c config) run(w io.Writer) error {
	if c.list {
		for _, s := range c.selected(scenarios(c.plan)) {
			fmt.Fprintf(w, "%2d  %s\n", s.measures[0].row, s.full())
		}
		return nil
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	out := newPrinter(c.format, w)
	for i, procs := range c.procs {
		runtime.GOMAXPROCS(procs)
		if err := out.head(thisMachine()); err != nil {
			return err
		}
		all := c.selected(scenarios(c.plan))
		r := runner{pairs: c.pairs, slice: c.slice, limit: time.Minute, progress: newProgress(os.Stderr, len(all))}
		for _, s := range all {
			if s.procs != 0 && i > 0 {
				continue // has been measured
			}
			got := r.run(s)
			r.progress.clear()
			var verdicts []verdict
			for j, m := range s.measures {
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
