package pairs

import (
	"bytes"
	"encoding/json"
	"math"
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
		require.Equal(t, want, fake.Run(t.Context(), args, &o, &s), s.String())
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

// Files of earlier versions have a port and a channel, and no slices.
func TestEarlierFile(t *testing.T) {
	for text, want := range map[string]entry{
		`{"row":1,"scenario":"solo","gomaxprocs":2,"unit":"ns/op","port":1,"channel":2,"compared":"port/channel","value":0.5,"goal":"≤ 0.45","verdict":"goal met","pairs":10}`: {By: "ratio", Base: "channel"},
		`{"row":14,"unit":"B/waiter","port":1,"channel":2,"compared":"port-channel","value":-1}`:                                                                               {By: "excess", Base: "channel"},
		`{"row":18,"unit":"ns/op","port":1,"channel":2,"compared":"functions/methods","value":0.5}`:                                                                            {By: "ratio", Base: "methods"},
		`{"row":15,"unit":"allocs/op","port":0,"channel":null,"compared":"port","value":0}`:                                                                                    {By: "alone", Base: "port"},
	} {
		var e entry
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		require.Equal(t, []string{want.By, want.Base}, []string{e.By, e.Base}, text)
		require.NotNil(t, e.Columns[0].Value)
	}
	require.Error(t, json.Unmarshal([]byte(`{"by":"guess","columns":[{"name":"a"}]}`), new(entry)))
}

// two is an entry with two columns.
func two(row int, scenario, unit, by, first, base string, a, b, value, lo, hi float64, goal string) entry {
	return entry{
		Row: row, Scenario: scenario, Unit: unit, By: by, Base: base, Goal: goal,
		Columns: []column{{Name: first, Median: finite(a), Value: finite(value), Lo: finite(lo), Hi: finite(hi)}, {Name: base, Median: finite(b)}},
	}
}

func TestMarkdown(t *testing.T) {
	none := math.NaN()
	var out bytes.Buffer
	m := markdown{w: &out, goals: true}
	require.NoError(t, m.head(&report{}, machine{}))
	alone := two(15, "allocs", Allocs, "alone", "port", "port", 0, none, 0, none, none, "≤ 0")
	alone.Columns = alone.Columns[:1]
	for _, e := range []entry{
		two(1, "solo", PerOp, "ratio", "port", "channel", 20, 40, 0.5, 0.4, 0.6, "≤ 0.45"),
		two(5, "dispatch", P99, "ratio", "port", "channel", 1200, 400, 3, 0.5, 4, "≤ 0.50"),
		two(12, "miss", P50, "ratio", "port", "channel", 10, 10, 1, none, none, "≤ 1.00"),
		two(14, "parked", Threads, "alone", "port", "channel", 6, 5, 6, 6, 6, "< 18"),
		two(14, "parked", PerWaiter, "excess", "port", "channel", 2400, 2100, 300, 290, 310, "≤ 256 B"),
		alone,
		two(18, "handles", PerOp, "ratio", "functions", "methods", 22, 20, 1.1, 1.1, 1.1, "≤ 1.25"),
	} {
		require.NoError(t, m.add(e))
	}
	require.NoError(t, m.end(&report{}))
	require.Equal(t, `| row | scenario | port | channel | ratio | 95 % interval | goal |
|--:|---|--:|--:|--:|---|--:|
| 1 | solo | 20.0 ns | 40.0 ns | 0.50 | 0.40 … 0.60 | 0.45 |
| 5 | dispatch p99 | 1.2 µs | 400 ns | **3.00** | 0.50 … 4.00 | 0.50 |
| 12 | miss p50 | 10.0 ns | 10.0 ns | 1.00 |  | 1.00 |
| 14 | parked threads | 6 | 5 |  |  | < 18 |
| 14 | parked memory of each | 2400 B | 2100 B | +300 B | +290 B … +310 B | 256 B |
| 15 | allocs allocations | 0.00 | – |  |  | 0 |

| row | scenario | functions | methods | ratio | 95 % interval | goal |
|--:|---|--:|--:|--:|---|--:|
| 18 | handles | 22.0 ns | 20.0 ns | **1.10** | 1.10 … 1.10 | 1.25 |
`, out.String())
}

// With more than two columns a ratio says whose it is.
func TestColumns(t *testing.T) {
	e := entry{Row: 1, Scenario: "closed", Unit: PerOp, By: "ratio"}
	for i, name := range []string{"mine", "port", "channel"} {
		e.Columns = append(e.Columns, column{Name: name})
		for range leastPairs {
			e.Columns[i].Slices = append(e.Columns[i].Slices, finite(float64(10*(i+1))))
		}
	}
	var out bytes.Buffer
	p := table{w: &out}
	e.judge("port", false)
	require.NoError(t, p.add(e))
	require.Regexp(t, `^\nrow +scenario +measure +mine +port +channel +mine ÷ +interval +channel ÷ +interval +relation\n`+
		` +1  closed +ns/op +10\.0 ns +20\.0 ns +30\.0 ns +0\.50 +0\.50 … 0\.50 +1\.50 +1\.50 … 1\.50  mine faster, channel slower\n$`, out.String())

	file := filepath.Join(t.TempDir(), "run.json")
	r := report{Machine: machine{Procs: 1}, Results: []entry{e}}
	var text bytes.Buffer
	require.NoError(t, r.json(&text))
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o666))
	out.Reset()
	require.Equal(t, 0, fake.Run(t.Context(), []string{"-from", file, "-base", "mine"}, &out, &out))
	require.Contains(t, out.String(), "port slower, channel slower", "a file has the slices")
	out.Reset()
	require.Equal(t, 2, fake.Run(t.Context(), []string{"-from", file, "-base", "mime"}, &out, &out))
	require.Contains(t, out.String(), "-base mime: "+file+" has nothing of that name")
}

