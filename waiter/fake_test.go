package waiter

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeQueue is a Queue of which a test decides what state it is in.
type fakeQueue struct {
	mu     sync.Mutex
	items  []fakeItem
	closed bool
	taken  uint64

	onTake func() // called by TryTake before it looks
	onIdle func() // by Idle after
}

type fakeItem struct {
	v    *int
	half bool // claimed, not published
}

func (q *fakeQueue) TryTake() (*int, bool) {
	if q.onTake != nil {
		q.onTake()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 || q.items[0].half {
		return nil, false
	}
	v := q.items[0].v
	q.items = q.items[1:]
	q.taken++
	return v, true
}

func (q *fakeQueue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

func (q *fakeQueue) Taken() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.taken
}

func (q *fakeQueue) Idle() bool {
	q.mu.Lock()
	idle := len(q.items) == 0 && !q.closed
	q.mu.Unlock()
	if q.onIdle != nil {
		q.onIdle()
	}
	return idle
}

func (q *fakeQueue) Over() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) == 0 && q.closed
}

func (q *fakeQueue) put(vs ...int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, v := range vs {
		q.items = append(q.items, fakeItem{v: &v})
	}
}

// putHalf puts v without publishing it, which the function that it returns does.
func (q *fakeQueue) putHalf(v int) (publish func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, fakeItem{v: &v, half: true})
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		for i := range q.items {
			if q.items[i].v == &v {
				q.items[i].half = false
			}
		}
	}
}

func (q *fakeQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

func (q *fakeQueue) left() (vs []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range q.items {
		vs = append(vs, *it.v)
	}
	return vs
}

// lot makes channel parkers, and sees to it that their contract is kept.
type lot struct {
	parks   atomic.Int64 // calls of Park so far
	asleep  atomic.Int64 // of them, those that have not returned
	highest atomic.Int64 // most of them at a time
	made    atomic.Int64
	doubled atomic.Int64 // Unparks that met a token
	unparks atomic.Int64

	onPark   func(p *chanParker, call int64, deadline int64) (ok, answer bool)
	onUnpark func() // called before the token is left
	woken    func() // called between the token and the return of Park

	mu    sync.Mutex
	all   []*chanParker
	seats map[*Seat]Parker
}

// seated is the parker of a seat.
func (l *lot) seated(s *Seat) Parker {
	l.mu.Lock()
	p, ok := l.seats[s]
	l.mu.Unlock()
	if !ok {
		p = l.newParker()
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.seats == nil {
			l.seats = make(map[*Seat]Parker)
		}
		l.seats[s] = p
	}
	return p
}

type chanParker struct {
	lot   *lot
	token chan struct{}
	calls int64
}

func (l *lot) newParker() Parker {
	l.made.Add(1)
	p := &chanParker{lot: l, token: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, p)
	return p
}

// stale is the number of tokens that nobody has consumed.
func (l *lot) stale() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.all {
		n += len(p.token)
	}
	return n
}

func (p *chanParker) Unpark() {
	if p.lot.onUnpark != nil {
		p.lot.onUnpark()
	}
	p.lot.unparks.Add(1)
	select {
	case p.token <- struct{}{}:
	default:
		p.lot.doubled.Add(1)
	}
}

func (p *chanParker) Ready() bool { return len(p.token) != 0 }

func (p *chanParker) Park(deadline int64, done <-chan struct{}) bool {
	n := p.lot.asleep.Add(1)
	for h := p.lot.highest.Load(); n > h && !p.lot.highest.CompareAndSwap(h, n); {
		h = p.lot.highest.Load()
	}
	p.lot.parks.Add(1)
	defer p.lot.asleep.Add(-1)
	p.calls++
	if p.lot.onPark != nil {
		if ok, answer := p.lot.onPark(p, p.calls, deadline); answer {
			return ok
		}
	}
	var expired <-chan time.Time
	if deadline != Forever {
		timer := time.NewTimer(time.Duration(deadline - Now()))
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-p.token:
		if p.lot.woken != nil {
			p.lot.woken()
		}
		return true
	case <-expired:
	case <-done:
	}
	return false
}

// result is what a Wait returned to whom.
type result struct {
	who int
	v   *int
	why Outcome
}

func handed(t *testing.T, r result, v int) {
	t.Helper()
	require.Equal(t, Handed, r.why)
	require.NotNil(t, r.v)
	require.Equal(t, v, *r.v)
}

// bed is a stack with a queue and a lot, and a channel for what comes back.
type bed struct {
	t *testing.T
	Stack[*int]
	q       fakeQueue
	lot     lot
	results chan result
}

func newBed(t *testing.T, order Order, limit int) *bed {
	b := &bed{t: t, results: make(chan result, 1000)}
	b.Init(&b.q, order, limit, ParkGoroutine, Parkers{Goroutine: b.lot.seated})
	t.Cleanup(func() {
		require.Zero(t, b.lot.doubled.Load(), "a token for a parker that has one")
	})
	return b
}

// Wait is Stack.Wait by a caller that passes on as soon as it runs.
func (b *bed) Wait(deadline int64, done <-chan struct{}, again bool) (*int, Outcome) {
	v, why := b.Stack.Wait(deadline, done, again)
	if why == Handed {
		b.Pass()
	}
	return v, why
}

// wait lets who wait, in a goroutine.
func (b *bed) wait(who int, deadline int64, done <-chan struct{}, again bool) {
	go func() {
		v, why := b.Wait(deadline, done, again)
		b.results <- result{who, v, why}
	}()
}

// park lets who wait without end, and returns when it sleeps.
func (b *bed) park(who int) { b.parkAgain(who, false) }

func (b *bed) parkAgain(who int, again bool) {
	b.t.Helper()
	before := b.lot.parks.Load()
	b.wait(who, Forever, nil, again)
	await(b.t, "a waiter to park", func() bool { return b.lot.parks.Load() > before })
}

func (b *bed) post(vs ...int) {
	b.q.put(vs...)
	if b.Any() {
		b.HandOver()
	}
}

// next is the next result.
func (b *bed) next() result {
	b.t.Helper()
	select {
	case r := <-b.results:
		return r
	case <-time.After(time.Minute):
		b.t.Fatal("nobody was released")
		return result{}
	}
}

// none checks that nobody comes back, as far as many turns of the scheduler tell.
func (b *bed) none() {
	b.t.Helper()
	for range 500 {
		runtime.Gosched()
	}
	require.Empty(b.t, b.results)
}

// await waits for cond.
func await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for giveUp := time.Now().Add(time.Minute); !cond(); runtime.Gosched() {
		if time.Now().After(giveUp) {
			t.Fatal("gave up waiting for ", what)
		}
	}
}

// check checks the list.
func (s *Stack[T]) check(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	n, prev := 0, (*Waiter[T])(nil)
	for w := s.first; w != nil; w = w.next {
		require.Same(t, prev, w.prev)
		require.True(t, w.listed)
		n, prev = n+1, w
	}
	require.Same(t, prev, s.last)
	require.EqualValues(t, n, s.waiting.Load())
	require.Equal(t, n != 0, s.Any())
	require.Equal(t, n, s.Waiting())
	require.GreaterOrEqual(t, s.inFlight.Load(), int32(0))
	require.LessOrEqual(t, s.inFlight.Load(), s.limit)
}

// TestMain lets hand-overs take as long as the machine likes.
func TestMain(m *testing.M) {
	maxWake = 1 << 62
	os.Exit(m.Run())
}
