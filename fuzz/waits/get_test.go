package waits

import (
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestPollIsExact(t *testing.T) {
	p := ports.Open[int](t, 4)
	for i := range 1000 {
		_, err := p.Get(0)
		require.Equal(t, iocp.ErrTimeout, err)
		require.NoError(t, p.Post(i))
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	require.Zero(t, p.Stats().Parks, "a poll sleeps for nothing")
}

// Each goroutine posts, then takes. Whoever takes has posted before, and so has
// everyone who takes at the same time: there is a packet for each of them, and
// none may be told that there is none, even while another is in the middle of
// its Post at the oldest slot. Likewise there is room for each.
func TestNoSpuriousEmpty(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8)) // more threads than cores: they stop anywhere
	const workers = 8
	p := ports.Open[int](t, workers)
	end := time.Now().Add(400 * time.Millisecond)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := 0; i%64 != 0 || time.Now().Before(end); i++ {
				if err := p.Post(i); err != nil {
					t.Errorf("Post: %v", err)
					return
				}
				if _, err := p.Get(0); err != nil {
					t.Errorf("Get: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	require.Zero(t, p.Len())
}

func TestNeverEarly(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		var wg sync.WaitGroup
		for _, wait := range []time.Duration{
			1, 999, time.Microsecond, 50 * time.Microsecond, 300 * time.Microsecond,
			999999, time.Millisecond, 3*time.Millisecond + 1, 10 * time.Millisecond,
		} {
			for _, get := range []func() error{
				func() error { _, err := p.Get(wait); return err },
				func() error { _, err := p.GetBatch(make([]int, 2), wait); return err },
			} {
				wg.Go(func() {
					for range 10 {
						start := time.Now()
						err := get()
						if d := time.Since(start); err != iocp.ErrTimeout || d < wait {
							t.Errorf("wait %v: %v after %v", wait, err, d)
						}
					}
				})
			}
		}
		wg.Wait()
		require.Zero(t, p.Stats().Waiting)
	})
}

// A waiter whose neighbours come and go, and whose port is busy, still waits for
// its own deadline.
func TestNeverEarlyInTraffic(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		const wait = 20 * time.Millisecond
		p := ports.Open[int](t, 2, mode)
		start := time.Now()
		get := rig.Async(func() (int, error) {
			v, err := p.Get(wait)
			if d := time.Since(start); err == iocp.ErrTimeout && d < wait {
				t.Errorf("timed out after %v", d)
			}
			return v, err
		})
		// Newer waiters take all the packets, as long as they are quick enough.
		for i := 0; time.Since(start) < wait; i++ {
			newer := rig.Async(func() (int, error) { return p.Get(50 * time.Microsecond) })
			require.NoError(t, p.Post(i))
			if _, err := rig.Await(t, newer); err != nil {
				break // the old one got it
			}
		}
		_, err := rig.Await(t, get)
		if err != nil {
			require.Equal(t, iocp.ErrTimeout, err)
		}
	})
}

func TestInfiniteNeverTimesOut(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		for _, wait := range []time.Duration{
			iocp.Infinite, -2, -time.Hour, math.MinInt64, math.MaxInt64, math.MaxInt64 - 1,
			math.MaxInt64 / 2, 0xFFFFFFFE * time.Millisecond, 200 * 365 * 24 * time.Hour,
		} {
			get := rig.Async(func() (int, error) { return p.Get(wait) })
			ports.Parked(t, p, 1)
			require.NoError(t, p.Post(1))
			rig.Took(t, 1, get)

			batch := rig.Async(func() (int, error) { return p.GetBatch(make([]int, 2), wait) })
			ports.Parked(t, p, 1)
			require.NoError(t, p.Post(1))
			rig.Took(t, 1, batch)
		}
		require.Zero(t, p.Stats().Timeouts)
	})
}

