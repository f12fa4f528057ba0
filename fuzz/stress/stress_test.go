package stress

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
)

var soak = flag.Duration("soak", 0, "how long TestStress and each test of faults go on")

// mixture is one random mixture of everything that a port can do, with a Close
// at the end or in the middle. Everything about it but the interleaving follows
// from the seed.
type mixture struct {
	seed                     uint64
	procs, capacity          int
	parking                  iocp.Parking
	posters, takers, packets int
	concurrency              int
	early                    time.Duration // when Close comes; 0: after the last Post
	grows                    bool
	most                     int // packets at a time; 0: no limit

	p        *iocp.Port[parcel]
	ctx      context.Context
	progress *atomic.Int64
	taken    [][]packetNo // by taker
	accepted []int        // by poster
	mu       sync.Mutex
	failure  error
}

// packetNo is the n-th packet that a poster had accepted.
type packetNo struct{ poster, n int }

// parcel is what a mixture posts: a number, and the same again where nothing but
// the parcel keeps it from the collector.
type parcel struct {
	packetNo
	copy *packetNo
}

func pack(poster, n int) parcel {
	return parcel{packetNo{poster, n}, &packetNo{poster, n}}
}

func (m *mixture) String() string {
	return fmt.Sprintf("seed %d: GOMAXPROCS %d, capacity %d, parking %d, concurrency %d, %d posters, %d takers, %d packets, close %v, growth %v to %d",
		m.seed, m.procs, m.capacity, m.parking, m.concurrency, m.posters, m.takers, m.packets, m.early, m.grows, m.most)
}

func newMixture(seed uint64, procs, capacity int, parking iocp.Parking, progress *atomic.Int64) *mixture {
	rnd := rand.New(rand.NewPCG(seed, 0))
	m := &mixture{
		seed: seed, procs: procs, capacity: capacity, parking: parking, progress: progress,
		posters: 1 + rnd.IntN(5), takers: 1 + rnd.IntN(5), packets: 500 + rnd.IntN(3000),
		concurrency: rnd.IntN(4), most: capacity,
	}
	if rnd.IntN(2) == 0 {
		m.early = time.Duration(1 + rnd.IntN(5_000_000))
	}
	switch rnd.IntN(4) {
	case 0:
		m.grows, m.most = true, 0
	case 1:
		m.grows, m.most = true, capacity+rnd.IntN(200)
	}
	return m
}

func (m *mixture) fail(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failure = errors.Join(m.failure, fmt.Errorf(format, args...))
}

// run returns when every goroutine of the mixture has.
func (m *mixture) run() error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(m.procs))
	opts := []iocp.Option{iocp.WithParking(m.parking), iocp.WithConcurrency(m.concurrency)}
	if m.grows {
		opts = append(opts, iocp.WithGrowth(m.most))
	}
	var err error
	if m.p, err = iocp.New[parcel](m.capacity, opts...); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m.ctx = ctx
	m.taken = make([][]packetNo, m.takers)
	m.accepted = make([]int, m.posters)
	var posters, takers, others sync.WaitGroup
	for i := range m.posters {
		posters.Go(func() { m.post(i) })
	}
	for i := range m.takers {
		takers.Go(func() { m.take(i) })
	}
	over := make(chan struct{})
	others.Go(func() { m.interrupt(over) })
	if m.early != 0 {
		others.Go(func() {
			time.Sleep(m.early) // any time will do
			_ = m.p.Close()
		})
	}
	posters.Wait()
	if err := m.p.Close(); err != nil && (err != iocp.ErrClosed || m.early == 0) {
		m.fail("Close: %v", err)
	}
	takers.Wait()
	close(over)
	others.Wait()
	m.account()
	return m.failure
}

// interrupt disturbs those who wait, and looks at the port's counts.
func (m *mixture) interrupt(over chan struct{}) {
	rnd := rand.New(rand.NewPCG(m.seed, 1))
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(rnd.IntN(1_000_000))):
		}
		if rnd.IntN(3) == 0 {
			m.p.Interrupt()
		}
		if n := m.p.Len(); n < 0 || m.most != 0 && n > m.most {
			m.fail("Len is %d", n)
		}
		if s := m.p.Stats(); s.Taken > s.Posted || s.Waiting < 0 || s.Waiting > m.takers ||
			s.WaitingPosters < 0 || s.WaitingPosters > m.posters {
			m.fail("Stats: %+v", s)
		}
	}
}

