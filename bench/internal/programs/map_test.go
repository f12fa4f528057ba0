package programs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for want, args := range map[string][]string{
		"-cells 0":         {"-cells", "0"},
		"-pairs 2":         {"-pairs=2"},
		"-only -2":         {"-only=-2"},
		"no family flown;": {"-family", "flown"},
		`what is "flow"?`:  {"flow"},
		"-slice 0s":        {"-slice=0"},
		"given twice":      {"-cells=3", "-cells=4"},
		"no such file or":  {"-json", filepath.Join(t.TempDir(), "none", "map.json")},
	} {
		var said bytes.Buffer
		_, err := parse("map", "", nil, args, &said)
		require.Error(t, err, "%q", args)
		require.Contains(t, said.String(), want)
	}
	c, err := parse("map", "", nil, []string{"-quick", "-cells=5"}, &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, []int{5, 3}, []int{c.cells, c.pairs})
	require.NotZero(t, c.seed)
	c, err = parse("map", "", nil, []string{"-seed=9", "-procs=1", "-hogs=0"}, &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, "go run ./bench map -seed 9 -only 4 -procs 1 -hogs 0", c.again(4))
	for i, cell := range c.drawn() {
		drawn := Draw(9, i)
		drawn.Procs, drawn.Hogs = 1, 0
		require.Equal(t, drawn, cell)
	}
}

// A few cells as the command runs them, and one of them again by itself.
func TestMap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.json")
	var out, said bytes.Buffer
	args := []string{"-slice=100us", "-pairs=3", "-hogs=0", "-seed=3"}
	require.Equal(t, 0, Map(append(args, "-cells=3", "-json", file), &out, &said), said.String())
	require.Regexp(t, `^map -seed 3: `, out.String())
	require.Len(t, regexp.MustCompile(`(?m)^(ok   |LOSS |STUCK) +[0-2]  wall `).FindAllString(out.String(), -1), 3, out.String())
	require.Contains(t, out.String(), "a smoke run: ")
	require.NotContains(t, out.String(), "goal met")

	var saved struct {
		Seed  uint64
		Cells []Result
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &saved))
	require.Equal(t, uint64(3), saved.Seed)
	require.Len(t, saved.Cells, 3)

	out.Reset()
	require.Equal(t, 0, Map(append(args, "-only=2"), &out, &said), said.String())
	require.Contains(t, out.String(), saved.Cells[2].Cell.String())
	require.Equal(t, 2, Map([]string{"-cells=x"}, &out, &said))
}

func TestMapFamily(t *testing.T) {
	var out bytes.Buffer
	require.Equal(t, 0, Map([]string{"-slice=100us", "-pairs=3", "-hogs=0", "-cells=2", "-family=tree"}, &out, &out))
	require.Len(t, regexp.MustCompile(`  tree \d+x`).FindAllString(out.String(), -1), 2, out.String())
}
