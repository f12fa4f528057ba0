package pairs

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAmount(t *testing.T) {
	for want, got := range map[string]string{
		"17.4 ns": Amount(PerOp, 17.42),
		"312 ns":  Amount(PerOp, 312.2),
		"4.21 µs": Amount(P99, 4213),
		"−30 µs":  Amount(CPUTime, -30_000),
		"12.5 ms": Amount(P99, 12.5e6),
		"1.23s":   Amount(P99, 1.234e9),
		"–":       Amount(P99, math.NaN()),
		"256 B":   Amount(PerWaiter, 256),
		"1.84×":   Amount(Growth, 1.84),
		"0.25":    Amount(Allocs, 0.25),
		"12.5 MB": Amount(Peak, 12.5e6),
		"0.0012":  Amount(Switches, 0.0012),
		"≤ 0.45":  goal(Measure{Unit: PerOp, Goal: 0.45}),
		"< 1 ms":  goal(Measure{Unit: CPUTime, By: Alone, Goal: 1e6, Strict: true}),
		"≤ 0":     goal(Measure{Unit: Allocs, By: Alone}),
		"+12 B":   entry{Unit: PerWaiter, By: "excess"}.format(12),
		"−12 B":   entry{Unit: PerWaiter, By: "excess"}.format(-12),
	} {
		require.Equal(t, want, got)
	}
}
