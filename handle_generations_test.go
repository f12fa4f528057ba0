package iocp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each place in the table is good for maxGen handles, the last of them included.
func TestHandleUsesTheLastGeneration(t *testing.T) {
	table, p := new(handleTable), open[Packet](t, 2)
	h, err := table.open(p)
	require.NoError(t, err)
	table.chunks[0].Load().gen[0] = maxGen - 1
	_, err = table.close(h)
	require.NoError(t, err)

	last, err := table.open(p)
	require.NoError(t, err)
	require.Equal(t, maxGen<<genShift, last)
	_, err = table.close(last)
	require.NoError(t, err)
	next, err := table.open(p)
	require.NoError(t, err)
	require.Equal(t, Handle(1<<genShift|1<<indexShift), next)
}
