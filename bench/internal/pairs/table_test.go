package pairs

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAmount(t *testing.T) {
	for want, got := range map[string]string{
		"17.4 ns": amount(PerOp, 17.42),
		"312 ns":  amount(PerOp, 312.2),
		"4.21 µs": amount(P99, 4213),
		"−30 µs":  amount(CPUTime, -30_000),
		"12.5 ms": amount(P99, 12.5e6),
		"1.23s":   amount(P99, 1.234e9),
		"–":       amount(P99, math.NaN()),
		"256 B":   amount(PerWaiter, 256),
		"1.84×":   amount(Growth, 1.84),
		"0.25":    amount(Allocs, 0.25),
		"≤ 0.45":  goal(Measure{Unit: PerOp, Goal: 0.45}),
		"< 1 ms":  goal(Measure{Unit: CPUTime, By: Alone, Goal: 1e6, Strict: true}),
		"≤ 0":     goal(Measure{Unit: Allocs, By: Alone}),
		"+12 B":   entry{Unit: PerWaiter, Compared: "port-channel"}.format(12),
		"−12 B":   entry{Unit: PerWaiter, Compared: "port-channel"}.format(-12),
	} {
		require.Equal(t, want, got)
	}
}
