package programs

import (
	"context"
	"sync"
	"time"
)

// timers are the stopped timers of waits with a timeout.
var timers = sync.Pool{New: func() any { t := time.NewTimer(time.Hour); t.Stop(); return t }}

// chanQueue is a queue over a channel, used with care for time: a wait with a timeout
// looks first, and takes a timer from a pool only to sleep.
//
//go:noinline
func chanQueue[T any](e element[T], capacity int, wait string) *queue {
	c := make(chan T, capacity)
	getFor := func(d time.Duration) (item, bool) {
		select {
		case v := <-c:
			return e.unwrap(v), true
		default:
		}
		t := timers.Get().(*time.Timer)
		t.Reset(d)
		select {
		case v := <-c:
			t.Stop()
			timers.Put(t)
			return e.unwrap(v), true
		case <-t.C:
			timers.Put(t)
			return 0, false
		}
	}
	q := &queue{
		put: func(v item) { c <- e.wrap(v) },
		get: func() item { return e.unwrap(<-c) },
		tryPut: func(v item) bool {
			select {
			case c <- e.wrap(v):
				return true
			default:
				return false
			}
		},
		getFor: getFor,
		getBatch: func(dst []item) int {
			dst[0] = e.unwrap(<-c)
			for i := 1; i < len(dst); i++ {
				select {
				case v := <-c:
					dst[i] = e.unwrap(v)
				default:
					return i
				}
			}
			return len(dst)
		},
		length: func() int { return len(c) },
	}
	switch wait {
	case "timeout":
		q.put = func(v item) {
			x := e.wrap(v)
			select {
			case c <- x:
				return
			default:
			}
			t := timers.Get().(*time.Timer)
			t.Reset(patience)
			select {
			case c <- x:
			case <-t.C:
				panic("a channel without room for a minute")
			}
			t.Stop()
			timers.Put(t)
		}
		q.get = func() item {
			v, ok := getFor(patience)
			if !ok {
				panic("an empty channel for a minute")
			}
			return v
		}
	case "context":
		q.put = func(v item) {
			select {
			case c <- e.wrap(v):
			case <-forever.Done():
			}
		}
		q.get = func() item {
			select {
			case v := <-c:
				return e.unwrap(v)
			case <-forever.Done():
				return 0
			}
		}
		q.getFor = func(d time.Duration) (item, bool) {
			ctx, cancel := context.WithTimeout(forever, d)
			defer cancel()
			select {
			case v := <-c:
				return e.unwrap(v), true
			case <-ctx.Done():
				return 0, false
			}
		}
	}
	return q
}
