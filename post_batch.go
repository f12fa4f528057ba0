package iocp

import (
	"context"
	"time"

	"github.com/iocp-go/iocp/waiter"
)

// PostBatchTimeout is PostBatch that waits for room for all of vs, for timeout at most. n is
// the number of packets posted, a prefix of vs. If that is not all of vs, err says why; err is one
// of PostTimeout's. An empty vs posts nothing; the error is nil, or that of a port that takes no
// packets. The packets enter the queue in their order; those of other posts may come between
// them, wherever PostBatchTimeout has waited.
func (p *Port[T]) PostBatchTimeout(vs []T, timeout time.Duration) (n int, err error) {
	if n, err = p.PostBatch(vs); err != ErrFull {
		return n, err
	}
	if timeout == 0 {
		return n, ErrTimeout
	}
	return p.postRest(vs, n, waiter.Deadline(timeout), nil)
}

// PostBatchContext is PostBatchTimeout that waits as PostContext does.
func (p *Port[T]) PostBatchContext(ctx context.Context, vs []T) (n int, err error) {
	if err := p.valid(); err != nil {
		return 0, err
	}
	if err := done(ctx); err != nil {
		return 0, err
	}
	if n, err = p.PostBatch(vs); err != ErrFull {
		return n, err
	}
	return p.postRest(vs, n, waiter.Forever, ctx)
}

// postRest posts the packets of vs after the first n, as room comes, and returns the number of
// those posted then.
func (p *Port[T]) postRest(vs []T, n int, deadline int64, ctx context.Context) (int, error) {
	for {
		if err := p.postUntil(vs[n], deadline, ctx); err != nil {
			return n, err
		}
		n++
		if n += p.pushBatch(vs[n:]); n == len(vs) {
			return n, nil
		}
		// Room that comes soon each time needs no sleep, and only a sleep ends by itself.
		if deadline != waiter.Forever && waiter.Now() >= deadline {
			return n, ErrTimeout
		}
		if ctx != nil && ctx.Err() != nil {
			return n, cause(ctx)
		}
	}
}
