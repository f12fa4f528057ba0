package programs

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGuarded(t *testing.T) {
	c, err := parse("guard", "", nil, []string{"-cells=3", "-seed=4"}, &bytes.Buffer{})
	require.NoError(t, err)
	var commands []string
	for command, cell := range c.guarded() {
		commands = append(commands, command)
		if len(commands) <= 16+6 {
			require.Positive(t, cell.Hogs)
		}
	}
	require.Len(t, commands, 16+6+3)
	require.Equal(t, "go run ./bench 21", commands[15])
	require.Equal(t, "go run ./bench guard", commands[21])
	require.Equal(t, "go run ./bench map -seed 4 -only 2", commands[24])
}

// A loss takes three times as many pairs.
func TestMore(t *testing.T) {
	m := meter{pairs: 4}
	lost, won := []float64{1.2, 1.2, 1.2, 1.2}, []float64{1.2, 0.9, 1.2, 0.9}
	require.True(t, m.more(won[:3]))
	require.False(t, m.more(won))
	require.True(t, m.more(lost))
	require.False(t, m.more([]float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}))
}
