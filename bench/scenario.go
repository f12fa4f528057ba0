package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/iocp-go/iocp"
)

// A scenario is one workload on a port and on the best channel code for it. The
// command and the benchmarks run the same scenarios.
type scenario struct {
	name     string    // of the workload, as it is selected by
	params   string    // "key=value" of this instance of it, separated by slashes
	measures []measure // what a side returns, in this order
	port     func() side
	channel  func() side // nil where channels have no counterpart
	sides    [2]string   // what port and channel are where one is not a port or the other no channel
	least    int         // operations a slice has at least, 1 if 0
	once     bool        // measured once, over least operations, not in pairs
	procs    int         // GOMAXPROCS of its own if not 0
	crowded  bool        // runs while another process burns every core
}

// A side is one implementation of a scenario, alive across slices. It performs n
// operations and returns one value for each measure. When it returns, none of
// its goroutines runs any more. It panics if a packet got lost.
type side func(n int) []float64

// A measure is one figure of a scenario and what is wanted of it.
type measure struct {
	row    int // of the table; 0: not shown
	unit   string
	by     comparison
	goal   float64
	strict bool // below goal, not at most
}

// comparison says which number is held against the goal.
type comparison int

const (
	ratio  comparison = iota // port ÷ channel
	excess                   // port − channel
	alone                    // the port's value
)

// against is what the two sides are, "" for a port and a channel.
func (s scenario) against() string {
	if s.sides == [2]string{} {
		return ""
	}
	return s.sides[0] + " ÷ " + s.sides[1]
}

// full is the name that selects the scenario.
func (s scenario) full() string {
	if s.params == "" {
		return s.name
	}
	return s.name + "/" + s.params
}

// Units. Those with a slash are what benchstat knows.
const (
	perOp   = "ns/op"
	p50     = "p50-ns"
	p99     = "p99-ns"
	perPost = "post-ns"
	cpuTime = "cpu-ns"
	threads = "threads"
	each    = "B/waiter"
	release = "close-ns"
	allocs  = "allocs/op"
)

// plan says how long things take.
type plan struct {
	crowd  int // waiters of row 14
	parked int // milliseconds of row 13
	misses int // waits of 100 ms in a slice of row 12
	tail   int // packets a slice of row 5 has at least, for its p99
}

var (
	fullPlan  = plan{crowd: 100_000, parked: 10_000, misses: 5, tail: 250}
	quickPlan = plan{crowd: 10_000, parked: 1000, misses: 1, tail: 100}
)

const (
	capacity = 1024
	roomy    = 65_536 // where nothing may block
	batch    = 32
)

// scenarios returns the table in the order of its rows.
func scenarios(p plan) []scenario {
	var all []scenario
	all = append(all, soloScenario())
	all = append(all, streamScenarios()...)
	all = append(all, batchScenarios()...)
	all = append(all, pingpongScenario())
	all = append(all, dispatchScenarios(p.tail)...)
	all = append(all, fanoutScenario())
	all = append(all, poolScenarios()...)
	all = append(all, again(all, 9, "oneproc", []int{1, 2, 4, 8}, func(s *scenario) { s.procs = 1 })...)
	all = append(all, again(all, 10, "crowded", []int{2, 5, 8}, func(s *scenario) { s.crowded = true })...)
	all = append(all, hitScenario())
	all = append(all, missScenarios(p.misses)...)
	all = append(all, idleScenario(p.parked))
	all = append(all, parkedScenario(p.crowd))
	all = append(all, allocScenarios()...)
	all = append(all, handlesScenario())
	all = append(all, growthScenarios()...)
	return all
}

// again repeats the rows from of all as another row, in other circumstances,
// where a port is to be no worse than a channel.
func again(all []scenario, row int, name string, from []int, change func(*scenario)) []scenario {
	var out []scenario
	for _, s := range all {
		if s.procs != 0 || s.crowded {
			continue
		}
		t := s
		t.measures = slices.Clone(s.measures)
		same := false
		for i, m := range s.measures {
			if slices.Contains(from, m.row) {
				same = true
				t.measures[i].row, t.measures[i].goal = row, 1
			} else {
				t.measures[i].row = 0
			}
		}
		if !same {
			continue
		}
		t.name, t.params = name, strings.TrimSuffix("of="+s.name+"/"+s.params, "/")
		change(&t)
		out = append(out, t)
	}
	return out
}

// newPort is a port with default options.
func newPort[T any](capacity int) *iocp.Port[T] {
	p, err := iocp.New[T](capacity)
	must(err)
	return p
}

// must ends the program: no operation of a scenario may fail.
//
// It costs a measured loop one comparison, but a call where the compiler does not
// inline it, and the channel's loops have none of it. So what returns such a loop is
// marked noinline: the copy of a closure that comes from inlining the function
// around it calls what the original has inlined.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// whole panics unless everything posted was taken.
func whole(what string, posted, taken int) {
	if posted != taken {
		panic(fmt.Sprintf("%s: %d of %d taken", what, taken, posted))
	}
}

// percentile is the nearest rank, q in (0, 1], of values that are sorted.
func percentile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// threadLimit is how many threads the process may have while waiters are parked.
func threadLimit() float64 { return float64(runtime.GOMAXPROCS(0) + 16) }
