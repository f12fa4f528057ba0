package growth

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

// shrunk waits until an empty p has given back what it has grown by.
func shrunk[T any](t *testing.T, p *iocp.Port[T], capacity int) {
	t.Helper()
	rig.Eventually(t, "shrunk", func() bool {
		_, err := p.Get(0)
		require.Equal(t, iocp.ErrTimeout, err)
		return p.Cap() == capacity
	})
}

// What is parked while the port replaces its ring is still on the stack.
func TestHandOverAfterShrink(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode, iocp.WithGrowth(0))
		ports.Fill(t, p, 100)
		ports.Drain(t, p, 0, 100)
		shrunk(t, p, 2)
		gets := ports.Park(t, p, 2)
		for i := range 2 {
			require.NoError(t, p.Post(i))
			_, err := p.Get(0)
			require.Equal(t, iocp.ErrTimeout, err, "it was handed over")
			rig.Took(t, i, gets[1-i])
		}

		// It keeps the ring for a moment, and shrinks under those who wait.
		ports.Fill(t, p, 5)
		ports.Drain(t, p, 0, 5)
		gets = ports.Park(t, p, 3)
		shrunk(t, p, 2)
		for i := range 3 {
			require.NoError(t, p.Post(i))
			require.Zero(t, p.Len())
			rig.Took(t, i, gets[2-i])
		}
	})
}

// After a burst has drained, its memory comes back.
func TestGrowthGivesBack(t *testing.T) {
	n := 1_000_000
	if rig.Race {
		n /= 10
	}
	p := ports.Open[iocp.Packet](t, 4, iocp.WithGrowth(0))
	before := rig.Heap()
	for range n {
		if err := p.Post(iocp.Packet{}); err != nil {
			t.Fatal(err)
		}
	}
	require.Greater(t, rig.Heap()-before, int64(16*n))
	taken := 0
	for ; ; taken++ {
		if _, err := p.Get(0); err != nil {
			require.Equal(t, iocp.ErrTimeout, err)
			break
		}
	}
	require.Equal(t, n, taken)
	shrunk(t, p, 4)
	require.Less(t, rig.Heap()-before, int64(1<<20))
	runtime.KeepAlive(p)
}

// The port of a burst needs no call to give back what it has grown by, and keeps
// nothing once it is closed and drained.
func TestGrowthGivesBackByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := iocp.New[int](4, iocp.WithGrowth(0))
		require.NoError(t, err)
		burst := func() {
			ports.Fill(t, p, 1000)
			require.GreaterOrEqual(t, p.Cap(), 1000)
		}
		take := func() {
			for i := range 1000 {
				v, err := p.Get(0)
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			require.Greater(t, p.Cap(), 4)
		}
		burst()
		time.Sleep(time.Hour)
		require.Equal(t, 1000, p.Len())
		take()
		time.Sleep(time.Second)
		require.Equal(t, 4, p.Cap())

		burst()
		require.NoError(t, p.Close())
		take()
		_, err = p.Get(iocp.Infinite)
		require.Equal(t, iocp.ErrClosed, err)
		require.Equal(t, 4, p.Cap())
		require.EqualValues(t, 2000, p.Stats().Posted)
		require.EqualValues(t, 2000, p.Stats().Taken)
		require.Equal(t, iocp.ErrClosed, p.Post(0))
		require.Equal(t, iocp.ErrClosed, p.Close())
	})
}

// A Get that finds a port empty gives back what it has grown by, before any timer does.
func TestGivesBackWhenFoundEmpty(t *testing.T) {
	for name, get := range map[string]func(p *iocp.Port[int]) error{
		"Get, timeout 0": func(p *iocp.Port[int]) error { _, err := p.Get(0); return err },
		"Get":            func(p *iocp.Port[int]) error { _, err := p.Get(1); return err },
		"GetBatch":       func(p *iocp.Port[int]) error { _, err := p.GetBatch(make([]int, 3), 0); return err },
		"GetContext": func(p *iocp.Port[int]) error {
			ctx, cancel := context.WithTimeout(context.Background(), 1)
			defer cancel()
			_, err := p.GetContext(ctx)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, mode := range []iocp.Parking{iocp.ParkAuto, iocp.ParkGoroutine} {
					p := ports.Open[int](t, 2, iocp.WithGrowth(0), iocp.WithParking(mode))
					ports.Fill(t, p, 100)
					drain := make([]int, 100)
					n, err := p.GetBatch(drain, 0)
					require.NoError(t, err)
					require.Equal(t, 100, n)
					require.Error(t, get(p))
					require.Greater(t, p.Cap(), 2, "bursts may follow each other")
					time.Sleep(5 * time.Millisecond)
					require.Greater(t, p.Cap(), 2)
					require.Error(t, get(p))
					require.Equal(t, 2, p.Cap())
				}
			})
		})
	}
}

// Once it has grown, a port with traffic allocates no more than a fixed one.
func TestGrownPortAllocatesNothing(t *testing.T) {
	p := ports.Open[iocp.Packet](t, 2, iocp.WithGrowth(0))
	for range 100 {
		require.NoError(t, p.Post(iocp.Packet{}))
	}
	vs, dst := make([]iocp.Packet, 16), make([]iocp.Packet, 16)
	for name, f := range map[string]func(){
		"Post, Get":           func() { _ = p.Post(vs[0]); _, _ = p.Get(iocp.Infinite) },
		"PostBatch, GetBatch": func() { _, _ = p.PostBatch(vs); _, _ = p.GetBatch(dst, 0) },
	} {
		for range 300 { // to the last segment, and the rest of the way
			f()
		}
		require.Zero(t, testing.AllocsPerRun(1000, f), name)
	}
}

// A Get that finds nothing gives back what a burst has left, one that waits before it waits,
// and not the timer.
func TestGetThatFindsNothingGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := ports.Open[int](t, 2, iocp.WithGrowth(0))
		burst := func() {
			ports.Fill(t, p, 100)
			for i := range 100 {
				v, err := p.Get(0)
				require.NoError(t, err)
				require.Equal(t, i, v)
			}
			time.Sleep(10 * time.Millisecond) // those of the last 5 ms are kept
			require.Greater(t, p.Cap(), 2)
		}
		burst()
		_, err := p.Get(0)
		require.Equal(t, iocp.ErrTimeout, err)
		require.Equal(t, 2, p.Cap())

		burst()
		get := rig.Async(func() (int, error) { return p.Get(time.Hour) })
		synctest.Wait()
		require.Equal(t, 2, p.Cap())
		require.NoError(t, p.Close())
		_, err = rig.Await(t, get)
		require.Equal(t, iocp.ErrClosed, err)
	})
}
