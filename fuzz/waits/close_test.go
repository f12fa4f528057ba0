package waits

import (
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

func TestCloseKeepsWhatWasAccepted(t *testing.T) {
	ctx := t.Context()
	p := ports.Open[int](t, 8)
	n, err := p.PostBatch([]int{0, 1, 2, 3, 4, 5, 6, 7})
	require.NoError(t, err)
	require.Equal(t, 8, n)
	require.NoError(t, p.Close())
	require.Equal(t, iocp.ErrClosed, p.Close())
	require.Equal(t, iocp.ErrClosed, p.Post(9))
	require.Equal(t, 8, p.Len())

	v, err := p.Get(0)
	require.NoError(t, err)
	require.Equal(t, 0, v)
	v, err = p.Get(iocp.Infinite)
	require.NoError(t, err)
	require.Equal(t, 1, v)
	v, err = p.GetContext(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, v)
	dst := make([]int, 2)
	n, err = p.GetBatch(dst, iocp.Infinite)
	require.NoError(t, err)
	require.Equal(t, []int{3, 4}, dst[:n])
	n, err = p.GetBatchContext(ctx, dst[:1])
	require.NoError(t, err)
	require.Equal(t, []int{5}, dst[:n])
	var rest []int
	for v := range p.All(ctx) {
		rest = append(rest, v)
	}
	require.Equal(t, []int{6, 7}, rest)
	for _, wait := range ports.Limits {
		_, err = p.Get(wait)
		require.Equal(t, iocp.ErrClosed, err)
	}
	require.Equal(t, iocp.ErrClosed, p.Close())
}

func TestCloseReleasesTheParked(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 2, mode)
		var calls []<-chan rig.Result[int]
		for i, call := range []func() (int, error){
			func() (int, error) { return p.Get(iocp.Infinite) },
			func() (int, error) { return p.Get(time.Hour) },
			func() (int, error) { return p.GetContext(t.Context()) },
			func() (int, error) { return p.GetBatch(make([]int, 2), iocp.Infinite) },
			func() (int, error) { return p.GetBatchContext(t.Context(), make([]int, 2)) },
			func() (int, error) {
				for range p.All(t.Context()) {
					t.Error("a packet from nowhere")
				}
				return 0, iocp.ErrClosed
			},
		} {
			calls = append(calls, rig.Async(call))
			ports.Parked(t, p, i+1)
		}
		require.NoError(t, p.Close())
		for _, call := range calls {
			v, err := rig.Await(t, call)
			require.Equal(t, iocp.ErrClosed, err)
			require.Zero(t, v)
		}
		require.Zero(t, p.Stats().Waiting)
	})
}

func TestCloseReleasesWaitingPosters(t *testing.T) {
	p := ports.Open[int](t, 2)
	require.NoError(t, p.Post(0))
	require.NoError(t, p.Post(1))
	posts := []<-chan rig.Result[struct{}]{
		rig.AsyncErr(func() error { return p.PostTimeout(2, iocp.Infinite) }),
		rig.AsyncErr(func() error { return p.PostTimeout(2, time.Hour) }),
		rig.AsyncErr(func() error { return p.PostContext(t.Context(), 2) }),
	}
	ports.ParkedPosters(t, p, len(posts))
	require.NoError(t, p.Close())
	for _, post := range posts {
		_, err := rig.Await(t, post)
		require.Equal(t, iocp.ErrClosed, err)
	}
	require.Equal(t, 2, p.Len())
}

// A Get that waits is not over before the last packet is taken, even by others.
func TestCloseAfterAHandOver(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 4, mode)
		for range 15 {
			w := ports.Park(t, p, 3)
			require.NoError(t, p.Post(1))
			require.NoError(t, p.Post(2))
			require.NoError(t, p.Close())
			rig.Took(t, 1, w[2])
			rig.Took(t, 2, w[1])
			_, err := rig.Await(t, w[0])
			require.Equal(t, iocp.ErrClosed, err)
			p = ports.Open[int](t, 4, mode)
		}
	})
}

func TestCloseByManySucceedsOnce(t *testing.T) {
	for range 200 {
		p := ports.Open[int](t, 2)
		get := rig.Async(func() (int, error) { return p.Get(iocp.Infinite) })
		var wg sync.WaitGroup
		var first atomic.Int32
		for range 4 {
			wg.Go(func() {
				switch err := p.Close(); err {
				case nil:
					first.Add(1)
				case iocp.ErrClosed:
				default:
					t.Error(err)
				}
				if err := p.Post(1); err != iocp.ErrClosed {
					t.Errorf("Post after any Close: %v", err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), first.Load())
		_, err := rig.Await(t, get)
		require.Equal(t, iocp.ErrClosed, err)
	}
}

// The one taker looks all the time: it must not see the end before the packet,
// however close on the Post the Close comes.
func TestCloseShowsTheLastPacketFirst(t *testing.T) {
	ports := make(chan *iocp.Port[int])
	go func() {
		defer close(ports)
		for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
			p, err := iocp.New[int](2)
			if err != nil {
				t.Error(err)
				return
			}
			ports <- p // from here on it is looked at
			if p.Post(1) != nil || p.Close() != nil {
				t.Error("refused")
			}
		}
	}()
	for p := range ports {
		err := iocp.ErrTimeout
		for i := 0; err == iocp.ErrTimeout; i++ {
			_, err = p.Get(0)
			if i%1000 == 999 {
				runtime.Gosched()
			}
		}
		require.NoError(t, err)
		_, err = p.Get(iocp.Infinite)
		require.Equal(t, iocp.ErrClosed, err)
	}
}

// Many short lives: posters and takers that go to sleep race one Close. Nothing
// that was accepted is lost, and everyone comes home.
func TestCloseRacingEveryoneLosesNothing(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		end := time.Now().Add(300 * time.Millisecond)
		for round := 0; round < 20 || time.Now().Before(end); round++ {
			p := ports.Open[int](t, 2, mode, iocp.WithConcurrency(round%3))
			var accepted, taken atomic.Int64
			var wg sync.WaitGroup
			for i := range 3 {
				wg.Go(func() {
					for {
						var err error
						if i == 0 {
							err = p.Post(i)
						} else {
							err = p.PostTimeout(i, iocp.Infinite)
						}
						switch err {
						case nil:
							accepted.Add(1)
						case iocp.ErrClosed:
							return
						case iocp.ErrFull:
							runtime.Gosched()
						}
					}
				})
				wg.Go(func() {
					for {
						if _, err := p.Get(iocp.Infinite); err != nil {
							if err != iocp.ErrClosed {
								t.Error(err)
							}
							return
						}
						taken.Add(1)
					}
				})
			}
			for range round % 50 {
				runtime.Gosched()
			}
			require.NoError(t, p.Close())
			_, err := rig.Await(t, rig.AsyncErr(func() error { wg.Wait(); return nil }))
			require.NoError(t, err)
			require.Equal(t, accepted.Load(), taken.Load())
			require.Zero(t, p.Len())
		}
	})
}
