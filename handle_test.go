package iocp

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

// What the variables hold that a call is given to store a packet in.
const (
	qtyBefore = 0xDEADBEEF
	keyBefore = uintptr(0xDEAD1234)
)

var overlappedBefore = new(Overlapped)

// gotten is what GetQueuedCompletionStatus returned and left behind.
type gotten struct {
	qty        uint32
	key        uintptr
	overlapped *Overlapped
	err        error
}

// nothing is how a call ends that takes no packet.
func nothing(err error) gotten { return gotten{qtyBefore, keyBefore, nil, err} }

func dequeue(h Handle, timeout uint32) gotten {
	g := gotten{qtyBefore, keyBefore, overlappedBefore, nil}
	g.err = GetQueuedCompletionStatus(h, &g.qty, &g.key, &g.overlapped, timeout)
	return g
}

func asyncDequeue(h Handle, timeout uint32) <-chan rig.Result[gotten] {
	return rig.Async(func() (gotten, error) { return dequeue(h, timeout), nil })
}

// equal compares pointers and errors for identity, and follows neither.
func (g gotten) equal(t testing.TB, want gotten) {
	t.Helper()
	if g != want {
		t.Fatalf("got %+v\nnot %+v", g, want)
	}
}

// returned requires that the call behind c ended like want.
func returned(t testing.TB, want gotten, c <-chan rig.Result[gotten]) {
	t.Helper()
	g, _ := rig.Await(t, c)
	g.equal(t, want)
}

var entryBefore = OverlappedEntry{keyBefore, overlappedBefore, 0xBAD, qtyBefore}

// dequeueEx returns the entries that GetQueuedCompletionStatusEx stored, and
// checks that it left the others alone.
func dequeueEx(t testing.TB, h Handle, room int, timeout uint32) ([]OverlappedEntry, error) {
	entries := make([]OverlappedEntry, room)
	for i := range entries {
		entries[i] = entryBefore
	}
	n, err := GetQueuedCompletionStatusEx(h, entries, timeout, false)
	if n < 0 || n > room || (n == 0) != (err != nil) {
		t.Errorf("%d of %d entries and %v", n, room, err)
		return nil, err
	}
	for i, e := range entries[n:] {
		if e != entryBefore {
			t.Errorf("entry %d was written, there are %d", n+i, n)
		}
	}
	return entries[:n], err
}

func asyncDequeueEx(t testing.TB, h Handle, room int, timeout uint32) <-chan rig.Result[[]OverlappedEntry] {
	return rig.Async(func() ([]OverlappedEntry, error) { return dequeueEx(t, h, room, timeout) })
}

// keys are those of the packets that the Ex behind c took.
func keys(t testing.TB, c <-chan rig.Result[[]OverlappedEntry]) (keys []uintptr) {
	t.Helper()
	entries, err := rig.Await(t, c)
	require.NoError(t, err)
	for _, e := range entries {
		keys = append(keys, e.CompletionKey)
	}
	return keys
}

// create returns a handle that does not outlive the test. So many hand-offs may be
// in flight that no packet queues while a call waits.
func create(t testing.TB) Handle {
	t.Helper()
	h, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 64)
	require.NoError(t, err)
	require.NotZero(t, h)
	require.NotEqual(t, InvalidHandle, h)
	t.Cleanup(func() { CloseHandle(h) })
	return h
}

// behind is the port of a handle that is open.
func behind(t testing.TB, h Handle) *Port[Packet] {
	t.Helper()
	o := handles.lookup(h)
	require.NotNil(t, o)
	return o.port
}

// postKey posts a packet that only its key tells from others.
func postKey(t testing.TB, h Handle, key uintptr) {
	t.Helper()
	require.NoError(t, PostQueuedCompletionStatus(h, uint32(key), key, nil))
}

// keyed is what a call returns that takes what postKey posted.
func keyed(key uintptr) gotten { return gotten{uint32(key), key, nil, nil} }

var (
	inData   Overlapped
	timeouts = []uint32{0, 1, 700, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, INFINITE}
)

// Nothing distinguishes the packet of three zeros: it is taken as any other.
func TestHandleZeroPacket(t *testing.T) {
	h := create(t)
	require.NoError(t, PostQueuedCompletionStatus(h, 0, 0, nil))
	dequeue(h, 0).equal(t, gotten{})
	dequeue(h, 0).equal(t, nothing(ErrTimeout))

	get := asyncDequeue(h, INFINITE)
	parked(t, behind(t, h), 1)
	require.NoError(t, PostQueuedCompletionStatus(h, 0, 0, nil))
	returned(t, gotten{}, get)
}

