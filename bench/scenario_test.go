package main

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Every side runs, loses nothing, and returns what its measures say. The sides
// themselves panic when a packet is missing.
func TestScenarios(t *testing.T) {
	names := map[string]bool{}
	for _, s := range scenarios(plan{crowd: 100, parked: 1, misses: 1, tail: 10}) {
		require.False(t, names[s.full()], "two scenarios named %s", s.full())
		names[s.full()] = true
		if s.procs != 0 || s.crowded {
			continue // has run under its own name
		}
		t.Run(s.full(), func(t *testing.T) {
			for _, open := range []func() side{s.port, s.channel} {
				if open == nil {
					continue
				}
				run := open()
				for _, n := range []int{1, 3, 40, 2500} { // the queue lives on across slices
					if n > 40 && s.name != "handles" && s.name != "growth" {
						break
					}
					if n > 1 && (s.name == "miss" || s.name == "idle") {
						break
					}
					require.Len(t, run(n), len(s.measures))
				}
			}
		})
	}
}

func TestRows(t *testing.T) {
	rows := map[int]bool{}
	for _, s := range scenarios(fullPlan) {
		require.NotNil(t, s.port, s.full())
		for _, m := range s.measures {
			rows[m.row] = true
			if m.by != alone {
				require.NotNil(t, s.channel, s.full())
			}
			require.Equal(t, m.row == 18 || m.row == 19, s.against() != "", s.full())
			if m.row == 9 || m.row == 10 {
				require.Equal(t, 1.0, m.goal, s.full())
			}
		}
	}
	for row := 1; row <= 15; row++ {
		require.True(t, rows[row], "row %d", row)
	}
	require.True(t, rows[18] && rows[19], "ports beside ports")
}

// The sides alternate in an order that is swapped from pair to pair.
func TestPairsAlternate(t *testing.T) {
	var order string
	fake := func(name string, value float64) func() side {
		return func() side {
			return func(n int) []float64 {
				order += name
				time.Sleep(time.Millisecond)
				return []float64{value}
			}
		}
	}
	s := scenario{name: "fake", measures: []measure{{row: 1, unit: p50, goal: 1}}, port: fake("p", 1), channel: fake("c", 2)}
	r := runner{pairs: 6, slice: time.Millisecond, limit: time.Minute}
	got := r.run(s)
	// How many slices the warming up takes, the machine decides.
	require.Regexp(t, "^p+c+(pccp){3}$", order, "each is warmed up, then pairs")
	require.Equal(t, []float64{1, 1, 1, 1, 1, 1}, got.port[0])
	require.Equal(t, []float64{2, 2, 2, 2, 2, 2}, got.channel[0])
	require.Equal(t, [2]int{1, 1}, got.n)
}

func TestHung(t *testing.T) {
	var out bytes.Buffer
	hung(&out, "stream/shape=2x2", time.Minute)
	require.Contains(t, out.String(), "stream/shape=2x2: no end after 1m0s")
	require.Contains(t, out.String(), "TestHung", "the stacks")
}

func TestBurner(t *testing.T) {
	b, err := startBurner()
	if errors.Is(err, syscall.ENOEXEC) {
		// The kernel does not take the very program that runs here: an emulator was
		// started with it, and the kernel has not been told of the emulator.
		t.Skip("the burner would have to run under the emulator too: ", err)
	}
	require.NoError(t, err)
	b.alive.Close() // as when the parent is gone
	require.NoError(t, b.cmd.Wait(), "it ends by itself")

	b, err = startBurner()
	require.NoError(t, err)
	b.stop()
	require.NotNil(t, b.cmd.ProcessState)
}

func TestCommand(t *testing.T) {
	for _, format := range []string{"", "-json", "-benchfmt"} {
		args := []string{"-slice=100us", "-count=6", "-cpu=1,2", "solo", "allocs/op=Post.Get$"}
		if format != "" {
			args = append(args, format)
		}
		c, err := parse(args, io.Discard)
		require.NoError(t, err)
		var out outputBuffer
		require.NoError(t, c.run(&out))
		out.check(t, format)
	}
}
