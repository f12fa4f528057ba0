package iocp

import (
	"context"
	"math"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
	"github.com/iocp-go/iocp/waiter"
)

// eachMode runs f for every way to sleep.
func eachMode(t *testing.T, f func(t *testing.T, mode Option)) {
	for name, m := range map[string]Parking{"auto": ParkAuto, "thread": ParkThread, "goroutine": ParkGoroutine} {
		t.Run(name, func(t *testing.T) { f(t, WithParking(m)) })
	}
}

// open is New for ports that must come to be.
func open[T any](t testing.TB, capacity int, opts ...Option) *Port[T] {
	t.Helper()
	p, err := New[T](capacity, opts...)
	require.NoError(t, err)
	return p
}

// parked waits until exactly n Gets sleep on p, and every poster that waits. A
// call that Stats counts may still be about to look at the queue once more, and
// takes for itself what it sees there. So it counts only once it is in Park.
func parked[T any](t testing.TB, p *Port[T], n int) {
	t.Helper()
	rig.Eventually(t, "gets parked", func() bool {
		s := p.Stats()
		return s.Waiting == n && stacks.Parked() >= n+s.WaitingPosters
	})
}

// parkedPosters is parked for calls that wait for room.
func parkedPosters[T any](t testing.TB, p *Port[T], n int) {
	t.Helper()
	rig.Eventually(t, "posters parked", func() bool {
		s := p.Stats()
		return s.WaitingPosters == n && stacks.Parked() >= n+s.Waiting
	})
}

// park starts n infinite Gets that go to sleep one after the other.
func park[T any](t testing.TB, p *Port[T], n int) []<-chan rig.Result[T] {
	t.Helper()
	before := p.Stats().Waiting
	var gets []<-chan rig.Result[T]
	for i := range n {
		gets = append(gets, rig.Async(func() (T, error) { return p.Get(Infinite) }))
		parked(t, p, before+i+1)
	}
	return gets
}

// withParker makes ports whose Gets sleep as newParker says under ParkThread, where they
// have no context that can end.
func withParker(t testing.TB, newParker func() waiter.Parker) {
	old := parkers
	t.Cleanup(func() { parkers = old })
	parkers.Thread = newParker
	if parkers.Claim == nil {
		parkers.Claim, parkers.Release = func() bool { return true }, func() {}
	}
}

func TestCapacity(t *testing.T) {
	for capacity, want := range map[int]int{1: 2, 2: 2, 3: 4, 4: 4, 5: 8, 1000: 1024, 1024: 1024} {
		p := open[int](t, capacity)
		require.Equal(t, want, p.Cap())
		for i := range want {
			require.Equal(t, i, p.Len())
			require.NoError(t, p.Post(i))
		}
		require.Equal(t, ErrFull, p.Post(0))
		require.Equal(t, want, p.Len())
	}
}

func TestCapacityOutOfRange(t *testing.T) {
	huge := uint64(1) << 40 // 0 as an int of 32 bits
	for _, capacity := range []int{0, -1, math.MinInt, int(huge), math.MaxInt, 1<<30 + 1} {
		p, err := New[int](capacity)
		require.Nil(t, p)
		require.ErrorIs(t, err, ErrInvalidParameter, "capacity %d", capacity)
		require.NotErrorIs(t, err, ErrFull)
	}
}

// 2^50 bytes: in range by the count, beyond what any allocation can be.
func TestCapacityBeyondMemory(t *testing.T) {
	require.NotPanics(t, func() {
		p, err := New[[1 << 20]byte](1 << 30)
		require.Nil(t, p)
		require.ErrorIs(t, err, ErrInvalidParameter)
	})
}

func TestOptionsOutOfRange(t *testing.T) {
	for _, opt := range []Option{nil, WithParking(ParkGoroutine + 1), WithParking(255)} {
		p, err := New[int](2, opt)
		require.Nil(t, p)
		require.ErrorIs(t, err, ErrInvalidParameter)
	}
}

// Of two options for one thing the later counts, and an option may serve several ports.
func TestOptionsTwice(t *testing.T) {
	grown, limited := WithGrowth(0), WithGrowth(5)
	require.Equal(t, 2, open[int](t, 2, limited, WithGrowth(2)).queue.Room())
	for range 2 {
		p := open[int](t, 4, grown, limited)
		fill(t, p, 5)
		require.Equal(t, ErrFull, p.Post(5))
		p = open[int](t, 4, limited, grown)
		fill(t, p, 50)
	}
}

