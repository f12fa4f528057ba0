package programs

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Row 20. Below a capacity of 16 every item is handed over, and the limits are
// others.
const (
	handOff     = 16
	slack       = 1.03 // a loss is above
	worstLoss   = 1.15 // from handOff on none above; below it, one in ten
	worstSmall  = 1.50 // below handOff none above
	cpuTenth    = 1.10 // nine in ten take no more processor time
	dear        = 1.50 // more than this must be worth it
	worth       = 5    // times sooner that an item arrives
	enoughCells = 50   // for a verdict
)

// loss reports whether the port lost the cell.
func (r Result) loss() bool { return r.Wall.Low > slack }

// String is a line of the map.
func (r Result) String() string {
	mark, cpu := "ok   ", "–"
	switch {
	case r.Stuck:
		mark = "STUCK"
	case r.loss():
		mark = "LOSS "
	}
	if r.CPU != nil {
		cpu = fmt.Sprintf("%.2f", *r.CPU)
	}
	amount := func(v float64) string { return pairs.Amount(pairs.P50, v) }
	if r.Stuck {
		return fmt.Sprintf("%s %3d  wall > %.0f  port > %s channel %s  %v", mark, r.Index,
			r.Wall.Low, amount(r.Port), amount(r.Channel), r.Cell)
	}
	s := fmt.Sprintf("%s %3d  wall %.2f [%.2f %.2f] cpu %s  port %s channel %s", mark, r.Index,
		r.Wall.Median, r.Wall.Low, r.Wall.High, cpu, amount(r.Port), amount(r.Channel))
	if r.Ages != nil {
		s += fmt.Sprintf("  p50 %s/%s p99 %s/%s", amount(r.Ages.P50[0]), amount(r.Ages.P50[1]), amount(r.Ages.P99[0]), amount(r.Ages.P99[1]))
	}
	return s + "  " + r.Cell.String()
}

// A tell is a line of the summary: what was found, whether that meets the goal.
type tell struct {
	said string
	met  bool
}

// summary holds the cells against the goals, and lists the losses with the command
// for each.
func (c command) summary(w io.Writer, all []Result) error {
	var out strings.Builder
	lost := slices.DeleteFunc(slices.Clone(all), func(r Result) bool { return !r.loss() })
	slices.SortFunc(lost, func(a, b Result) int { return cmp.Compare(b.Wall.Low, a.Wall.Low) })
	if len(lost) > 0 {
		fmt.Fprintf(&out, "\nlosses, worst first:\n")
	}
	for _, r := range lost {
		fmt.Fprintf(&out, "  %.2f  %s  # %v\n", r.Wall.Low, c.again(r.Index), r.Cell)
	}
	fmt.Fprintf(&out, "\n%d cells; losses and the worst are by the better quartile of a cell\n", len(all))
	for _, t := range tells(all) {
		verdict := "goal met"
		switch {
		case len(all) < enoughCells:
			verdict = "no verdict"
		case !t.met:
			verdict = "short of goal"
		}
		fmt.Fprintf(&out, "  %s: %s\n", t.said, verdict)
	}
	if len(all) < enoughCells {
		fmt.Fprintf(&out, "a smoke run: a verdict takes %d cells\n", enoughCells)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func tells(all []Result) (out []tell) {
	var large, small, largeMedians, smallMedians, cpu []float64
	losses, slow, unearned := 0, 0, 0
	for _, r := range all {
		low := r.Wall.Low
		if r.Capacity >= handOff {
			large, largeMedians = append(large, low), append(largeMedians, r.Wall.Median)
			if r.loss() {
				losses++
			}
		} else {
			small, smallMedians = append(small, low), append(smallMedians, r.Wall.Median)
			if low > worstLoss {
				slow++
			}
		}
		if r.CPU != nil {
			cpu = append(cpu, *r.CPU)
			if *r.CPU > dear && (r.Ages == nil || r.Ages.P50[0]*worth > r.Ages.P50[1]) {
				unearned++
			}
		}
	}
	if n := len(large); n > 0 {
		worst := quantile(large, 1)
		out = append(out, tell{fmt.Sprintf("capacity %d and more, %d cells: median %.2f, %d lost (≤ 1 in 100), worst %.2f (≤ %.2f)",
			handOff, n, quantile(largeMedians, 0.50), losses, worst, worstLoss), losses*100 <= n && worst <= worstLoss})
	}
	if n := len(small); n > 0 {
		worst := quantile(small, 1)
		out = append(out, tell{fmt.Sprintf("below %d, %d cells: median %.2f, %d above %.2f (≤ 1 in 10), worst %.2f (≤ %.2f)",
			handOff, n, quantile(smallMedians, 0.50), slow, worstLoss, worst, worstSmall), slow*10 <= n && worst <= worstSmall})
	}
	if n := len(cpu); n > 0 {
		tenth := quantile(cpu, 0.90)
		out = append(out, tell{fmt.Sprintf("processor time, %d cells without hogs: median %.2f, p90 %.2f (≤ %.2f), worst %.2f",
			n, quantile(cpu, 0.50), tenth, cpuTenth, quantile(cpu, 1)), tenth <= cpuTenth})
		out = append(out, tell{fmt.Sprintf("processor time above %.2f without an item in a fifth of the time: %d cells (0)", dear, unearned), unearned == 0})
	}
	return out
}
