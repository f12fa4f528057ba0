package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/perf/benchfmt"
)

// outputBuffer is what the command printed for solo and one row of allocations,
// six pairs each, on one processor and on two.
type outputBuffer struct{ bytes.Buffer }

func (b *outputBuffer) check(t *testing.T, format string) {
	switch format {
	case "-json":
		var r report
		require.NoError(t, json.Unmarshal(b.Bytes(), &r))
		require.Len(t, r.Results, 4)
		require.Equal(t, "solo", r.Results[0].Scenario)
		require.Equal(t, []int{1, 2}, []int{r.Results[0].Procs, r.Results[2].Procs})
		require.Equal(t, 6, r.Results[0].Pairs)
		require.NotNil(t, r.Results[0].Lo)
		require.Nil(t, r.Results[1].Channel)
	case "-benchfmt":
		names := map[string]int{}
		for reader := benchfmt.NewReader(b, "out"); reader.Scan(); {
			result, ok := reader.Result().(*benchfmt.Result)
			require.True(t, ok, "%v", reader.Result())
			names[result.Name.String()]++
		}
		require.Equal(t, map[string]int{
			"Solo/impl=port": 6, "Solo/impl=chan": 6, "Solo/impl=port-2": 6, "Solo/impl=chan-2": 6,
			"Allocs/op=Post+Get/impl=port": 1, "Allocs/op=Post+Get/impl=port-2": 1,
		}, names)
	default:
		require.Equal(t, 2, strings.Count(b.String(), "≤ 0.45"), b.String())
		require.Contains(t, b.String(), "GOMAXPROCS 1,")
		require.Contains(t, b.String(), "GOMAXPROCS 2,")
	}
}

// What is no port beside a channel says so in each form of output.
func TestOutputOfOtherPairs(t *testing.T) {
	print := func(format string) string {
		c, err := parse([]string{"-slice=100us", "-count=6", "handles", format}, io.Discard)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, c.run(&out))
		return out.String()
	}
	require.Regexp(t, `(?m)^ 18  handles .* ≤ 1\.25 .*; functions ÷ methods$`, print("-json=false"))
	require.Contains(t, print("-json"), `"compared": "functions/methods"`)
	lines := print("-benchfmt")
	require.Equal(t, 6, strings.Count(lines, "\nBenchmarkHandles/impl=functions"), lines)
	require.Equal(t, 6, strings.Count(lines, "\nBenchmarkHandles/impl=methods"), lines)

	require.Equal(t, "port/channel", soloScenario().compared(ratio))
	require.Equal(t, "port-channel", soloScenario().compared(excess))
	require.Equal(t, "port", soloScenario().compared(alone))
	require.Empty(t, soloScenario().against())
}

func TestAmount(t *testing.T) {
	for want, got := range map[string]string{
		"17.4 ns": amount(perOp, 17.42),
		"312 ns":  amount(perOp, 312.2),
		"4.21 µs": amount(p99, 4213),
		"−30 µs":  amount(cpuTime, -30_000),
		"12.5 ms": amount(p99, 12.5e6),
		"1.23s":   amount(p99, 1.234e9),
		"–":       amount(p99, math.NaN()),
		"256 B":   amount(each, 256),
		"0.25":    amount(allocs, 0.25),
		"≤ 0.45":  goal(measure{unit: perOp, goal: 0.45}),
		"< 1 ms":  goal(measure{unit: cpuTime, by: alone, goal: 1e6, strict: true}),
		"≤ 0":     goal(measure{unit: allocs, by: alone}),
		"+12 B":   format(measure{unit: each, by: excess}, 12),
		"−12 B":   format(measure{unit: each, by: excess}, -12),
	} {
		require.Equal(t, want, got)
	}
}
