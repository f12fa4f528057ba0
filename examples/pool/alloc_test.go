//go:build !race

package pool_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/examples/pool"
)

func TestGoAllocatesNothing(t *testing.T) {
	p, err := pool.New(2, 16)
	require.NoError(t, err)
	defer p.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, name := range []string{"Go", "GoContext"} {
		give := ways[name]
		if name == "GoContext" {
			give = func(p *pool.Pool, f func()) error { return p.GoContext(ctx, f) }
		}
		require.Zero(t, testing.AllocsPerRun(5000, func() { // waits for room time and again
			if err := give(p, nothing); err != nil {
				panic(err)
			}
		}), name)
	}
}
