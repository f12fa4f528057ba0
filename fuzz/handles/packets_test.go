package handles

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
)

func TestHandleValuesBitExact(t *testing.T) {
	h := ports.Create(t)
	for _, overlapped := range []*iocp.Overlapped{nil, new(iocp.Overlapped), &ports.InData, &ports.OwnRequest.Overlapped} {
		for _, qty := range []uint32{0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF} {
			for _, key := range []uintptr{0, 1, ^uintptr(0) >> 1, ^(^uintptr(0) >> 1), ^uintptr(0)} {
				want := ports.Gotten{Qty: qty, Key: key, Overlapped: overlapped, Err: nil}
				require.NoError(t, iocp.PostQueuedCompletionStatus(h, qty, key, overlapped))
				ports.Dequeue(h, 0).Equal(t, want)
				require.NoError(t, iocp.SetIoCompletion(h, key, overlapped, 0, qty))
				ports.Dequeue(h, iocp.INFINITE).Equal(t, want)
				require.NoError(t, iocp.PostQueuedCompletionStatus(h, qty, key, overlapped))
				entries, err := ports.DequeueEx(t, h, 2, 0)
				require.NoError(t, err)
				require.Len(t, entries, 1)
				require.True(t, entries[0] == iocp.OverlappedEntry{CompletionKey: key, Overlapped: overlapped, Internal: 0, BytesTransferred: qty}, "%+v", entries[0])
			}
		}
	}
	require.Zero(t, ports.InData, "what is pointed to is left alone")
	require.Zero(t, *ports.OwnRequest)
}

func TestHandleSamePacketThrice(t *testing.T) {
	h := ports.Create(t)
	for range 3 {
		require.NoError(t, iocp.PostQueuedCompletionStatus(h, 1, 2, &ports.InData))
	}
	for range 3 {
		ports.Dequeue(h, 0).Equal(t, ports.Gotten{Qty: 1, Key: 2, Overlapped: &ports.InData, Err: nil})
	}
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}

// The packet of a failure with the number of a timeout has another type than the
// timeout has.
func TestHandleFailedPacketToldFromNoPacket(t *testing.T) {
	h := ports.Create(t)
	require.NoError(t, iocp.SetIoCompletion(h, 11, nil, 258, 22))
	packet, none := ports.Dequeue(h, 0), ports.Dequeue(h, 0)
	require.Equal(t, ports.Number(none.Err), ports.Number(packet.Err))
	require.IsType(t, iocp.Errno(0), packet.Err)
	require.Equal(t, iocp.ErrTimeout, none.Err)
	require.NotEqual(t, none.Err, packet.Err)
}

func TestHandleGetWithoutAPacketStoresNothing(t *testing.T) {
	h := ports.Create(t)
	ports.PostKey(t, h, 7)
	for _, of := range []iocp.Handle{h, 0, iocp.InvalidHandle} { // checked first
		for _, timeout := range ports.Timeouts {
			for _, call := range []func(g *ports.Gotten) error{
				func(g *ports.Gotten) error {
					return iocp.GetQueuedCompletionStatus(of, nil, &g.Key, &g.Overlapped, timeout)
				},
				func(g *ports.Gotten) error {
					return iocp.GetQueuedCompletionStatus(of, &g.Qty, nil, &g.Overlapped, timeout)
				},
				func(g *ports.Gotten) error {
					return iocp.GetQueuedCompletionStatus(of, nil, nil, &g.Overlapped, timeout)
				},
				func(g *ports.Gotten) error {
					g.Overlapped = nil // which no call can do
					return iocp.GetQueuedCompletionStatus(of, &g.Qty, &g.Key, nil, timeout)
				},
				func(g *ports.Gotten) error {
					g.Overlapped = nil
					return iocp.GetQueuedCompletionStatus(of, nil, nil, nil, timeout)
				},
			} {
				g := ports.Gotten{Qty: ports.QtyBefore, Key: ports.KeyBefore, Overlapped: ports.OverlappedBefore, Err: nil}
				g.Err = call(&g)
				g.Equal(t, ports.Nothing(iocp.ErrInvalidParameter)) // *overlapped says that no packet failed
			}
		}
	}
	ports.Dequeue(h, 0).Equal(t, ports.Keyed(7))
}

func TestHandleFIFO(t *testing.T) {
	h := ports.Create(t)
	for key := range uintptr(241) {
		ports.PostKey(t, h, key)
	}
	next := uintptr(0)
	for range 20 {
		ports.Dequeue(h, 0).Equal(t, ports.Keyed(next))
		next++
	}
	for _, room := range []int{1, 20, 64, 65, 70} {
		entries, err := ports.DequeueEx(t, h, room, 0)
		require.NoError(t, err)
		require.Len(t, entries, room)
		for _, e := range entries {
			require.Equal(t, next, e.CompletionKey)
			next++
		}
	}
	ports.Dequeue(h, 0).Equal(t, ports.Keyed(next))
	require.Equal(t, uintptr(240), next)
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}

