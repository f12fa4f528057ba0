package pairs

import (
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

func (e *export) add(s Scenario, all samples) error {
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
