package pairs

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

const columns = "%3s  %-44s %-9s %10s %10s  %8s  %-16s %-9s %s\n"

// table prints outcomes as they come, one a line.
type table struct{ w io.Writer }

func (t table) head(m machine) error {
	fmt.Fprintf(t.w, "%s\n\n", m)
	fmt.Fprintln(t.w, strings.TrimSpace(`
Port and channel take turns in one process. The ratio is port ÷ channel, the
median of the pairs with its 95 % interval, and so not the quotient of the two
columns before it. "faster" and "slower" need the whole interval on one side of 1;
the goal, which may be far below 1, is held against the median. Where a row ends
with another pair than port ÷ channel, the columns are that pair's.`))
	fmt.Fprintln(t.w)
	_, err := fmt.Fprintf(t.w, columns, "row", "scenario", "measure", "port", "channel", "ratio", "interval", "goal", "verdict")
	return err
}

func (t table) add(s Scenario, _ samples, verdicts []verdict) error {
	for _, v := range verdicts {
		m, o := v.Measure, v.outcome
		value, interval := "", ""
		if m.By != Alone && !math.IsNaN(o.value) {
			value = format(m, o.value)
			if !math.IsInf(o.lo, 0) && !math.IsInf(o.hi, 0) {
				interval = format(m, o.lo) + " … " + format(m, o.hi)
			}
		}
		said := o.goal
		if o.relation != "" {
			said = o.relation + ", " + said
		}
		if pair := s.against(); pair != "" {
			said += "; " + pair
		}
		_, err := fmt.Fprintf(t.w, columns, fmt.Sprint(m.Row), s.Full(), m.Unit, amount(m.Unit, o.port),
			amount(m.Unit, o.channel), value, interval, goal(m), said)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t table) end() error { return nil }

// goal is a goal in words.
func goal(m Measure) string {
	sign := "≤ "
	if m.Strict {
		sign = "< "
	}
	if m.By == Ratio {
		return sign + fmt.Sprintf("%.2f", m.Goal)
	}
	return sign + strings.TrimSuffix(amount(m.Unit, m.Goal), ".00")
}

// format is what is held against a goal: a number, or an amount with its sign.
func format(m Measure, v float64) string {
	if m.By == Ratio {
		return fmt.Sprintf("%.2f", v)
	}
	return sign(v) + amount(m.Unit, math.Abs(v))
}

func sign(v float64) string {
	if v < 0 {
		return "−"
	}
	return "+"
}

// amount is a value with its unit, in three digits or so.
func amount(unit string, v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case unit == Threads:
		return fmt.Sprintf("%.0f", v)
	case unit == Growth:
		return fmt.Sprintf("%.2f×", v)
	case unit == PerWaiter:
		return fmt.Sprintf("%.0f B", v)
	case unit == Allocs:
		return fmt.Sprintf("%.2f", v)
	case v < 0:
		return "−" + amount(unit, -v)
	case v < 100:
		return fmt.Sprintf("%.1f ns", v)
	case v < 1e3:
		return fmt.Sprintf("%.0f ns", v)
	case v < 1e6:
		return fmt.Sprintf("%.3g µs", v/1e3)
	case v < 1e9:
		return fmt.Sprintf("%.3g ms", v/1e6)
	}
	return time.Duration(v).Round(10 * time.Millisecond).String()
}