func (m *mixture) post(id int) {
	rnd := rand.New(rand.NewPCG(m.seed, uint64(100+id)))
	n := 0
	defer func() { m.accepted[id] = n }()
	for n < m.packets {
		var err error
		posted := 0
		v := pack(id, n)
		switch rnd.IntN(5) {
		case 0:
			err = m.p.Post(v)
		case 1:
			err = m.p.PostTimeout(v, iocp.Infinite)
		case 2:
			wait := time.Duration(rnd.IntN(100_000))
			start := time.Now()
			err = m.p.PostTimeout(v, wait)
			if d := time.Since(start); err == iocp.ErrTimeout && d < wait {
				m.fail("PostTimeout(%v): %v after %v", wait, err, d)
			}
		case 3:
			ctx, cancel := context.WithTimeout(m.ctx, time.Duration(rnd.IntN(200_000)))
			if err = m.p.PostContext(ctx, v); err != nil && err == ctx.Err() {
				err = iocp.ErrTimeout
			}
			cancel()
		case 4:
			vs := make([]parcel, 1+rnd.IntN(2*m.capacity))
			for i := range vs {
				vs[i] = pack(id, n+i)
			}
			posted, err = m.p.PostBatch(vs)
			if (posted == len(vs)) != (err == nil) {
				m.fail("PostBatch of %d: %d, %v", len(vs), posted, err)
			}
			n += posted
		}
		switch err {
		case nil:
			m.progress.Add(1)
			if posted == 0 {
				n++
			}
		case iocp.ErrFull, iocp.ErrTimeout, iocp.ErrInterrupted:
			if err == iocp.ErrFull && m.most == 0 {
				m.fail("full without a limit")
			}
			runtime.Gosched()
		case iocp.ErrClosed:
			return
		default:
			m.fail("post: %v", err)
			return
		}
	}
}

func (m *mixture) take(id int) {
	rnd := rand.New(rand.NewPCG(m.seed, uint64(200+id)))
	dst := make([]parcel, 1+rnd.IntN(8))
	for {
		var err error
		if rnd.IntN(64) == 0 {
			deepen(100)
		}
		switch op := rnd.IntN(6); op {
		case 0, 1, 2:
			wait := []time.Duration{0, iocp.Infinite, time.Duration(1 + rnd.IntN(300_000))}[op]
			var v parcel
			start := time.Now()
			v, err = m.p.Get(wait)
			if d := time.Since(start); err == iocp.ErrTimeout && (wait < 0 || d < wait) {
				m.fail("Get(%v): %v after %v", wait, err, d)
			}
			if err == nil {
				m.keep(id, v)
			} else if v != (parcel{}) {
				m.fail("Get: %v and %v", v, err)
			}
		case 3:
			var v parcel
			ctx, cancel := context.WithTimeout(m.ctx, time.Duration(rnd.IntN(200_000)))
			if v, err = m.p.GetContext(ctx); err == nil {
				m.keep(id, v)
			} else if err == ctx.Err() {
				err = iocp.ErrTimeout
			}
			cancel()
		case 4:
			var n int
			n, err = m.p.GetBatch(dst, time.Duration(rnd.IntN(100_000)))
			if (n == 0) != (err != nil) {
				m.fail("GetBatch: %d and %v", n, err)
			}
			m.keep(id, dst[:n]...)
		case 5:
			ctx, cancel := context.WithTimeout(m.ctx, time.Duration(rnd.IntN(500_000)))
			left := 1 + rnd.IntN(10)
			for v := range m.p.All(ctx) {
				m.keep(id, v)
				m.progress.Add(1)
				if left--; left == 0 {
					break
				}
			}
			cancel()
		}
		switch err {
		case nil:
			m.progress.Add(1)
		case iocp.ErrTimeout, iocp.ErrInterrupted:
			runtime.Gosched()
		case iocp.ErrClosed:
			return
		default:
			m.fail("take: %v", err)
			return
		}
	}
}

