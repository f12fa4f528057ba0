package iocp

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
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
		rig.Eventually(t, "the packet taken", func() bool { return served[loopers-1].Load() == int32(i+1) })
		parked(t, behind(t, h), loopers)
	}
	require.NoError(t, CloseHandle(h))
	wg.Wait()
	for id := range loopers - 1 {
		require.Zero(t, served[id].Load(), "looper %d", id)
	}
}

// A waiter between two others times out, and the next post goes past its place.
func TestHandleTimedOutLeavesTheStack(t *testing.T) {
	h := create(t)
	old := asyncDequeue(h, INFINITE)
	parked(t, behind(t, h), 1)
	middle := asyncDequeueEx(t, h, 2, 20)
	rig.Eventually(t, "the middle one asleep, or back", func() bool { return behind(t, h).Stats().Waiting == 2 || len(middle) == 1 })
	young := asyncDequeue(h, INFINITE)
	_, err := rig.Await(t, middle)
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

func TestHandleCloseAbandonsWaits(t *testing.T) {
	for range 20 {
		h := create(t)
		p := behind(t, h)
		var gets []<-chan rig.Result[gotten]
		var batches []<-chan rig.Result[[]OverlappedEntry]
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
			entries, err := rig.Await(t, batch)
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
	g, _ := rig.Await(t, get)
	_, err := rig.Await(t, batch)
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
	rig.Collected(t, &kept) // before another port takes the place in the table
	next := create(t)
	dequeue(next, 0).equal(t, nothing(ErrTimeout))
	_, err := dequeueEx(t, next, 10, 0)
	require.Equal(t, ErrTimeout, err)
}

// A call that has found the port of a handle, and then loses the race with CloseHandle: it
// finds the handle invalid, unless it would have waited.
func TestHandleClosedAfterItWasFound(t *testing.T) {
	h := create(t)
	require.NoError(t, behind(t, h).Close()) // the part of CloseHandle that comes last
	rig.Same(t, errClosedHandle, PostQueuedCompletionStatus(h, 1, 2, nil), "Post")
	rig.Same(t, errClosedHandle, SetIoCompletion(h, 2, nil, 0, 1), "Set")
	for _, timeout := range timeouts {
		want := ErrClosed
		if timeout == 0 {
			want = errClosedHandle
		}
		dequeue(h, timeout).equal(t, nothing(want))
		_, err := dequeueEx(t, h, 2, timeout)
		rig.Same(t, want, err, "Ex")
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
		var gets []<-chan rig.Result[gotten]
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
			g, _ := rig.Await(t, get)
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
	rig.Same(t, ErrInvalidPort, table.invalid(next), "the next generation")
	rig.Same(t, ErrInvalidPort, table.invalid(next+1<<genShift), "the one after")
	rig.Same(t, ErrInvalidPort, table.invalid(h+1), "bits below the index")
	_, err = table.close(next)
	rig.Same(t, ErrInvalidPort, err, "close")

	again, err := table.open(open[Packet](t, 2))
	require.NoError(t, err)
	require.Equal(t, next, again)
	require.Equal(t, errClosedHandle, table.invalid(h))
	rig.Same(t, ErrInvalidPort, table.invalid(next+1<<genShift), "the next of an open entry")
}

// A ported program compares what the functions return by ==, by the cases of a switch and
// by errors.Is.
func TestWinerrorComparisons(t *testing.T) {
	which := func(err error) string {
		switch err {
		case nil:
			return "nil"
		case WAIT_TIMEOUT:
			return "WAIT_TIMEOUT"
		case ERROR_ABANDONED_WAIT_0:
			return "ERROR_ABANDONED_WAIT_0"
		case ERROR_INVALID_HANDLE:
			return "ERROR_INVALID_HANDLE"
		case ERROR_INVALID_PARAMETER:
			return "ERROR_INVALID_PARAMETER"
		case ERROR_OPERATION_ABORTED:
			return "ERROR_OPERATION_ABORTED"
		case ERROR_NETNAME_DELETED:
			return "ERROR_NETNAME_DELETED"
		}
		return "another"
	}
	h := create(t)
	require.Equal(t, "WAIT_TIMEOUT", which(dequeue(h, 0).err))
	require.Equal(t, "WAIT_TIMEOUT", which(dequeue(h, 1).err))
	_, err := dequeueEx(t, h, 3, 1)
	require.Equal(t, "WAIT_TIMEOUT", which(err))
	require.ErrorIs(t, err, Errno(258))
	require.NoError(t, SetIoCompletion(h, 1, new(Overlapped), ERROR_OPERATION_ABORTED, 0))
	require.NoError(t, SetIoCompletion(h, 2, nil, ERROR_NETNAME_DELETED, 0))
	require.Equal(t, "ERROR_OPERATION_ABORTED", which(dequeue(h, 0).err))
	require.Equal(t, "ERROR_NETNAME_DELETED", which(dequeue(h, 0).err))
	require.Equal(t, "ERROR_INVALID_PARAMETER", which(GetQueuedCompletionStatus(h, nil, nil, nil, 0)))
	_, err = dequeueEx(t, h, 0, 0)
	require.Equal(t, "ERROR_INVALID_PARAMETER", which(err))

	wait := asyncDequeue(h, INFINITE)
	parked(t, behind(t, h), 1)
	require.NoError(t, CloseHandle(h))
	g, _ := rig.Await(t, wait)
	require.Equal(t, "ERROR_ABANDONED_WAIT_0", which(g.err))
	require.ErrorIs(t, g.err, Errno(735))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(dequeue(h, INFINITE).err))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(PostQueuedCompletionStatus(h, 0, 0, nil)))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(CloseHandle(h)))

	// The errors that say more are the named ones by errors.Is.
	for _, of := range []Handle{h, 0, InvalidHandle, 4} {
		require.ErrorIs(t, CloseHandle(of), ERROR_INVALID_HANDLE)
		require.NotErrorIs(t, CloseHandle(of), ERROR_INVALID_PARAMETER)
	}
	for _, file := range []Handle{4, InvalidHandle} {
		_, err := CreateIoCompletionPort(file, 4, 0, 0)
		require.ErrorIs(t, err, ERROR_INVALID_PARAMETER)
		require.NotErrorIs(t, err, ERROR_INVALID_HANDLE)
	}
	require.NotErrorIs(t, ErrTimeout, ERROR_INVALID_HANDLE)
	require.False(t, errors.Is(Errno(6), ERROR_INVALID_HANDLE), "a packet's status")
}
