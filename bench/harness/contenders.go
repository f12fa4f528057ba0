package harness

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
	"github.com/iocp-go/iocp/ring"
)

// Contenders returns those that come with the harness: a port, with each way to sleep; the
// ring inside it, whose callers spin; a channel; a ring under a mutex with two conditions.
func Contenders() []Contender {
	return []Contender{
		New("port", port, port, port, port),
		New("port-thread", portThread, portThread, portThread, portThread),
		New("port-goroutine", portGoroutine, portGoroutine, portGoroutine, portGoroutine),
		New("ring", spinning, spinning, spinning, spinning),
		New("mutex", mutex, mutex, mutex, mutex),
		New("channel", channel, channel, channel, channel),
	}
}

func port[T any](capacity int) Queue[T]          { return portQueue[T](capacity, iocp.ParkAuto) }
func portThread[T any](capacity int) Queue[T]    { return portQueue[T](capacity, iocp.ParkThread) }
func portGoroutine[T any](capacity int) Queue[T] { return portQueue[T](capacity, iocp.ParkGoroutine) }

// portQueue is kept from being inlined: see pairs.Must.
//
//go:noinline
func portQueue[T any](capacity int, parking iocp.Parking) Queue[T] {
	p, err := iocp.New[T](capacity, iocp.WithParking(parking))
	pairs.Must(err)
	return Queue[T]{
		Put: func(vs []T) {
			for i := range vs {
				pairs.Must(p.PostTimeout(vs[i], iocp.Infinite))
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				v, err := p.Get(iocp.Infinite)
				pairs.Must(err)
				vs[i] = v
			}
		},
		// PostBatch does not wait: a poster that finds no room waits for room for one.
		PutBatch: func(vs []T) int {
			n, err := p.PostBatch(vs)
			if err == iocp.ErrFull && n == 0 {
				n, err = 1, p.PostTimeout(vs[0], iocp.Infinite)
			}
			if err != iocp.ErrFull {
				pairs.Must(err)
			}
			return n
		},
		GetBatch: func(vs []T) int {
			n, err := p.GetBatch(vs, iocp.Infinite)
			pairs.Must(err)
			return n
		},
		PutTimeout: func(vs []T, each time.Duration) int {
			for i := range vs {
				if p.PostTimeout(vs[i], each) != nil {
					return i
				}
			}
			return len(vs)
		},
		GetTimeout: func(vs []T, each time.Duration) int {
			for i := range vs {
				v, err := p.Get(each)
				if err != nil {
					return i
				}
				vs[i] = v
			}
			return len(vs)
		},
		PutContext: func(ctx context.Context, vs []T) int {
			for i := range vs {
				if p.PostContext(ctx, vs[i]) != nil {
					return i
				}
			}
			return len(vs)
		},
		GetContext: func(ctx context.Context, vs []T) int {
			for i := range vs {
				v, err := p.GetContext(ctx)
				if err != nil {
					return i
				}
				vs[i] = v
			}
			return len(vs)
		},
	}
}

// spinning is the ring of a port without its waiters: callers yield and try again.
func spinning[T any](capacity int) Queue[T] {
	r, err := ring.New[T](capacity)
	pairs.Must(err)
	return Queue[T]{
		Put: func(vs []T) {
			for i := range vs {
				for !r.TryPush(vs[i]) {
					runtime.Gosched()
				}
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				v, ok := r.TryPop()
				for !ok {
					runtime.Gosched()
					v, ok = r.TryPop()
				}
				vs[i] = v
			}
		},
		PutBatch: func(vs []T) int {
			n := r.TryPushBatch(vs)
			for n == 0 {
				runtime.Gosched()
				n = r.TryPushBatch(vs)
			}
			return n
		},
		GetBatch: func(vs []T) int {
			n := r.TryPopBatch(vs)
			for n == 0 {
				runtime.Gosched()
				n = r.TryPopBatch(vs)
			}
			return n
		},
	}
}

// channel waits with a timeout as careful code does: it looks first, and has one timer for
// the calls of a loop.
func channel[T any](capacity int) Queue[T] {
	c := make(chan T, capacity)
	return Queue[T]{
		Put: func(vs []T) {
			for i := range vs {
				c <- vs[i]
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				vs[i] = <-c
			}
		},
		PutTimeout: func(vs []T, each time.Duration) int {
			var t *time.Timer
			for i := range vs {
				select {
				case c <- vs[i]:
					continue
				default:
				}
				t = armed(t, each)
				select {
				case c <- vs[i]:
					t.Stop()
				case <-t.C:
					return i
				}
			}
			return len(vs)
		},
		GetTimeout: func(vs []T, each time.Duration) int {
			var t *time.Timer
			for i := range vs {
				select {
				case vs[i] = <-c:
					continue
				default:
				}
				t = armed(t, each)
				select {
				case vs[i] = <-c:
					t.Stop()
				case <-t.C:
					return i
				}
			}
			return len(vs)
		},
		PutContext: func(ctx context.Context, vs []T) int {
			for i := range vs {
				select {
				case c <- vs[i]:
				case <-ctx.Done():
					return i
				}
			}
			return len(vs)
		},
		GetContext: func(ctx context.Context, vs []T) int {
			for i := range vs {
				select {
				case vs[i] = <-c:
				case <-ctx.Done():
					return i
				}
			}
			return len(vs)
		},
	}
}

func armed(t *time.Timer, d time.Duration) *time.Timer {
	if t == nil {
		return time.NewTimer(d)
	}
	t.Reset(d)
	return t
}

// A locked is a ring under a mutex.
type locked[T any] struct {
	mu       sync.Mutex
	room     sync.Cond
	some     sync.Cond
	buf      []T
	first, n int
}

func mutex[T any](capacity int) Queue[T] {
	q := &locked[T]{buf: make([]T, capacity)}
	q.room.L, q.some.L = &q.mu, &q.mu
	return Queue[T]{
		Put: func(vs []T) {
			for i := range vs {
				q.put(vs[i])
			}
		},
		Get: func(vs []T) {
			for i := range vs {
				vs[i] = q.get()
			}
		},
	}
}

func (q *locked[T]) put(v T) {
	q.mu.Lock()
	for q.n == len(q.buf) {
		q.room.Wait()
	}
	q.buf[(q.first+q.n)%len(q.buf)] = v
	q.n++
	q.mu.Unlock()
	q.some.Signal()
}

func (q *locked[T]) get() T {
	q.mu.Lock()
	for q.n == 0 {
		q.some.Wait()
	}
	v := q.buf[q.first]
	q.first = (q.first + 1) % len(q.buf)
	q.n--
	q.mu.Unlock()
	q.room.Signal()
	return v
}
