// Package pairs measures two implementations of a workload side by side, in short
// slices that take turns, and holds the ratio against a goal. It is the whole of
// the command around a table of scenarios.
package pairs

import (
	"fmt"
	"runtime"
	"time"
)

// A Scenario is one workload on a port and on the best channel code for it. The
// command and the benchmarks run the same scenarios.
type Scenario struct {
	Name     string    // of the workload, as it is selected by
	Params   string    // "key=value" of this instance of it, separated by slashes
	Measures []Measure // what a side returns, in this order
	Port     func() Side
	Channel  func() Side   // nil where channels have no counterpart
	Sides    [2]string     // what Port and Channel are where one is not a port or the other no channel; without "/" and "-"
	Least    int           // operations a slice has at least, 1 if 0
	Times    int           // so many times the pairs of others, 1 if 0: a tail varies more than a mean
	Once     bool          // measured once, over Least operations, not in pairs
	Procs    int           // GOMAXPROCS of its own if not 0
	Crowded  bool          // runs while another process burns every core
	Hogs     int           // so many goroutines of the process compute meanwhile
	Slice    time.Duration // a slice is that long at least
	OnCall   bool          // measured only if its row or its name is asked for
}

// A Side is one implementation of a scenario, alive across slices. It performs n
// operations and returns one value for each measure. When it returns, none of
// its goroutines runs any more. It panics if a packet got lost.
type Side func(n int) []float64

// A Measure is one figure of a scenario and what is wanted of it.
type Measure struct {
	Row    int // of the table; 0: not shown
	Unit   string
	By     Comparison
	Goal   float64
	Strict bool // below Goal, not at most
}

// Comparison says which number is held against the goal.
type Comparison int

const (
	Ratio  Comparison = iota // port ÷ channel
	Excess                   // port − channel
	Alone                    // the port's value
)

// Units. Those with a slash are what benchstat knows.
const (
	PerOp     = "ns/op"
	P50       = "p50-ns"
	P99       = "p99-ns"
	PerPost   = "post-ns"
	CPUTime   = "cpu-ns"
	Threads   = "threads"
	PerWaiter = "B/waiter"
	Release   = "close-ns"
	Allocs    = "allocs/op"
	Growth    = "growth"
)

// Full is the name that selects the scenario.
func (s Scenario) Full() string {
	if s.Params == "" {
		return s.Name
	}
	return s.Name + "/" + s.Params
}

// Implementation names a side of s, 0 or 1, in a benchmark's name.
func (s Scenario) Implementation(side int) string {
	if s.Sides != [2]string{} {
		return s.Sides[side]
	}
	return [2]string{"port", "chan"}[side]
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
