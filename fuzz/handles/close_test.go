package handles

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

func TestHandleCloseByManySucceedsOnce(t *testing.T) {
	for range 500 {
		h := ports.Create(t)
		get := ports.AsyncDequeue(h, iocp.INFINITE)
		var wg sync.WaitGroup
		var closed atomic.Int32
		for range 4 {
			wg.Go(func() {
				switch err := iocp.CloseHandle(h); err {
				case nil:
					closed.Add(1)
				case ports.ErrClosedHandle:
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), closed.Load())
		g, _ := rig.Await(t, get)
		abandonedOr(t, g)
	}
}

func TestHandlePostRacesClose(t *testing.T) {
	const posters = 3
	rounds := 200
	if testing.Short() {
		rounds /= 8
	}
	for range rounds {
		h := ports.Create(t)
		var ready, wg sync.WaitGroup
		var accepted atomic.Int64
		ready.Add(posters)
		for id := range posters {
			wg.Go(func() {
				ready.Done()
				for {
					err := iocp.PostQueuedCompletionStatus(h, 1, uintptr(id), nil)
					if id == 2 {
						err = iocp.SetIoCompletion(h, uintptr(id), nil, 995, 1)
					}
					if err == ports.ErrClosedHandle {
						return
					}
					if err != nil {
						t.Errorf("a post beside CloseHandle: %v", err)
						return
					}
					accepted.Add(1)
				}
			})
		}
		ready.Wait()
		for accepted.Load() < 50 {
			runtime.Gosched()
		}
		require.NoError(t, iocp.CloseHandle(h))
		wg.Wait()
	}
}

// abandonedOr requires that a wait ended as one does that began before the handle
// was closed, or after.
func abandonedOr(t testing.TB, g ports.Gotten) {
	t.Helper()
	if g != ports.Nothing(iocp.ErrClosed) && g != ports.Nothing(ports.ErrClosedHandle) {
		t.Errorf("a wait beside CloseHandle: %+v", g)
	}
}

// Waits begin, time out, are abandoned and are handed a packet at the same
// instant. None hangs, and each ends in one of these ways; what a wait takes was
// posted, and is taken once.
func TestHandleCloseRacesWaits(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds /= 8
	}
	const waits = 4
	type outcome struct{ taken, timedOut, abandoned, late int }
	var all outcome
	for round := range rounds {
		h := ports.Create(t)
		var (
			begin   = make(chan struct{})
			results [waits]<-chan rig.Result[ports.Gotten]
			timeout = []uint32{iocp.INFINITE, 1, 0, 2}
		)
		for i := range results {
			if i == 3 { // an Ex, told as a Get
				results[i] = rig.Async(func() (ports.Gotten, error) {
					<-begin
					entries, err := ports.DequeueEx(t, h, 3, timeout[(i+round)%4])
					switch {
					case err != nil:
						return ports.Nothing(err), nil
					case len(entries) != 1:
						t.Errorf("%d packets, one was posted", len(entries))
					}
					return ports.Gotten{Qty: entries[0].BytesTransferred, Key: entries[0].CompletionKey, Overlapped: entries[0].Overlapped, Err: nil}, nil
				})
				continue
			}
			results[i] = rig.Async(func() (ports.Gotten, error) {
				<-begin
				return ports.Dequeue(h, timeout[(i+round)%4]), nil
			})
		}
		post := rig.AsyncErr(func() error {
			<-begin
			spinFor(time.Duration(round%50) * 20 * time.Microsecond)
			return iocp.PostQueuedCompletionStatus(h, 7, 7, nil)
		})
		closing := rig.AsyncErr(func() error {
			<-begin
			spinFor(time.Duration(round%64) * 20 * time.Microsecond)
			return iocp.CloseHandle(h)
		})
		close(begin)
		_, err := rig.Await(t, closing)
		require.NoError(t, err)
		_, posted := rig.Await(t, post)
		if posted != nil && posted != ports.ErrClosedHandle {
			t.Fatalf("a post beside CloseHandle: %v", posted)
		}
		taken := 0
		for _, c := range results {
			switch g, _ := rig.Await(t, c); g {
			case ports.Keyed(7):
				taken++
			case ports.Nothing(iocp.ErrTimeout):
				all.timedOut++
			case ports.Nothing(iocp.ErrClosed):
				all.abandoned++
			case ports.Nothing(ports.ErrClosedHandle):
				all.late++
			default:
				t.Fatalf("a wait beside CloseHandle: %+v", g)
			}
		}
		require.LessOrEqual(t, taken, 1)
		if posted != nil {
			require.Zero(t, taken)
		}
		all.taken += taken
	}
	t.Logf("%+v", all)
	require.NotZero(t, all.taken)
	require.NotZero(t, all.abandoned)
}

// spinFor is a pause too short for a timer.
func spinFor(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
		runtime.Gosched()
	}
}

// Some post to handles that another goroutine closes, and opens their places in the
// table for the next port. No port ever holds a packet that was posted to another.
func TestHandleStaleRacingReuse(t *testing.T) {
	rounds := 20_000
	if testing.Short() || rig.Race {
		rounds /= 8
	}
	var (
		current  atomic.Uintptr
		accepted atomic.Int64
		over     atomic.Bool
		wg       sync.WaitGroup
	)
	h := ports.Create(t)
	current.Store(uintptr(h))
	for range 3 {
		wg.Go(func() {
			for !over.Load() {
				to := iocp.Handle(current.Load())
				runtime.Gosched() // it may be closed by now
				switch err := iocp.PostQueuedCompletionStatus(to, 1, uintptr(to), nil); err {
				case nil:
					accepted.Add(1)
				case ports.ErrClosedHandle:
				default:
					t.Errorf("a post to a handle that was or is open: %v", err)
				}
			}
		})
	}
	for i := range rounds {
		for range i % 4 { // or on one processor no post would ever be in time
			runtime.Gosched()
		}
		for range 3 {
			if g := ports.Dequeue(h, 0); g.Err == nil && g.Key != uintptr(h) {
				t.Errorf("a packet for %#x at %#x", g.Key, h)
			}
		}
		require.NoError(t, iocp.CloseHandle(h))
		var err error
		h, err = iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
		require.NoError(t, err)
		current.Store(uintptr(h))
	}
	over.Store(true)
	wg.Wait()
	require.NoError(t, iocp.CloseHandle(h))
	t.Logf("%d posts were in time", accepted.Load())
	require.NotZero(t, accepted.Load())
}

// What Ex has claimed is not lost when the handle is closed meanwhile: what was posted is
// either in a batch, or was dropped by CloseHandle with all behind it.
func TestHandleExBesideClose(t *testing.T) {
	for range 200 {
		h := ports.Create(t)
		for i := range 500 {
			ports.PostKey(t, h, uintptr(i))
		}
		batch := ports.AsyncDequeueEx(t, h, 500, 0)
		runtime.Gosched()
		require.NoError(t, iocp.CloseHandle(h))
		entries, err := rig.Await(t, batch)
		if err == nil {
			require.Len(t, entries, 500)
		} else {
			require.ErrorIs(t, err, iocp.ErrInvalidPort)
		}
	}
}
