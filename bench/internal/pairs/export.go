package pairs

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// export writes the slices in the benchmark format that benchstat reads, one line
// for each slice; `benchstat -col /impl` compares them.
type export struct {
	w     *benchfmt.Writer
	pkg   string
	about machine
}

func newExport(w io.Writer, pkg string) *export {
	return &export{w: benchfmt.NewWriter(w), pkg: pkg}
}

func (e *export) head(m machine) error {
	e.about = m
	return nil
}

func (e *export) add(s Scenario, all samples, _ []verdict) error {
	for i, side := range [][][]float64{all.port, all.channel} {
		if side == nil {
			continue
		}
		procs := e.about.Procs
		if s.Procs != 0 {
			procs = s.Procs
		}
		for slice := range side[0] {
			r := &benchfmt.Result{Name: benchfmt.Name(s.benchmark(i, procs)), Iters: all.n[i]}
			r.SetConfig("goos", e.about.GOOS)
			r.SetConfig("goarch", e.about.GOARCH)
			r.SetConfig("pkg", e.pkg)
			r.SetConfig("cpu", e.about.CPU)
			r.SetConfig("go", e.about.Go)
			for i := range r.Config {
				r.Config[i].File = true
			}
			for j, m := range s.Measures {
				if v := side[j][slice]; !math.IsNaN(v) {
					r.Values = append(r.Values, benchfmt.Value{Value: v, Unit: m.Unit})
				}
			}
			if len(r.Values) == 0 {
				continue
			}
			if err := e.w.Write(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *export) end() error { return nil }

// benchmark is the scenario's name as a benchmark, without "Benchmark".
func (s Scenario) benchmark(side, procs int) string {
	name := strings.ToUpper(s.Name[:1]) + s.Name[1:]
	if s.Params != "" {
		name += "/" + s.Params
	}
	name += "/impl=" + s.Implementation(side)
	if procs != 1 {
		name += fmt.Sprintf("-%d", procs)
	}
	return name
}

// report is everything as one JSON value.
type report struct {
	w       io.Writer
	Machine machine `json:"machine"`
	Results []entry `json:"results"`
	procs   int
}

type entry struct {
	Row      int      `json:"row"`
	Scenario string   `json:"scenario"`
	Procs    int      `json:"gomaxprocs"`
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

func (r *report) head(m machine) error {
	if r.procs == 0 {
		r.Machine = m
	}
	r.procs = m.Procs
	return nil
}

func (r *report) add(s Scenario, all samples, verdicts []verdict) error {
	for _, v := range verdicts {
		procs := r.procs
		if s.Procs != 0 {
			procs = s.Procs
		}
		o := v.outcome
		r.Results = append(r.Results, entry{
			Row: v.Measure.Row, Scenario: s.Full(), Procs: procs, Unit: v.Measure.Unit,
			Port: finite(o.port), Channel: finite(o.channel),
			Compared: s.compared(v.Measure.By), Value: finite(o.value), Lo: finite(o.lo), Hi: finite(o.hi),
			Goal: goal(v.Measure), Relation: o.relation, Verdict: o.goal, Pairs: len(all.port[0]),
		})
	}
	return nil
}

func (r *report) end() error {
	enc := json.NewEncoder(r.w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// compared is what is held against the goal, of the sides of s.
func (s Scenario) compared(by Comparison) string {
	port, channel := "port", "channel"
	if s.against() != "" {
		port, channel = s.Sides[0], s.Sides[1]
	}
	return [...]string{port + "/" + channel, port + "-" + channel, port}[by]
}

// finite is nil for what JSON has no number for.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