// A port made without an option sleeps as one made with ParkAuto, is bounded, and has
// GOMAXPROCS hand-offs in flight.
func TestDefaults(t *testing.T) {
	p := open[int](t, 4)
	for _, of := range []any{&p.takers, &p.posts} {
		parking := reflect.ValueOf(of).Elem().FieldByName("parking")
		require.EqualValues(t, ParkAuto, parking.Uint())
	}
	require.Zero(t, reflect.ValueOf(&p.takers).Elem().FieldByName("limit").Int())
	require.Equal(t, 4, p.queue.Room())
}

func TestStats(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		require.Equal(t, Stats{Cap: 2}, p.Stats())
		o := new(options)
		require.NoError(t, mode(o))
		stats := func() Stats {
			st := p.Stats()
			if o.parking == ParkThread && parkers.Thread != nil {
				require.Equal(t, st.Parks, st.Threads)
				st.Threads = 0
			}
			return st
		}
		_, err := p.Get(time.Microsecond)
		require.Equal(t, ErrTimeout, err)
		require.Equal(t, Stats{Parks: 1, Timeouts: 1, Cap: 2}, stats())

		gets := park(t, p, 2)
		require.Equal(t, Stats{Parks: 3, Timeouts: 1, Waiting: 2, Cap: 2}, stats())
		require.NoError(t, p.Post(1))
		rig.Took(t, 1, gets[1])
		require.Equal(t, Stats{Posted: 1, Taken: 1, HandOffs: 1, Parks: 3, Wakes: 1, Timeouts: 1, Waiting: 1, Cap: 2}, stats())
		require.Equal(t, 1, p.Interrupt())
		_, err = rig.Await(t, gets[0])
		require.Equal(t, ErrInterrupted, err)
		require.Equal(t, Stats{Posted: 1, Taken: 1, HandOffs: 1, Parks: 3, Wakes: 2, Timeouts: 1, Cap: 2}, stats())

		n, err := p.PostBatch([]int{2, 3, 4})
		require.Equal(t, 2, n)
		require.Equal(t, ErrFull, err)
		post := rig.AsyncErr(func() error { return p.PostTimeout(5, Infinite) })
		parkedPosters(t, p, 1)
		s := p.Stats()
		require.Equal(t, 1, s.WaitingPosters)
		require.Equal(t, uint64(3), s.Posted)
		require.Equal(t, uint64(1), s.Taken)
		_, err = p.Get(0)
		require.NoError(t, err)
		_, err = rig.Await(t, post)
		require.NoError(t, err)
		require.Equal(t, 0, p.Stats().WaitingPosters)
		require.Equal(t, uint64(4), p.Stats().Posted)
	})
}

// Refused counts each call once that finds no room, however often it looks.
func TestStatsOfRefused(t *testing.T) {
	eachMode(t, func(t *testing.T, mode Option) {
		p := open[int](t, 2, mode)
		refused := func(want uint64) {
			t.Helper()
			require.Equal(t, want, p.Stats().Refused)
		}
		fill(t, p, 2)
		_, err := p.PostBatch(nil)
		require.NoError(t, err)
		refused(0)
		require.Equal(t, ErrFull, p.Post(2))
		refused(1)
		_, err = p.PostBatch([]int{2, 3})
		require.Equal(t, ErrFull, err)
		refused(2)
		require.Equal(t, ErrTimeout, p.PostTimeout(2, 0))
		require.Equal(t, ErrTimeout, p.PostTimeout(2, time.Microsecond))
		refused(4)
		ctx, cancel := context.WithCancel(t.Context())
		post := rig.AsyncErr(func() error { return p.PostContext(ctx, 2) })
		parkedPosters(t, p, 1)
		cancel()
		_, err = rig.Await(t, post)
		require.Equal(t, context.Canceled, err)
		refused(5)
		post = rig.AsyncErr(func() error { return p.PostTimeout(2, Infinite) })
		parkedPosters(t, p, 1)
		_, err = p.Get(0)
		require.NoError(t, err)
		_, err = rig.Await(t, post)
		require.NoError(t, err)
		refused(6)
		_, err = p.Get(0)
		require.NoError(t, err)
		n, err := p.PostBatch([]int{3, 4})
		require.Equal(t, 1, n)
		require.Equal(t, ErrFull, err)
		refused(7)
		require.NoError(t, p.Close())
		require.Equal(t, ErrClosed, p.Post(5))
		_, err = p.PostBatch([]int{5})
		require.Equal(t, ErrClosed, err)
		s := p.Stats()
		require.Equal(t, uint64(7), s.Refused)
		require.Equal(t, [2]int{2, 2}, [2]int{s.Len, s.Cap})
	})
}

