package pairs

import (
	"bytes"
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	Burn()
	os.Exit(m.Run())
}

// The sides alternate in an order that is swapped from pair to pair.
func TestPairsAlternate(t *testing.T) {
	var order string
	fake := func(name string, value float64) func() Side {
		return func() Side {
			return func(n int) []float64 {
				order += name
				time.Sleep(time.Millisecond)
				return []float64{value}
			}
		}
	}
	s := Scenario{Name: "fake", Measures: []Measure{{Row: 1, Unit: P50, Goal: 1}}, Sides: []Contestant{{Name: "port", Open: fake("p", 1)}, {Name: "channel", Open: fake("c", 2)}}}
	r := runner{pairs: 6, slice: time.Millisecond, limit: time.Minute}
	got := r.run(t.Context(), s)
	// How many slices the warming up takes, the machine decides.
	require.Regexp(t, "^p+c+(pccp){3}$", order, "each is warmed up, then pairs")
	require.Equal(t, []float64{1, 1, 1, 1, 1, 1}, got.values[0][0])
	require.Equal(t, []float64{2, 2, 2, 2, 2, 2}, got.values[1][0])
	require.Equal(t, []int{1, 1}, got.n)

	s.Times, order = 4, ""
	got = r.run(t.Context(), s)
	require.Regexp(t, "^p+c+(pccp){12}$", order)
	require.Len(t, got.values[0][0], 24)
}

// The run goes on without a contestant that breaks a promise.
func TestFault(t *testing.T) {
	good := func() Side { return func(int) []float64 { return []float64{1} } }
	turns := 0
	bad := func() Side {
		return func(int) []float64 {
			if turns++; turns == 5 {
				panic(Fault("loses packets"))
			}
			return []float64{2}
		}
	}
	command := Command{Package: "example.com/fake", Scenarios: func(bool) ([]Scenario, error) {
		turns = 0
		return []Scenario{{
			Name: "solo", Measures: []Measure{{Row: 1, Unit: P50}}, Least: 1, Slice: 1,
			Sides: []Contestant{{Name: "good", Open: good}, {Name: "bad", Open: bad}, {Name: "other", Open: good}},
		}}, nil
	}}
	var out, said bytes.Buffer
	require.Equal(t, exitFailed, command.Run(t.Context(), []string{"-quick", "-slice=1ns"}, &out, &said))
	require.Regexp(t, `(?m)^  1  solo .* 1\.0 ns +– +1\.0 ns +1\.00 +1\.00 … 1\.00 .* bad loses packets$`, out.String())
	require.Equal(t, "fake: solo: bad: loses packets\n", said.String())
}

// What was measured before an interrupt is printed.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	command := Command{Package: "example.com/fake", Scenarios: func(bool) ([]Scenario, error) {
		var all []Scenario
		for _, name := range []string{"first", "second", "third"} {
			side := func() Side {
				return func(int) []float64 {
					if name == "second" {
						cancel()
					}
					return []float64{1}
				}
			}
			all = append(all, Scenario{Name: name, Measures: []Measure{{Row: 1, Unit: P50}}, Slice: 1, Sides: []Contestant{{Name: "one", Open: side}, {Name: "two", Open: side}}})
		}
		return all, nil
	}}
	var out, said bytes.Buffer
	require.Equal(t, exitInterrupted, command.Run(ctx, []string{"-quick", "-slice=1ns", "-count=20"}, &out, &said))
	require.Contains(t, out.String(), "  1  first ")
	require.NotContains(t, out.String(), "third")
	require.Contains(t, out.String(), "INTERRUPTED: 1 scenarios measured, 2 not")
}

func TestHung(t *testing.T) {
	var out bytes.Buffer
	hung(&out, "stream/shape=2x2", time.Minute)
	require.Contains(t, out.String(), "stream/shape=2x2: no end after 1m0s")
	require.Contains(t, out.String(), "TestHung", "the stacks")
}

func TestBurner(t *testing.T) {
	b, err := startBurner()
	if errors.Is(err, syscall.ENOEXEC) {
		// The kernel does not take the very program that runs here: an emulator was
		// started with it, and the kernel has not been told of the emulator.
		t.Skip("the burner would have to run under the emulator too: ", err)
	}
	require.NoError(t, err)
	b.alive.Close() // as when the parent is gone
	require.NoError(t, b.cmd.Wait(), "it ends by itself")

	b, err = startBurner()
	require.NoError(t, err)
	b.stop()
	require.NotNil(t, b.cmd.ProcessState)
}