func TestHandleIsNeverFull(t *testing.T) {
	const n = 5000
	h := create(t)
	for key := range uintptr(n) {
		postKey(t, h, key)
	}
	require.Equal(t, n, behind(t, h).Len())
	for key := range uintptr(n) {
		dequeue(h, 0).equal(t, keyed(key))
	}
	dequeue(h, 0).equal(t, nothing(ErrTimeout))
}

// invalidHandles are handles that are none, and what is said of them.
func invalidHandles(t *testing.T) map[Handle]error {
	live, gone := create(t), create(t)
	postKey(t, gone, 1)
	require.NoError(t, CloseHandle(gone))
	invalid := map[Handle]error{
		0:             ErrNilPort,
		InvalidHandle: ErrInvalidPort,
		gone:          errClosedHandle,
	}
	last := Handle(1)<<indexBits - 1
	for _, garbage := range []Handle{
		1, 2, 3, 4, 5, 0x10, 0x12344, 0x12345, InvalidHandle - 1, InvalidHandle - 3, InvalidHandle >> 1, ^(InvalidHandle >> 1) + 1,
		1<<genShift - 1, 1<<genShift - 4, // generation 0
		live + 1, live + 2, live + 3, live + 1<<genShift, // of the next port in its place
		gone + 1, gone + 2, gone + 3,
		1<<genShift | last<<indexShift, 7<<genShift | last<<indexShift,
	} {
		require.Nil(t, handles.lookup(garbage))
		invalid[garbage] = ErrInvalidPort
	}
	return invalid
}

func TestHandleNotValidHasItsErrors(t *testing.T) {
	for h, want := range invalidHandles(t) {
		check := func(call string, err error) {
			t.Helper()
			require.True(t, err == want, "%s of %#x: %v, not %v", call, h, err, want)
		}
		check("Post", PostQueuedCompletionStatus(h, 1, 2, nil))
		check("Set", SetIoCompletion(h, 2, nil, 995, 1))
		for _, timeout := range timeouts { // none is waited for
			dequeue(h, timeout).equal(t, nothing(want))
			_, err := dequeueEx(t, h, 3, timeout)
			check("Ex", err)
		}
		check("Close", CloseHandle(h))

		require.Equal(t, uint32(6), number(want))
		require.Equal(t, Errno(6), StatusOf(want))
		require.ErrorIs(t, want, syscall.EBADF)
		require.Equal(t, h != 0, errors.Is(want, syscall.EINVAL))
		require.Equal(t, h != 0, errors.Is(want, ErrInvalidPort))
		require.Equal(t, want == errClosedHandle, errors.Is(want, os.ErrClosed))
		require.NotErrorIs(t, want, ErrClosed)
		require.NotErrorIs(t, want, ErrTimeout)
	}
}

// The highest bit is no sign, and only the last number has no limit.
func TestHandleLongTimeouts(t *testing.T) {
	require.Equal(t, Infinite, milliseconds(INFINITE))
	require.Equal(t, 4294967294*time.Millisecond, milliseconds(0xFFFFFFFE))
	h, clock := create(t), create(t)
	long := timeouts[3:]
	var gets []<-chan rig.Result[gotten]
	var batches []<-chan rig.Result[[]OverlappedEntry]
	for i, timeout := range long {
		gets = append(gets, asyncDequeue(h, timeout))
		parked(t, behind(t, h), 2*i+1)
		batches = append(batches, asyncDequeueEx(t, h, 1, timeout))
		parked(t, behind(t, h), 2*i+2)
	}
	dequeue(clock, 100).equal(t, nothing(ErrTimeout))
	parked(t, behind(t, h), 2*len(long))
	for i := range slices.Backward(long) {
		postKey(t, h, uintptr(i))
		require.Equal(t, []uintptr{uintptr(i)}, keys(t, batches[i]))
		postKey(t, h, uintptr(i))
		returned(t, keyed(uintptr(i)), gets[i])
	}
}

