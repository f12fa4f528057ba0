package order

import (
	"context"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

func TestValuesBitExact(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[iocp.Packet](t, 8, mode)
		packets := []iocp.Packet{
			{}, // (0, 0, nil): an ordinary packet
			{Overlapped: new(iocp.Overlapped), Key: ^uintptr(0), Transferred: math.MaxUint32, Status: math.MaxUint32},
			{Key: 1 << 31, Transferred: 1},
			{Overlapped: &iocp.Overlapped{Internal: 1}, Key: 7},
		}
		for _, want := range packets {
			require.NoError(t, p.Post(want))
			v, err := p.Get(0)
			require.NoError(t, err)
			require.Equal(t, want, v)
			require.True(t, want == v, "the same pointer")

			get := ports.Park(t, p, 1)[0] // the same by hand-over
			require.NoError(t, p.Post(want))
			v, err = rig.Await(t, get)
			require.NoError(t, err)
			require.True(t, want == v)
		}
	})
}

func TestSamePacketThrice(t *testing.T) {
	p := ports.Open[iocp.Packet](t, 4)
	v := iocp.Packet{Overlapped: new(iocp.Overlapped), Key: 1}
	for range 3 {
		require.NoError(t, p.Post(v))
	}
	for range 3 {
		got, err := p.Get(0)
		require.NoError(t, err)
		require.True(t, v == got)
	}
	_, err := p.Get(0)
	require.Equal(t, iocp.ErrTimeout, err)
}

func TestPostNeverWaits(t *testing.T) {
	p := ports.Open[int](t, 4)
	for i := range 4 {
		require.NoError(t, p.Post(i))
	}
	for range 10 { // a Post that waited would never return
		require.Equal(t, iocp.ErrFull, p.Post(9))
		require.Equal(t, iocp.ErrTimeout, p.PostTimeout(9, 0))
		n, err := p.PostBatch([]int{9})
		require.Equal(t, 0, n)
		require.Equal(t, iocp.ErrFull, err)
	}
	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 0, v)
	require.NoError(t, p.Post(4)) // exactly one place came free
	require.Equal(t, iocp.ErrFull, p.Post(9))
	require.NoError(t, p.Close())
	require.Equal(t, iocp.ErrClosed, p.Post(9), "closed counts before full")
	require.Equal(t, iocp.ErrClosed, p.PostTimeout(9, 0))
	require.Equal(t, iocp.ErrClosed, p.PostTimeout(9, iocp.Infinite))
	for want := 1; want <= 4; want++ {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
}

// A consumer re-posts from inside its handler, on a port full to the brim: the
// place that its Get made is there at once.
func TestRepostFromHandler(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	for i := range 1000 {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, i, v)
		require.NoError(t, p.Post(v+2))
		require.Equal(t, iocp.ErrFull, p.Post(-1))
	}
}

// No spurious full, the mirror of TestNoSpuriousEmpty: each of the
// goroutines has one place of its own.
func TestRepostByManyConsumers(t *testing.T) {
	const workers = 4
	p := ports.Open[int](t, workers)
	for i := range workers {
		require.NoError(t, p.Post(i))
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := 0; i < 20000 && !t.Failed(); i++ {
				v, err := p.Get(0)
				if err == nil {
					err = p.Post(v)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, workers, p.Len())
}

// A nil from a Post that races Close means that the packet can be taken.
func TestPostRacingClose(t *testing.T) {
	for range 2000 {
		p := ports.Open[int](t, 8)
		posts := make(chan error, 3)
		for range cap(posts) {
			go func() { posts <- p.Post(1) }()
		}
		runtime.Gosched()
		require.NoError(t, p.Close())
		accepted := 0
		for range cap(posts) {
			if err := <-posts; err == nil {
				accepted++
			} else {
				require.Equal(t, iocp.ErrClosed, err)
			}
		}
		for range accepted {
			_, err := p.Get(0)
			require.NoError(t, err)
		}
		_, err := p.Get(iocp.Infinite)
		require.Equal(t, iocp.ErrClosed, err)
	}
}

func TestPostTimeout_WaitsForRoom(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		require.NoError(t, p.PostTimeout(0, 0))
		require.NoError(t, p.PostTimeout(1, iocp.Infinite))
		for i := range 20 {
			for _, wait := range []time.Duration{iocp.Infinite, math.MinInt64, math.MaxInt64, time.Hour} {
				post := rig.AsyncErr(func() error { return p.PostTimeout(2, wait) })
				ports.ParkedPosters(t, p, 1)
				v, err := p.Get(0)
				require.NoError(t, err)
				_, err = rig.Await(t, post)
				require.NoError(t, err, "round %d, wait %v, took %d", i, wait, v)
				require.Equal(t, 2, p.Len())
			}
		}
	})
}

