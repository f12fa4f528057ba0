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

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/stacks"
	"github.com/iocp-go/iocp/waiter"
)

// patience is how long a test waits for what must happen. It is no measure of
// anything: a test that runs into it has found a lost wake-up.
const patience = 60 * time.Second

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

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); {
		if time.Since(start) > patience {
			t.Fatalf("%s: not within %v\n%s", what, patience, stacks.All())
		}
		runtime.Gosched()
	}
}

// parked waits until exactly n Gets sleep on p, and every poster that waits. A
// call that Stats counts may still be about to look at the queue once more, and
// takes for itself what it sees there. So it counts only once it is in Park.
func parked[T any](t testing.TB, p *Port[T], n int) {
	t.Helper()
	eventually(t, "gets parked", func() bool {
		s := p.Stats()
		return s.Waiting == n && stacks.Parked() >= n+s.WaitingPosters
	})
}

// parkedPosters is parked for calls that wait for room.
func parkedPosters[T any](t testing.TB, p *Port[T], n int) {
	t.Helper()
	eventually(t, "posters parked", func() bool {
		s := p.Stats()
		return s.WaitingPosters == n && stacks.Parked() >= n+s.Waiting
	})
}

// result is what a call returned that ran in its own goroutine.
type result[T any] struct {
	v   T
	err error
}

// async runs f in its own goroutine.
func async[T any](f func() (T, error)) <-chan result[T] {
	c := make(chan result[T], 1)
	go func() {
		v, err := f()
		c <- result[T]{v, err}
	}()
	return c
}

// asyncErr is async for a call that returns no value.
func asyncErr(f func() error) <-chan result[struct{}] {
	return async(func() (struct{}, error) { return struct{}{}, f() })
}

// await returns what the call behind c returned.
func await[T any](t testing.TB, c <-chan result[T]) (T, error) {
	t.Helper()
	select {
	case r := <-c:
		return r.v, r.err
	case <-time.After(patience):
		t.Fatalf("a call did not return\n%s", stacks.All())
		panic("unreachable")
	}
}

// took requires that the call behind c returned want.
func took[T any](t testing.TB, want T, c <-chan result[T]) {
	t.Helper()
	v, err := await(t, c)
	require.NoError(t, err)
	require.Equal(t, want, v)
}

// park starts n infinite Gets that go to sleep one after the other.
func park[T any](t testing.TB, p *Port[T], n int) []<-chan result[T] {
	t.Helper()
	before := p.Stats().Waiting
	var gets []<-chan result[T]
	for i := range n {
		gets = append(gets, async(func() (T, error) { return p.Get(Infinite) }))
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
		took(t, 1, gets[1])
		require.Equal(t, Stats{Posted: 1, Taken: 1, HandOffs: 1, Parks: 3, Wakes: 1, Timeouts: 1, Waiting: 1, Cap: 2}, stats())
		require.Equal(t, 1, p.Interrupt())
		_, err = await(t, gets[0])
		require.Equal(t, ErrInterrupted, err)
		require.Equal(t, Stats{Posted: 1, Taken: 1, HandOffs: 1, Parks: 3, Wakes: 2, Timeouts: 1, Cap: 2}, stats())

		n, err := p.PostBatch([]int{2, 3, 4})
		require.Equal(t, 2, n)
		require.Equal(t, ErrFull, err)
		post := asyncErr(func() error { return p.PostTimeout(5, Infinite) })
		parkedPosters(t, p, 1)
		s := p.Stats()
		require.Equal(t, 1, s.WaitingPosters)
		require.Equal(t, uint64(3), s.Posted)
		require.Equal(t, uint64(1), s.Taken)
		_, err = p.Get(0)
		require.NoError(t, err)
		_, err = await(t, post)
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
		post := asyncErr(func() error { return p.PostContext(ctx, 2) })
		parkedPosters(t, p, 1)
		cancel()
		_, err = await(t, post)
		require.Equal(t, context.Canceled, err)
		refused(5)
		post = asyncErr(func() error { return p.PostTimeout(2, Infinite) })
		parkedPosters(t, p, 1)
		_, err = p.Get(0)
		require.NoError(t, err)
		_, err = await(t, post)
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
