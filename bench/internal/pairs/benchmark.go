package pairs

import (
	"math"
	"testing"
)

// Benchmark runs scenarios as benchmarks of Go's own, b.N operations a side. Names and units
// are those of the command's -benchfmt, below the benchmark's name.
func Benchmark(b *testing.B, scenarios []Scenario) {
	for _, s := range scenarios {
		for _, c := range s.Sides {
			sub := "impl=" + c.Name
			if s.Params != "" {
				sub = s.Params + "/" + sub
			}
			b.Run(sub, func(b *testing.B) {
				defer s.Enter()()
				run := c.Open()
				b.ResetTimer()
				values := run(b.N)
				for j, m := range s.Measures {
					if j < len(values) && !math.IsNaN(values[j]) {
						b.ReportMetric(values[j], m.Unit)
					}
				}
			})
		}
	}
}
