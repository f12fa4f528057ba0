package order

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
)

func TestGetBatchTakesWhatIsThere(t *testing.T) {
	p := ports.Open[int](t, 8)
	for i := range 5 {
		require.NoError(t, p.Post(i))
	}
	dst := []int{-1, -1, -1}
	n, err := p.GetBatch(dst, iocp.Infinite)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, []int{0, 1, 2}, dst)

	dst = []int{-1, -1, -1, -1}
	n, err = p.GetBatch(dst, iocp.Infinite) // does not wait to fill
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []int{3, 4, -1, -1}, dst, "entries past n untouched")

	dst = []int{-1, -1, -1}
	for _, wait := range []time.Duration{0, time.Microsecond} {
		n, err = p.GetBatch(dst, wait)
		require.Equal(t, iocp.ErrTimeout, err)
		require.Zero(t, n)
		require.Equal(t, []int{-1, -1, -1}, dst)
	}
}

// Around the end of the ring, at every offset.
func TestBatchesAroundTheEndOfTheRing(t *testing.T) {
	p := ports.Open[int](t, 4)
	dst := make([]int, 4)
	next, want := 0, 0
	for i := range 100 {
		vs := []int{next, next + 1, next + 2, next + 3}[:1+i%4]
		n, err := p.PostBatch(vs)
		require.NoError(t, err)
		require.Equal(t, len(vs), n)
		next += n
		n, err = p.GetBatch(dst, 0)
		require.NoError(t, err)
		require.Equal(t, len(vs), n)
		for _, v := range dst[:n] {
			require.Equal(t, want, v)
			want++
		}
	}
}

func TestParkedBatchTakesOneOrMore(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode)
		dst := []int{-1, -1, -1}
		get := rig.Async(func() (int, error) { return p.GetBatch(dst, iocp.Infinite) })
		ports.Parked(t, p, 1)
		require.NoError(t, p.Post(7))
		rig.Took(t, 1, get) // for one, never for more
		require.Equal(t, []int{7, -1, -1}, dst)

		get = rig.Async(func() (int, error) { return p.GetBatch(dst, iocp.Infinite) })
		ports.Parked(t, p, 1)
		n, err := p.PostBatch([]int{1, 2, 3, 4, 5})
		require.NoError(t, err)
		require.Equal(t, 5, n)
		rig.Took(t, 3, get) // all of them were there when the Post handed the first over
		require.Equal(t, []int{1, 2, 3}, dst)
		require.Equal(t, 2, p.Len())
	})
}

func TestEmptyBufferIsABadParameter(t *testing.T) {
	ctx := t.Context()
	zero, full, closed := new(iocp.Port[int]), ports.Open[int](t, 2), ports.Open[int](t, 2)
	require.NoError(t, full.Post(1))
	require.NoError(t, closed.Close())
	for _, p := range []*iocp.Port[int]{nil, zero, full, closed} { // checked first
		for _, dst := range [][]int{nil, {}} {
			for _, wait := range ports.Limits {
				n, err := p.GetBatch(dst, wait)
				require.Zero(t, n)
				require.Equal(t, iocp.ErrInvalidParameter, err)
			}
			n, err := p.GetBatchContext(ctx, dst)
			require.Zero(t, n)
			require.Equal(t, iocp.ErrInvalidParameter, err)
		}
	}
	require.Equal(t, 1, full.Len())
}

func TestBurstOntoBlockedBatch(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode)
		for range 50 {
			dst := make([]int, 5)
			get := rig.Async(func() (int, error) { return p.GetBatch(dst, iocp.Infinite) })
			ports.Parked(t, p, 1)
			for i := range 5 {
				require.NoError(t, p.Post(i))
			}
			n, err := rig.Await(t, get)
			require.NoError(t, err)
			require.GreaterOrEqual(t, n, 1)
			got := dst[:n]
			for len(got) < 5 {
				v, err := p.Get(0)
				require.NoError(t, err, "lost")
				got = append(got, v)
			}
			require.Equal(t, []int{0, 1, 2, 3, 4}, got)
			require.Zero(t, p.Len())
		}
	})
}

