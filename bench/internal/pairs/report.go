package pairs

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// report is a run as one JSON value.
type report struct {
	w       io.Writer
	Machine machine `json:"machine"`
	Results []entry `json:"results"`
}

// An entry is a measure that was asked for, and what came out: all that the
// printers need.
type entry struct {
	Row      int      `json:"row"`
	Scenario string   `json:"scenario"`
	Procs    int      `json:"gomaxprocs"`
	Own      bool     `json:"own_gomaxprocs,omitempty"` // the scenario's, not the run's
	Unit     string   `json:"unit"`
	Port     *float64 `json:"port"`     // or what compared has in its place
	Channel  *float64 `json:"channel"`  // likewise
	Compared string   `json:"compared"` // what value is
	Value    *float64 `json:"value"`
	Lo       *float64 `json:"lo"`
	Hi       *float64 `json:"hi"`
	Goal     string   `json:"goal"`
	Relation string   `json:"relation,omitempty"`
	Verdict  string   `json:"verdict"`
	Pairs    int      `json:"pairs"`
}

// entries judges the measures of s that were asked for, in a run at procs.
func (c config) entries(s Scenario, got samples, procs int) []entry {
	if s.Procs != 0 {
		procs = s.Procs
	}
	var out []entry
	for j, m := range s.Measures {
		if !c.wants(m.Row, s.Full()) {
			continue
		}
		var channel []float64
		if got.channel != nil {
			channel = got.channel[j]
		}
		o := judge(m, got.port[j], channel)
		out = append(out, entry{
			Row: m.Row, Scenario: s.Full(), Procs: procs, Own: s.Procs != 0, Unit: m.Unit,
			Port: finite(o.port), Channel: finite(o.channel),
			Compared: s.compared(m.By), Value: finite(o.value), Lo: finite(o.lo), Hi: finite(o.hi),
			Goal: goal(m), Relation: o.relation, Verdict: o.goal, Pairs: len(got.port[0]),
		})
	}
	return out
}

// compared is what is held against the goal, of the sides of s.
func (s Scenario) compared(by Comparison) string {
	port, channel := "port", "channel"
	if s.Sides != [2]string{} {
		port, channel = s.Sides[0], s.Sides[1]
	}
	return [...]string{port + "/" + channel, port + "-" + channel, port}[by]
}

// by undoes compared.
func (e entry) by() Comparison {
	switch {
	case strings.Contains(e.Compared, "/"):
		return Ratio
	case strings.Contains(e.Compared, "-"):
		return Excess
	}
	return Alone
}

// against is what the two sides are, "" for a port and a channel.
func (e entry) against() string {
	if e.by() != Ratio || e.Compared == "port/channel" {
		return ""
	}
	return strings.Replace(e.Compared, "/", " ÷ ", 1)
}

// finite is nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func (r *report) head(m machine) error {
	if len(r.Results) == 0 {
		r.Machine = m
	}
	return nil
}

func (r *report) add(e entry) error {
	r.Results = append(r.Results, e)
	return nil
}

func (r *report) end() error {
	enc := json.NewEncoder(r.w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// readReport reads what end wrote.
func readReport(file string) (*report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s is not what -json prints: %w", file, err)
	}
	if len(r.Results) == 0 || r.Machine.Procs == 0 || r.Results[0].Row == 0 {
		return nil, fmt.Errorf("%s is not what -json prints: no results", file)
	}
	return &r, nil
}

// print gives out the entries that c asks for, as they were given to r.
func (r *report) print(c config, out printer) error {
	m := r.Machine
	if err := out.head(m); err != nil {
		return err
	}
	for _, e := range r.Results {
		if !c.wants(e.Row, e.Scenario) {
			continue
		}
		if !e.Own && e.Procs != m.Procs {
			m.Procs = e.Procs
			if err := out.head(m); err != nil {
				return err
			}
		}
		if err := out.add(e); err != nil {
			return err
		}
	}
	return nil
}