func TestHandleFailedPackets(t *testing.T) {
	h := create(t)
	internal := map[Errno]uintptr{
		5: 0xC0000022, 6: 0xC0000008, 38: 0xC0000011, 64: 0xC000020D, 87: 0xC000000D, 109: 0xC000014B, 121: 0xC00000B5,
		234: 0x80000005, 995: 0xC0000120, 1225: 0xC0000236, 1236: 0xC0000241,
		258: 0xC0070102, 735: 0xC00702DF, 2250: 0xC00708CA, 10054: 0xC0072746, 0xFFFF: 0xC007FFFF,
	}
	for _, status := range []Errno{1, 5, 6, 38, 64, 87, 109, 121, 234, 258, 735, 995, 1225, 1236, 2250, 10054, 0xFFFF, 0xFFFFFFFF} {
		for _, overlapped := range []*Overlapped{nil, &inData} {
			want := gotten{22, 11, overlapped, status}
			post := func() { require.NoError(t, SetIoCompletion(h, 11, overlapped, status, 22)) }
			for _, timeout := range timeouts {
				post()
				dequeue(h, timeout).equal(t, want)
				dequeue(h, 0).equal(t, nothing(ErrTimeout)) // it was taken
			}
			get := asyncDequeue(h, INFINITE)
			parked(t, behind(t, h), 1)
			post()
			returned(t, want, get)

			post()
			postKey(t, h, 12)
			entries, err := dequeueEx(t, h, 3, INFINITE)
			require.NoError(t, err, "no error of the call")
			require.Len(t, entries, 2)
			require.NotZero(t, entries[0].Internal)
			if i, ok := internal[status]; ok {
				require.Equal(t, i, entries[0].Internal, "%v", status)
			}
			entries[0].Internal = 0
			require.True(t, entries[0] == OverlappedEntry{11, overlapped, 0, 22}, "%+v", entries[0])
			require.True(t, entries[1] == OverlappedEntry{12, nil, 0, 12}, "%+v", entries[1])
		}
	}
	require.Zero(t, inData)
}

func TestHandlePostHandsOver(t *testing.T) {
	h := create(t)
	for i := range uintptr(100) {
		get := asyncDequeue(h, 60_000)
		parked(t, behind(t, h), 1)
		postKey(t, h, i)
		dequeue(h, 0).equal(t, nothing(ErrTimeout))
		_, err := dequeueEx(t, h, 1, 0)
		require.Equal(t, ErrTimeout, err)
		returned(t, keyed(i), get)
	}
}

func TestHandleNewestFirst(t *testing.T) {
	h := create(t)
	for range 10 {
		var gets []<-chan rig.Result[gotten]
		var batches []<-chan rig.Result[[]OverlappedEntry]
		for i := range 4 {
			gets = append(gets, asyncDequeue(h, INFINITE))
			parked(t, behind(t, h), 2*i+1)
			batches = append(batches, asyncDequeueEx(t, h, 1, 60_000))
			parked(t, behind(t, h), 2*i+2)
		}
		for key := range uintptr(8) {
			postKey(t, h, key)
		}
		for i := range 4 {
			require.Equal(t, []uintptr{uintptr(6 - 2*i)}, keys(t, batches[i]))
			returned(t, keyed(uintptr(7-2*i)), gets[i])
		}
	}
}

func TestHandleNewestWaiterOldestPacket(t *testing.T) {
	h := create(t)
	for range 50 {
		w1 := asyncDequeue(h, INFINITE)
		parked(t, behind(t, h), 1)
		w0 := asyncDequeue(h, INFINITE)
		parked(t, behind(t, h), 2)
		for key := uintptr(3); key <= 5; key++ {
			postKey(t, h, key)
		}
		dequeue(h, 0).equal(t, keyed(5))
		returned(t, keyed(3), w0)
		returned(t, keyed(4), w1)
	}
}

func TestHandleOnePostWakesOne(t *testing.T) {
	h := create(t)
	var gets []<-chan rig.Result[gotten]
	for i := range 3 {
		gets = append(gets, asyncDequeue(h, INFINITE))
		parked(t, behind(t, h), i+1)
	}
	postKey(t, h, 1)
	returned(t, keyed(1), gets[2])
	parked(t, behind(t, h), 2)
	require.Zero(t, behind(t, h).Len())

	young := asyncDequeue(h, 5)
	returned(t, nothing(ErrTimeout), young) // and so is not served
	postKey(t, h, 2)
	returned(t, keyed(2), gets[1])
	postKey(t, h, 3)
	returned(t, keyed(3), gets[0])
}

