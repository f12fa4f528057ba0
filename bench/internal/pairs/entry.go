package pairs

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// An entry is a measure that was asked for, and what came out: all that the printers need.
type entry struct {
	Row      int      `json:"row"`
	Scenario string   `json:"scenario"`
	Procs    int      `json:"gomaxprocs"`
	Own      bool     `json:"own_gomaxprocs,omitempty"` // the scenario's, not the run's
	Unit     string   `json:"unit"`
	By       string   `json:"by"`   // ratio, excess or alone
	Base     string   `json:"base"` // the column that the others are compared with
	Columns  []column `json:"columns"`
	Goal     string   `json:"goal,omitempty"`
	Verdict  string   `json:"verdict,omitempty"` // on the first column
	Pairs    int      `json:"pairs"`
}

// A column is what one contestant came to.
type column struct {
	Name     string     `json:"name"`
	Ops      int        `json:"ops,omitempty"` // in a slice
	Median   *float64   `json:"median"`
	Value    *float64   `json:"value,omitempty"` // compared with the base: the median of the pairs
	Lo       *float64   `json:"lo,omitempty"`
	Hi       *float64   `json:"hi,omitempty"`
	Relation string     `json:"relation,omitempty"`
	Slices   []*float64 `json:"slices,omitempty"` // absent in files of earlier versions
	Curve    []point    `json:"curve,omitempty"`
	Fault    string     `json:"fault,omitempty"`
}

var comparisons = []string{Ratio: "ratio", Excess: "excess", Alone: "alone"}

func (e entry) by() Comparison { return Comparison(slices.Index(comparisons, e.By)) }

// entries judges the measures of s that were asked for, in a run at procs.
func (c config) entries(s Scenario, got samples, procs int) []entry {
	if s.Procs != 0 {
		procs = s.Procs
	}
	var out []entry
	curves := true
	for j, m := range s.Measures {
		if !c.wants(m.Row, s.Full()) {
			continue
		}
		e := entry{Row: m.Row, Scenario: s.Full(), Procs: procs, Own: s.Procs != 0, Unit: m.Unit, By: comparisons[m.By]}
		for i, side := range s.Sides {
			col := column{Name: side.Name, Ops: got.n[i], Fault: got.faults[i]}
			for _, v := range got.values[i][j] {
				col.Slices = append(col.Slices, finite(v))
			}
			if curves {
				col.Curve = side.Latencies.curve()
			}
			e.Columns = append(e.Columns, col)
			e.Pairs = max(e.Pairs, len(col.Slices))
		}
		curves = false // with the scenario's first entry alone
		e.judge(c.base, c.quick)
		if own := e.Columns[len(e.Columns)-1].Name; e.Base == own { // a goal is set for the scenario's own base
			e.Goal = goal(m)
		}
		if !c.quick && e.Goal != "" {
			e.Verdict = verdict(m, number(e.Columns[0].Value))
		}
		out = append(out, e)
	}
	return out
}

// judge compares the columns with that named base or, if there is none, with the last. A
// smoke run leaves out what a reader could take for a conclusion.
func (e *entry) judge(base string, smoke bool) {
	b := len(e.Columns) - 1
	for i, c := range e.Columns {
		if c.Name == base {
			b = i
		}
	}
	e.Base = e.Columns[b].Name
	for i := range e.Columns {
		c := &e.Columns[i]
		o := judge(e.by(), e.Unit, c.values(), e.Columns[b].values())
		c.Median, c.Value, c.Lo, c.Hi, c.Relation = finite(o.median), nil, nil, nil, ""
		if i == b && e.by() != Alone {
			continue
		}
		c.Value, c.Lo, c.Hi = finite(o.value), finite(o.lo), finite(o.hi)
		if !smoke {
			c.Relation = o.relation
		}
	}
}

func (c column) values() []float64 {
	var all []float64
	for _, v := range c.Slices {
		all = append(all, number(v))
	}
	return all
}

// column is the column of that name, nil if there is none.
func (e entry) column(name string) *column {
	for i := range e.Columns {
		if e.Columns[i].Name == name {
			return &e.Columns[i]
		}
	}
	return nil
}

func (e entry) names() (all []string) {
	for _, c := range e.Columns {
		all = append(all, c.Name)
	}
	return all
}

// UnmarshalJSON reads an entry, also as earlier versions wrote it: a port and a channel, or
// what "compared" has in their places, without their slices.
func (e *entry) UnmarshalJSON(text []byte) error {
	type plain entry
	var earlier struct {
		plain
		Port, Channel *float64
		Compared      string
		Value, Lo, Hi *float64
		Relation      string
	}
	if err := json.Unmarshal(text, &earlier); err != nil {
		return err
	}
	*e = entry(earlier.plain)
	if e.Columns != nil {
		if e.by() < 0 {
			return fmt.Errorf("by %q", e.By)
		}
		return nil
	}
	first := column{Name: "port", Median: earlier.Port, Value: earlier.Value, Lo: earlier.Lo, Hi: earlier.Hi, Relation: earlier.Relation}
	last := column{Name: "channel", Median: earlier.Channel}
	e.By = comparisons[Alone]
	for by, sign := range map[Comparison]string{Ratio: "/", Excess: "-"} {
		if a, b, ok := strings.Cut(earlier.Compared, sign); ok {
			e.By, first.Name, last.Name = comparisons[by], a, b
		}
	}
	e.Columns = []column{first}
	if last.Median != nil {
		e.Columns = append(e.Columns, last)
	}
	e.Base = e.Columns[len(e.Columns)-1].Name
	return nil
}

// finite is nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// number undoes finite, but that it makes nothing infinite.
func number(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