// Every way to take makes room.
func TestPostTimeout_AnyTakerMakesRoom(t *testing.T) {
	dst := make([]int, 2)
	for name, take := range map[string]func(p *iocp.Port[int]) error{
		"Get":             func(p *iocp.Port[int]) error { _, err := p.Get(iocp.Infinite); return err },
		"GetContext":      func(p *iocp.Port[int]) error { _, err := p.GetContext(t.Context()); return err },
		"GetBatch":        func(p *iocp.Port[int]) error { _, err := p.GetBatch(dst, 0); return err },
		"GetBatchContext": func(p *iocp.Port[int]) error { _, err := p.GetBatchContext(t.Context(), dst); return err },
		"All": func(p *iocp.Port[int]) error {
			for range p.All(t.Context()) {
				return nil
			}
			return rig.ErrTest
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := ports.Open[int](t, 2)
			_, err := p.PostBatch([]int{0, 1})
			require.NoError(t, err)
			post := rig.AsyncErr(func() error { return p.PostTimeout(2, iocp.Infinite) })
			ports.ParkedPosters(t, p, 1)
			require.NoError(t, take(p))
			_, err = rig.Await(t, post)
			require.NoError(t, err)
		})
	}
}

// Posters get room in the order of their calls, so their packets are taken in
// that order too.
func TestPostTimeout_OldestPosterFirst(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	var posts []<-chan rig.Result[struct{}]
	for i := 2; i < 8; i++ {
		posts = append(posts, rig.AsyncErr(func() error { return p.PostContext(t.Context(), i) }))
		ports.ParkedPosters(t, p, i-1)
	}
	for want := range 8 {
		v, err := p.Get(iocp.Infinite)
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	for _, post := range posts {
		_, err := rig.Await(t, post)
		require.NoError(t, err)
	}
}

func TestPostTimeout_NeverEarly(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(0))
	for _, wait := range []time.Duration{1, time.Microsecond, 200 * time.Microsecond, 5 * time.Millisecond} {
		start := time.Now()
		err := p.PostTimeout(1, wait)
		require.GreaterOrEqual(t, time.Since(start), wait)
		require.Equal(t, iocp.ErrTimeout, err)
	}
	require.Equal(t, 2, p.Len())
}

func TestPostContext(t *testing.T) {
	p := ports.Open[int](t, 2)
	ctx, cancel := context.WithCancelCause(t.Context())
	require.NoError(t, p.PostContext(ctx, 0))
	require.NoError(t, p.PostContext(ctx, 1))
	post := rig.AsyncErr(func() error { return p.PostContext(ctx, 2) })
	ports.ParkedPosters(t, p, 1)
	cancel(rig.ErrTest)
	_, err := rig.Await(t, post)
	require.Equal(t, rig.ErrTest, err)
	_, err = p.Get(0)
	require.NoError(t, err)
	require.Equal(t, rig.ErrTest, p.PostContext(ctx, 3), "done already: nothing is posted, room or not")
	require.Equal(t, 1, p.Len())
}

// Whoever makes room serves several posters, waiter.Moved of them, though none runs: the first
// may be one that the system rarely lets run. A taker that finds nothing is served by others that
// wait, up to waiter.Lifted. The rest are served when these run.
func TestRoomServesMoreThanOne(t *testing.T) {
	require.Equal(t, 2, waiter.Moved)
	require.Equal(t, 8, waiter.Lifted)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, most := range []int{1, 8} {
		ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
			rig.Eventually(t, "no poster ran meanwhile", func() bool {
				p, posters := fullWithPosters(t, mode, waiter.Lifted+4)
				take(t, p, 0, 9, most, 0)
				few := len(posters) - p.Stats().WaitingPosters
				take(t, p, 9, 8+waiter.Lifted, most, 0)
				_, err := p.Get(0)
				more, next := len(posters)-p.Stats().WaitingPosters, 8+waiter.Lifted
				if err == nil {
					next++
				}
				take(t, p, next, 8+len(posters), most, iocp.Infinite)
				awaitAll(t, posters)
				return few == waiter.Moved && more == waiter.Lifted && err == iocp.ErrTimeout
			})
		})
	}
}

// A taker that finds nothing is served by any poster that waits, whether those that were served
// before have run or not.
func TestTakerServedByWaitingPosters(t *testing.T) {
	for _, procs := range []int{1, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, most := range []int{1, 8} {
			ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
				for range 20 {
					p, posters := fullWithPosters(t, mode, waiter.Lifted)
					take(t, p, 0, 8+waiter.Lifted, most, 0)
					awaitAll(t, posters)
				}
			})
		}
	}
}

// fullWithPosters is a full port with packets 0 to 7, and n calls that wait to post 8, 9, ….
func fullWithPosters(t *testing.T, mode iocp.Option, n int) (p *iocp.Port[int], posters []<-chan rig.Result[struct{}]) {
	p = ports.Open[int](t, 8, mode)
	ports.Fill(t, p, 8)
	for i := range n {
		posters = append(posters, rig.AsyncErr(func() error { return p.PostTimeout(8+i, iocp.Infinite) }))
		ports.ParkedPosters(t, p, 1+i)
	}
	return p, posters
}

// take takes the packets from, from+1, …, to-1, up to most at a time.
func take(t *testing.T, p *iocp.Port[int], from, to, most int, timeout time.Duration) {
	t.Helper()
	for from < to {
		dst := make([]int, min(most, to-from))
		n, err := 1, error(nil)
		if most == 1 {
			dst[0], err = p.Get(timeout)
		} else {
			n, err = p.GetBatch(dst, timeout)
		}
		require.NoError(t, err)
		for _, v := range dst[:n] {
			require.Equal(t, from, v)
			from++
		}
	}
}

func awaitAll(t *testing.T, posters []<-chan rig.Result[struct{}]) {
	t.Helper()
	for _, post := range posters {
		_, err := rig.Await(t, post)
		require.NoError(t, err)
	}
}