func TestHandleConcurrencyTakesAnyValue(t *testing.T) {
	for _, threads := range []uint32{0, 1, 2, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF} {
		h, err := CreateIoCompletionPort(InvalidHandle, 0, 5, threads)
		require.NoError(t, err, "%#x", threads)
		var gets []<-chan rig.Result[gotten]
		for i := range 4 {
			gets = append(gets, asyncDequeue(h, INFINITE))
			parked(t, behind(t, h), i+1)
		}
		for key := range uintptr(4) {
			postKey(t, h, key)
		}
		var got []uintptr
		for _, get := range gets {
			g, _ := rig.Await(t, get)
			require.NoError(t, g.err)
			got = append(got, g.key)
		}
		slices.Sort(got)
		require.Equal(t, []uintptr{0, 1, 2, 3}, got, "%#x", threads)
		require.NoError(t, CloseHandle(h))
	}
}

// The number of threads bounds the hand-offs in flight as WithConcurrency does, and its
// highest bit is no sign.
func TestHandleThreadsBoundHandOffs(t *testing.T) {
	defer func(old waiter.Parkers) { parkers = old }(parkers)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	const waits, packets = 5, 7
	for threads, want := range map[uint32]uint64{0: 3, 1: 1, 2: 2, 64: waits, 0x7FFFFFFF: waits, 0x80000000: waits, 0xFFFFFFFF: waits} {
		gate := make(chan struct{})
		parkers.Goroutine = holding(gate).Goroutine
		h, err := CreateIoCompletionPort(InvalidHandle, 0, 0, threads)
		require.NoError(t, err)
		var gets []<-chan rig.Result[gotten]
		for i := range waits {
			gets = append(gets, asyncDequeue(h, INFINITE))
			rig.Eventually(t, "a call waits", func() bool { return behind(t, h).Stats().Waiting == i+1 })
		}
		for key := range uintptr(packets) {
			postKey(t, h, key)
		}
		require.Equal(t, want, behind(t, h).Stats().HandOffs, "%#x threads", threads)
		close(gate)
		for i := range waits {
			returned(t, keyed(uintptr(i)), gets[waits-1-i])
		}
		require.NoError(t, CloseHandle(h))
	}
}

// A port that CreateIoCompletionPort makes has no limit but memory.
func TestHandleGrowsWithoutLimit(t *testing.T) {
	require.Equal(t, open[Packet](t, 64, WithGrowth(0)).queue.Room(), behind(t, create(t)).queue.Room())
}

func TestHandleBurstOntoBlockedEx(t *testing.T) {
	h := create(t)
	for range 50 {
		batch := asyncDequeueEx(t, h, 5, INFINITE)
		parked(t, behind(t, h), 1)
		for key := range uintptr(5) {
			postKey(t, h, key)
		}
		got := keys(t, batch)
		require.NotEmpty(t, got)
		for len(got) < 5 {
			g := dequeue(h, 0)
			require.NoError(t, g.err, "lost")
			got = append(got, g.key)
		}
		require.Equal(t, []uintptr{0, 1, 2, 3, 4}, got)
		dequeue(h, 0).equal(t, nothing(ErrTimeout))
	}
}

// Ports do not stand for files yet, and a port cannot be made twice.
func TestHandleCreateWithWrongArguments(t *testing.T) {
	h := create(t)
	postKey(t, h, 1)
	used := func() (used, free int) {
		handles.mu.Lock()
		defer handles.mu.Unlock()
		return int(handles.used), len(handles.free)
	}
	usedBefore, freeBefore := used()
	for _, c := range []struct {
		file, port Handle
		want       error
		number     uint32
		is         error
	}{
		{0, 0, ErrNilPort, 6, syscall.EBADF},
		{0, h, ErrNilPort, 6, syscall.EBADF},
		{InvalidHandle, h, ErrInvalidParameter, 87, syscall.EINVAL},
		{InvalidHandle, InvalidHandle, ErrInvalidParameter, 87, syscall.EINVAL},
		{InvalidHandle, 0x12344, ErrInvalidParameter, 87, syscall.EINVAL},
		{3, 0, ErrInvalidParameter, 87, syscall.EINVAL},
		{3, h, ErrInvalidParameter, 87, syscall.EINVAL},
		{h, 0, ErrInvalidParameter, 87, syscall.EINVAL},
		{h, h, ErrInvalidParameter, 87, syscall.EINVAL},
	} {
		for _, threads := range []uint32{0, 1, 0xFFFFFFFF} {
			got, err := CreateIoCompletionPort(c.file, c.port, 5, threads)
			require.Zero(t, got)
			require.ErrorIs(t, err, c.want, "%#x, %#x", c.file, c.port)
			require.ErrorIs(t, err, c.is)
			require.Equal(t, c.number, number(err))
			if c.file != 0 && c.file != InvalidHandle {
				require.ErrorContains(t, err, "files cannot be associated")
			}
		}
	}
	usedAfter, freeAfter := used()
	require.Equal(t, [2]int{usedBefore, freeBefore}, [2]int{usedAfter, freeAfter}, "a place in the table is lost")
	dequeue(h, 0).equal(t, keyed(1))
	dequeue(h, 0).equal(t, nothing(ErrTimeout))
}

