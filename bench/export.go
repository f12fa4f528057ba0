package main

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
	about machine
}

func newExport(w io.Writer) *export { return &export{w: benchfmt.NewWriter(w)} }

func (e *export) head(m machine) error {
	e.about = m
	return nil
}

func (e *export) add(s scenario, all samples, _ []verdict) error {
	for i, side := range [][][]float64{all.port, all.channel} {
		if side == nil {
			continue
		}
		procs := e.about.Procs
		if s.procs != 0 {
			procs = s.procs
		}
		for slice := range side[0] {
			r := &benchfmt.Result{Name: benchfmt.Name(s.benchmark(i, procs)), Iters: all.n[i]}
			r.SetConfig("goos", e.about.GOOS)
			r.SetConfig("goarch", e.about.GOARCH)
			r.SetConfig("pkg", "github.com/iocp-go/iocp/bench")
			r.SetConfig("cpu", e.about.CPU)
			r.SetConfig("go", e.about.Go)
			for i := range r.Config {
				r.Config[i].File = true
			}
			for j, m := range s.measures {
				if v := side[j][slice]; !math.IsNaN(v) {
					r.Values = append(r.Values, benchfmt.Value{Value: v, Unit: m.unit})
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
func (s scenario) benchmark(side, procs int) string {
	name := strings.ToUpper(s.name[:1]) + s.name[1:]
	if s.params != "" {
		name += "/" + s.params
	}
	name += "/impl=" + s.implementation(side)
	if procs != 1 {
		name += fmt.Sprintf("-%d", procs)
	}
	return name
}

// implementation names a side of s in a benchmark's name.
func (s scenario) implementation(side int) string {
	if s.against() != "" {
		return s.sides[side]
	}
	return [2]string{"port", "chan"}[side]
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

func (r *report) add(s scenario, all samples, verdicts []verdict) error {
	for _, v := range verdicts {
		procs := r.procs
		if s.procs != 0 {
			procs = s.procs
		}
		o := v.outcome
		r.Results = append(r.Results, entry{
			Row: v.measure.row, Scenario: s.full(), Procs: procs, Unit: v.measure.unit,
			Port: finite(o.port), Channel: finite(o.channel),
			Compared: s.compared(v.measure.by), Value: finite(o.value), Lo: finite(o.lo), Hi: finite(o.hi),
			Goal: goal(v.measure), Relation: o.relation, Verdict: o.goal, Pairs: len(all.port[0]),
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
func (s scenario) compared(by comparison) string {
	port, channel := "port", "channel"
	if s.against() != "" {
		port, channel = s.sides[0], s.sides[1]
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
