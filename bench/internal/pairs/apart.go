package pairs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// apartEnv makes the process measure one contestant instead of being the command: its value
// is the scenario, the contestant and the operations, a line each.
const apartEnv = "IOCP_BENCH_APART"

// started are the arguments of the process, its own name too, before a main took words such
// as a subcommand away, which the process that measures apart needs as well.
var started = slices.Clone(os.Args)

// apart are the values that a process of its own has of a contestant: by unit.
type apart map[string]float64

// apart starts the program once more, for one contestant alone. Threads are not given back
// and a peak of memory does not go down, so that contestants in one process would be charged
// for each other. What cannot be measured is missing.
func (c config) apart(s Scenario, side string, n int) apart {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	cmd := exec.Command(self, slices.Concat(started[1:1+len(started)-len(os.Args)], c.args)...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s\n%s\n%d", apartEnv, s.Full(), side, n))
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var threads, peak float64
	if _, err := fmt.Sscan(string(out), &threads, &peak); err != nil {
		return nil
	}
	return apart{Threads: threads, Peak: peak}
}

// addApart adds the measures of processes of their own.
func (c config) addApart(ctx context.Context, s Scenario, got samples) {
	for j, m := range s.Measures {
		if !m.Apart || !c.wants(m.Row, s.Full()) {
			continue
		}
		for i, side := range s.Sides {
			if got.apart[i] == nil && c.command.Restarts && got.faults[i] == "" && ctx.Err() == nil {
				got.apart[i] = c.apart(s, side.Name, got.n[i])
			}
			if v, ok := got.apart[i][m.Unit]; ok {
				got.values[i][j] = []float64{v}
			}
		}
	}
}

// Apart does not return if the process was started to measure one contestant. A main or
// TestMain calls it before anything else if the command Restarts.
func (command Command) Apart() {
	words := strings.Split(os.Getenv(apartEnv), "\n")
	if len(words) != 3 {
		return
	}
	n, err := strconv.Atoi(words[2])
	Must(err)
	c, err := command.parse(os.Args[1:], io.Discard)
	Must(err)
	for _, s := range c.selected() {
		if i := s.side(words[1]); s.Full() == words[0] && i >= 0 {
			leave := s.Enter()
			run := s.Sides[i].Open()
			for range 3 {
				run(n)
			}
			leave()
			fmt.Println(Status("Threads"), 1024*Status("VmHWM"))
			os.Exit(0)
		}
	}
	os.Exit(exitFailed)
}

// Status is a number from what Linux says of the process, not a number elsewhere.
func Status(field string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return math.NaN()
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(field+":")); ok {
			if n, err := strconv.Atoi(strings.Fields(string(rest))[0]); err == nil {
				return float64(n)
			}
		}
	}
	return math.NaN()
}