// The next port has the place in the table of the one that was closed last, and
// the old handle is none of its.
func TestHandleStaleIsNoOtherPort(t *testing.T) {
	var stale []Handle
	h := create(t)
	for range 500 {
		postKey(t, h, 1)
		require.NoError(t, CloseHandle(h))
		stale = append(stale, h)
		var err error
		h, err = CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
		require.NoError(t, err)
		require.NotContains(t, stale, h)
		if last := stale[len(stale)-1]; last>>genShift < maxGen {
			require.Equal(t, last+1<<genShift, h)
		}
		dequeue(h, 0).equal(t, nothing(ErrTimeout))
		for _, old := range stale[max(0, len(stale)-3):] {
			require.Equal(t, errClosedHandle, PostQueuedCompletionStatus(old, 1, 1, nil))
			dequeue(old, 0).equal(t, nothing(errClosedHandle))
			require.Equal(t, errClosedHandle, CloseHandle(old))
		}
		dequeue(h, 0).equal(t, nothing(ErrTimeout))
	}
	for _, old := range stale {
		require.Equal(t, errClosedHandle, PostQueuedCompletionStatus(old, 1, 1, nil))
	}
	dequeue(h, 0).equal(t, nothing(ErrTimeout))
	require.NoError(t, CloseHandle(h))
}

// A place in the table whose generations are used up is left empty.
func TestHandleOfTheLastGeneration(t *testing.T) {
	table, p := new(handleTable), open[Packet](t, 2)
	first, err := table.open(p)
	require.NoError(t, err)
	_, err = table.close(first)
	require.NoError(t, err)
	table.chunks[0].Load().gen[0] = maxGen

	last, err := table.open(p)
	require.NoError(t, err)
	require.Equal(t, maxGen, last>>genShift)
	require.NotEqual(t, InvalidHandle, last)
	got, err := table.port(last)
	require.NoError(t, err)
	require.True(t, got == p)
	_, err = table.close(last)
	require.NoError(t, err)

	next, err := table.open(p)
	require.NoError(t, err)
	require.Equal(t, Handle(1), next>>indexShift&(1<<indexBits-1))
	for _, h := range []Handle{first, last} {
		_, err = table.port(h)
		require.Equal(t, errClosedHandle, err)
	}
	_, err = table.port(InvalidHandle)
	require.Equal(t, ErrInvalidPort, err)
}

func TestHandleTableIsFull(t *testing.T) {
	table, p := new(handleTable), open[Packet](t, 2)
	table.used = 1<<indexBits - 1
	h, err := table.open(p)
	require.NoError(t, err)
	require.Equal(t, Handle(1)<<indexBits-1, h>>indexShift&(1<<indexBits-1))
	none, err := table.open(p)
	require.Zero(t, none)
	require.Equal(t, errNoHandles, err)
	require.ErrorIs(t, err, ErrFull)
	require.ErrorIs(t, err, syscall.ENOBUFS)
	require.Equal(t, uint32(1450), number(err))

	_, err = table.close(h)
	require.NoError(t, err)
	again, err := table.open(p)
	require.NoError(t, err)
	require.NotEqual(t, h, again)
}

