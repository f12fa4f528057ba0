package pairs

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// export writes the slices in the benchmark format that benchstat reads, one line
// for each slice; `benchstat -col /impl` compares them.
type export struct {
	w       *benchfmt.Writer
	pkg     string
	about   machine
	pending []entry // the measures of one scenario
}

func newExport(w io.Writer, pkg string) *export {
	return &export{w: benchfmt.NewWriter(w), pkg: pkg}
}

func (x *export) head(_ *report, m machine) error {
	defer func() { x.about = m }()
	return x.flush()
}

func (x *export) add(e entry) error {
	if e.Columns[0].Slices == nil && e.Columns[0].Fault == "" {
		return errors.New("-from and -benchfmt: the file has the medians, not the slices")
	}
	if len(x.pending) > 0 && x.pending[0].Scenario != e.Scenario {
		if err := x.flush(); err != nil {
			return err
		}
	}
	x.pending = append(x.pending, e)
	return nil
}

func (x *export) end(*report) error { return x.flush() }

func (x *export) flush() error {
	if len(x.pending) == 0 {
		return nil
	}
	for c, col := range x.pending[0].Columns {
		for slice := range x.pending[0].Pairs {
			if err := x.write(c, col, slice); err != nil {
				return err
			}
		}
	}
	x.pending = nil
	return nil
}

// write writes one slice of a column, with all measures.
func (x *export) write(c int, col column, slice int) error {
	first := x.pending[0]
	r := &benchfmt.Result{Name: benchfmt.Name(benchmark(first, col.Name)), Iters: col.Ops}
	r.SetConfig("goos", x.about.GOOS)
	r.SetConfig("goarch", x.about.GOARCH)
	r.SetConfig("pkg", x.pkg)
	r.SetConfig("cpu", x.about.CPU)
	r.SetConfig("go", x.about.Go)
	for i := range r.Config {
		r.Config[i].File = true
	}
	for _, e := range x.pending {
		if s := e.Columns[c].Slices; slice < len(s) && s[slice] != nil {
			r.Values = append(r.Values, benchfmt.Value{Value: *s[slice], Unit: e.Unit})
		}
	}
	if len(r.Values) == 0 {
		return nil
	}
	return x.w.Write(r)
}

// benchmark is the entry's scenario as a benchmark, without "Benchmark".
func benchmark(e entry, side string) string {
	name := strings.ToUpper(e.Scenario[:1]) + e.Scenario[1:] + "/impl=" + side
	if e.Procs != 1 {
		name += fmt.Sprintf("-%d", e.Procs)
	}
	return name
}
