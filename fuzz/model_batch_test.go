//go:build iocp_model

package fuzz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/iocp-go/iocp"
)

// postBatchWait posts n packets and waits for room for each. In a history they are n pushes
// within one call.
func postBatchWait(n int, timeout time.Duration) func(*actor) {
	return func(c *actor) {
		c.postAll(n, timeout > 0, func(vs []int) (int, error) { return c.port.PostBatchTimeout(vs, timeout) })
	}
}

// postBatchCtx is postBatchWait with the actor's context.
func postBatchCtx(n int) func(*actor) {
	return func(c *actor) {
		c.postAll(n, false, func(vs []int) (int, error) { return c.port.PostBatchContext(c.ctx, vs) })
	}
}

func (c *actor) postAll(n int, due bool, post func(vs []int) (int, error)) {
	vs := c.values(n)
	call := c.begin()
	c.forRoom, c.due = true, due
	c.pending.Input = step{kind: push, vs: []int{0}}
	m, err := post(vs)
	c.forRoom, c.due = false, false
	if (err == nil) != (m == n) {
		c.wrong = append(c.wrong, fmt.Sprintf("%d of %d posted, and the error is %v", m, n, err))
	}
	var steps []step
	for _, v := range vs[:m] {
		steps = append(steps, step{kind: push, vs: []int{v}})
	}
	switch {
	case errors.Is(err, iocp.ErrClosed):
		steps = append(steps, step{kind: isClosed})
	case err == nil, due && errors.Is(err, iocp.ErrTimeout), errors.Is(err, iocp.ErrInterrupted), errors.Is(err, context.Canceled):
	default:
		c.wrong = append(c.wrong, err.Error())
	}
	c.record(call, steps...)
	if len(steps) == 0 {
		c.now()
	}
}

// batchInOrder is for the end of a scenario whose first thread posts a batch: each taker has
// its packets in the batch's order.
func batchInOrder(cs []*actor, _ *iocp.Port[int]) error {
	posted := map[int]bool{}
	for _, op := range cs[0].history {
		if s := op.Input.(step); s.kind == push {
			posted[s.vs[0]] = true
		}
	}
	for _, c := range cs {
		var order []int
		for _, op := range c.history {
			if s := op.Input.(step); s.kind == take || s.kind == takeFirst || s.kind == takeRest {
				for _, v := range s.vs {
					if posted[v] {
						order = append(order, v)
					}
				}
			}
		}
		if !slices.IsSorted(order) {
			return fmt.Errorf("the batch was taken in the order %v", order)
		}
	}
	return nil
}

// batchScenarios have a batch that waits for room.
func batchScenarios() []scenario {
	type threads = []func(*actor)
	three := both(get, get, get)
	all := []scenario{
		{name: "a batch waits", bound: 2, before: 2, threads: threads{postBatchWait(3, iocp.Infinite), both(three, get, get)}},
		{name: "a batch waits, two takers", bound: 1, before: 2, threads: threads{postBatchWait(3, iocp.Infinite), both(get, get), three}},
		{name: "two batches wait", bound: 1, before: 1, threads: threads{postBatchWait(3, iocp.Infinite), postBatchWait(2, iocp.Infinite), both(three, three)}},
		{name: "a batch waits beside a poster", bound: 1, before: 2, threads: threads{postBatchWait(2, iocp.Infinite), postWait, both(three, get, get)}},
		{name: "a batch waits, deadline", bound: 2, before: 2, threads: threads{postBatchWait(3, soon), both(look, look, look)}},
		{name: "a batch waits, cancel", bound: 1, before: 2, threads: threads{postBatchCtx(2), cancel, both(look, look, look, look)}},
		{name: "a batch waits, close", bound: 2, before: 2, threads: threads{postBatchWait(3, iocp.Infinite), closePort, both(look, look)}},
		{name: "a batch waits, interrupt", bound: 2, before: 2, threads: threads{postBatchWait(2, soon), interrupt, both(look, look)}},
		{name: "a batch waits at the limit of growth", bound: 1, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postBatchWait(3, iocp.Infinite), both(three, three)}},
	}
	for i := range all {
		all[i].end = batchInOrder
	}
	return all
}