// Ports come and go on several goroutines, some of them waited on.
func TestHandlesComeAndGo(t *testing.T) {
	const posters = 4
	total := 100_000
	if testing.Short() || rig.Race {
		total /= 10
	}
	handles.mu.Lock()
	before := handles.used
	handles.mu.Unlock()
	churn := func(n int) {
		var wg sync.WaitGroup
		for id := range posters {
			wg.Go(func() {
				var previous Handle
				for i := range n {
					h, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
					if err != nil || h == previous {
						t.Errorf("%#x, after %#x: %v", h, previous, err)
						return
					}
					var get <-chan rig.Result[gotten]
					if i%32 == 0 {
						get = asyncDequeue(h, INFINITE)
						for p := handles.lookup(h).port; p.Stats().Waiting == 0; {
							runtime.Gosched()
						}
					}
					key := uintptr(id)<<24 | uintptr(i)
					if err := PostQueuedCompletionStatus(h, 1, key, nil); err != nil {
						t.Error(err)
					}
					if get != nil {
						r := <-get
						if r.V != (gotten{1, key, nil, nil}) {
							t.Errorf("%+v, not key %#x", r.V, key)
						}
					} else if i%2 == 0 {
						if g := dequeue(h, 0); g != (gotten{1, key, nil, nil}) {
							t.Errorf("%+v, not key %#x", g, key)
						}
					}
					if err := CloseHandle(h); err != nil {
						t.Error(err)
					}
					if g := dequeue(previous, 0); previous != 0 && g.err != errClosedHandle {
						t.Errorf("%+v of a handle that was closed", g)
					}
					previous = h
				}
			})
		}
		wg.Wait()
	}
	heap := func() uint64 {
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	churn(100)
	start := heap()
	churn(total / posters)
	end := heap()
	t.Logf("%d handles: heap %d to %d bytes", total, start, end)
	require.Less(t, end, start+1<<20)
	handles.mu.Lock()
	used := handles.used
	handles.mu.Unlock()
	retired := Handle(total+100*posters)/maxGen + 1 // generations are few where handles have 32 bits
	require.LessOrEqual(t, used, before+posters+retired)
}

// However many entries there are, and whether the wait begins before or after the packets
// come, Ex takes what is there, allocates nothing and leaves the rest alone.
func TestHandleExOfAnyLength(t *testing.T) {
	for _, room := range []int{1, 63, 64, 65, 128, 200, 5000} {
		h := create(t)
		for i := range 500 {
			postKey(t, h, uintptr(i))
		}
		for from := 0; from < 500; {
			entries, err := dequeueEx(t, h, room, 1000)
			require.NoError(t, err)
			require.Len(t, entries, min(room, 500-from))
			for i, e := range entries {
				require.EqualValues(t, from+i, e.CompletionKey)
			}
			from += len(entries)
		}
		batch := asyncDequeueEx(t, h, room, INFINITE)
		parked(t, behind(t, h), 1)
		burst := make([]Packet, 300)
		for i := range burst {
			burst[i].Key = uintptr(i)
		}
		n, err := behind(t, h).PostBatch(burst)
		require.NoError(t, err)
		require.Equal(t, len(burst), n)
		entries, err := rig.Await(t, batch)
		for next := 0; err == nil; entries, err = dequeueEx(t, h, room, 0) {
			for _, e := range entries {
				require.EqualValues(t, next, e.CompletionKey)
				next++
			}
			n -= len(entries)
		}
		require.Equal(t, ErrTimeout, err)
		require.Zero(t, n)
	}
}

// number is what GetLastError would answer.
func number(err error) uint32 {
	switch err := err.(type) {
	case nil:
		return 0
	case Errno:
		return uint32(err)
	case *Error:
		return err.Errno()
	}
	return ^uint32(0)
}

// A batch whose wait a Post has ended by giving its packet past the queue takes the rest of
// what is there when it runs.
func TestGivenBatchTakesTheRest(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the waiter runs when the poster stops
	h := create(t)
	most, ex := 0, 0
	for range 20 { // the poster may be preempted
		p := open[int](t, 8)
		dst := make([]int, 4)
		got := rig.Async(func() (int, error) { return p.GetBatch(dst, Infinite) })
		parked(t, p, 1)
		for i := range 3 {
			require.NoError(t, p.Post(i))
		}
		n, err := rig.Await(t, got)
		require.NoError(t, err)
		most = max(most, n)

		batch := asyncDequeueEx(t, h, 100, INFINITE)
		parked(t, behind(t, h), 1)
		for i := range 80 {
			postKey(t, h, uintptr(i))
		}
		ex = max(ex, len(keys(t, batch)))
		for GetQueuedCompletionStatus(h, new(uint32), new(uintptr), new(*Overlapped), 0) == nil {
		}
	}
	require.Equal(t, 3, most)
	require.Greater(t, ex, 1)
	t.Logf("%d packets in an Ex that has waited", ex)
}
