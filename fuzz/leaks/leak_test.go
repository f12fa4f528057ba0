package leaks

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// lives are what happens to a port of a port of capacity 2 that ends with a waiter, or with one
// that is gone, and with what is in it.
var lives = []func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error{
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // handed over
		get := begun(p, func() error { _, err := p.Get(iocp.Infinite); return err })
		return rig.First(p.Post(rig.Track(kept)), (<-get).Err)
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // handed over, with a deadline
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		return rig.First(p.Post(rig.Track(kept)), (<-get).Err)
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // timed out
		if _, err := p.Get(time.Microsecond); err != iocp.ErrTimeout {
			return err
		}
		return nil
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // canceled
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		get := begun(p, func() error { _, err := p.GetContext(ctx); return err })
		cancel()
		if r := <-get; r.Err != context.Canceled {
			return r.Err
		}
		return nil
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // interrupted
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		p.Interrupt()
		if r := <-get; r.Err != iocp.ErrInterrupted {
			return r.Err
		}
		return nil
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // waited for room
		err := rig.First(p.Post(rig.Track(kept)), p.Post(rig.Track(kept)))
		post := rig.AsyncErr(func() error { return p.PostTimeout(rig.Track(kept), time.Hour) })
		for p.Stats().WaitingPosters == 0 {
			runtime.Gosched()
		}
		for range 2 {
			_, err2 := p.Get(0)
			err = rig.First(err, err2)
		}
		return rig.First(err, (<-post).Err)
	},
	func(p *iocp.Port[*rig.Tracked], kept *atomic.Int32) error { // closed
		get := begun(p, func() error { _, err := p.Get(time.Hour); return err })
		err := p.Close()
		if r := <-get; r.Err != iocp.ErrClosed {
			return r.Err
		}
		return err
	},
}

// begun starts a call that waits on p.
func begun(p *iocp.Port[*rig.Tracked], get func() error) <-chan rig.Result[struct{}] {
	r := rig.AsyncErr(get)
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
	if testing.Short() || rig.Race {
		n /= 10
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2)))
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		var kept atomic.Int32
		churn := func(n int) {
			var wg sync.WaitGroup
			for worker := range 4 {
				wg.Go(func() {
					for i := worker; i < n; i += 4 {
						p := ports.Open[*rig.Tracked](t, 2, mode, iocp.WithGrowth(i%2*2)) // without limit or, at 2, not at all
						kept.Add(1)
						runtime.AddCleanup(p, func(*atomic.Int32) { kept.Add(-1) }, &kept)
						life := i / 2 % len(lives)
						if life == 5 && i%2 == 0 { // there is always room
							life = 0
						}
						err := lives[life](p, &kept)
						_, _ = p.PostBatch([]*rig.Tracked{rig.Track(&kept), rig.Track(&kept), rig.Track(&kept)})
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
			rig.Collected(t, &kept)
		}
		// asThread is how many of one sleep are sleeps of a thread.
		asThread := func() uint64 {
			p := ports.Open[*rig.Tracked](t, 2, mode)
			get := ports.Park(t, p, 1)[0]
			n := p.Stats().Threads
			require.NoError(t, p.Close())
			_, err := rig.Await(t, get)
			require.Equal(t, iocp.ErrClosed, err)
			return n
		}
		threadsAtFirst := asThread()
		churn(n / 10) // what is made once
		goroutines, threads := runtime.NumGoroutine(), rig.OSThreads()
		grew, limit := churned(func() { churn(n) }), int64(64<<10+4*n)
		for try := 1; grew >= limit && try < 5; try++ { // a leak shows each time
			grew = churned(func() { churn(n) })
		}
		require.Less(t, grew, limit, "memory is left")
		rig.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines })
		require.LessOrEqual(t, rig.OSThreads()-threads, runtime.GOMAXPROCS(0)+16)
		require.Equal(t, threadsAtFirst, asThread(), "no thread may sleep any more")
	})
}

// churned is how many bytes more are live after churn. The runtime keeps the descriptors of
// goroutines that have ended, and starts one for each timer that fires: if many timers fire at once,
// the heap grows, for good but not again.
func churned(churn func()) int64 {
	before := settled()
	churn()
	return settled() - before
}

// settled is the least number of bytes seen to be live within a time in which the timer of each port
// that has grown looks for its port once more.
func settled() int64 {
	least := rig.Heap()
	for start := time.Now(); time.Since(start) < 600*time.Millisecond; time.Sleep(50 * time.Millisecond) {
		least = min(least, rig.Heap())
	}
	return least
}
