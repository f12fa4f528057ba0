package main

import (
	"embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
)

//go:embed chart.svg.tmpl page.html.tmpl
var sources embed.FS

var templates = template.Must(template.ParseFS(sources, "*.tmpl"))

// A page is a file to write.
type page struct {
	file     *os.File
	template string
}

// openPages creates the files that the configuration names.
func openPages(c config) ([]*page, error) {
	var all []*page
	for _, p := range []struct{ flag, name, template string }{
		{"-svg", c.svg, "chart.svg.tmpl"},
		{"-html", c.html, "page.html.tmpl"},
	} {
		if p.name == "" {
			continue
		}
		f, err := os.Create(p.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.flag, err)
		}
		all = append(all, &page{f, p.template})
	}
	return all, nil
}

func (p *page) write(s *summary) error {
	var data any = s
	if p.template == "chart.svg.tmpl" {
		data = s.Chart
	}
	if err := templates.ExecuteTemplate(p.file, p.template, data); err != nil {
		p.file.Close()
		return err
	}
	return p.file.Close()
}

// The sizes of a chart, in the units of its viewBox. The places in the template follow.
const (
	left, top     = 90.0, 60.0 // of the first panel
	width, height = 700.0, 300.0
	below         = 100.0 // from one panel to the next
)

// A chart has a panel for each kind of time. Across are percentiles, each nine as wide as the
// one before; up are times, each power of ten as high.
type chart struct {
	Width, Height float64
	Legend        []legend
	Panels        []panel
}

type legend struct {
	Mode      string
	Class     int
	X, Y, End float64
}

type panel struct {
	Title       string
	X, Y, Right float64
	Bottom      float64
	Across, Up  []tick
	Curves      []curve
}

type tick struct {
	Label string
	At    float64
}

type curve struct {
	Mode   string
	Class  int
	Points string
}

func newChart(results []*result) chart {
	c := chart{Width: left + width + 30, Height: top + 2*(height+below) - 60}
	for i, r := range results {
		x := left + 180*float64(i)
		c.Legend = append(c.Legend, legend{r.mode, i, x, 20, x + 30})
	}
	for i, kind := range []struct {
		title string
		of    func(r *result) *histogram
	}{
		{"from the planned sending to the answer", func(r *result) *histogram { return r.out.whole }},
		{"in the queue", func(r *result) *histogram { return r.in.InQueue }},
	} {
		c.Panels = append(c.Panels, newPanel(kind.title, top+float64(i)*(height+below), results, kind.of))
	}
	return c
}

func newPanel(title string, y float64, results []*result, of func(r *result) *histogram) panel {
	p := panel{Title: title, X: left, Y: y, Right: left + width, Bottom: y + height}
	low, high, nines := math.Inf(1), math.Inf(-1), 1.0
	for _, r := range results {
		for _, at := range of(r).curve() {
			v := math.Log10(float64(max(at.ns, 1)))
			low, high, nines = min(low, math.Floor(v)), max(high, math.Ceil(v)), max(nines, at.nines)
		}
	}
	if low > high {
		low, high = 3, 6 // no times at all
	}
	high = max(high, low+1)
	across := func(n float64) float64 { return p.X + n/nines*width }
	up := func(v float64) float64 { return p.Bottom - (v-low)/(high-low)*height }
	p.Across = append(p.Across, tick{"p0", across(0)}, tick{"p50", across(math.Log10(2))})
	for n := 1.0; n <= nines; n++ {
		p.Across = append(p.Across, tick{fmt.Sprintf("p%.10g", 100-math.Pow(10, 2-n)), across(n)})
	}
	for v := low; v <= high; v++ {
		p.Up = append(p.Up, tick{power(v), up(v)})
	}
	for i, r := range results {
		var points []string
		for _, at := range of(r).curve() {
			points = append(points, fmt.Sprintf("%.1f,%.1f", across(at.nines), up(math.Log10(float64(max(at.ns, 1))))))
		}
		p.Curves = append(p.Curves, curve{r.mode, i, strings.Join(points, " ")})
	}
	return p
}

// power names 10^v nanoseconds.
func power(v float64) string {
	units := []string{"ns", "µs", "ms", "s"}
	u := min(int(v)/3, len(units)-1)
	return fmt.Sprintf("%.0f %s", math.Pow(10, v-float64(3*u)), units[u])
}
