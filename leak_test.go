package iocp

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/waiter"
)

// lives are what happens to a port of a port of capacity 2 that ends with a waiter, or with one
// that is gone, and with what is in it.
var lives = []func(p *Port[*tracked], kept *atomic.Int32) error{
	func(p *Port[*tracked], kept *atomic.Int32) error { // handed over
		get := begun(p, func() error { _, err := p.Get(Infinite); return err })
		return first(p.Post(track(kept)), (<-get).err)
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // handed over, with a deadline
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		return first(p.Post(track(kept)), (<-get).err)
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // timed out
		if _, err := p.Get(time.Microsecond); err != ErrTimeout {
			return err
		}
		return nil
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // canceled
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		get := begun(p, func() error { _, err := p.GetContext(ctx); return err })
		cancel()
		if r := <-get; r.err != context.Canceled {
			return r.err
		}
		return nil
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // interrupted
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		p.Interrupt()
		if r := <-get; r.err != ErrInterrupted {
			return r.err
		}
		return nil
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // waited for room
		err := first(p.Post(track(kept)), p.Post(track(kept)))
		post := asyncErr(func() error { return p.PostTimeout(track(kept), time.Hour) })
		for p.Stats().WaitingPosters == 0 {
			runtime.Gosched()
		}
		for range 2 {
			_, err2 := p.Get(0)
			err = first(err, err2)
		}
		return first(err, (<-post).err)
	},
	func(p *Port[*tracked], kept *atomic.Int32) error { // closed
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		err := p.Close()
		if r := <-get; r.err != ErrClosed {
			return r.err
		}
		return err
	},
}

// begun starts a call that waits on p.
func begun(p *Port[*tracked], get func() error) <-chan result[struct{}] {
	r := asyncErr(get)
	for p.Stats().Waiting == 0 {
		runtime.Gosched()
	}
	return r
}

// Of ports that were closed, or only dropped, nothing is left: no goroutine, no
// thread, no memory, and no place in the number of waiters that may sleep as
// threads.
func TestLeaks(t *testing.T) {
	n := 10_500
	if testing.Short() || raceEnabled {
		n /= 10
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2)))
	var made atomic.Int32 // parkers of threads
	if thread := parkers.Thread; thread != nil {
		withParker(t, func() waiter.Parker { made.Add(1); return thread() })
	}
	eachMode(t, func(t *testing.T, mode Option) {
		var kept atomic.Int32
		churn := func(n int) {
			var wg sync.WaitGroup
			for worker := range 4 {
				wg.Go(func() {
					for i := worker; i < n; i += 4 {
						p := open[*tracked](t, 2, mode, WithGrowth(i%2*2)) // without limit or, at 2, not at all
						kept.Add(1)
						runtime.AddCleanup(p, func(*atomic.Int32) { kept.Add(-1) }, &kept)
						life := i / 2 % len(lives)
						if life == 5 && i%2 == 0 { // there is always room
							life = 0
						}
						err := lives[life](p, &kept)
						_, _ = p.PostBatch([]*tracked{track(&kept), track(&kept), track(&kept)})
						if i/len(lives)%2 == 0 {
							_ = p.Close()
						}
						if err != nil {
							t.Errorf("life %d of port %d: %v", life, i, err)
						}
					}
				})
			}
			wg.Wait()
			collected(t, &kept)
		}
		churn(n / 10) // what is made once
		goroutines, threads, before := runtime.NumGoroutine(), osThreads(), heap()
		churn(n)
		eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
		require.LessOrEqual(t, osThreads()-threads, runtime.GOMAXPROCS(0)+16)
		// The timer of a port that has grown looks for it once more.
		eventually(t, "no memory is left", func() bool { return heap()-before < int64(64<<10+4*n) })

		before = int64(made.Load())
		p := open[*tracked](t, 2, mode)
		get := park(t, p, 1)[0]
		if o := new(options); parkers.Thread != nil && mode(o) == nil && o.parking == ParkThread {
			require.EqualValues(t, before+1, made.Load(), "no thread may sleep any more")
		}
		require.NoError(t, p.Close())
		_, err := await(t, get)
		require.Equal(t, ErrClosed, err)
	})
}
