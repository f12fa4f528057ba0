package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/bench/internal/work"
)

func TestMain(m *testing.M) {
	pairs.Burn()
	os.Exit(m.Run())
}

// Every side runs and loses nothing, or it panics.
func TestScenarios(t *testing.T) {
	names := map[string]bool{}
	scenarios, err := command.Scenarios(true)
	require.NoError(t, err)
	for _, s := range scenarios {
		require.False(t, names[s.Full()], "two scenarios named %s", s.Full())
		names[s.Full()] = true
		t.Run(s.Full(), func(t *testing.T) {
			for _, c := range s.Sides {
				run := c.Open()
				for _, n := range []int{1, 3, 2500} { // a queue lives on across slices
					require.Len(t, run(n), len(s.Measures))
				}
			}
		})
	}
	require.Len(t, names, 2*6+3*9+4*8)
}

// A crew that leaves a function out, when there are many, is found.
func TestCounted(t *testing.T) {
	lazy := work.Crew{
		Submit: func(n int, f func()) {
			for range max(1, n-1) {
				f()
			}
		},
		Stop: func() int { return 0 },
	}
	run := counted(0, func() work.Crew { return lazy })
	require.NotPanics(t, func() { run(2) })
	require.PanicsWithValue(t, "pool: 9 of 10 taken", func() { run(10) })
}

func TestSpinner(t *testing.T) {
	q := spinner[int](4)
	done := make(chan []int)
	go func() {
		got := make([]int, 9)
		q.Get(got)
		done <- got
	}()
	q.Put([]int{1, 2, 3, 4, 5, 6, 7, 8, 9})
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, <-done)
}

func TestCommand(t *testing.T) {
	var out, said bytes.Buffer
	require.Equal(t, 0, command.Run(t.Context(), []string{"-slice=100us", "-count=6", "-goals", "xsync/shape=1x1", "conc/work=0ns/workers=4"}, &out, &said), said.String())
	require.Regexp(t, `(?m)^row .* port +xsync +ratio .*\n 17  xsync/shape=1x1 .* < 1\.00 `, out.String())
	require.Regexp(t, `(?m)^row .* port +conc +ratio .*\n 17  conc/work=0ns/workers=4 `, out.String())
	require.Equal(t, 2, command.Run(t.Context(), []string{"16"}, &out, &said))
	require.Contains(t, said.String(), "peers: no row 16; -list prints what there is")
}
