package iocp

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// Addresses where no memory is: nothing follows what is posted.
func TestHandleFollowsNoPointer(t *testing.T) {
	h := create(t)
	for _, address := range []uintptr{0x1000, ^uintptr(0)} {
		nowhere := *(**Overlapped)(unsafe.Pointer(&address))
		for _, status := range []Errno{0, 995} {
			want := gotten{7, 8, nowhere, nil}
			if status != 0 {
				want.err = status
			}
			require.NoError(t, SetIoCompletion(h, 8, nowhere, status, 7))
			dequeue(h, 0).equal(t, want)
			get := asyncDequeue(h, INFINITE)
			parked(t, behind(t, h), 1)
			require.NoError(t, SetIoCompletion(h, 8, nowhere, status, 7))
			returned(t, want, get)
			require.NoError(t, SetIoCompletion(h, 8, nowhere, status, 7))
			runtime.GC() // it has seen worse
			entries, err := dequeueEx(t, h, 2, 0)
			require.NoError(t, err)
			require.Len(t, entries, 1)
			require.True(t, entries[0] == OverlappedEntry{8, nowhere, status.ntstatus(), 7})
		}
	}
}

// Several post and several take, by Get and by Ex: each packet is taken once, and each
// taker sees those of one poster in their order. Stop packets come behind all of them.
func TestHandleFIFOBetweenMany(t *testing.T) {
	const posters, takers = 3, 4
	packets := 20_000
	if testing.Short() {
		packets /= 8
	}
	h := create(t)
	var posting, taking sync.WaitGroup
	taken := make([]atomic.Int32, posters*packets)
	for id := range takers {
		taking.Go(func() {
			var last [posters]int // sequence numbers from 1
			take := func(key uintptr) bool {
				if key == 0 {
					return false
				}
				poster, i := int(key-1)/packets, int(key-1)%packets+1
				if i <= last[poster] {
					t.Errorf("packet %d of poster %d after %d", i, poster, last[poster])
				}
				last[poster] = i
				taken[key-1].Add(1)
				return true
			}
			for going := true; going; {
				if id%2 == 0 {
					g := dequeue(h, INFINITE)
					if g.err != nil {
						t.Error(g.err)
						return
					}
					going = take(g.key)
					continue
				}
				entries, err := dequeueEx(t, h, 5, INFINITE)
				if err != nil {
					t.Error(err)
					return
				}
				stops := 0
				for _, e := range entries {
					if !take(e.CompletionKey) {
						stops++
					}
				}
				going = stops == 0
				for range stops - 1 { // they were for others
					if err := PostQueuedCompletionStatus(h, 0, 0, nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for id := range posters {
		posting.Go(func() {
			for i := range packets {
				if err := PostQueuedCompletionStatus(h, 1, uintptr(id*packets+i+1), &inData); err != nil {
					t.Error(err)
				}
			}
		})
	}
	posting.Wait()
	for range takers {
		postKey(t, h, 0)
	}
	taking.Wait()
	for i := range taken {
		require.Equal(t, int32(1), taken[i].Load(), "packet %d", i)
	}
	dequeue(h, 0).equal(t, nothing(ErrTimeout))
}

// Packets that come while two sleep all go to the one that slept last: it sleeps again
// before the next, on top.
func TestHandleHotLooperServesAll(t *testing.T) {
	h := create(t)
	const loopers, posts = 3, 8
	var served [loopers]atomic.Int32
	var wg sync.WaitGroup
	for id := range loopers {
		wg.Go(func() {
			for dequeue(h, INFINITE).err == nil {
				served[id].Add(1)
			}
		})
		parked(t, behind(t, h), id+1)
	}
	for i := range posts {
		postKey(t, h, 1)
		eventually(t, "the packet taken", func() bool { return served[loopers-1].Load() == int32(i+1) })
		parked(t, behind(t, h), loopers)
	}
	require.NoError(t, CloseHandle(h))
	wg.Wait()
	for id := range loopers - 1 {
		require.Zero(t, served[id].Load(), "looper %d", id)
	}
}

// One stop packet stops all if each worker posts it again, and is left over.
func TestHandleOneStopPacketReposted(t *testing.T) {
	h := create(t)
	var wg sync.WaitGroup
	var worked atomic.Int32
	for range 3 {
		wg.Go(func() {
			for {
				if g := dequeue(h, INFINITE); g.err != nil || g.overlapped == nil {
					if err := PostQueuedCompletionStatus(h, g.qty, g.key, nil); err != nil {
						t.Error(err)
					}
					return
				}
				worked.Add(1)
			}
		})
	}
	for range 500 {
		require.NoError(t, PostQueuedCompletionStatus(h, 1, 1, &inData))
	}
	postKey(t, h, 5)
	wg.Wait()
	require.Equal(t, int32(500), worked.Load())
	dequeue(h, 0).equal(t, keyed(5))
	dequeue(h, 0).equal(t, nothing(ErrTimeout))
}

// A waiter between two others times out, and the next post goes past its place.
func TestHandleTimedOutLeavesTheStack(t *testing.T) {
	h := create(t)
	old := asyncDequeue(h, INFINITE)
	parked(t, behind(t, h), 1)
	middle := asyncDequeueEx(t, h, 2, 20)
	eventually(t, "the middle one asleep, or back", func() bool { return behind(t, h).Stats().Waiting == 2 || len(middle) == 1 })
	young := asyncDequeue(h, INFINITE)
	_, err := await(t, middle)
	require.Equal(t, ErrTimeout, err)
	parked(t, behind(t, h), 2)
	postKey(t, h, 1)
	returned(t, keyed(1), young)
	postKey(t, h, 2)
	returned(t, keyed(2), old)
}

// More handles at once than a part of the table holds, each with its own packets.
func TestHandlesManyAtOnce(t *testing.T) {
	const n = 2*chunkHandles + 50
	open := map[Handle]uintptr{}
	for key := uintptr(1); key <= n; key++ {
		h := create(t)
		require.Zero(t, open[h], "handle %#x again", h)
		require.Zero(t, h&3, "Windows' handles leave two bits to their user")
		open[h] = key
		postKey(t, h, key)
	}
	for h, key := range open {
		dequeue(h, 0).equal(t, keyed(key))
		dequeue(h, 0).equal(t, nothing(ErrTimeout))
		require.NoError(t, CloseHandle(h))
		dequeue(h, 0).equal(t, nothing(errClosedHandle))
	}
}

// Some post to handles that another goroutine closes, and opens their places in the
// table for the next port. No port ever holds a packet that was posted to another.
func TestHandleStaleRacingReuse(t *testing.T) {
	rounds := 20_000
	if testing.Short() || raceEnabled {
		rounds /= 8
	}
	var (
		current  atomic.Uintptr
		accepted atomic.Int64
		over     atomic.Bool
		wg       sync.WaitGroup
	)
	h := create(t)
	current.Store(uintptr(h))
	for range 3 {
		wg.Go(func() {
			for !over.Load() {
				to := Handle(current.Load())
				runtime.Gosched() // it may be closed by now
				switch err := PostQueuedCompletionStatus(to, 1, uintptr(to), nil); err {
				case nil:
					accepted.Add(1)
				case errClosedHandle:
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
			if g := dequeue(h, 0); g.err == nil && g.key != uintptr(h) {
				t.Errorf("a packet for %#x at %#x", g.key, h)
			}
		}
		require.NoError(t, CloseHandle(h))
		var err error
		h, err = CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
		require.NoError(t, err)
		current.Store(uintptr(h))
	}
	over.Store(true)
	wg.Wait()
	require.NoError(t, CloseHandle(h))
	t.Logf("%d posts were in time", accepted.Load())
	require.NotZero(t, accepted.Load())
}
