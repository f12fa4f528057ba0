package iocp

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var errTest = errors.New("a cause")

// waits are the timeouts that a call may be given.
var waits = []time.Duration{0, 1, -1, math.MaxInt64, math.MinInt64}

// nilContext is the context that the methods refuse.
var nilContext context.Context

// calls is every method that can fail, as a call that returns its error.
func calls(p *Port[int], wait time.Duration) map[string]func() error {
	ctx := context.Background()
	dst := []int{-1, -1}
	return map[string]func() error{
		"Post":                   func() error { return p.Post(1) },
		"PostTimeout":            func() error { return p.PostTimeout(1, wait) },
		"PostContext":            func() error { return p.PostContext(ctx, 1) },
		"PostBatch":              func() error { _, err := p.PostBatch(dst); return err },
		"PostBatchTimeout":       func() error { _, err := p.PostBatchTimeout(dst, wait); return err },
		"PostBatchTimeout empty": func() error { _, err := p.PostBatchTimeout(nil, wait); return err },
		"PostBatchContext":       func() error { _, err := p.PostBatchContext(ctx, dst); return err },
		"PostBatch empty":        func() error { _, err := p.PostBatch(nil); return err },
		"Get":                    func() error { _, err := p.Get(wait); return err },
		"GetContext":             func() error { _, err := p.GetContext(ctx); return err },
		"GetBatch":               func() error { _, err := p.GetBatch(dst, wait); return err },
		"GetBatchContext":        func() error { _, err := p.GetBatchContext(ctx, dst); return err },
		"Close":                  func() error { return p.Close() },
	}
}

func TestNilAndZeroPortHaveTheirErrors(t *testing.T) {
	zero := new(Port[int])
	for p, want := range map[*Port[int]]error{nil: ErrNilPort, zero: ErrInvalidPort} {
		for _, wait := range waits {
			for name, call := range calls(p, wait) {
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
			for range p.All(nilContext) {
				t.Error("a packet from nowhere")
			}
		})
		// The port comes first in what the caller is told.
		_, err := p.GetContext(nilContext)
		require.Equal(t, want, err)
		require.Equal(t, want, p.PostContext(nilContext, 1))
		_, err = p.PostBatchContext(nilContext, nil)
		require.Equal(t, want, err)
	}
	require.NotErrorIs(t, zero.Post(1), context.Canceled)
}

func TestClosedPortHasItsErrors(t *testing.T) {
	p := open[int](t, 2)
	require.NoError(t, p.Close())
	for _, wait := range waits {
		for name, call := range calls(p, wait) {
			require.Equal(t, ErrClosed, call(), name)
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
	p := open[int](t, 2)
	require.NoError(t, p.Post(1))
	_, err := p.GetContext(ctx)
	require.Equal(t, ErrInvalidParameter, err)
	n, err := p.GetBatchContext(ctx, make([]int, 1))
	require.Zero(t, n)
	require.Equal(t, ErrInvalidParameter, err)
	require.Equal(t, ErrInvalidParameter, p.PostContext(ctx, 2))
	n, err = p.PostBatchContext(ctx, []int{2})
	require.Zero(t, n)
	require.Equal(t, ErrInvalidParameter, err)
	for range p.All(ctx) {
		t.Error("a packet was taken")
	}
	require.Equal(t, 1, p.Len())
}

// Each timeout, on a port with a packet and room: no timeout is wrong.
func TestEveryTimeoutIsValid(t *testing.T) {
	p := open[int](t, 2)
	for i, wait := range waits {
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
	cancel(errTest)
	closed, ready := open[int](t, 4), open[int](t, 4)
	require.NoError(t, closed.Close())
	fill(t, ready, 3) // packets and room: nothing but the arguments is wrong
	for _, p := range []*Port[int]{nil, new(Port[int]), closed, ready} {
		for _, ctx := range []context.Context{nilContext, ended, t.Context()} {
			for _, dst := range [][]int{nil, {}, {-1}} {
				before := func(empty, noContext bool) error {
					switch {
					case empty && len(dst) == 0:
						return ErrInvalidParameter
					case p == nil:
						return ErrNilPort
					case p != closed && p != ready:
						return ErrInvalidPort
					case noContext:
					case ctx == nil:
						return ErrInvalidParameter
					case ctx == ended:
						return errTest
					}
					if p == closed {
						return ErrClosed
					}
					return nil
				}
				left := p.Len()
				n, err := p.GetBatchContext(ctx, dst)
				is(t, before(true, false), err, "GetBatchContext")
				require.Equal(t, err == nil, n == 1)
				n, err = p.GetBatch(dst, 0)
				is(t, before(true, true), err, "GetBatch")
				require.Equal(t, err == nil, n == 1)
				_, err = p.GetContext(ctx)
				is(t, before(false, false), err, "GetContext")
				is(t, before(false, false), p.PostContext(ctx, 1), "PostContext")
				n, err = p.PostBatch(dst) // for which no length is wrong
				is(t, before(false, true), err, "PostBatch")
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
