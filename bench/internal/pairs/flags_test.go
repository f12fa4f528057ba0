package pairs

import (
	"bytes"
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// fake is a command that measures nothing.
var fake = Command{
	Package: "example.com/fake",
	Scenarios: func(bool) ([]Scenario, error) {
		idle := func(port, channel []float64) []Contestant {
			return []Contestant{
				{Name: "port", Open: func() Side { return func(int) []float64 { return port } }},
				{Name: "channel", Open: func() Side { return func(int) []float64 { return channel } }},
			}
		}
		return []Scenario{
			{Name: "solo", Measures: []Measure{{Row: 1, Unit: P50, Goal: 0.45}}, Sides: idle([]float64{1}, []float64{3}), Once: true},
			{Name: "own", Measures: []Measure{{Row: 9, Unit: Growth, Goal: 1}}, Sides: idle([]float64{1}, []float64{1}), Once: true, Procs: 1},
			{Name: "dispatch", Params: "takers=1", Sides: idle([]float64{1, 2, 3}, []float64{3, 2, 1}), Once: true, Measures: []Measure{
				{Row: 5, Unit: P50, Goal: 0.10},
				{Row: 5, Unit: P99, Goal: 0.50},
				{Row: 6, Unit: PerPost, Goal: 1.00},
			}},
		}, nil
	},
}

func TestParseErrors(t *testing.T) {
	for want, args := range map[string][]string{
		"-nonsense":                {"-nonsense"},
		"no row 99":                {"-row", "99"},
		"no row 0":                 {"0"},
		`begins with "nonsense"`:   {"solo", "nonsense"},
		"missing closing ]":        {"[a"},
		"-count 0":                 {"-count", "0"},
		"-count -3":                {"-count=-3"},
		`invalid value "many"`:     {"-count", "many"},
		"-slice -1s":               {"-slice=-1s"},
		`"zero" is not a positiv`:  {"-cpu", "1,zero"},
		`"0" is not a positive n`:  {"-cpu", "0"},
		`"x" is not a positive n`:  {"-row", "2,x"},
		"one at a time":            {"-json", "-benchfmt"},
		"-json, -markdown, -bench": {"-markdown", "-json"},
		"no-such-file":             {"-from", "no-such-file"},
		"open : ":                  {"-from="},
		"flags_test.go is not wh":  {"-from", "flags_test.go"},
		"-cpu: what is in a file":  {"-from", "flags_test.go", "-cpu=1"},
		"-quick: what is in a fi":  {"-from", "flags_test.go", "-quick"},
		"-base pipe: nothing of ":  {"-base", "pipe"},
		"takes two files: ":        {"-compare", "flags_test.go"},
		"-compare prints a table":  {"-compare", "flags_test.go", "-json", "flags_test.go"},
		"given twice":              {"-count=6", "solo", "-count=7"},
		"flag quick: given twice":  {"-quick", "-quick"},
	} {
		var said bytes.Buffer
		_, err := fake.parse(args, &said)
		require.Error(t, err, "%q", args)
		require.Contains(t, said.String(), want, "%q", args)
		require.Equal(t, exitUsage, fake.Run(t.Context(), args, io.Discard, io.Discard), "%q", args)
	}
	_, err := fake.parse([]string{"-h"}, io.Discard)
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestWantsMeasure(t *testing.T) {
	c, err := fake.parse([]string{"6"}, io.Discard)
	require.NoError(t, err)
	s := c.selected()[0]
	var units []string
	for _, m := range s.Measures {
		if c.wants(m.Row, s.Full()) {
			units = append(units, m.Unit)
		}
	}
	require.Equal(t, []string{PerPost}, units)
}

func TestParseQuick(t *testing.T) {
	c, err := fake.parse([]string{"-quick"}, io.Discard)
	require.NoError(t, err)
	require.True(t, c.quick)
	require.GreaterOrEqual(t, c.pairs, 10)
	c, err = fake.parse([]string{"-quick", "-count=20"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 20, c.pairs)
}
