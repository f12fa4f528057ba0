package harness

import (
	"context"
	"time"
)

// Forms of calls.
const (
	plain     = "plain"
	batched   = "batch"
	timed     = "timeout"
	contexted = "context"
)

var forms = []string{plain, batched, timed, contexted}

// A loop makes the calls for all of vs.
type loop[T any] func(vs []T)

// batch is the most elements of a batch.
const batch = 32

// patience is the timeout of calls that are not to time out.
const patience = time.Minute

// forever is a context that could end, and does not.
var forever, _ = context.WithCancel(context.Background())

// loops are the calls of a form, nil if the queue does not have it.
func (q Queue[T]) loops(form string) (put, get loop[T]) {
	switch form {
	case plain:
		return q.Put, q.Get
	case batched:
		if q.PutBatch == nil || q.GetBatch == nil {
			return nil, nil
		}
		return all(func(vs []T) int { return q.PutBatch(vs[:min(len(vs), batch)]) }),
			all(func(vs []T) int { return q.GetBatch(vs[:min(len(vs), batch)]) })
	case timed:
		if q.PutTimeout == nil || q.GetTimeout == nil {
			return nil, nil
		}
		return all(func(vs []T) int { return q.PutTimeout(vs, patience) }),
			all(func(vs []T) int { return q.GetTimeout(vs, patience) })
	case contexted:
		if q.PutContext == nil || q.GetContext == nil {
			return nil, nil
		}
		return all(func(vs []T) int { return q.PutContext(forever, vs) }),
			all(func(vs []T) int { return q.GetContext(forever, vs) })
	}
	return nil, nil
}

// all calls some until it has done all.
func all[T any](some func(vs []T) int) loop[T] {
	return func(vs []T) {
		for len(vs) > 0 {
			vs = vs[some(vs):]
		}
	}
}
