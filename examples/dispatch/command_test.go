package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBadFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-rate 0":                         "-rate is 0",
		"-rate -1":                        "-rate is -1",
		"-rate NaN":                       "-rate is NaN",
		"-rate +Inf":                      "-rate +Inf and -duration 12s",
		"-rate 1e9":                       "-rate 1e+09 and -duration 12s",
		"-rate 1 -duration 1s":            "no packet",
		"-rate x":                         "-rate",
		"-duration 0":                     "-duration is 0s",
		"-duration 5":                     "-duration",
		"-workers 0":                      "-workers is 0",
		"-workers 1001":                   "-workers is 1001",
		"-capacity 0":                     "-capacity is 0",
		"-capacity 1048577":               "-capacity is 1048577",
		"-batch 0":                        "-batch is 0",
		"-batch 1025":                     "-batch is 1025",
		"-work -1s":                       "-work is -1s",
		"-busy 2s":                        "-busy is 2s",
		"-late 0":                         "-late is 0s",
		"-socket -1":                      "-socket is -1",
		"-svg no/such/folder/x.svg":       "-svg: open no/such/folder/x.svg",
		"-html no/such/folder/x.html":     "-html: open no/such/folder/x.html",
		"-unknown":                        "-unknown",
		"stream":                          `"stream" is no flag`,
		"-duration 1s -svg chart.svg 100": `"100" is no flag`,
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, 2, command(t.Context(), strings.Fields(args), &out, &errs), args)
		assert.Contains(t, errs.String(), want, args)
		assert.Contains(t, errs.String(), "-h", args)
		assert.Empty(t, out.String(), args)
	}
	assert.NoFileExists(t, "chart.svg")
}

func TestHelp(t *testing.T) {
	var out, errs bytes.Buffer
	assert.Zero(t, command(t.Context(), []string{"-h"}, &out, &errs))
	for _, f := range []string{"-rate", "-duration", "-workers", "-capacity", "-batch", "-svg", "-html"} {
		assert.Contains(t, errs.String(), f)
	}
}

func TestCapacityIsRoundedUp(t *testing.T) {
	c, err := parse([]string{"-capacity", "5"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, 8, c.capacity)
}

// The whole program, its other process too: it ends, prints the table, and writes the files.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	svg, html := filepath.Join(dir, "chart.svg"), filepath.Join(dir, "page.html")
	var out, errs bytes.Buffer
	args := []string{"-duration", "300ms", "-rate", "3000", "-svg", svg, "-html", html}
	require.Zero(t, command(t.Context(), args, &out, &errs), errs.String())

	table := out.String()
	for _, want := range []string{
		"port+thread", "channel", "= sent", "lost in the dispatcher's socket", "the queue was full", "later than 10ms",
		"p50", "p90", "p99", "p99.9", "p99.99", "max", "in the queue", "The books balance",
	} {
		assert.Contains(t, table, want)
	}
	cells := map[string]int{}
	for line := range strings.Lines(table) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			cells[name] = len(strings.Fields(rest))
		}
	}
	assert.Equal(t, 3, cells["= sent"], "side by side:\n%s", table)
	assert.Equal(t, 3, cells["= answered in time"])

	picture := read(t, svg)
	wellFormed(t, picture)
	assert.Contains(t, picture, "prefers-color-scheme: dark")
	assert.Equal(t, 6, strings.Count(picture, "<polyline "), "a curve for each mode and kind of time")
	assert.NotContains(t, picture, `points=""`)
	for _, bad := range []string{"NaN", "Inf", "ZgotmplZ"} {
		assert.NotContains(t, picture, bad)
	}

	text := read(t, html)
	assert.Contains(t, text, picture, "the page has the picture")
	assert.Contains(t, text, "answer lost in the generator&#39;s socket")
	assert.NotContains(t, text, "ZgotmplZ")
}

// Ctrl-C in the second of three turns: what there is is printed, and the books of what was
// sent so far balance. Uninterrupted the run would take an hour.
func TestInterruptPrintsWhatThereIs(t *testing.T) {
	for _, together := range []string{"-together=true", "-together=false"} {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		svg := filepath.Join(t.TempDir(), "chart.svg")
		var out bytes.Buffer
		errs := &trigger{text: "turn 1 of 3: port,", do: interrupt}
		args := []string{together, "-rate", "1000", "-duration", "1h", "-svg", svg}
		require.Zero(t, command(ctx, args, &out, errs), errs.String())
		assert.Contains(t, out.String(), "= sent")
		assert.NotContains(t, out.String(), "channel", "had no turn")
		assert.Contains(t, errs.String(), "stopped")
		wellFormed(t, read(t, svg))
	}
}

// trigger calls do once text has been written.
type trigger struct {
	bytes.Buffer
	text string
	do   func()
}

func (w *trigger) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.do()
	}
	return w.Buffer.Write(p)
}

// An interrupted turn stops sending, and answers what was sent.
func TestInterruptedTurn(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	c := roomy()
	c.rate, c.duration = 1000, 1000e9
	in, out, err := turn(ctx, c, modes[0], func(both context.Context, stop <-chan struct{}, p plan) (*generated, error) {
		at := p.schedule()
		for i := range 100 { // due at once
			at[i] = 0
		}
		at[100] = int64(c.duration)
		interrupt()
		<-stop
		return p.carryOut(both, stop, at)
	})
	require.NoError(t, err)
	r := &result{in: in, out: out}
	require.NoError(t, r.balance())
	assert.NotZero(t, out.Cut)
	assert.Equal(t, out.Planned, out.Cut+out.Sent)
}

func TestChartOfNothing(t *testing.T) {
	r := balanced()
	r.in.InQueue, r.out.whole, r.out.behind = newHistogram(), newHistogram(), newHistogram()
	s := newSummary(config{}, []*result{r})
	var b bytes.Buffer
	require.NoError(t, templates.ExecuteTemplate(&b, "chart.svg.tmpl", s.Chart))
	wellFormed(t, b.String())
	assert.NotContains(t, b.String(), "NaN")
	require.NoError(t, s.print(&b))
	assert.Contains(t, b.String(), " -\n")
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}
