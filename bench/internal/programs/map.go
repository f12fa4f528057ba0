package programs

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

const mapUsage = `usage: go run ./bench map [flags]

Draws programs that use a queue at random and runs each on ports and on channels, in
turns: wall time, processor time, and how long an item lay. LOSS is said of a cell
whose better quartile of pairs is above %.2f, after three times the pairs of others.
Wants a machine that does nothing else.

`

// Map is `go run ./bench map`; it returns the exit status.
func Map(args []string, stdout, stderr io.Writer) int {
	c, err := parse("map", fmt.Sprintf(mapUsage, slack), nil, args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	smoke := ""
	if c.quick {
		smoke = "SMOKE RUN: too short to conclude from"
		fmt.Fprintln(stdout, smoke)
	}
	fmt.Fprintf(stdout, "map -seed %d: %s %s/%s, %d CPUs, %s; ratios are port ÷ channel\n",
		c.seed, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	var all []Result
	for i, cell := range c.drawn() {
		res := c.measure(cell)
		res.Index = i
		all = append(all, res)
		fmt.Fprintln(stdout, res)
	}
	if err = c.summary(stdout, all); err == nil && c.json != "" {
		err = c.save(smoke, all)
	}
	if err != nil {
		fmt.Fprintf(stderr, "map: %v\n", err)
		return 1
	}
	return 0
}

// save writes the results to the file that was asked for.
func (c command) save(smoke string, all []Result) error {
	text, err := json.MarshalIndent(struct {
		Smoke string   `json:"smoke,omitempty"`
		Seed  uint64   `json:"seed"`
		Go    string   `json:"go"`
		CPUs  int      `json:"cpus"`
		Date  string   `json:"date"`
		Cells []Result `json:"cells"`
	}{smoke, c.seed, runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format(time.RFC3339), all}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.json, append(text, '\n'), 0o666)
}
