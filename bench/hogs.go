package main

import (
	"fmt"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/programs"
)

// Hogs: programs that hand over one item at a time, beside goroutines of the same process that
// compute. A slice lasts for a few turns of all goroutines, and is stopped after ten times that.
// Most of the row runs only on request: all of it takes four minutes.
func hogScenarios(turns int) []pairs.Scenario {
	var all []pairs.Scenario
	for _, c := range programs.Beside() {
		of := c.Family
		if of == "flow" {
			of = "full"
		}
		slice := time.Duration(turns) * c.Turns()
		all = append(all, pairs.Scenario{
			Name:     "hogs",
			Params:   fmt.Sprintf("of=%s/hogs=%d/procs=%d", of, c.Hogs, c.Procs),
			Measures: []pairs.Measure{{Row: 21, Unit: pairs.PerOp, Goal: 1.30}},
			Sides: []pairs.Contestant{
				{Name: "port", Open: func() pairs.Side { return c.Port(10 * slice) }},
				{Name: "channel", Open: func() pairs.Side { return c.Channel(10 * slice) }},
			},
			Procs:  c.Procs,
			Hogs:   c.Hogs,
			Slice:  slice,
			OnCall: !(c.Hogs == 1 || c.Hogs == 4 && c.Procs == 2),
		})
	}
	return all
}
