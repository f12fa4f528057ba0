package pairs

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Parse(page))

// A bar is a ratio with its interval, in hundredths of the width of a plot.
type bar struct {
	Name, Value, Interval, Relation, Mark, Class string
	At, Lo, Width                                float64
}

// A group is an entry with its ratios.
type group struct {
	Row                  int
	Scenario, Unit, Base string
	Medians              []string
	Bars                 []bar
	Fault                string
}

// A line is a curve of one contestant.
type line struct {
	Name, Points, Dash string
	Class              int
}

// A plot is curves over a labelled plane of 600 by 240.
type plot struct {
	Title, X, Y string
	Lines       []line
	XTicks      []tick
	YTicks      []tick
}

type tick struct {
	At    float64
	Label string
}

// writeHTML writes the report as one page without any other file.
func (r *report) writeHTML(w io.Writer, goals bool) error {
	view := struct {
		Smoke, Interrupted, Command string
		Machine                     []string
		Summary                     []string
		Groups                      []group
		Curves, Throughput          []plot
	}{
		Smoke: r.Smoke, Interrupted: r.Interrupted, Command: shell(r.Machine.Command),
		Machine: strings.Split(r.Machine.String(), "\n"), Summary: r.summary(goals),
	}
	for _, e := range r.Results {
		view.Groups = append(view.Groups, e.group())
		if p, ok := e.curves(); ok {
			view.Curves = append(view.Curves, p)
		}
	}
	if p, ok := r.throughput(); ok {
		view.Throughput = append(view.Throughput, p)
	}
	return pageTemplate.Execute(w, view)
}

func (r *report) saveHTML(file string, goals bool) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := r.writeHTML(f, goals); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// shell is a command as a shell takes it.
func shell(words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = word
		if strings.ContainsAny(word, " $*?|&;<>()'\"\\") {
			out[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// across is the place of a ratio on an axis from a tenth to ten times, in hundredths.
func across(ratio float64) float64 {
	return 50 + 50*math.Log10(min(max(ratio, 0.1), 10))
}

func (e entry) group() group {
	g := group{Row: e.Row, Scenario: e.Scenario, Unit: e.Unit, Base: e.Base}
	for _, c := range e.Columns {
		g.Medians = append(g.Medians, c.Name+" "+Amount(e.Unit, number(c.Median)))
		if c.Fault != "" {
			g.Fault = c.Name + " " + c.Fault
		}
		if c.Name == e.Base || e.by() != Ratio || c.Value == nil {
			continue
		}
		b := bar{Name: c.Name, Relation: c.Relation, Mark: "≈", Class: "level", At: across(*c.Value)}
		b.Value, b.Interval = e.compared(c)
		if c.Lo != nil && c.Hi != nil {
			b.Lo, b.Width = across(*c.Lo), across(*c.Hi)-across(*c.Lo)
		}
		switch {
		case c.Relation == "" || c.Relation == noRelation:
		case *c.Value < 1:
			b.Mark, b.Class = "▼", "less"
		default:
			b.Mark, b.Class = "▲", "more"
		}
		g.Bars = append(g.Bars, b)
	}
	return g
}

// dashes tell the curves apart without colours.
var dashes = []string{"", "6 3", "2 3", "8 3 2 3", "12 4", "1 4"}

const plotWidth, plotHeight = 600.0, 240.0

// curves are the distributions of an entry: the rarer, the further to the right.
func (e entry) curves() (plot, bool) {
	p := plot{Title: e.Scenario, X: "of all elements, so many took less", Y: "time on the way"}
	least, most := math.Inf(1), 0.0
	for _, c := range e.Columns {
		for _, q := range c.Curve {
			if q.NS > 0 {
				least, most = min(least, float64(q.NS)), max(most, float64(q.NS))
			}
		}
	}
	if most == 0 {
		return p, false
	}
	lo, hi := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most)+0.01)
	y := func(ns float64) float64 { return plotHeight * (1 - (math.Log10(max(ns, 1))-lo)/(hi-lo)) }
	x := func(part float64) float64 { return plotWidth / 5 * min(5, -math.Log10(max(1-part, 1e-5))) }
	for d := lo; d <= hi; d++ {
		p.YTicks = append(p.YTicks, tick{y(math.Pow(10, d)), Amount(P50, math.Pow(10, d))})
	}
	for i, label := range []string{"0 %", "90 %", "99 %", "99.9 %", "99.99 %"} {
		p.XTicks = append(p.XTicks, tick{plotWidth / 5 * float64(i), label})
	}
	for i, c := range e.Columns {
		var points []string
		for _, q := range c.Curve {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(q.Part), y(float64(q.NS))))
		}
		p.Lines = append(p.Lines, line{c.Name, strings.Join(points, " "), dashes[i%len(dashes)], i % len(dashes)})
	}
	return p, true
}

// throughput are the elements in a second over the goroutines of the closed loops, of those
// that differ in nothing else from the first.
func (r *report) throughput() (plot, bool) {
	p := plot{Title: "elements in a second, closed loops", X: "goroutines", Y: "millions in a second"}
	type at struct{ n, rate float64 }
	curves := map[string][]at{}
	var names []string
	rest, most, widest := "", 0.0, 0.0
	for _, e := range r.Results {
		var posters, takers int
		_, after, _ := strings.Cut(e.Scenario, "shape=")
		if _, err := fmt.Sscanf(after, "%dx%d", &posters, &takers); err != nil || e.Unit != PerOp || !strings.HasPrefix(e.Scenario, "closed/") {
			continue
		}
		_, others, _ := strings.Cut(after, "/")
		others = fmt.Sprint(others, e.Procs)
		if rest == "" {
			rest = others
		}
		if rest != others {
			continue
		}
		for _, c := range e.Columns {
			if c.Median != nil && *c.Median > 0 {
				if !slices.Contains(names, c.Name) {
					names = append(names, c.Name)
				}
				v := at{float64(posters + takers), 1e3 / *c.Median}
				curves[c.Name] = append(curves[c.Name], v)
				most, widest = max(most, v.rate), max(widest, v.n)
			}
		}
	}
	if most == 0 {
		return p, false
	}
	x := func(n float64) float64 { return plotWidth * math.Log2(n) / math.Log2(widest+1) }
	for i := range 5 {
		p.YTicks = append(p.YTicks, tick{plotHeight * (1 - float64(i)/4), fmt.Sprintf("%.3g", most*float64(i)/4)})
	}
	for n := 2.0; n <= widest; n *= 2 {
		p.XTicks = append(p.XTicks, tick{x(n), fmt.Sprint(n)})
	}
	for i, name := range names {
		slices.SortFunc(curves[name], func(a, b at) int { return int(a.n - b.n) })
		var points []string
		for _, v := range curves[name] {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(v.n), plotHeight*(1-v.rate/most)))
		}
		p.Lines = append(p.Lines, line{name, strings.Join(points, " "), dashes[i%len(dashes)], i % len(dashes)})
	}
	return p, true
}