// keep notes what a taker has taken.
func (m *mixture) keep(id int, vs ...parcel) {
	for _, v := range vs {
		if v.copy == nil || *v.copy != v.packetNo {
			m.fail("%v came with %v", v.packetNo, v.copy)
		}
		m.taken[id] = append(m.taken[id], v.packetNo)
	}
}

// deepen makes the stack deep for a moment. The next collection moves the
// goroutine, which may wait by then, to a smaller one.
func deepen(frames int) byte {
	var frame [256]byte
	frame[frames%len(frame)] = 1
	if frames != 0 {
		frame[0] += deepen(frames - 1)
	}
	return frame[0]
}

// account sets what was taken against what was accepted: everything once, and
// every taker saw each poster's packets in their order.
func (m *mixture) account() {
	seen := make([]map[int]bool, m.posters)
	for i := range seen {
		seen[i] = map[int]bool{}
	}
	for taker, vs := range m.taken {
		last := make([]int, m.posters)
		for i, v := range vs {
			if seen[v.poster][v.n] {
				m.fail("%v taken twice", v)
			}
			seen[v.poster][v.n] = true
			if v.n < last[v.poster] {
				m.fail("taker %d: %v after number %d, at %d", taker, v, last[v.poster], i)
			}
			if m.takers == 1 && v.n != last[v.poster] {
				m.fail("the one taker: %v where number %d was due", v, last[v.poster])
			}
			last[v.poster] = v.n + 1
		}
	}
	total := 0
	for poster, n := range m.accepted {
		total += n
		if len(seen[poster]) != n {
			m.fail("poster %d: %d accepted, %d taken", poster, n, len(seen[poster]))
		}
	}
	s := m.p.Stats()
	if m.p.Len() != 0 || s.Posted != uint64(total) || s.Taken != uint64(total) || s.Waiting != 0 || s.WaitingPosters != 0 {
		m.fail("at the end: %d accepted, Len %d, %+v", total, m.p.Len(), s)
	}
}

// watch runs f and fails with all stacks if nothing progresses for long.
func watch(t *testing.T, what fmt.Stringer, progress *atomic.Int64, f func() error) {
	t.Helper()
	over := rig.AsyncErr(f)
	last, since := progress.Load(), time.Now()
	for tick := time.NewTicker(time.Second); ; {
		select {
		case r := <-over:
			tick.Stop()
			require.NoError(t, r.Err, what.String())
			return
		case <-tick.C:
			if now := progress.Load(); now != last {
				last, since = now, time.Now()
			} else if time.Since(since) > rig.Patience {
				t.Fatalf("%s: no progress for %v\n%s", what, rig.Patience, stacks.All())
			}
		}
	}
}

// stress runs mixtures, each over a port of its own, at least so many and for as
// long as d. No packet is lost, doubled or out of order, none is freed before it is
// taken, no wait is early, and after Close nobody is left.
func stress(t *testing.T, seed uint64, mixtures int, d time.Duration) {
	t.Helper()
	t.Logf("seeds from %d", seed)
	before := runtime.NumGoroutine()
	var progress atomic.Int64
	start := time.Now()
	n := 0
	for ; n < mixtures || time.Since(start) < d; n++ {
		c := n * 13 % allMixtures // no divisor in common: all come, and the first few differ in everything
		procs := []int{1, 2, 4, 16}[c/9]
		capacity := []int{2, 4, 64}[c/3%3]
		m := newMixture(seed+uint64(n), procs, capacity, iocp.Parking(c%3), &progress)
		watch(t, m, &progress, m.run)
	}
	rig.Eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
	t.Logf("%d mixtures", n)
}

// allMixtures is how many it takes to have every GOMAXPROCS, capacity and Parking
// with each other.
const allMixtures = 4 * 3 * 3

// TestStress runs some mixtures, or with -soak as many as it takes.
func TestStress(t *testing.T) {
	switch {
	case *soak != 0:
		stress(t, uint64(time.Now().UnixNano()), 1, *soak)
	case testing.Short():
		stress(t, 1, allMixtures, 0)
	default:
		stress(t, 1, 8*allMixtures, 0)
	}
}
