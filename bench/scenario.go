package main

import (
	"runtime"
	"slices"
	"strings"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

// plan is the size of a run.
type plan struct {
	crowd  int // waiters of row 14
	parked int // milliseconds of row 13
	misses int // waits of 100 ms in a slice of row 12
	tail   int // least packets of a slice of row 5, for its p99
	turns  int // of the goroutines that compute, in a slice of row 21
}

var (
	fullPlan  = plan{crowd: 100_000, parked: 10_000, misses: 3, tail: 250, turns: 5}
	quickPlan = plan{crowd: 10_000, parked: 1000, misses: 1, tail: 100, turns: 1}
)

const (
	capacity = work.Capacity
	roomy    = 65_536 // capacity where no post may find the queue full
	batch    = 32
)

// scenarios returns the table in the order of its rows.
func scenarios(p plan) []pairs.Scenario {
	var all []pairs.Scenario
	all = append(all, soloScenario())
	all = append(all, streamScenarios()...)
	all = append(all, batchScenarios()...)
	all = append(all, pingpongScenario())
	all = append(all, dispatchScenarios(p.tail)...)
	all = append(all, fanoutScenario())
	all = append(all, poolScenarios()...)
	all = append(all, again(all, 9, "oneproc", []int{1, 2, 4, 8}, func(s *pairs.Scenario) { s.Procs = 1 })...)
	all = append(all, again(all, 10, "crowded", []int{2, 5, 6, 8}, func(s *pairs.Scenario) { s.Crowded, s.Times = true, 0 })...)
	all = slices.DeleteFunc(all, func(s pairs.Scenario) bool { return s.Crowded && strings.HasSuffix(s.Params, "age=0") })
	all = append(all, hitScenarios()...)
	all = append(all, missScenarios(p.misses)...)
	all = append(all, idleScenario(p.parked))
	all = append(all, parkedScenario(p.crowd))
	all = append(all, allocScenarios()...)
	all = append(all, scaleScenarios()...)
	all = append(all, handlesScenario())
	all = append(all, growthScenarios()...)
	all = append(all, hogScenarios(p.turns)...)
	return all
}

// again repeats the rows from of all as another row under other conditions. Its goals: a port
// is no worse than a channel, and a tail at most a tenth worse.
func again(all []pairs.Scenario, row int, name string, from []int, change func(*pairs.Scenario)) []pairs.Scenario {
	var out []pairs.Scenario
	for _, s := range all {
		if s.Procs != 0 || s.Crowded {
			continue
		}
		t := s
		t.Measures = slices.Clone(s.Measures)
		same := false
		for i, m := range s.Measures {
			if slices.Contains(from, m.Row) {
				same = true
				t.Measures[i].Row, t.Measures[i].Goal = row, 1
				if m.Unit == pairs.P99 {
					t.Measures[i].Goal = 1.10
				}
			} else {
				t.Measures[i].Row = 0
			}
		}
		if !same {
			continue
		}
		t.Name, t.Params = name, strings.TrimSuffix("of="+s.Name+"/"+s.Params, "/")
		change(&t)
		out = append(out, t)
	}
	return out
}

// threadLimit is the largest number of threads of the process while waiters are parked.
func threadLimit() float64 { return float64(runtime.GOMAXPROCS(0) + 16) }