// Beside posters and takers no reading of the counts has more packets taken than posted.
func TestStatsAreOrdered(t *testing.T) {
	p := open[int](t, 2)
	var over atomic.Bool
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for !over.Load() {
				p.Post(1)
				p.Get(0)
			}
		})
	}
	for range 50_000 {
		if s := p.Stats(); s.Taken > s.Posted {
			t.Errorf("%d taken of %d posted", s.Taken, s.Posted)
			break
		}
	}
	over.Store(true)
	wg.Wait()
}

// counted is the counts of p that tell who waited and what was moved.
func counted(p *Port[int]) Stats {
	s := p.Stats()
	s.Refused, s.Len, s.Cap = 0, 0, 0
	return s
}

// fill posts 0 to n-1.
func fill(t *testing.T, p *Port[int], n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, p.Post(i), "packet %d", i)
	}
}

// drain takes from to to-1 in this order, and finds nothing more. A batch may
// end at a seam, so every other one is a single Get.
func drain(t *testing.T, p *Port[int], from, to int) {
	t.Helper()
	dst := make([]int, 3)
	for single := true; from < to; single = !single {
		n, err := 1, error(nil)
		if single {
			dst[0], err = p.Get(0)
		} else {
			n, err = p.GetBatch(dst, 0)
		}
		require.NoError(t, err)
		for _, v := range dst[:n] {
			require.Equal(t, from, v)
			from++
		}
	}
	_, err := p.Get(0)
	require.Equal(t, ErrTimeout, err)
}

// The structures have the layout of minwinbase.h, so that one that a Windows program
// embeds, or reads by offset, is the same here. Byte counts: of a word, of a DWORD.
func TestLayout(t *testing.T) {
	const word, dword = unsafe.Sizeof(uintptr(0)), 4
	var o Overlapped
	require.Equal(t, []uintptr{0, word, 2 * word, 2*word + dword, 2*word + 2*dword, 3*word + 2*dword}, []uintptr{
		unsafe.Offsetof(o.Internal), unsafe.Offsetof(o.InternalHigh), unsafe.Offsetof(o.Offset),
		unsafe.Offsetof(o.OffsetHigh), unsafe.Offsetof(o.HEvent), unsafe.Sizeof(o),
	})
	var e OverlappedEntry
	require.Equal(t, []uintptr{0, word, 2 * word, 3 * word, 4 * word}, []uintptr{
		unsafe.Offsetof(e.CompletionKey), unsafe.Offsetof(e.Overlapped), unsafe.Offsetof(e.Internal),
		unsafe.Offsetof(e.BytesTransferred), unsafe.Sizeof(e), // filled up to a word
	})
	require.Equal(t, 2*word+2*dword, unsafe.Sizeof(Packet{}), "24 bytes on 64-bit machines")
	require.Equal(t, word, unsafe.Sizeof(Handle(0)))
}

// A wait that ends while its caller watches the queue counts as such, and as nothing else.
func TestStatsOfWatchers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // with one nobody watches
	p := open[int](t, 2)
	require.NoError(t, p.Post(1))
	want := Stats{Posted: 1}
	for range 2 {
		rig.Eventually(t, "a caller watches, and is served", func() bool {
			var poll waiter.Poll
			for range 3 { // it yields, watches, and finds the packet
				if !p.takers.Again(&poll, waiter.Forever) {
					return false
				}
			}
			p.takers.Done(&poll, true)
			return p.Stats().Spun != want.Spun
		})
		want.Spun++
		require.Equal(t, want, counted(p))
	}
}

// A port that grows is not over, not even while the ring that was full is sealed and its successor is
// not linked: a poster that waits would be told that the port is closed.
func TestRoomIsNotOverWhileItGrows(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2)))
	for range 200 {
		p := open[int](t, 2, WithGrowth(1<<12))
		full := make(chan struct{})
		go func() {
			defer close(full)
			for p.Post(0) == nil {
			}
		}()
		for grows := true; grows; {
			select {
			case <-full:
				grows = false
			default:
			}
			for range 64 {
				if (*room[int])(p).Over() {
					t.Fatal("over")
				}
			}
		}
	}
}
