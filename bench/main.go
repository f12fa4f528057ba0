// Bench measures ports beside channels of the same element and capacity, and
// holds the ratios against goals. Two rows measure ports beside ports: the functions
// over handles beside the methods, ports that may grow beside fixed ones.
//
//	go run ./bench                 the whole table, in about three minutes
//	go run ./bench stream          the scenarios that begin so
//	go run ./bench 4 5             rows 4 and 5
//	go run ./bench -quick          a smoke run
//	go run ./bench -from FILE      what a run with -json has left in FILE
//	go run ./bench map             random programs, a hundred of them
//	go run ./bench guard           a check for twice the channel's time
//	go run ./bench -h              the rest
//
// The same scenarios are ordinary benchmarks: go test -bench . ./bench
package main

import (
	"os"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/programs"
)

func main() {
	if len(os.Args) > 1 {
		switch args := os.Args[2:]; os.Args[1] {
		case "map":
			os.Exit(programs.Map(args, os.Stdout, os.Stderr))
		case "guard":
			os.Exit(programs.Guard(args, os.Stdout, os.Stderr))
		}
	}
	command.Main()
}

var command = pairs.Command{
	Package: "github.com/iocp-go/iocp/bench",
	Usage: `usage: go run ./bench [flags] [row or name ...]
       go run ./bench map [flags]      random programs; map -h says more
       go run ./bench guard [flags]    a check for twice the channel's time

Measures ports beside channels. A number is a row of the table, anything else a
regular expression that matches from the start of a scenario's name: 'stream',
'stream/shape=2x2', 'crowded/of=pool'. All rows without one.

`,
	Scenarios: func(quick bool) ([]pairs.Scenario, error) {
		if quick {
			return scenarios(quickPlan), nil
		}
		return scenarios(fullPlan), nil
	},
}
