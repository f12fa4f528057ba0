package main

import (
	"os"
	"slices"
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

// benchmark runs the scenarios of a name.
func benchmark(b *testing.B, name string) {
	pairs.Benchmark(b, slices.DeleteFunc(scenarios(quickPlan), func(s pairs.Scenario) bool { return s.Name != name }))
}
