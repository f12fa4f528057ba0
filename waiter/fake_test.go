package waiter

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeQueue is a Queue of which a test decides what state it is in. For takers it is
// packets; for posters, if room is not 0, what has room for that many.
type fakeQueue struct {
	mu     sync.Mutex
	items  []fakeItem
	room   int
	closed bool
	moved  uint64

	blocked atomic.Bool

	onMove  func() // called by Move before it looks
	onIdle  func() // by Idle after
	onReady func() // by Ready before
}

type fakeItem struct {
	v    *int
	half bool // claimed, not published
}

func (q *fakeQueue) Move(v **int) bool {
	if q.onMove != nil {
		q.onMove()
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.room != 0 {
		if len(q.items) >= q.room || q.closed {
			return false
		}
		q.items = append(q.items, fakeItem{v: *v})
		q.moved++
		return true
	}
	if len(q.items) == 0 || q.items[0].half {
		return false
	}
	*v = q.items[0].v
	q.items = q.items[1:]
	q.moved++
	return true
}

// take takes the oldest packet, whoever the queue is for.
func (q *fakeQueue) take() (*int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 || q.items[0].half {
		return nil, false
	}
	v := q.items[0].v
	q.items = q.items[1:]
	q.moved++
	return v, true
}

func (q *fakeQueue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count()
}

func (q *fakeQueue) count() int {
	if q.room != 0 {
		return q.room - len(q.items)
	}
	return len(q.items)
}

func (q *fakeQueue) Starved() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.room != 0 && len(q.items) == 0
}

func (q *fakeQueue) Blocked() bool { return q.blocked.Load() }

func (q *fakeQueue) Moved() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.moved
}

func (q *fakeQueue) Ready() bool {
	if q.onReady != nil {
		q.onReady()
	}
	return q.Len() != 0
}

func (q *fakeQueue) Idle() bool {
	q.mu.Lock()
	idle := q.count() == 0 && !q.closed
	q.mu.Unlock()
	if q.onIdle != nil {
		q.onIdle()
	}
	return idle
}

func (q *fakeQueue) Over() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed && (q.room != 0 || len(q.items) == 0)
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
	claimed atomic.Int64 // threads
	threads int64        // of them, at most

	onPark   func(p *chanParker, call int64, deadline int64) (ok, answer bool)
	onUnpark func() // called before the token is left
	woken    func() // called between the token and the return of Park

	mu  sync.Mutex
	all []*chanParker
}

type chanParker struct {
	lot   *lot
	token chan struct{}
	calls int64
}

func (l *lot) newDone() (Parker, bool) { return l.newParker(), true }

func (l *lot) newParker() Parker {
	l.made.Add(1)
	p := &chanParker{lot: l, token: make(chan struct{}, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, p)
	return p
}

// claim and release are of threads.
func (l *lot) claim() bool {
	if l.claimed.Add(1) > max(l.threads, 4) {
		l.claimed.Add(-1)
		return false
	}
	return true
}

func (l *lot) release() { l.claimed.Add(-1) }

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

func (p *chanParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	n := p.lot.asleep.Add(1)
	for h := p.lot.highest.Load(); n > h && !p.lot.highest.CompareAndSwap(h, n); {
		h = p.lot.highest.Load()
	}
	p.lot.parks.Add(1)
	defer p.lot.asleep.Add(-1)
	p.calls++
	if mu != nil {
		mu.Unlock()
	}
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
	return newBedOf(t, order, limit, ParkGoroutine)
}

func newBedOf(t *testing.T, order Order, limit int, parking Parking) *bed {
	b := &bed{t: t, results: make(chan result, 1000)}
	if order == OldestFirst {
		b.q.room = 1
		b.q.put(0) // full
	}
	b.Init(&b.q, order, limit, parking, b.lot.parkers())
	b.salt = 0 // so that a test knows which yields are timed
	t.Cleanup(func() {
		require.Zero(t, b.lot.doubled.Load(), "a token for a parker that has one")
	})
	return b
}

func (l *lot) parkers() Parkers { return Parkers{Goroutine: l.newParker, Done: l.newDone} }

// Wait is Stack.Wait by a caller that posts v, or takes, and passes on as soon as it runs,
// and before that looks if it is to.
func (b *bed) Wait(v *int, deadline int64, done <-chan struct{}) (*int, Outcome) {
	why := b.Stack.Wait(&v, deadline, done)
	switch why {
	case Look:
		await(b.t, "the packet", func() (ok bool) { v, ok = b.q.take(); return ok || b.q.Len() == 0 })
		b.Pass(why)
	case Handed:
		b.Pass(why)
	}
	return v, why
}

// wait lets who wait, in a goroutine; if it is a poster its packet is who.
func (b *bed) wait(who int, deadline int64, done <-chan struct{}) {
	var v *int
	if b.order == OldestFirst {
		v = &who
	}
	go func() {
		v, why := b.Wait(v, deadline, done)
		b.results <- result{who, v, why}
	}()
}

// park lets who wait without end, and returns when it sleeps.
func (b *bed) park(who int) { b.parkUntil(who, Forever, nil) }

func (b *bed) parkUntil(who int, deadline int64, done <-chan struct{}) {
	b.t.Helper()
	before := b.lot.parks.Load()
	b.wait(who, deadline, done)
	await(b.t, "a waiter to park", func() bool { return b.lot.parks.Load() > before })
	b.mu.Lock() // the waiter has the lock until it sleeps
	defer b.mu.Unlock()
}

func (b *bed) post(vs ...int) {
	b.q.put(vs...)
	if b.Due() {
		b.HandOver()
	}
}

// free makes room for one packet, and returns the one that was there.
func (b *bed) free() int {
	b.t.Helper()
	v, ok := b.q.take()
	require.True(b.t, ok)
	if b.Due() {
		b.HandOver()
	}
	return *v
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
	require.Equal(t, n != 0, s.HasWaiters())
	require.Equal(t, n, s.Waiting())
	require.GreaterOrEqual(t, flights(s.state.Load()), int32(0))
	if s.order == NewestFirst { // a queue that is empty lifts the limit of posters
		require.LessOrEqual(t, flights(s.state.Load()), s.know())
	}
}
