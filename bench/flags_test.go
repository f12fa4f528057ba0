package main

import (
	"bytes"
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseErrors(t *testing.T) {
	for want, args := range map[string][]string{
		"-nonsense":               {"-nonsense"},
		"no row 99":               {"-row", "99"},
		"no row 0":                {"0"},
		`begins with "nonsense"`:  {"solo", "nonsense"},
		"missing closing ]":       {"[a"},
		"-count 0":                {"-count", "0"},
		"-count -3":               {"-count=-3"},
		`invalid value "many"`:    {"-count", "many"},
		"-slice -1s":              {"-slice=-1s"},
		`"zero" is not a positiv`: {"-cpu", "1,zero"},
		`"0" is not a positive n`: {"-cpu", "0"},
		`"x" is not a positive n`: {"-row", "2,x"},
		"one at a time":           {"-json", "-benchfmt"},
	} {
		var said bytes.Buffer
		_, err := parse(args, &said)
		require.Error(t, err, "%q", args)
		require.Contains(t, said.String(), want, "%q", args)
	}
	_, err := parse([]string{"-h"}, io.Discard)
	require.ErrorIs(t, err, flag.ErrHelp)
}

func TestParseSelects(t *testing.T) {
	selected := func(args ...string) (names []string) {
		c, err := parse(args, io.Discard)
		require.NoError(t, err)
		for _, s := range c.selected(scenarios(c.plan)) {
			names = append(names, s.full())
		}
		return names
	}
	all := selected()
	require.Len(t, all, len(scenarios(fullPlan)))
	require.Equal(t, []string{"solo"}, selected("solo"))
	require.Equal(t, []string{"solo"}, selected("-row", "1"))
	require.Equal(t, []string{"solo", "pingpong"}, selected("4", "-count", "10", "solo"))
	require.Len(t, selected("stream"), 6, "the rows of other circumstances begin with their own names")
	require.Len(t, selected("crowded/of=stream"), 6)
	require.Equal(t, selected("5"), selected("6"), "measured together")
}

func TestWantsMeasure(t *testing.T) {
	c, err := parse([]string{"6"}, io.Discard)
	require.NoError(t, err)
	s := c.selected(scenarios(c.plan))[0]
	var units []string
	for _, m := range s.measures {
		if c.wants(s, m) {
			units = append(units, m.unit)
		}
	}
	require.Equal(t, []string{perPost}, units)
}

func TestParseQuick(t *testing.T) {
	c, err := parse([]string{"-quick"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, quickPlan, c.plan)
	require.GreaterOrEqual(t, c.pairs, 10)
	c, err = parse([]string{"-quick", "-count=20"}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 20, c.pairs)
}
