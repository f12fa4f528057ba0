package harness

import (
	"flag"
	"path"
	"runtime/debug"
	"testing"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Main is the main function of a program that measures the contenders beside those that come
// with the harness. The flag -h lists what the program can do.
func Main(contenders ...Contender) { command(contenders).Main() }

// Benchmark runs the scenarios that Main measures without flags as benchmarks of Go's own.
func Benchmark(b *testing.B, contenders ...Contender) {
	all, err := defaults().scenarios(contenders)
	pairs.Must(err)
	for i := range all { // a scenario's name takes the place of a benchmark's
		all[i].Params = all[i].Full()
	}
	pairs.Benchmark(b, all)
}

const usage = ` [flags] [row or name ...]

Measures queues side by side. A number is a row, anything else a regular expression that
matches from the start of a scenario's name: 'closed', 'open/shape=1x1'. All rows without
one. The flags -shape, -cap, -size, -work, -gap and -form take lists, and every combination is
a scenario.

`

func command(contenders []Contender) pairs.Command {
	o := defaults()
	if len(contenders) == 0 {
		o.with = "all"
	}
	pkg := "queues"
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		pkg = info.Path
	}
	return pairs.Command{
		Package:   pkg,
		Usage:     "usage: " + path.Base(pkg) + usage,
		Base:      "channel",
		Procs:     "procs",
		Slice:     "time",
		Flags:     func(fs *flag.FlagSet) { o.flags(fs) },
		Scenarios: func(bool) ([]pairs.Scenario, error) { return o.scenarios(contenders) },
	}
}
