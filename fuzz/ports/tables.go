package ports

import (
	"context"
	"math"
	"time"

	"github.com/iocp-go/iocp"
)

// Limits are timeouts of each kind: none, the shortest, infinite, and the extremes.
var Limits = []time.Duration{0, 1, -1, math.MaxInt64, math.MinInt64}

// NilContext is a context that every method refuses.
var NilContext context.Context

// Calls has a call of every method that can fail, by name.
func Calls(p *iocp.Port[int], wait time.Duration) map[string]func() error {
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

// Wait is a blocking method of a port of ints. Call waits until the port wakes it, ctx is done, or
// limit has passed, whichever of the two the method has.
type Wait struct {
	Call  func(p *iocp.Port[int], ctx context.Context, limit time.Duration) error
	Posts bool // waits for room
	Ctx   bool // has a ctx, and no limit
}

// Blocking has every blocking method, by name.
var Blocking = map[string]Wait{
	"Get": {Call: func(p *iocp.Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.Get(limit)
		return err
	}},
	"GetBatch": {Call: func(p *iocp.Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.GetBatch(make([]int, 2), limit)
		return err
	}},
	"GetContext": {Ctx: true, Call: func(p *iocp.Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.GetContext(ctx)
		return err
	}},
	"GetBatchContext": {Ctx: true, Call: func(p *iocp.Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.GetBatchContext(ctx, make([]int, 2))
		return err
	}},
	"All": {Ctx: true, Call: func(p *iocp.Port[int], ctx context.Context, _ time.Duration) error {
		for range p.All(ctx) {
			return nil
		}
		if ctx.Err() != nil { // All does not say why
			return context.Cause(ctx)
		}
		if _, err := p.PostBatch(nil); err != nil {
			return err // closed
		}
		return iocp.ErrInterrupted
	}},
	"PostTimeout": {Posts: true, Call: func(p *iocp.Port[int], _ context.Context, limit time.Duration) error {
		return p.PostTimeout(9, limit)
	}},
	"PostBatchTimeout": {Posts: true, Call: func(p *iocp.Port[int], _ context.Context, limit time.Duration) error {
		_, err := p.PostBatchTimeout([]int{9}, limit)
		return err
	}},
	"PostBatchContext": {Posts: true, Ctx: true, Call: func(p *iocp.Port[int], ctx context.Context, _ time.Duration) error {
		_, err := p.PostBatchContext(ctx, []int{9})
		return err
	}},
	"PostContext": {Posts: true, Ctx: true, Call: func(p *iocp.Port[int], ctx context.Context, _ time.Duration) error {
		return p.PostContext(ctx, 9)
	}},
}
