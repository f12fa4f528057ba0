package pairs

import (
	"fmt"
	"io"
	"strings"
)

// markdown prints entries as a table for GitHub, losses bold.
type markdown struct{ w io.Writer }

// words are what tells the measures of a scenario apart; the time of an operation
// goes without.
var words = map[string]string{
	P50:       "p50",
	P99:       "p99",
	PerPost:   "time in Post",
	CPUTime:   "processor time",
	Threads:   "threads",
	PerWaiter: "memory of each",
	Release:   "close",
	Allocs:    "allocations",
	Growth:    "growth",
}

func (t markdown) head(machine) error {
	_, err := io.WriteString(t.w, `| row | scenario | port | channel | ratio | 95 % interval | goal |
|--:|---|--:|--:|--:|---|--:|
`)
	return err
}

func (t markdown) add(e entry) error {
	name := e.Scenario
	if word := words[e.Unit]; word != "" {
		name += " " + word
	}
	if pair := e.against(); pair != "" {
		name += ", " + pair
	}
	port, channel, value, interval := e.figures()
	if e.by() == Ratio && e.Value != nil && *e.Value > 1 {
		value = "**" + value + "**"
	}
	_, err := fmt.Fprintf(t.w, "| %d | %s | %s | %s | %s | %s | %s |\n",
		e.Row, name, port, channel, value, interval, strings.TrimPrefix(e.Goal, "≤ "))
	return err
}

func (t markdown) end() error { return nil }
