package iocp

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// quit is a context that breaks its contract: its Done is closed, and its Err nil.
type quit struct {
	context.Context
	done chan struct{}
}

func (q quit) Done() <-chan struct{} { return q.done }

// A context whose Done is closed ends the wait with an error, whatever its Err says, and
// nothing is taken or lost.
func TestContextDoneWithoutErr(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		q := quit{context.Background(), make(chan struct{})}
		close(q.done)
		p := open[int](t, 2, mode)
		v, err := p.GetContext(q)
		require.Equal(t, context.Canceled, err)
		require.Zero(t, v)
		dst := []int{-1, -1}
		n, err := p.GetBatchContext(q, dst)
		require.Equal(t, context.Canceled, err)
		require.Zero(t, n)
		require.Equal(t, []int{-1, -1}, dst)
		for range p.All(q) {
			t.Error("a packet that nobody posted")
		}
		_, err = p.PostBatch([]int{1, 2})
		require.NoError(t, err)
		require.Equal(t, context.Canceled, p.PostContext(q, 3))
		n, err = p.GetBatch(dst, 0)
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, dst[:n])
		require.Zero(t, p.Len())
		require.Zero(t, p.Stats().Waiting+p.Stats().WaitingPosters)
	})
}

// large is no variable of a function, which the compiler would put on the heap.
var large [129 << 10]byte

// Packets beyond what the compiler leaves on a stack are not put on the heap.
func TestLargePacketsAllocateNothing(t *testing.T) {
	p := open[[129 << 10]byte](t, 2)
	for name, f := range map[string]func(){
		"Get of nothing":     func() { p.Get(0) },
		"Post, Get":          func() { p.Post(large); p.Get(0) },
		"Post to a full one": func() { p.Post(large); p.Post(large); p.Post(large) },
		"PostTimeout":        func() { p.PostTimeout(large, 0) },
	} {
		require.Zero(t, testing.AllocsPerRun(20, f), name)
	}
}