// Several post and several take, by Get and by Ex: each packet is taken once, and each
// taker sees those of one poster in their order. Stop packets come behind all of them.
func TestHandleFIFOBetweenMany(t *testing.T) {
	const posters, takers = 3, 4
	packets := 20_000
	if testing.Short() {
		packets /= 8
	}
	h := ports.Create(t)
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
					g := ports.Dequeue(h, iocp.INFINITE)
					if g.Err != nil {
						t.Error(g.Err)
						return
					}
					going = take(g.Key)
					continue
				}
				entries, err := ports.DequeueEx(t, h, 5, iocp.INFINITE)
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
					if err := iocp.PostQueuedCompletionStatus(h, 0, 0, nil); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	for id := range posters {
		posting.Go(func() {
			for i := range packets {
				if err := iocp.PostQueuedCompletionStatus(h, 1, uintptr(id*packets+i+1), &ports.InData); err != nil {
					t.Error(err)
				}
			}
		})
	}
	posting.Wait()
	for range takers {
		ports.PostKey(t, h, 0)
	}
	taking.Wait()
	for i := range taken {
		require.Equal(t, int32(1), taken[i].Load(), "packet %d", i)
	}
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}

func TestHandleStopPacketForEachWorker(t *testing.T) {
	const workers, packets = 5, 2000
	h := ports.Create(t)
	var (
		wg     sync.WaitGroup
		worked atomic.Int64
	)
	for range workers {
		wg.Go(func() {
			for {
				switch g := ports.Dequeue(h, iocp.INFINITE); {
				case g.Err != nil:
					t.Error(g.Err)
					return
				case g.Overlapped == nil:
					return
				}
				worked.Add(1)
			}
		})
	}
	for key := range uintptr(packets) {
		require.NoError(t, iocp.PostQueuedCompletionStatus(h, 1, key, &ports.InData))
	}
	for range workers {
		require.NoError(t, iocp.PostQueuedCompletionStatus(h, 0, 0, nil))
	}
	wg.Wait()
	require.Equal(t, int64(packets), worked.Load())
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}

// One stop packet stops all if each worker posts it again, and is left over.
func TestHandleOneStopPacketReposted(t *testing.T) {
	h := ports.Create(t)
	var wg sync.WaitGroup
	var worked atomic.Int32
	for range 3 {
		wg.Go(func() {
			for {
				if g := ports.Dequeue(h, iocp.INFINITE); g.Err != nil || g.Overlapped == nil {
					if err := iocp.PostQueuedCompletionStatus(h, g.Qty, g.Key, nil); err != nil {
						t.Error(err)
					}
					return
				}
				worked.Add(1)
			}
		})
	}
	for range 500 {
		require.NoError(t, iocp.PostQueuedCompletionStatus(h, 1, 1, &ports.InData))
	}
	ports.PostKey(t, h, 5)
	wg.Wait()
	require.Equal(t, int32(500), worked.Load())
	ports.Dequeue(h, 0).Equal(t, ports.Keyed(5))
	ports.Dequeue(h, 0).Equal(t, ports.Nothing(iocp.ErrTimeout))
}

func TestHandleExTakesWhatIsThere(t *testing.T) {
	h := ports.Create(t)
	for _, c := range []struct{ packets, room, taken int }{
		{1, 1, 1}, {3, 2, 2}, {3, 3, 3}, {3, 50, 3}, {63, 100, 63}, {64, 64, 64}, {64, 100, 64}, {65, 64, 64},
		{65, 65, 65}, {65, 100, 65}, {128, 128, 128}, {128, 200, 128}, {129, 200, 129}, {500, 1000, 500}, {500, 300, 300},
	} {
		for i := range c.packets {
			require.NoError(t, iocp.PostQueuedCompletionStatus(h, uint32(10*i), uintptr(i), &ports.InData))
		}
		entries, err := ports.DequeueEx(t, h, c.room, iocp.INFINITE)
		require.NoError(t, err)
		require.Len(t, entries, c.taken, "%+v", c)
		for i, e := range entries {
			require.True(t, e == iocp.OverlappedEntry{CompletionKey: uintptr(i), Overlapped: &ports.InData, Internal: 0, BytesTransferred: uint32(10 * i)}, "%d: %+v", i, e)
		}
		for i := c.taken; i < c.packets; i++ {
			ports.Dequeue(h, 0).Equal(t, ports.Gotten{Qty: uint32(10 * i), Key: uintptr(i), Overlapped: &ports.InData, Err: nil})
		}
		_, err = ports.DequeueEx(t, h, c.room, 0)
		require.Equal(t, iocp.ErrTimeout, err)
	}
}

func TestHandleExWithoutEntriesIsABadParameter(t *testing.T) {
	h, closed := ports.Create(t), ports.Create(t)
	require.NoError(t, iocp.CloseHandle(closed))
	ports.PostKey(t, h, 1)
	for _, of := range []iocp.Handle{h, closed, 0, iocp.InvalidHandle} { // checked first
		for _, timeout := range ports.Timeouts {
			for _, entries := range [][]iocp.OverlappedEntry{nil, {}, make([]iocp.OverlappedEntry, 0, 5)} {
				for _, alertable := range []bool{false, true} {
					n, err := iocp.GetQueuedCompletionStatusEx(of, entries, timeout, alertable)
					require.Zero(t, n)
					require.Equal(t, iocp.ErrInvalidParameter, err)
				}
			}
		}
	}
	require.Equal(t, uint32(87), ports.Number(iocp.ErrInvalidParameter))
	ports.Dequeue(h, 0).Equal(t, ports.Keyed(1))
}
