package pairs

import (
	"fmt"
	"io"

	"golang.org/x/perf/benchmath"
)

// compare compares the report with a later one, each contestant with itself: times, which a
// machine that has become faster changes, and ratios to the base, which it does not.
func (r *report) compare(c config, later *report, w io.Writer) error {
	for _, of := range []*report{r, later} {
		if of.Smoke != "" {
			fmt.Fprintf(w, "%s\n", of.Smoke)
		}
	}
	fmt.Fprintf(w, "old: %v\nnew: %v\n\n%-44s %-11s %-14s %12s %12s %9s  %s\n",
		r.Machine, later.Machine, "scenario", "measure", "of", "old", "new", "change", "")
	found := false
	for _, e := range later.Results {
		old := r.entry(e)
		if old == nil || !c.wants(e.Row, e.Scenario) {
			continue
		}
		for _, col := range e.Columns {
			was := old.column(col.Name)
			if was == nil || was.Fault != "" || col.Fault != "" {
				continue
			}
			if was.Slices == nil || col.Slices == nil {
				return fmt.Errorf("-compare: %s has the medians of %s, not the slices", e.Scenario, col.Name)
			}
			found = true
			e.change(w, col.Name, was.values(), col.values(), func(v float64) string { return Amount(e.Unit, v) })
			if e.by() == Ratio && col.Name != e.Base && e.Base == old.Base {
				e.change(w, "÷ "+e.Base,
					combine(was.values(), old.column(old.Base).values(), divide),
					combine(col.values(), e.column(e.Base).values(), divide), e.format)
			}
		}
	}
	if !found {
		return fmt.Errorf("-compare: the files have no scenario in common")
	}
	return nil
}

// entry is the result of the same measure, nil if there is none.
func (r *report) entry(e entry) *entry {
	for i, old := range r.Results {
		if old.Scenario == e.Scenario && old.Unit == e.Unit && old.Procs == e.Procs {
			return &r.Results[i]
		}
	}
	return nil
}

// change prints the medians of two samples and whether they differ, by the Mann-Whitney
// test.
func (e entry) change(w io.Writer, of string, old, later []float64, words func(float64) string) {
	was, is := median(old), median(later)
	if was.Center != was.Center || is.Center != is.Center {
		return
	}
	cmp := benchmath.AssumeNothing.Compare(sample(old), sample(later))
	fmt.Fprintf(w, "%-44s %-11s %-14s %12s %12s %9s  (%v)\n", e.Scenario, e.Unit, of,
		words(was.Center), words(is.Center), cmp.FormatDelta(was.Center, is.Center), cmp)
}
