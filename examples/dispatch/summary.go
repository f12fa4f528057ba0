package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// A summary is what is shown of a run.
type summary struct {
	Title string
	Modes []string
	Rows  []row
	Chart chart
}

// A row is a line of the table, or a heading without cells.
type row struct {
	Name  string
	Cells []string
}

func newSummary(c config, results []*result) *summary {
	s := &summary{Title: fmt.Sprintf(
		"%v packets/s, %v each, %d workers of %v, reader busy for %v, capacity %d, batch %d; %s/%s, %d processors, %s",
		c.rate, c.duration, c.workers, c.work, c.busy, c.capacity, c.batch,
		runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())}
	for _, r := range results {
		s.Modes = append(s.Modes, r.mode)
	}
	add := func(name string, cell func(r *result) string) {
		w := row{Name: name}
		for _, r := range results {
			w.Cells = append(w.Cells, cell(r))
		}
		s.Rows = append(s.Rows, w)
	}
	count := func(name string, of func(r *result) uint64) {
		add(name, func(r *result) string { return fmt.Sprint(of(r)) })
	}
	times := func(name string, of func(r *result) *histogram) {
		s.Rows = append(s.Rows, row{Name: name})
		for _, q := range quantiles {
			add("  "+q.name, func(r *result) string { return span(of(r), of(r).at(q.percent)) })
		}
		add("  max", func(r *result) string { return span(of(r), of(r).max) })
	}
	count("planned", func(r *result) uint64 { return r.out.Planned })
	count("- not sent: stopped", func(r *result) uint64 { return r.out.Cut })
	count("- not sent: refused by the system", func(r *result) uint64 { return r.out.Refused })
	count("= sent", func(r *result) uint64 { return r.out.Sent })
	count("- lost in the dispatcher's socket", func(r *result) uint64 { there, _ := r.lost(); return there })
	count("- dropped, the queue was full", func(r *result) uint64 { return r.in.Full })
	count("- answer refused by the system", func(r *result) uint64 { return r.in.Refused })
	count("- answer lost in the generator's socket", func(r *result) uint64 { _, back := r.lost(); return back })
	count(fmt.Sprintf("- answered later than %v", c.late), func(r *result) uint64 { return r.out.Late })
	count("= answered in time", func(r *result) uint64 { return r.out.Seen - r.out.Late })
	times("from the planned sending to the answer", func(r *result) *histogram { return r.out.whole })
	times("of this, in the queue", func(r *result) *histogram { return r.in.InQueue })
	times("of this, from the planned sending to the real one", func(r *result) *histogram { return r.out.behind })
	s.Rows = append(s.Rows, row{Name: "besides"})
	count("  datagrams of others", func(r *result) uint64 { return r.in.Stray + r.out.Stray })
	s.Chart = newChart(results)
	return s
}

// span writes a time with three digits, and a dash for a histogram without one.
func span(h *histogram, ns int64) string {
	if h.count() == 0 {
		return "-"
	}
	unit, name := 1.0, "ns"
	switch d := time.Duration(ns); {
	case d >= time.Second:
		unit, name = 1e9, "s"
	case d >= time.Millisecond:
		unit, name = 1e6, "ms"
	case d >= time.Microsecond:
		unit, name = 1e3, "µs"
	}
	v := float64(ns) / unit
	switch {
	case name == "ns" || v >= 100:
		return fmt.Sprintf("%.0f %s", v, name)
	case v >= 10:
		return fmt.Sprintf("%.1f %s", v, name)
	}
	return fmt.Sprintf("%.2f %s", v, name)
}

// print writes the table.
func (s *summary) print(out io.Writer) error {
	first, others := 0, 0
	for _, r := range s.Rows {
		first = max(first, utf8.RuneCountInString(r.Name))
		for _, c := range r.Cells {
			others = max(others, utf8.RuneCountInString(c))
		}
	}
	for _, m := range s.Modes {
		others = max(others, utf8.RuneCountInString(m))
	}
	var b strings.Builder
	line := func(name string, cells []string) {
		b.WriteString(strings.TrimRight(fmt.Sprintf("%-*s", first, name), " "))
		if len(cells) > 0 {
			b.WriteString(strings.Repeat(" ", first-utf8.RuneCountInString(strings.TrimRight(name, " "))))
		}
		for _, c := range cells {
			fmt.Fprintf(&b, "  %*s", others, c)
		}
		b.WriteByte('\n')
	}
	b.WriteString(s.Title + "\n\n")
	line("", s.Modes)
	for _, r := range s.Rows {
		line(r.Name, r.Cells)
	}
	b.WriteString("\nThe books balance: each packet that was planned is in one row of the first ten.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
