package programs

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// some are n results of that capacity, better quartile and processor time.
func some(n, capacity int, low, cpu float64) (all []Result) {
	for range n {
		all = append(all, Result{
			Cell:  Cell{Family: "flow", Capacity: capacity},
			Index: len(all), Wall: Quartiles{low, 2 * low, 3 * low}, CPU: &cpu,
		})
	}
	return all
}

func summary(t *testing.T, all []Result) string {
	var out bytes.Buffer
	require.NoError(t, command{seed: 5, hogs: -1}.summary(&out, all))
	return out.String()
}

func TestSummary(t *testing.T) {
	all := append(some(99, 16, 0.5, 0.9), some(1, 16, 1.10, 0.9)...)
	all = append(all, some(9, 8, 0.5, 0.9)...)
	all = append(all, some(1, 8, 1.49, 0.9)...)
	said := summary(t, all)
	require.Contains(t, said, "losses, worst first:\n  1.49  go run ./bench map -seed 5 -only 0  # flow")
	require.Contains(t, said, "capacity 16 and more, 100 cells: median 1.00, 1 lost (≤ 1 in 100), worst 1.10 (≤ 1.15): goal met")
	require.Contains(t, said, "below 16, 10 cells: median 1.00, 1 above 1.15 (≤ 1 in 10), worst 1.49 (≤ 1.50): goal met")
	require.Contains(t, said, "p90 0.90 (≤ 1.10), worst 0.90: goal met")
	require.NotContains(t, said, "short of goal")

	said = summary(t, append(all, some(1, 64, 1.16, 1.2)...))
	require.Contains(t, said, "2 lost (≤ 1 in 100), worst 1.16 (≤ 1.15): short of goal")
	said = summary(t, append(all, some(1, 2, 1.51, 1.2)...))
	require.Contains(t, said, "2 above 1.15 (≤ 1 in 10), worst 1.51 (≤ 1.50): short of goal")
	said = summary(t, append(all, some(20, 16, 0.5, 1.2)...))
	require.Contains(t, said, "p90 1.20 (≤ 1.10), worst 1.20: short of goal")
}

// Processor time may be dear where an item arrives in a fifth of the time.
func TestSummaryWorth(t *testing.T) {
	all := some(60, 16, 0.5, 0.9)
	dear := some(2, 16, 0.5, 1.6)
	dear[0].Ages = &Ages{P50: [2]float64{10, 50}}
	dear[1].Ages = &Ages{P50: [2]float64{11, 50}}
	require.Contains(t, summary(t, append(all, dear[0])), "fifth of the time: 0 cells (0): goal met")
	require.Contains(t, summary(t, append(all, dear...)), "fifth of the time: 1 cells (0): short of goal")
}

func TestSummaryOfFew(t *testing.T) {
	said := summary(t, some(10, 16, 1.5, 0.9))
	require.Contains(t, said, "10 lost")
	require.Contains(t, said, "a smoke run: a verdict takes 50 cells")
	require.NotContains(t, said, "goal met")
	require.NotContains(t, said, "short of goal")
	require.NotPanics(t, func() { summary(t, nil) })
}

func TestResultString(t *testing.T) {
	r := some(1, 16, 1.03, 0.9)[0]
	require.Regexp(t, `^ok `, r.String())
	r.Wall.Low = 1.04
	require.Regexp(t, `^LOSS `, r.String())
	r.Stuck, r.CPU = true, nil
	require.Regexp(t, `^STUCK   0  wall > `, r.String())
}
