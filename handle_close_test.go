package iocp

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHandleCloseAbandonsWaits(t *testing.T) {
	for range 20 {
		h := create(t)
		p := behind(t, h)
		var gets []<-chan result[gotten]
		var batches []<-chan result[[]OverlappedEntry]
		for _, timeout := range []uint32{INFINITE, 60_000, 0xFFFFFFFE} {
			gets = append(gets, asyncDequeue(h, timeout))
			parked(t, p, len(gets)+len(batches))
			batches = append(batches, asyncDequeueEx(t, h, 2, timeout))
			parked(t, p, len(gets)+len(batches))
		}
		require.NoError(t, CloseHandle(h))
		for _, get := range gets {
			returned(t, nothing(ErrClosed), get)
		}
		for _, batch := range batches {
			entries, err := await(t, batch)
			require.Equal(t, ErrClosed, err)
			require.Empty(t, entries)
		}
		require.Zero(t, p.Stats().Waiting)

		for _, timeout := range timeouts {
			dequeue(h, timeout).equal(t, nothing(errClosedHandle))
			_, err := dequeueEx(t, h, 2, timeout)
			require.Equal(t, errClosedHandle, err)
		}
		require.Equal(t, errClosedHandle, PostQueuedCompletionStatus(h, 1, 2, nil))
		require.Equal(t, errClosedHandle, CloseHandle(h))
		require.Equal(t, errClosedHandle, CloseHandle(h))
	}
	require.Equal(t, uint32(735), number(ErrClosed))
}

// The wait ends when the handle is closed, not when its time is over.
func TestHandleCloseCutsTimeoutShort(t *testing.T) {
	h := create(t)
	const days = 49 * 24 * 60 * 60 * 1000 // milliseconds: nobody waits for the end of it
	get := asyncDequeue(h, days)
	batch := asyncDequeueEx(t, h, 1, days)
	parked(t, behind(t, h), 2)
	require.NoError(t, CloseHandle(h))
	g, _ := await(t, get)
	_, err := await(t, batch)
	g.equal(t, nothing(ErrClosed))
	require.Equal(t, ErrClosed, err)
}

func TestHandleCloseDropsPackets(t *testing.T) {
	var kept atomic.Int32
	h := create(t)
	p := behind(t, h)
	kept.Add(1)
	runtime.AddCleanup(p, func(*atomic.Int32) { kept.Add(-1) }, &kept)
	get := asyncDequeue(h, INFINITE)
	parked(t, p, 1)
	postKey(t, h, 1)
	returned(t, keyed(1), get)
	for range 300 {
		o := new(Overlapped)
		kept.Add(1)
		runtime.AddCleanup(o, func(*atomic.Int32) { kept.Add(-1) }, &kept)
		require.NoError(t, PostQueuedCompletionStatus(h, 1, 2, o))
	}
	require.NoError(t, CloseHandle(h))
	dequeue(h, 0).equal(t, nothing(errClosedHandle))
	collected(t, &kept) // before another port takes the place in the table
	next := create(t)
	dequeue(next, 0).equal(t, nothing(ErrTimeout))
	_, err := dequeueEx(t, next, 10, 0)
	require.Equal(t, ErrTimeout, err)
}

