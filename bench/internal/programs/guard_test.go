package programs

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuarded(t *testing.T) {
	c, err := parse("guard", "", []string{"-cells=3", "-seed=4"}, &bytes.Buffer{})
	require.NoError(t, err)
	var commands []string
	for command, cell := range c.guarded() {
		commands = append(commands, command)
		if len(commands) <= 16 {
			require.Positive(t, cell.Hogs)
		}
	}
	require.Len(t, commands, 16+3)
	require.Equal(t, "go run ./bench 21", commands[15])
	require.Equal(t, "go run ./bench map -seed 4 -only 2", commands[18])
}

// Beside hogs a loss takes three times as many pairs.
func TestMore(t *testing.T) {
	m := meter{pairs: 4}
	lost, won := []float64{1.2, 1.2, 1.2, 1.2}, []float64{1.2, 0.9, 1.2, 0.9}
	alone, beside := Cell{}, Cell{Hogs: 1}
	require.True(t, m.more(alone, lost[:3]))
	require.False(t, m.more(alone, lost))
	require.True(t, m.more(beside, lost))
	require.False(t, m.more(beside, won))
	require.False(t, m.more(beside, []float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}))
}
