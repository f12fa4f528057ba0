package pairs

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// summary is what closes a run: who was faster, what can be trusted, what went wrong.
func (r *report) summary(goals bool) (lines []string) {
	if r.Smoke != "" {
		lines = append(lines, r.Smoke)
	} else {
		lines = append(r.sides(), r.trust()...)
	}
	if met, all := r.goals(); goals && all > 0 {
		lines = append(lines, fmt.Sprintf("goals: %d of %d met", met, all))
	}
	for _, fault := range r.faults() {
		lines = append(lines, "BROKEN: "+fault)
	}
	if r.Interrupted != "" {
		lines = append(lines, r.Interrupted)
	}
	return lines
}

// sides says for each contestant and unit how often it was on which side of the base.
func (r *report) sides() (lines []string) {
	type key struct{ name, base, unit string }
	type count struct {
		below, above, level int
		best, worst         float64
	}
	var order []key
	counts := map[key]*count{}
	for _, e := range r.Results {
		for _, c := range e.Columns {
			if e.by() != Ratio || c.Relation == "" || c.Value == nil {
				continue
			}
			k := key{c.Name, e.Base, e.Unit}
			if counts[k] == nil {
				counts[k] = &count{best: math.Inf(1)}
				order = append(order, k)
			}
			n := counts[k]
			n.best, n.worst = min(n.best, *c.Value), max(n.worst, *c.Value)
			switch {
			case c.Relation == noRelation:
				n.level++
			case *c.Value < 1:
				n.below++
			default:
				n.above++
			}
		}
	}
	for _, k := range order {
		n := counts[k]
		less, more := relation(k.unit, 0, 0.5), relation(k.unit, 2, 3)
		lines = append(lines, fmt.Sprintf("%s beside %s, %s: %d %s, %d %s, %d without a difference; ratios %.2f to %.2f",
			k.name, k.base, k.unit, n.below, less, n.above, more, n.level, n.best, n.worst))
	}
	return lines
}

func (r *report) goals() (met, all int) {
	for _, e := range r.Results {
		if e.Verdict == "goal met" {
			met++
		}
		if e.Verdict != "" && e.Goal != "" && e.Verdict != "not measured" {
			all++
		}
	}
	return met, all
}

// blur is how far the ratio of a base to itself may stray before a run cannot tell a
// difference that somebody would care about.
const blur = 0.25

// trust says what the bases beside themselves came to.
func (r *report) trust() (lines []string) {
	var apart, wide []string
	floor, n := 0.0, 0
	for _, e := range r.Again {
		c := e.Columns[0]
		if c.Value == nil || c.Lo == nil || c.Hi == nil {
			continue
		}
		n++
		floor = max(floor, *c.Hi-1, 1-*c.Lo)
		said := fmt.Sprintf("%s (%.2f, %.2f … %.2f)", e.Scenario, *c.Value, *c.Lo, *c.Hi)
		switch {
		case *c.Lo > 1 || *c.Hi < 1:
			apart = append(apart, said)
		case *c.Hi-1 > blur || 1-*c.Lo > blur:
			wide = append(wide, said)
		}
	}
	if n == 0 {
		return nil
	}
	base := r.Again[0].Base
	// Of intervals of 95 % one in twenty misses 1 by chance.
	if allowed := int(math.Ceil(float64(n) / 20)); len(apart) > allowed || len(apart) == n {
		lines = append(lines, fmt.Sprintf("DO NOT TRUST THIS RUN: %s differs from itself in %s", base, strings.Join(apart, ", ")))
	}
	if len(wide) > 0 {
		lines = append(lines, fmt.Sprintf("DO NOT TRUST SMALL DIFFERENCES: %s beside itself strays far in %s", base, strings.Join(wide, ", ")))
	}
	if len(lines) == 0 {
		lines = append(lines, fmt.Sprintf("%s beside itself, %d scenarios: no difference; below %.0f %% a difference says nothing here", base, n, math.Ceil(math.Round(1000*floor)/10)))
	}
	return slices.Clip(lines)
}