func TestHandleCloseByManySucceedsOnce(t *testing.T) {
	for range 500 {
		h := create(t)
		get := asyncDequeue(h, INFINITE)
		var wg sync.WaitGroup
		var closed atomic.Int32
		for range 4 {
			wg.Go(func() {
				switch err := CloseHandle(h); err {
				case nil:
					closed.Add(1)
				case errClosedHandle:
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), closed.Load())
		g, _ := await(t, get)
		abandonedOr(t, g)
	}
}

// A call that has found the port of a handle, and then loses the race with CloseHandle: it
// finds the handle invalid, unless it would have waited.
func TestHandleClosedAfterItWasFound(t *testing.T) {
	h := create(t)
	require.NoError(t, behind(t, h).Close()) // the part of CloseHandle that comes last
	is(t, errClosedHandle, PostQueuedCompletionStatus(h, 1, 2, nil), "Post")
	is(t, errClosedHandle, SetIoCompletion(h, 2, nil, 0, 1), "Set")
	for _, timeout := range timeouts {
		want := ErrClosed
		if timeout == 0 {
			want = errClosedHandle
		}
		dequeue(h, timeout).equal(t, nothing(want))
		_, err := dequeueEx(t, h, 2, timeout)
		is(t, want, err, "Ex")
	}
}

// abandonedOr requires that a wait ended as one does that began before the handle
// was closed, or after.
func abandonedOr(t testing.TB, g gotten) {
	t.Helper()
	if g != nothing(ErrClosed) && g != nothing(errClosedHandle) {
		t.Errorf("a wait beside CloseHandle: %+v", g)
	}
}

func TestHandlePostRacesClose(t *testing.T) {
	const posters = 3
	rounds := 200
	if testing.Short() {
		rounds /= 8
	}
	for range rounds {
		h := create(t)
		var ready, wg sync.WaitGroup
		var accepted atomic.Int64
		ready.Add(posters)
		for id := range posters {
			wg.Go(func() {
				ready.Done()
				for {
					err := PostQueuedCompletionStatus(h, 1, uintptr(id), nil)
					if id == 2 {
						err = SetIoCompletion(h, uintptr(id), nil, 995, 1)
					}
					if err == errClosedHandle {
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
		require.NoError(t, CloseHandle(h))
		wg.Wait()
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
		h := create(t)
		var (
			begin   = make(chan struct{})
			results [waits]<-chan result[gotten]
			timeout = []uint32{INFINITE, 1, 0, 2}
		)
		for i := range results {
			if i == 3 { // an Ex, told as a Get
				results[i] = async(func() (gotten, error) {
					<-begin
					entries, err := dequeueEx(t, h, 3, timeout[(i+round)%4])
					switch {
					case err != nil:
						return nothing(err), nil
					case len(entries) != 1:
						t.Errorf("%d packets, one was posted", len(entries))
					}
					return gotten{entries[0].BytesTransferred, entries[0].CompletionKey, entries[0].Overlapped, nil}, nil
				})
				continue
			}
			results[i] = async(func() (gotten, error) {
				<-begin
				return dequeue(h, timeout[(i+round)%4]), nil
			})
		}
		post := asyncErr(func() error {
			<-begin
			spinFor(time.Duration(round%50) * 20 * time.Microsecond)
			return PostQueuedCompletionStatus(h, 7, 7, nil)
		})
		closing := asyncErr(func() error {
			<-begin
			spinFor(time.Duration(round%64) * 20 * time.Microsecond)
			return CloseHandle(h)
		})
		close(begin)
		_, err := await(t, closing)
		require.NoError(t, err)
		_, posted := await(t, post)
		if posted != nil && posted != errClosedHandle {
			t.Fatalf("a post beside CloseHandle: %v", posted)
		}
		taken := 0
		for _, c := range results {
			switch g, _ := await(t, c); g {
			case keyed(7):
				taken++
			case nothing(ErrTimeout):
				all.timedOut++
			case nothing(ErrClosed):
				all.abandoned++
			case nothing(errClosedHandle):
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

// With one hand-off in flight at most, packets queue behind it while calls wait.
// CloseHandle then leaves no call asleep.
func TestHandleCloseWithPacketsBehindTheLimit(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds /= 8
	}
	for range rounds {
		h, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 1)
		require.NoError(t, err)
		var gets []<-chan result[gotten]
		for i := range 3 {
			gets = append(gets, asyncDequeue(h, INFINITE))
			parked(t, behind(t, h), i+1)
		}
		for key := uintptr(1); key <= 3; key++ {
			postKey(t, h, key)
		}
		require.NoError(t, CloseHandle(h))
		seen := map[uintptr]bool{}
		for _, get := range gets {
			g, _ := await(t, get)
			if g.err != nil {
				g.equal(t, nothing(ErrClosed))
				continue
			}
			g.equal(t, keyed(g.key))
			require.False(t, seen[g.key], "taken twice")
			seen[g.key] = true
		}
		require.True(t, seen[1], "handed over before the handle was closed")
	}
}

// A handle of a generation that its entry has not come to is not valid, and was never closed:
// neither while the entry is open nor after it was closed.
func TestHandleOfALaterGeneration(t *testing.T) {
	var table handleTable
	h, err := table.open(open[Packet](t, 2))
	require.NoError(t, err)
	next := h + 1<<genShift
	require.Equal(t, ErrInvalidPort, table.invalid(next))
	_, err = table.close(h)
	require.NoError(t, err)
	require.Equal(t, errClosedHandle, table.invalid(h))
	is(t, ErrInvalidPort, table.invalid(next), "the next generation")
	is(t, ErrInvalidPort, table.invalid(next+1<<genShift), "the one after")
	is(t, ErrInvalidPort, table.invalid(h+1), "bits below the index")
	_, err = table.close(next)
	is(t, ErrInvalidPort, err, "close")

	again, err := table.open(open[Packet](t, 2))
	require.NoError(t, err)
	require.Equal(t, next, again)
	require.Equal(t, errClosedHandle, table.invalid(h))
	is(t, ErrInvalidPort, table.invalid(next+1<<genShift), "the next of an open entry")
}
