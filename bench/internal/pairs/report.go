package pairs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// A report is a run as one JSON value.
type report struct {
	Smoke       string  `json:"smoke,omitempty"` // says so of a smoke run
	Interrupted string  `json:"interrupted,omitempty"`
	Machine     machine `json:"machine"`
	Results     []entry `json:"results"`
	Again       []entry `json:"again,omitempty"` // a base beside itself
}

// smoke is what a smoke run says of itself.
const smoke = "SMOKE RUN: too short to conclude from; no verdicts"

func (r *report) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// readReport reads what json wrote.
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

// print gives out the entries that c asks for, as they were measured.
func (r *report) print(c config, out printer) error {
	wanted := *r
	wanted.Results = slices.DeleteFunc(slices.Clone(r.Results), func(e entry) bool { return !c.wants(e.Row, e.Scenario) })
	if c.base != "" {
		for i := range wanted.Results {
			e := &wanted.Results[i]
			if e.column(c.base) == nil {
				continue
			}
			if e.Columns[0].Slices == nil {
				return errors.New("-from and -base: the file has the medians, not the slices")
			}
			if e.Base != c.base { // a goal is set for the scenario's own base
				e.Goal, e.Verdict = "", ""
			}
			e.judge(c.base, r.Smoke != "")
		}
	}
	m := r.Machine
	if err := out.head(&wanted, m); err != nil {
		return err
	}
	for _, e := range wanted.Results {
		if !e.Own && e.Procs != m.Procs {
			m.Procs = e.Procs
			if err := out.head(&wanted, m); err != nil {
				return err
			}
		}
		if err := out.add(e); err != nil {
			return err
		}
	}
	if c.html != "" {
		if err := wanted.saveHTML(c.html, c.goals); err != nil {
			return err
		}
	}
	return out.end(&wanted)
}

// faults are the promises that contestants have broken, each said once.
func (r *report) faults() (all []string) {
	for _, e := range r.Results {
		for _, c := range e.Columns {
			if said := fmt.Sprintf("%s: %s: %s", e.Scenario, c.Name, c.Fault); c.Fault != "" && !slices.Contains(all, said) {
				all = append(all, said)
			}
		}
	}
	return all
}
