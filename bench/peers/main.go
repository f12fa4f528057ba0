// Peers measures ports beside the queues and pools of others, in the workloads
// that bench has for channels. It is a module of its own, so that the library
// does not depend on them.
//
//	cd bench/peers && go run .     all of them
//	go run . xsync ants            the scenarios that begin so
//	go run . harness -size 8,64    xsync's queue by the workloads of bench/harness
//	go run . -h                    the rest, as for bench
package main

import (
	"os"
	"slices"

	"github.com/iocp-go/iocp/bench/harness"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "harness" {
		os.Args = append(os.Args[:1], os.Args[2:]...)
		harness.Main(harness.New("xsync", spinner, spinner, spinner, spinner))
	}
	command.Main()
}

var command = pairs.Command{
	Package: "github.com/iocp-go/iocp/bench/peers",
	Usage: `usage: go run . [flags] [row or name ...]
       go run . harness [flags]     xsync's queue by the workloads of bench/harness

Measures ports beside the queues and pools of others. A number is a row of the
table, anything else a regular expression that matches from the start of a
scenario's name: 'xsync', 'xsync/shape=2x2', 'ants/work=0ns'. All without one.

`,
	Scenarios: func(bool) ([]pairs.Scenario, error) {
		return slices.Concat(queueScenarios(), poolScenarios(), exampleScenarios()), nil
	},
}

// faster is what every scenario is measured for, and cheaper what those of a peer
// that never sleeps are.
var (
	faster  = []pairs.Measure{{Row: 17, Unit: pairs.PerOp, Goal: 1, Strict: true}}
	cheaper = []pairs.Measure{faster[0], {Row: 17, Unit: pairs.CPUTime, Goal: 1, Strict: true}}
)