func TestZeroValueOnError(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[*int](t, 2, mode)
		// A waiter that has held a value before shows none of it later.
		get := ports.Park(t, p, 1)[0]
		require.NoError(t, p.Post(new(int)))
		_, err := rig.Await(t, get)
		require.NoError(t, err)
		for _, wait := range []time.Duration{0, 1, time.Millisecond} {
			v, err := p.Get(wait)
			require.Equal(t, iocp.ErrTimeout, err)
			require.Nil(t, v)
		}
		get = ports.Park(t, p, 1)[0]
		require.Equal(t, 1, p.Interrupt())
		v, err := rig.Await(t, get)
		require.Equal(t, iocp.ErrInterrupted, err)
		require.Nil(t, v)
		get = ports.Park(t, p, 1)[0]
		require.NoError(t, p.Close())
		v, err = rig.Await(t, get)
		require.Equal(t, iocp.ErrClosed, err)
		require.Nil(t, v)
	})
}

func TestFailedOperationIsAPacket(t *testing.T) {
	p := ports.Open[iocp.Packet](t, 4)
	failed := []iocp.Packet{
		{Overlapped: new(iocp.Overlapped), Status: 64},
		{Overlapped: new(iocp.Overlapped), Key: 1, Transferred: 5, Status: 2250},
		{Status: 995}, // no Overlapped, and yet not "no packet"
		{Status: 258}, // the number of a timeout, and yet a packet
	}
	for _, v := range failed {
		require.NoError(t, p.Post(v))
	}
	for _, want := range failed {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.True(t, want == v)
	}
}

// With the true clock: the packet went to the waiter, or it stayed.
func TestPostRacingTheDeadline(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		handed, stayed := 0, 0
		for i := range 1000 {
			wait := time.Duration(i%50+1) * time.Microsecond
			get := rig.Async(func() (int, error) { return p.Get(wait) })
			for start := time.Now(); time.Since(start) < wait+5*time.Microsecond; {
				runtime.Gosched()
			}
			require.NoError(t, p.Post(i))
			v, err := rig.Await(t, get)
			if err == iocp.ErrTimeout {
				stayed++
				v, err = p.Get(0)
			} else {
				handed++
			}
			require.NoError(t, err)
			require.Equal(t, i, v)
			_, err = p.Get(0)
			require.Equal(t, iocp.ErrTimeout, err, "twice")
		}
		t.Logf("%d handed, %d stayed", handed, stayed)
	})
}

// Waiters sleep on, whatever happens to others in the process.
func TestNoWaitEndsWithoutAReason(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		const n = 8
		p, q := ports.Open[int](t, 2, mode), ports.Open[int](t, 2, mode)
		gets := ports.Park(t, p, n)
		for i := range 300 { // parkers that are used again, and collected
			get := rig.Async(func() (int, error) { return q.Get(iocp.Infinite) })
			require.NoError(t, q.PostTimeout(i, iocp.Infinite))
			rig.Took(t, i, get)
			_, err := q.Get(time.Microsecond)
			require.Equal(t, iocp.ErrTimeout, err)
			require.Zero(t, q.Interrupt())
			if i%100 == 0 {
				runtime.GC()
			}
		}
		ports.Parked(t, p, n)
		require.Equal(t, uint64(n), p.Stats().Parks, "none came back in between")
		require.Zero(t, p.Stats().Wakes)
		require.Equal(t, n, p.Interrupt())
		for _, get := range gets {
			_, err := rig.Await(t, get)
			require.Equal(t, iocp.ErrInterrupted, err)
		}
	})
}

// A ring that is drained and sealed hides nothing of what is behind it.
func TestPollIsExactAcrossASealedRing(t *testing.T) {
	p, err := iocp.New[int](2, iocp.WithGrowth(0))
	require.NoError(t, err)
	for i := range 100 {
		require.NoError(t, p.Post(i))
	}
	for i := range 40 {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
	rest := make([]int, 100)
	n, err := p.GetBatch(rest, 0)
	require.NoError(t, err)
	require.Equal(t, 60, n, "a batch crosses it too")
	require.Equal(t, 99, rest[59])
}
