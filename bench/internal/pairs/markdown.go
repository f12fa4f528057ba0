package pairs

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// markdown prints entries as tables for GitHub, losses bold. A table ends where the columns
// change.
type markdown struct {
	w     io.Writer
	goals bool
	names []string
}

// words are what tells the measures of a scenario apart; the time of an operation
// goes without.
var words = map[string]string{
	P50:       "p50",
	P90:       "p90",
	P99:       "p99",
	P999:      "p99.9",
	P9999:     "p99.99",
	Max:       "longest",
	Lag:       "lag of the clock",
	PerPost:   "time in Post",
	CPUTime:   "processor time",
	CPUPerOp:  "processor time",
	Switches:  "context switches",
	Peak:      "peak memory",
	Threads:   "threads",
	PerWaiter: "memory of each",
	Release:   "close",
	Allocs:    "allocations",
	Growth:    "growth",
}

func (t *markdown) head(r *report, m machine) error {
	t.names = nil
	if r.Smoke == "" {
		return nil
	}
	_, err := fmt.Fprintf(t.w, "%s\n\n", r.Smoke)
	return err
}

func (t *markdown) add(e entry) error {
	e = e.under(t.names)
	if names := e.names(); !slices.Equal(t.names, names) {
		if t.names != nil {
			fmt.Fprintln(t.w)
		}
		t.names = names
		cells := e.headers(t.goals, "95 % interval")
		lines := "--:|---"
		for _, cell := range cells[3:] {
			if cell == "95 % interval" {
				lines += "|---"
			} else {
				lines += "|--:"
			}
		}
		fmt.Fprintf(t.w, "| row | scenario | %s |\n|%s|\n", strings.Join(cells[3:], " | "), lines)
	}
	cells := e.cells(t.goals)
	if word := words[e.Unit]; word != "" {
		cells[1] += " " + word
	}
	value := 3 + len(e.Columns)
	for _, c := range e.Columns {
		if c.Name == e.Base {
			continue
		}
		if e.by() == Ratio && number(c.Value) > 1 {
			cells[value] = "**" + cells[value] + "**"
		}
		value += 2
	}
	if t.goals {
		cells[len(cells)-1] = strings.TrimPrefix(e.Goal, "≤ ")
	}
	_, err := fmt.Fprintf(t.w, "| %s |\n", strings.Join(slices.Delete(cells, 2, 3), " | "))
	return err
}

func (t *markdown) end(*report) error { return nil }
