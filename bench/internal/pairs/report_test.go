package pairs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was measured and what is read from a file is printed by the same code, so
// a file that was read prints as itself.
func TestFrom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.json")
	run := func(want int, args ...string) (out, said string) {
		var o, s bytes.Buffer
		require.Equal(t, want, fake.Run(args, &o, &s), s.String())
		return o.String(), s.String()
	}
	measured, _ := run(0, "-slice=100us", "-count=6", "-cpu=2,1", "-json")
	require.NoError(t, os.WriteFile(file, []byte(measured), 0o666))
	read, _ := run(0, "-json", "-from", file)
	require.Equal(t, measured, read)

	table, _ := run(0, "-from", file)
	require.Equal(t, []string{"GOMAXPROCS 2", "GOMAXPROCS 1"}, regexp.MustCompile(`GOMAXPROCS \d`).FindAllString(table, -1),
		"one of its own begins no others")
	require.Equal(t, 2, strings.Count(table, "\n  6  dispatch/takers=1 "), table)
	require.Equal(t, 1, strings.Count(table, "\n  9  own "), table)

	table, _ = run(0, "-from", file, "6", "solo")
	require.Equal(t, 2, strings.Count(table, "\n  1  solo "), table)
	require.Equal(t, 0, strings.Count(table, "\n  5  dispatch"), table)

	_, said := run(2, "-from", file, "2")
	require.Equal(t, "fake: "+file+": no row 2\n", said)
	_, said = run(2, "-from", file, "stream")
	require.Equal(t, "fake: "+file+": no scenario's name begins with \"stream\"\n", said)

	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o666))
	_, said = run(2, "-from", file)
	require.Equal(t, "fake: "+file+" is not what -json prints: no results\n", said)
}

func TestCompared(t *testing.T) {
	for _, s := range []Scenario{{}, {Sides: [2]string{"functions", "methods"}}} {
		for _, by := range []Comparison{Ratio, Excess, Alone} {
			require.Equal(t, by, entry{Compared: s.compared(by)}.by(), s.compared(by))
		}
	}
	require.Equal(t, "port/channel", Scenario{}.compared(Ratio))
	require.Equal(t, "port-channel", Scenario{}.compared(Excess))
	require.Empty(t, entry{Compared: "port/channel"}.against())
	require.Equal(t, "functions ÷ methods", entry{Compared: "functions/methods"}.against())
}

func TestMarkdown(t *testing.T) {
	v := func(v float64) *float64 { return &v }
	var out bytes.Buffer
	m := markdown{&out}
	require.NoError(t, m.head(machine{}))
	for _, e := range []entry{
		{Row: 1, Scenario: "solo", Unit: PerOp, Port: v(20), Channel: v(40), Compared: "port/channel", Value: v(0.5), Lo: v(0.4), Hi: v(0.6), Goal: "≤ 0.45"},
		{Row: 5, Scenario: "dispatch", Unit: P99, Port: v(1200), Channel: v(400), Compared: "port/channel", Value: v(3), Lo: v(0.5), Hi: v(4), Goal: "≤ 0.50"},
		{Row: 12, Scenario: "miss", Unit: P50, Port: v(10), Channel: v(10), Compared: "port/channel", Value: v(1), Goal: "≤ 1.00"},
		{Row: 14, Scenario: "parked", Unit: Threads, Port: v(6), Channel: v(5), Compared: "port", Value: v(6), Lo: v(6), Hi: v(6), Goal: "< 18"},
		{Row: 14, Scenario: "parked", Unit: PerWaiter, Port: v(2400), Channel: v(2100), Compared: "port-channel", Value: v(300), Lo: v(290), Hi: v(310), Goal: "≤ 256 B"},
		{Row: 15, Scenario: "allocs", Unit: Allocs, Port: v(0), Compared: "port", Value: v(0), Goal: "≤ 0"},
		{Row: 18, Scenario: "handles", Unit: PerOp, Port: v(22), Channel: v(20), Compared: "functions/methods", Value: v(1.1), Lo: v(1.1), Hi: v(1.1), Goal: "≤ 1.25"},
	} {
		require.NoError(t, m.add(e))
	}
	require.NoError(t, m.end())
	require.Equal(t, `| row | scenario | port | channel | ratio | 95 % interval | goal |
|--:|---|--:|--:|--:|---|--:|
| 1 | solo | 20.0 ns | 40.0 ns | 0.50 | 0.40 … 0.60 | 0.45 |
| 5 | dispatch p99 | 1.2 µs | 400 ns | **3.00** | 0.50 … 4.00 | 0.50 |
| 12 | miss p50 | 10.0 ns | 10.0 ns | 1.00 |  | 1.00 |
| 14 | parked threads | 6 | 5 |  |  | < 18 |
| 14 | parked memory of each | 2400 B | 2100 B | +300 B | +290 B … +310 B | 256 B |
| 15 | allocs allocations | 0.00 | – |  |  | 0 |
| 18 | handles, functions ÷ methods | 22.0 ns | 20.0 ns | **1.10** | 1.10 … 1.10 | 1.25 |
`, out.String())
}
