package answers

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestNilAndZeroPortHaveTheirErrors(t *testing.T) {
	zero := new(iocp.Port[int])
	for p, want := range map[*iocp.Port[int]]error{nil: iocp.ErrNilPort, zero: iocp.ErrInvalidPort} {
		for _, wait := range ports.Limits {
			for name, call := range ports.Calls(p, wait) {
				require.Equal(t, want, call(), name)
				require.Equal(t, want, call(), "%s again", name)
			}
		}
		require.NotPanics(t, func() {
			require.Zero(t, p.Len())
			require.Zero(t, p.Cap())
			require.Zero(t, p.Interrupt())
			require.Zero(t, p.Stats())
			for range p.All(context.Background()) {
				t.Error("a packet from nowhere")
			}
			for range p.All(ports.NilContext) {
				t.Error("a packet from nowhere")
			}
		})
		// The port comes first in what the caller is told.
		_, err := p.GetContext(ports.NilContext)
		require.Equal(t, want, err)
		require.Equal(t, want, p.PostContext(ports.NilContext, 1))
		_, err = p.PostBatchContext(ports.NilContext, nil)
		require.Equal(t, want, err)
	}
	require.NotErrorIs(t, zero.Post(1), context.Canceled)
}

func TestClosedPortHasItsErrors(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Close())
	for _, wait := range ports.Limits {
		for name, call := range ports.Calls(p, wait) {
			require.Equal(t, iocp.ErrClosed, call(), name)
		}
	}
	for range p.All(context.Background()) {
		t.Error("a packet from nowhere")
	}
	require.Zero(t, p.Interrupt())
	require.Zero(t, p.Len())
	require.Equal(t, 2, p.Cap())
}

func TestNilContext(t *testing.T) {
	var ctx context.Context
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(1))
	_, err := p.GetContext(ctx)
	require.Equal(t, iocp.ErrInvalidParameter, err)
	n, err := p.GetBatchContext(ctx, make([]int, 1))
	require.Zero(t, n)
	require.Equal(t, iocp.ErrInvalidParameter, err)
	require.Equal(t, iocp.ErrInvalidParameter, p.PostContext(ctx, 2))
	n, err = p.PostBatchContext(ctx, []int{2})
	require.Zero(t, n)
	require.Equal(t, iocp.ErrInvalidParameter, err)
	for range p.All(ctx) {
		t.Error("a packet was taken")
	}
	require.Equal(t, 1, p.Len())
}

// Each timeout, on a port with a packet and room: no timeout is wrong.
func TestEveryTimeoutIsValid(t *testing.T) {
	p := ports.Open[int](t, 2)
	for i, wait := range ports.Limits {
		require.NoError(t, p.PostTimeout(i, wait))
		v, err := p.Get(wait)
		require.NoError(t, err)
		require.Equal(t, i, v)
		require.NoError(t, p.Post(i))
		n, err := p.GetBatch(make([]int, 2), wait)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
}

// What is wrong with a call is told in one order, whatever else is wrong with it.
func TestOrderOfWhatIsLookedAt(t *testing.T) {
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(rig.ErrTest)
	closed, ready := ports.Open[int](t, 4), ports.Open[int](t, 4)
	require.NoError(t, closed.Close())
	ports.Fill(t, ready, 3) // packets and room: nothing but the arguments is wrong
	for _, p := range []*iocp.Port[int]{nil, new(iocp.Port[int]), closed, ready} {
		for _, ctx := range []context.Context{ports.NilContext, ended, t.Context()} {
			for _, dst := range [][]int{nil, {}, {-1}} {
				before := func(empty, noContext bool) error {
					switch {
					case empty && len(dst) == 0:
						return iocp.ErrInvalidParameter
					case p == nil:
						return iocp.ErrNilPort
					case p != closed && p != ready:
						return iocp.ErrInvalidPort
					case noContext:
					case ctx == nil:
						return iocp.ErrInvalidParameter
					case ctx == ended:
						return rig.ErrTest
					}
					if p == closed {
						return iocp.ErrClosed
					}
					return nil
				}
				left := p.Len()
				n, err := p.GetBatchContext(ctx, dst)
				rig.Same(t, before(true, false), err, "GetBatchContext")
				require.Equal(t, err == nil, n == 1)
				n, err = p.GetBatch(dst, 0)
				rig.Same(t, before(true, true), err, "GetBatch")
				require.Equal(t, err == nil, n == 1)
				_, err = p.GetContext(ctx)
				rig.Same(t, before(false, false), err, "GetContext")
				rig.Same(t, before(false, false), p.PostContext(ctx, 1), "PostContext")
				n, err = p.PostBatch(dst) // for which no length is wrong
				rig.Same(t, before(false, true), err, "PostBatch")
				if err != nil {
					require.Zero(t, n)
					require.Equal(t, left, p.Len())
				}
				for p == ready && p.Len() < 3 {
					require.NoError(t, p.Post(1))
				}
				for p == ready && p.Len() > 3 {
					_, err := p.Get(0)
					require.NoError(t, err)
				}
			}
		}
	}
}