func TestPostBatchPrefix(t *testing.T) {
	p := ports.Open[int](t, 4)
	for _, vs := range [][]int{nil, {}} {
		n, err := p.PostBatch(vs)
		require.NoError(t, err)
		require.Zero(t, n)
	}
	n, err := p.PostBatch([]int{0, 1, 2})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	n, err = p.PostBatch([]int{3, 4, 5})
	require.Equal(t, iocp.ErrFull, err)
	require.Equal(t, 1, n)
	n, err = p.PostBatch(nil)
	require.NoError(t, err, "full, but nothing was to be posted")
	require.Zero(t, n)
	n, err = p.PostBatch([]int{4})
	require.Equal(t, iocp.ErrFull, err)
	require.Zero(t, n)
	for want := range 4 {
		v, err := p.Get(0)
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	n, err = p.PostBatch(make([]int, 100))
	require.Equal(t, iocp.ErrFull, err)
	require.Equal(t, 4, n)
	require.NoError(t, p.Close())
	for _, vs := range [][]int{nil, {1}} {
		n, err = p.PostBatch(vs)
		require.Equal(t, iocp.ErrClosed, err)
		require.Zero(t, n)
	}
	require.Equal(t, 4, p.Len())
}

// A batch that came in whole leaves whole, whoever else posts.
func TestBatchesAreContiguous(t *testing.T) {
	const posters, rounds, size = 4, 1000, 8
	p := ports.Open[[2]int](t, 64)
	var wg sync.WaitGroup
	for id := range posters {
		wg.Go(func() {
			for round := range rounds {
				var vs [size][2]int
				for i := range vs {
					vs[i] = [2]int{id, round*size + i}
				}
				rest := vs[:]
				for len(rest) != 0 && !t.Failed() {
					// All or nothing here: a prefix would end the run of the batch.
					if p.Cap()-p.Len() < posters*size {
						runtime.Gosched()
						continue
					}
					n, err := p.PostBatch(rest)
					if err != nil {
						t.Errorf("%d of %d: %v", n, len(rest), err)
					}
					rest = rest[n:]
				}
			}
		})
	}
	var next [posters]int
	for range posters * rounds {
		first, err := p.Get(rig.Patience)
		require.NoError(t, err)
		for i := range size {
			v := first
			if i != 0 {
				v, err = p.Get(rig.Patience)
				require.NoError(t, err)
			}
			require.Equal(t, [2]int{first[0], next[first[0]]}, v)
			next[first[0]]++
		}
	}
	wg.Wait()
}

func TestBatchWakesAsManyAsItHasPackets(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode)
		w := ports.Park(t, p, 6)
		n, err := p.PostBatch([]int{0, 1, 2, 3})
		require.NoError(t, err)
		require.Equal(t, 4, n)
		for i := range 4 {
			rig.Took(t, i, w[5-i])
		}
		ports.Parked(t, p, 2)
		require.Equal(t, 2, p.Interrupt())
		for _, get := range w[:2] {
			_, err := rig.Await(t, get)
			require.Equal(t, iocp.ErrInterrupted, err)
		}
	})
}

// What a waiting batch was handed and what it finds are one, oldest first: others get
// what it leaves.
func TestWokenBatchTakesBeforeOthers(t *testing.T) {
	ports.EachMode(t, func(t *testing.T, mode iocp.Option) {
		p := ports.Open[int](t, 8, mode, iocp.WithConcurrency(1))
		w := ports.Park(t, p, 1)
		dst := make([]int, 3)
		batch := rig.Async(func() (int, error) { return p.GetBatch(dst, rig.Patience) })
		ports.Parked(t, p, 2)
		n, err := p.PostBatch([]int{1, 2, 3, 4})
		require.NoError(t, err)
		require.Equal(t, 4, n)
		rig.Took(t, 3, batch)
		require.Equal(t, []int{1, 2, 3}, dst)
		rig.Took(t, 4, w[0])
	})
}

// Entries past n are left alone, before a wait and after it, whoever ends the wait, and n is 0
// where there is an error.
func TestEntriesPastTheBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, get := range map[string]func(p *iocp.Port[int], dst []int) (int, error){
			"GetBatch": func(p *iocp.Port[int], dst []int) (int, error) { return p.GetBatch(dst, time.Hour) },
			"GetBatchContext": func(p *iocp.Port[int], dst []int) (int, error) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				return p.GetBatchContext(ctx, dst)
			},
		} {
			p := ports.Open[int](t, 8)
			call := func(n int, dst ...int) {
				t.Helper()
				before := []int{-1, -1, -1, -1}
				got := rig.Async(func() (int, error) { return get(p, before) })
				synctest.Wait()
				switch n {
				case 0: // it has returned
				case 1:
					require.NoError(t, p.Post(1))
				default:
					_, err := p.PostBatch([]int{1, 2, 3, 4, 5}[:n])
					require.NoError(t, err)
				}
				r := <-got
				require.NoError(t, r.Err, name)
				require.Equal(t, dst, before, name)
			}
			call(1, 1, -1, -1, -1)
			call(3, 1, 2, 3, -1)
			ports.Fill(t, p, 2)
			call(0, 0, 1, -1, -1)
			ports.Fill(t, p, 5)
			call(0, 0, 1, 2, 3)
			call(0, 4, -1, -1, -1)
			for _, end := range []func(){
				func() { time.Sleep(time.Hour) }, func() { p.Interrupt() }, func() { p.Close() },
			} {
				dst := []int{-1, -1}
				got := rig.Async(func() (int, error) { return get(p, dst) })
				synctest.Wait()
				end()
				r := <-got
				require.Error(t, r.Err)
				require.Zero(t, r.V)
				require.Equal(t, []int{-1, -1}, dst)
			}
		}
	})
}

// A loop over All takes a packet when its body is to run, and none ahead of it; what is left
// is for the next loop, over the same sequence too.
func TestAllTakesNoneAhead(t *testing.T) {
	p := ports.Open[int](t, 8)
	ports.Fill(t, p, 6)
	all := p.All(t.Context())
	next := 0
	for range 2 {
		for v := range all {
			require.Equal(t, next, v)
			next++
			require.Equal(t, 6-next, p.Len())
			if next%2 == 0 {
				break
			}
		}
	}
	require.Equal(t, 4, next)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for v := range p.All(ctx) { // the end of ctx ends it, though there is one more
		require.Equal(t, 4, v)
		cancel()
	}
	require.Equal(t, 1, p.Len())
}

// A batch that finds room for a part only wakes those who wait for that part.
func TestPostBatch_PartWakes(t *testing.T) {
	p := ports.Open[int](t, 2)
	got := rig.Async(func() (int, error) { return p.Get(iocp.Infinite) })
	rig.Eventually(t, "a taker sleeps", func() bool { return p.Stats().Waiting == 1 })
	n, err := p.PostBatch([]int{1, 2, 3, 4, 5})
	require.Equal(t, iocp.ErrFull, err)
	require.Equal(t, 2, n)
	rig.Took(t, 1, got)
}
