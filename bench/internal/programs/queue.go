package programs

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A queue is a port or a channel as families use it.
type queue struct {
	put      func(item)                       // waits for room, in the way that the cell says
	get      func() item                      // waits for an item, likewise
	tryPut   func(item) bool                  // false: full
	getFor   func(time.Duration) (item, bool) // false: nothing came in time
	getBatch func([]item) int                 // waits for one, takes what more there is
	length   func() int
	close    func() // ends the waits, and every goroutine that calls again; nil for a channel
}

// patience is the timeout of waits that are not to expire.
const patience = time.Minute

// forever is a context that could end, and does not.
var forever, _ = context.WithCancel(context.Background())

// portQueue is a queue over a port.
//
//go:noinline
func portQueue[T any](e element[T], capacity int, wait string) *queue {
	p, err := iocp.New[T](capacity)
	pairs.Must(err)
	q := &queue{
		put: func(v item) { held(p.PostTimeout(e.wrap(v), iocp.Infinite)) },
		get: func() item {
			v, err := p.Get(iocp.Infinite)
			held(err)
			return e.unwrap(v)
		},
		tryPut: func(v item) bool {
			err := p.Post(e.wrap(v))
			if err == iocp.ErrFull {
				return false
			}
			held(err)
			return true
		},
		getFor: func(d time.Duration) (item, bool) {
			v, err := p.Get(d)
			if err == iocp.ErrTimeout {
				return 0, false
			}
			held(err)
			return e.unwrap(v), true
		},
		getBatch: func(dst []item) int {
			var buf [most]T
			n, err := p.GetBatch(buf[:len(dst)], iocp.Infinite)
			held(err)
			for i, v := range buf[:n] {
				dst[i] = e.unwrap(v)
			}
			return n
		},
		length: p.Len,
		close:  func() { p.Close() },
	}
	switch wait {
	case "timeout":
		q.put = func(v item) { held(p.PostTimeout(e.wrap(v), patience)) }
		q.get = func() item {
			v, err := p.Get(patience)
			held(err)
			return e.unwrap(v)
		}
	case "context":
		q.put = func(v item) { held(p.PostContext(forever, e.wrap(v))) }
		q.get = func() item {
			v, err := p.GetContext(forever)
			held(err)
			return e.unwrap(v)
		}
		q.getFor = func(d time.Duration) (item, bool) {
			ctx, cancel := context.WithTimeout(forever, d)
			defer cancel()
			v, err := p.GetContext(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				return 0, false
			}
			held(err)
			return e.unwrap(v), true
		}
	}
	return q
}

// held checks the error of a port's method. ErrClosed ends the goroutine: a run that
// took too long was broken off. Any other error ends the process.
func held(err error) {
	if err != nil {
		failed(err)
	}
}

//go:noinline
func failed(err error) {
	if err == iocp.ErrClosed {
		runtime.Goexit()
	}
	panic(err)
}
