// Package pairs measures implementations of a workload side by side, in short slices that
// take turns, and compares each with one of them, the base. It is the whole of the command
// around a table of scenarios.
package pairs

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A Scenario is one workload on several implementations. The command and the benchmarks run
// the same scenarios.
type Scenario struct {
	Name     string        // of the workload, as it is selected by
	Params   string        // "key=value" of this instance of it, separated by slashes
	Measures []Measure     // what a side returns, in this order
	Sides    []Contestant  // in the order of their columns; the last is the base unless another is named
	Least    int           // operations a slice has at least, 1 if 0
	Times    int           // so many times the pairs of others, 1 if 0: a tail varies more than a mean
	Once     bool          // measured once, over Least operations, not in pairs
	Procs    int           // GOMAXPROCS of its own if not 0
	Crowded  bool          // runs while another process burns every core
	Hogs     int           // so many goroutines of the process compute meanwhile
	Slice    time.Duration // a slice is that long at least
	OnCall   bool          // measured only if its row or its name is asked for
}

// A Contestant is an implementation of a scenario.
type Contestant struct {
	Name      string // of its column
	Open      func() Side
	Latencies *Latencies // of all slices, nil if the scenario measures none
}

// A Side is an opened contestant, alive across slices. A side performs n operations and
// returns one value for each measure of slices. When a side returns, none of its goroutines
// runs any more. A side panics if a packet got lost: with a Fault where the run can go on
// without the contestant.
type Side func(n int) []float64

// A Fault is a promise that an implementation has broken.
type Fault string

// A Measure is one figure of a scenario and what is wanted of it.
type Measure struct {
	Row    int // of the table; 0: not shown
	Unit   string
	By     Comparison
	Goal   float64
	Strict bool    // below Goal, not at most
	Whole  float64 // if not 0, this quantile of a contestant's Latencies; comes after those of slices
	Apart  bool    // measured once in a process of its own: Threads, Peak; comes last
}

// Comparison says how a contestant's value is compared.
type Comparison int

const (
	Ratio  Comparison = iota // value ÷ base
	Excess                   // value − base
	Alone                    // the value itself
)

// Units. Those with a slash are what benchstat knows.
const (
	PerOp     = "ns/op"
	P50       = "p50-ns"
	P90       = "p90-ns"
	P99       = "p99-ns"
	P999      = "p99.9-ns"
	P9999     = "p99.99-ns"
	Max       = "max-ns"
	Lag       = "lag-ns"
	PerPost   = "post-ns"
	CPUTime   = "cpu-ns"
	Threads   = "threads"
	PerWaiter = "B/waiter"
	Release   = "close-ns"
	Allocs    = "allocs/op"
	Growth    = "growth"
	CPUPerOp  = "cpu-ns/op"
	Switches  = "switches/op"
	Peak      = "peak-B"
)

// Full is the name that selects the scenario.
func (s Scenario) Full() string {
	if s.Params == "" {
		return s.Name
	}
	return s.Name + "/" + s.Params
}

// side is the index of the contestant of that name, -1 if there is none.
func (s Scenario) side(name string) int {
	return slices.IndexFunc(s.Sides, func(c Contestant) bool { return c.Name == name })
}

// base is the index of what the others are compared with.
func (s Scenario) base(name string) int {
	if i := s.side(name); i >= 0 {
		return i
	}
	return len(s.Sides) - 1
}

// Enter makes the circumstances that s asks for. What it returns ends them.
func (s Scenario) Enter() (leave func()) {
	procs := runtime.GOMAXPROCS(s.Procs) // 0 changes nothing
	var b *burner
	if s.Crowded {
		var err error
		b, err = startBurner()
		Must(err)
	}
	stop := Hogs(s.Hogs)
	return func() {
		stop()
		if b != nil {
			b.stop()
		}
		runtime.GOMAXPROCS(procs)
	}
}

// Must ends the program: no operation of a scenario may fail.
//
// It costs a measured loop one comparison, but a call where the compiler does not
// inline it, and the channel's loops have none of it. So what returns such a loop is
// marked noinline: the copy of a closure that comes from inlining the function
// around it calls what the original has inlined.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// Whole panics unless everything posted was taken.
func Whole(what string, posted, taken int) {
	if posted != taken {
		panic(fmt.Sprintf("%s: %d of %d taken", what, taken, posted))
	}
}
