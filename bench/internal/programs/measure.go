package programs

import (
	"runtime"
	"slices"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A Result is what the pairs of slices of one cell came to.
type Result struct {
	Cell
	Index   int       `json:"index"` // of the map; -1: none of its cells
	Pairs   int       `json:"pairs"`
	Items   int       `json:"items"` // of a slice
	Wall    Quartiles `json:"wall"`  // time, port ÷ channel
	CPU     *float64  `json:"cpu"`   // processor time likewise, the median; nil beside hogs, which use up all there is
	Port    float64   `json:"port_ns"`
	Channel float64   `json:"channel_ns"`
	Ages    *Ages     `json:"ages"`  // nil where they say nothing
	Stuck   bool      `json:"stuck"` // the port was broken off; port_ns and wall are lower bounds
}

// Quartiles are those of the pairs' ratios.
type Quartiles struct {
	Low    float64 `json:"low"`
	Median float64 `json:"median"`
	High   float64 `json:"high"`
}

// Ages are how long sampled items lay, in nanoseconds: of the port, of the channel.
type Ages struct {
	P50 [2]float64 `json:"p50_ns"`
	P99 [2]float64 `json:"p99_ns"`
}

const (
	stuckAt = 50               // times the channel's time: the port is given up
	budget  = 15 * time.Second // of a cell; what has three pairs by then is left at that
)

// A meter measures cells.
type meter struct {
	pairs int
	slice time.Duration // aimed at, without hogs
	turns int           // of each goroutine that computes, in a slice beside hogs
}

// measure runs the cell in pairs of slices, one of each side, in an order that is
// swapped from pair to pair. Both sides have as many items as fill the channel's slice.
func (m meter) measure(c Cell) Result {
	_ = pairs.TurnsFor(0) // measures Spin, while nothing else runs
	runtime.GC()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(c.Procs))
	defer pairs.Hogs(c.Hogs)()

	port, channel := c.sides()
	n, each := m.calibrate(channel, c)
	res := Result{Cell: c, Index: -1, Items: n}
	if slow, ok := warm(port, c, n, each); !ok {
		res.Stuck, res.Port, res.Channel = true, slow, each
		res.Wall = Quartiles{slow / each, slow / each, slow / each}
		return res
	}
	var wall, cpu []float64
	var alone, ages [2][]float64
	for start := time.Now(); len(wall) < 3 || time.Since(start) < budget && m.more(wall); {
		var got [2]figures
		for k := range 2 {
			i := (k + len(wall)) % 2
			if c.Hogs == 0 { // beside hogs a collection takes long
				runtime.GC()
			}
			s := [2]*side{port, channel}[i]
			got[i], _ = s.within(time.Minute, n)
			alone[i] = append(alone[i], got[i].wall)
			ages[i] = append(ages[i], got[i].ages...)
		}
		wall = append(wall, got[0].wall/got[1].wall)
		cpu = append(cpu, got[0].cpu/got[1].cpu)
	}
	res.Pairs = len(wall)
	res.Wall = Quartiles{quantile(wall, 0.25), quantile(wall, 0.50), quantile(wall, 0.75)}
	res.Port, res.Channel = quantile(alone[0], 0.50), quantile(alone[1], 0.50)
	if v := quantile(cpu, 0.50); c.Hogs == 0 && v == v {
		res.CPU = &v
	}
	if len(ages[0]) > 0 && len(ages[1]) > 0 {
		res.Ages = &Ages{
			P50: [2]float64{quantile(ages[0], 0.50), quantile(ages[1], 0.50)},
			P99: [2]float64{quantile(ages[0], 0.99), quantile(ages[1], 0.99)},
		}
	}
	return res
}

func quantile(values []float64, q float64) float64 {
	slices.Sort(values)
	return pairs.Percentile(values, q)
}

// more reports whether the ratios so far are too few. A loss takes three times as many
// pairs: a program may have two speeds, by where its goroutines happen to be, beside
// hogs above all.
func (m meter) more(wall []float64) bool {
	n := len(wall)
	return n < m.pairs || n < 3*m.pairs && quantile(wall, 0.25) > slack
}

// calibrate warms the channel up and returns how many items fill a slice, and the
// time of each. Beside hogs a slice has to be long: what fits into one turn may be
// done in microseconds, or after a turn of each hog.
func (m meter) calibrate(channel *side, c Cell) (n int, each float64) {
	slice := float64(m.slice)
	if c.Hogs > 0 {
		slice = max(slice, float64(m.turns)*float64(c.Turns()))
	}
	for n = 64; ; {
		got, ok := channel.within(time.Minute, n)
		if !ok {
			panic(c.String() + ": the channel's side has no end")
		}
		total := got.wall * float64(n)
		if total > 0.75*slice || n >= 1<<21 {
			return max(64, int(slice/got.wall)), got.wall
		}
		n = min(8*n, 1<<21, max(2*n, int(1.2*slice/got.wall)))
	}
}

// warm runs the port with more and more items up to n. It stops at a run that takes
// far too long, and returns the time of an item there, and false.
func warm(port *side, c Cell, n int, each float64) (slow float64, ok bool) {
	for k := 64; ; k = min(8*k, n) {
		limit := max(time.Second+10*c.Turns(), time.Duration(stuckAt*each*float64(k)))
		got, ok := port.within(limit, k)
		if !ok || k == n && got.wall > stuckAt*each {
			return got.wall, false
		}
		if k == n {
			return 0, true
		}
	}
}
