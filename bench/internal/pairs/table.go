package pairs

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

const columns = "%3s  %-44s %-9s %10s %10s  %8s  %-16s %-9s %s\n"

// table prints entries as they come, one a line.
type table struct {
	w     io.Writer
	heads int
}

func (t *table) head(m machine) error {
	if t.heads++; t.heads > 1 {
		fmt.Fprintln(t.w)
	}
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

func (t *table) add(e entry) error {
	port, channel, value, interval := e.figures()
	said := e.Verdict
	if e.Relation != "" {
		said = e.Relation + ", " + said
	}
	if pair := e.against(); pair != "" {
		said += "; " + pair
	}
	_, err := fmt.Fprintf(t.w, columns, fmt.Sprint(e.Row), e.Scenario, e.Unit, port, channel, value, interval, e.Goal, said)
	return err
}

func (t *table) end() error {
	_, err := fmt.Fprintln(t.w)
	return err
}

// figures are the numbers of e in words; value and interval are empty where they
// would say what port says, or nothing.
func (e entry) figures() (port, channel, value, interval string) {
	port, channel = Amount(e.Unit, number(e.Port)), Amount(e.Unit, number(e.Channel))
	if e.by() != Alone && e.Value != nil {
		value = e.format(*e.Value)
		if e.Lo != nil && e.Hi != nil {
			interval = e.format(*e.Lo) + " … " + e.format(*e.Hi)
		}
	}
	return port, channel, value, interval
}

// number undoes finite, but that it makes nothing infinite.
func number(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// goal is a goal in words.
func goal(m Measure) string {
	sign := "≤ "
	if m.Strict {
		sign = "< "
	}
	if m.By == Ratio {
		return sign + fmt.Sprintf("%.2f", m.Goal)
	}
	return sign + strings.TrimSuffix(Amount(m.Unit, m.Goal), ".00")
}

// format is what is held against a goal: a number, or an amount with its sign.
func (e entry) format(v float64) string {
	if e.by() == Ratio {
		return fmt.Sprintf("%.2f", v)
	}
	return sign(v) + Amount(e.Unit, math.Abs(v))
}

func sign(v float64) string {
	if v < 0 {
		return "−"
	}
	return "+"
}

// Amount is a value with its unit, in three digits or so.
func Amount(unit string, v float64) string {
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
		return "−" + Amount(unit, -v)
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
