package pool

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// Of workers that all see that there are too many, only as many leave as there are too many.
func TestLeaveNoMoreThanSurplus(t *testing.T) {
	tasks, err := iocp.New[func()](2)
	require.NoError(t, err)
	p := &Pool{tasks: tasks, ended: make(chan struct{}), size: 2, workers: 4}
	p.dismiss()
	for _, leaves := range []bool{true, true, false, false} { // as if each had seen surplus before the first left
		require.Equal(t, leaves, p.leave(false))
	}
	require.Equal(t, 2, p.Workers())
	require.False(t, p.surplus.Load())
}