// A run that cannot be trusted says so.
func TestTrust(t *testing.T) {
	said := func(es ...entry) string {
		return strings.Join((&report{Again: es}).summary(false), "\n")
	}
	again := func(value, lo, hi float64) entry {
		return two(1, "solo", PerOp, "ratio", "channel again", "channel", 1, 1, value, lo, hi, "")
	}
	require.Contains(t, said(again(1, 0.98, 1.03)), "channel beside itself, 1 scenarios: no difference; below 3 % a difference says nothing here")
	require.Contains(t, said(again(1.1, 1.05, 1.2)), "DO NOT TRUST THIS RUN: channel differs from itself in solo (1.10, 1.05 … 1.20)")
	require.Contains(t, said(again(1.1, 0.6, 1.2)), "DO NOT TRUST SMALL DIFFERENCES")
	require.NotContains(t, said(again(1.1, 1.05, 1.2), again(1, 0.9, 1.1)), "THIS RUN", "one in twenty may")
	require.Empty(t, said())
}

// A file is compared with a later one by all slices.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, values ...float64) string {
		e := entry{Row: 1, Scenario: "solo", Unit: PerOp, By: "ratio", Columns: []column{{Name: "port"}, {Name: "channel"}}}
		for _, v := range values {
			e.Columns[0].Slices = append(e.Columns[0].Slices, finite(v))
			e.Columns[1].Slices = append(e.Columns[1].Slices, finite(40))
		}
		e.judge("", false)
		var text bytes.Buffer
		require.NoError(t, (&report{Machine: machine{Procs: 1}, Results: []entry{e}}).json(&text))
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, text.Bytes(), 0o666))
		return file
	}
	old := write("old", 20, 21, 22, 20, 21, 22)
	slower := write("new", 30, 31, 32, 30, 31, 32)
	var out bytes.Buffer
	require.Equal(t, 0, fake.Run(t.Context(), []string{"-compare", old, slower}, &out, &out), out.String())
	require.Regexp(t, `(?m)^solo +ns/op +port +21\.0 ns +31\.0 ns +\+47\.62%  \(p=0\.00\d n=6\)$`, out.String())
	require.Regexp(t, `(?m)^solo +ns/op +÷ channel +0\.5\d +0\.7\d +\+47\.62% `, out.String())
	require.Regexp(t, `(?m)^solo +ns/op +channel +40\.0 ns +40\.0 ns +~ `, out.String())
	earlier := filepath.Join("..", "..", "results", "2026-11-25-linux-amd64-2cpu.json")
	require.Equal(t, exitFailed, fake.Run(t.Context(), []string{"-compare", earlier, earlier, "solo"}, &out, &out))
	require.Contains(t, out.String(), "the medians of port, not the slices")
}
