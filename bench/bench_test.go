package main

import (
	"math"
	"os"
	"testing"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

func TestMain(m *testing.M) {
	pairs.Burn()
	os.Exit(m.Run())
}

func BenchmarkSolo(b *testing.B)     { benchmark(b, "solo") }
func BenchmarkStream(b *testing.B)   { benchmark(b, "stream") }
func BenchmarkBatch(b *testing.B)    { benchmark(b, "batch") }
func BenchmarkPingpong(b *testing.B) { benchmark(b, "pingpong") }
func BenchmarkDispatch(b *testing.B) { benchmark(b, "dispatch") }
func BenchmarkFanout(b *testing.B)   { benchmark(b, "fanout") }
func BenchmarkPool(b *testing.B)     { benchmark(b, "pool") }
func BenchmarkOneproc(b *testing.B)  { benchmark(b, "oneproc") }
func BenchmarkCrowded(b *testing.B)  { benchmark(b, "crowded") }
func BenchmarkHit(b *testing.B)      { benchmark(b, "hit") }
func BenchmarkMiss(b *testing.B)     { benchmark(b, "miss") }
func BenchmarkIdle(b *testing.B)     { benchmark(b, "idle") }
func BenchmarkParked(b *testing.B)   { benchmark(b, "parked") }
func BenchmarkAllocs(b *testing.B)   { benchmark(b, "allocs") }
func BenchmarkScale(b *testing.B)    { benchmark(b, "scale") }
func BenchmarkHandles(b *testing.B)  { benchmark(b, "handles") }
func BenchmarkHogs(b *testing.B)     { benchmark(b, "hogs") }
func BenchmarkGrowth(b *testing.B)   { benchmark(b, "growth") }

// benchmark runs the scenarios of a name, b.N operations a side. Names and units are those of
// the command's -benchfmt.
func benchmark(b *testing.B, name string) {
	for _, s := range scenarios(quickPlan) {
		if s.Name != name {
			continue
		}
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
					if !math.IsNaN(values[j]) {
						b.ReportMetric(values[j], m.Unit)
					}
				}
			})
		}
	}
}
