package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Every side runs, loses no packet, and returns the values that its measures name. A side
// panics when a packet is missing.
func TestScenarios(t *testing.T) {
	names := map[string]bool{}
	for _, s := range scenarios(plan{crowd: 100, parked: 1, misses: 1, tail: 10}) {
		require.False(t, names[s.Full()], "two scenarios named %s", s.Full())
		names[s.Full()] = true
		if s.Name == "oneproc" || s.Name == "crowded" {
			continue // has run under its own name
		}
		t.Run(s.Full(), func(t *testing.T) {
			for _, c := range s.Sides {
				run := c.Open()
				for _, n := range []int{1, 3, 40, 2500} { // the same queue in all slices
					if n > 40 && s.Name != "handles" && s.Name != "growth" {
						break
					}
					if n > 1 && (s.Name == "miss" || s.Name == "idle") {
						break
					}
					require.Len(t, run(n), len(s.Measures))
				}
			}
		})
	}
}

func TestRows(t *testing.T) {
	rows := map[int]bool{}
	for _, s := range scenarios(fullPlan) {
		names := []string{s.Sides[0].Name, s.Sides[len(s.Sides)-1].Name}
		for _, m := range s.Measures {
			rows[m.Row] = true
			if m.By != pairs.Alone {
				require.Len(t, s.Sides, 2, s.Full())
			}
			require.Equal(t, m.Row == 18 || m.Row == 19, names[0] != "port", s.Full())
			if m.Row == 9 || m.Row == 10 {
				require.Equal(t, m.Unit == pairs.P99, m.Goal == 1.10, s.Full())
				require.Equal(t, m.Unit != pairs.P99, m.Goal == 1.00, s.Full())
			}
		}
	}
	for row := 1; row <= 16; row++ {
		require.True(t, rows[row], "row %d", row)
	}
	require.True(t, rows[18] && rows[19], "ports beside ports")
	require.True(t, rows[21], "beside goroutines that compute")
}

func TestProcessors(t *testing.T) {
	for all, want := range map[int][]int{1: {1}, 2: {2}, 3: {2, 3}, 8: {2, 4, 8}, 12: {2, 4, 8, 12}} {
		require.Equal(t, want, processors(all))
	}
}

// Each slice runs on one processor, then on several, and restores GOMAXPROCS.
func TestScale(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	var on, ns []int
	side := scale(3, func(n int) []float64 {
		on, ns = append(on, runtime.GOMAXPROCS(0)), append(ns, n)
		return []float64{float64(10 * len(on))}
	})
	require.Equal(t, []float64{2}, side(7), "20 after 10")
	require.Equal(t, []int{1, 3}, on)
	require.Equal(t, []int{3, 4}, ns)
	require.Equal(t, before, runtime.GOMAXPROCS(0))
}
