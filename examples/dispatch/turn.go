package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// turns is how often the modes take turns, so that what else the machine does meets them all.
const turns = 3

// measure lets the modes take turns and returns the results of those that had one, also when
// ctx ends early. Before, the first mode has a short turn that does not count: files are
// read, and threads made.
func measure(ctx context.Context, c config, log io.Writer) ([]*result, error) {
	var results []*result
	for _, m := range modes {
		results = append(results, &result{mode: m.name})
	}
	c.duration /= turns
	warm := c
	warm.duration = min(c.duration/4, 300*time.Millisecond)
	launch := generateApart
	if c.together {
		launch = generate
	}
	if _, _, err := turn(ctx, warm, modes[0], launch); err != nil {
		return nil, err
	}
	for i := range turns {
		for j, m := range modes {
			if ctx.Err() != nil {
				break
			}
			fmt.Fprintf(log, "turn %d of %d: %s, %v\n", i+1, turns, m.name, c.duration.Round(time.Millisecond))
			in, out, err := turn(ctx, c, m, launch)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			one := &result{in: in, out: out}
			if err := one.balance(); err != nil {
				return nil, fmt.Errorf("%s: the books do not balance: %w", m.name, err)
			}
			results[j].add(in, out)
		}
	}
	for len(results) > 0 && results[len(results)-1].turns == 0 {
		results = results[:len(results)-1]
	}
	return results, nil
}

// A launcher carries out a plan. When stop is closed it sends no more, and waits for the
// answers that are on their way. When ctx is done it gives up.
type launcher func(ctx context.Context, stop <-chan struct{}, p plan) (*generated, error)

// turn runs a dispatcher and its generator. An end of ctx stops the sending; what was sent is
// answered all the same.
func turn(ctx context.Context, c config, m mode, launch launcher) (*dispatched, *generated, error) {
	d, err := newDispatcher(c, m, rand.Uint64())
	if err != nil {
		return nil, nil, err
	}
	defer d.sock.Close()
	both, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	done := make(chan struct{})
	var out *generated
	var failed error
	go func() {
		defer close(done)
		out, failed = launch(both, ctx.Done(), plan{
			To: d.addr(), Turn: d.turn, Rate: c.rate, Duration: c.duration, Batch: c.batch, Limit: c.late, Receive: c.receive,
		})
		if failed != nil {
			d.sock.Close() // ends serve
		}
	}()
	err = d.serve()
	if err == nil {
		err = d.farewell(done)
	}
	if err != nil {
		giveUp(err)
	}
	<-done
	if failed != nil { // err is its consequence, or its cause
		return nil, nil, failed
	}
	return &d.dispatched, out, err
}
