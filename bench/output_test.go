package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// output is a result of the command for solo and one row of allocations, six pairs each, on
// one processor and on two.
type output string

func (o output) check(t *testing.T, format string) {
	switch format {
	case "-json":
		var r struct {
			Results []struct {
				Scenario   string
				Gomaxprocs int
				Pairs      int
				Columns    []struct {
					Name   string
					Lo     *float64
					Slices []float64
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(o), &r))
		require.Len(t, r.Results, 4)
		require.Equal(t, "solo", r.Results[0].Scenario)
		require.Equal(t, []int{1, 2}, []int{r.Results[0].Gomaxprocs, r.Results[2].Gomaxprocs})
		require.Equal(t, 6, r.Results[0].Pairs)
		require.Len(t, r.Results[0].Columns, 2)
		require.NotNil(t, r.Results[0].Columns[0].Lo)
		require.Len(t, r.Results[0].Columns[1].Slices, 6)
		require.Len(t, r.Results[1].Columns, 1)
	case "-benchfmt":
		names := map[string]int{}
		for reader := benchfmt.NewReader(strings.NewReader(string(o)), "out"); reader.Scan(); {
			result, ok := reader.Result().(*benchfmt.Result)
			require.True(t, ok, "%v", reader.Result())
			names[result.Name.String()]++
		}
		require.Equal(t, map[string]int{
			"Solo/impl=port": 6, "Solo/impl=channel": 6, "Solo/impl=port-2": 6, "Solo/impl=channel-2": 6,
			"Allocs/op=Post+Get/impl=port": 1, "Allocs/op=Post+Get/impl=port-2": 1,
		}, names)
	default:
		require.Equal(t, 2, strings.Count(string(o), "≤ 0.45"), string(o))
		require.Contains(t, string(o), "GOMAXPROCS 1,")
		require.Contains(t, string(o), "GOMAXPROCS 2,")
	}
}

// Each form of output marks rows that do not compare a port with a channel.
func TestOutputOfOtherPairs(t *testing.T) {
	print := func(format string) string { return run(t, "-slice=100us", "-count=6", "-goals", "handles", format) }
	require.Regexp(t, `(?m)^row +scenario +measure +functions +methods +ratio .*\n 18  handles .* ≤ 1\.15 `, print("-json=false"))
	require.Contains(t, print("-json"), `"base": "methods"`)
	lines := print("-benchfmt")
	require.Equal(t, 6, strings.Count(lines, "\nBenchmarkHandles/impl=functions"), lines)
	require.Equal(t, 6, strings.Count(lines, "\nBenchmarkHandles/impl=methods"), lines)
}

func TestCommand(t *testing.T) {
	for _, format := range []string{"", "-json", "-benchfmt"} {
		args := []string{"-slice=100us", "-count=6", "-cpu=1,2", "-goals", "solo", "allocs/op=Post.Get$"}
		if format != "" {
			args = append(args, format)
		}
		out := output(run(t, args...))
		out.check(t, format)
	}
}

func TestSelects(t *testing.T) {
	selected := func(args ...string) (names []string) {
		for line := range strings.Lines(run(t, append(args, "-list")...)) {
			names = append(names, strings.Fields(line)[1])
		}
		return names
	}
	asked := 0
	for _, s := range scenarios(fullPlan) {
		if s.OnCall {
			asked++
		}
	}
	require.Len(t, selected(), len(scenarios(fullPlan))-asked)
	require.Len(t, selected("21"), asked+12)
	require.Len(t, selected("hogs/of=full/hogs=16"), 2)
	require.Equal(t, []string{"solo"}, selected("solo"))
	require.Equal(t, []string{"solo"}, selected("-row", "1"))
	require.Equal(t, []string{"solo", "pingpong"}, selected("4", "-count", "10", "solo"))
	require.Len(t, selected("stream"), 6, "the rows of other circumstances begin with their own names")
	require.Len(t, selected("crowded/of=stream"), 6)
	require.Equal(t, selected("5"), selected("6"), "measured together")
	require.Contains(t, selected("parked"), "parked/waiters=100000")
	require.Contains(t, selected("parked", "-quick"), "parked/waiters=10000")
}

// run returns the output of the command.
func run(t *testing.T, args ...string) string {
	var out, said bytes.Buffer
	require.Equal(t, 0, command.Run(t.Context(), args, &out, &said), said.String())
	return out.String()
}
