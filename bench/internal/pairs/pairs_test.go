package pairs

import (
	"bytes"
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
	s := Scenario{Name: "fake", Measures: []Measure{{Row: 1, Unit: P50, Goal: 1}}, Port: fake("p", 1), Channel: fake("c", 2)}
	r := runner{pairs: 6, slice: time.Millisecond, limit: time.Minute}
	got := r.run(s)
	// How many slices the warming up takes, the machine decides.
	require.Regexp(t, "^p+c+(pccp){3}$", order, "each is warmed up, then pairs")
	require.Equal(t, []float64{1, 1, 1, 1, 1, 1}, got.port[0])
	require.Equal(t, []float64{2, 2, 2, 2, 2, 2}, got.channel[0])
	require.Equal(t, [2]int{1, 1}, got.n)

	s.Times, order = 4, ""
	got = r.run(s)
	require.Regexp(t, "^p+c+(pccp){12}$", order)
	require.Len(t, got.port[0], 24)
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
