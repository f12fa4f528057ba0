package pairs

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// table prints entries as they come, one a line.
type table struct {
	w     io.Writer
	goals bool
	heads int
	names []string // of the columns of the last line
	base  string
}

func (t *table) head(r *report, m machine) error {
	if t.heads++; t.heads > 1 {
		fmt.Fprintln(t.w)
	}
	if r.Smoke != "" {
		fmt.Fprintf(t.w, "%s\n\n", r.Smoke)
	}
	t.names = nil
	_, err := fmt.Fprintf(t.w, "%s\n\n%s\n", m, strings.TrimSpace(`
Those compared take turns in one process. A ratio is the median of the pairs with its
95 % interval, and so not the quotient of the two columns. "faster" and "slower" need the
whole interval on one side of 1.`))
	return err
}

func (t *table) add(e entry) error {
	e = e.under(t.names)
	if !slices.Equal(t.names, e.names()) || t.base != e.Base {
		t.names, t.base = e.names(), e.Base
		fmt.Fprintln(t.w)
		if err := t.line(e.headers(t.goals, "interval"), "relation"); err != nil {
			return err
		}
	}
	var said []string
	for _, c := range e.Columns {
		switch {
		case c.Fault != "":
			said = append(said, c.Name+" "+c.Fault)
		case c.Relation == "":
		case len(e.Columns) == 2:
			said = append(said, c.Relation)
		case c.Relation != noRelation:
			said = append(said, c.Name+" "+c.Relation)
		}
	}
	if t.goals && e.Verdict != "" {
		said = append(said, e.Verdict)
	}
	return t.line(e.cells(t.goals), strings.Join(said, ", "))
}

// line prints cells, the first three of which are the row, the scenario and the measure.
func (t *table) line(cells []string, said string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%3s  %-44s %-11s", cells[0], cells[1], cells[2])
	for _, cell := range cells[3:] {
		fmt.Fprintf(&b, " %12s", cell)
	}
	_, err := fmt.Fprintf(t.w, "%s  %s\n", &b, said)
	return err
}

func (t *table) end(r *report) error {
	fmt.Fprintln(t.w)
	for _, line := range r.summary(t.goals) {
		fmt.Fprintln(t.w, line)
	}
	_, err := fmt.Fprintln(t.w)
	return err
}

// under is e with empty columns added, so that e fits under names, if these begin as e's do.
func (e entry) under(names []string) entry {
	n := len(e.Columns)
	if n < len(names) && slices.Equal(names[:n], e.names()) {
		e.Columns = slices.Clone(e.Columns)
		for _, name := range names[n:] {
			e.Columns = append(e.Columns, column{Name: name})
		}
		e.Base = names[len(names)-1]
	}
	return e
}

// headers are the names of the cells.
func (e entry) headers(goals bool, interval string) []string {
	all := append([]string{"row", "scenario", "measure"}, e.names()...)
	for _, c := range e.Columns {
		switch {
		case c.Name == e.Base:
		case len(e.Columns) == 2:
			all = append(all, "ratio", interval)
		default:
			all = append(all, c.Name+" ÷", interval)
		}
	}
	if goals {
		all = append(all, "goal")
	}
	return all
}

// cells are the figures of e in words; a value and its interval are empty where they would
// say what a median says, or nothing.
func (e entry) cells(goals bool) []string {
	all := []string{fmt.Sprint(e.Row), e.Scenario, e.Unit}
	for _, c := range e.Columns {
		all = append(all, Amount(e.Unit, number(c.Median)))
	}
	for _, c := range e.Columns {
		if c.Name != e.Base {
			value, interval := e.compared(c)
			all = append(all, value, interval)
		}
	}
	if goals {
		all = append(all, e.Goal)
	}
	return all
}

func (e entry) compared(c column) (value, interval string) {
	if e.by() == Alone || c.Value == nil {
		return "", ""
	}
	if c.Lo != nil && c.Hi != nil {
		interval = e.format(*c.Lo) + " … " + e.format(*c.Hi)
	}
	return e.format(*c.Value), interval
}

// goal is a goal in words.
func goal(m Measure) string {
	sign := "≤ "
	if m.Strict {
		sign = "< "
	}
	switch {
	case m.By == Ratio && m.Goal == 0: // there is none
		return ""
	case m.By == Ratio:
		return sign + fmt.Sprintf("%.2f", m.Goal)
	}
	return sign + strings.TrimSuffix(Amount(m.Unit, m.Goal), ".00")
}

// format is a compared value: a number, or an amount with its sign.
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
	case unit == Peak:
		return fmt.Sprintf("%.1f MB", v/1e6)
	case unit == Switches:
		return fmt.Sprintf("%.3g", v)
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
