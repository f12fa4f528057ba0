package iocp

import (
	"context"
	"iter"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/iocp-go/iocp/ring"
	"github.com/iocp-go/iocp/waiter"
)

// Infinite is the timeout of a wait without limit. Any other negative timeout means
// the same.
const Infinite time.Duration = -1

// Port is a bounded FIFO queue of T with the semantics of an I/O completion
// port. Make one with [New]. The methods may be called from any goroutine, and
// must not be called on a copy.
//
// Packets leave in one order, in which they were accepted, each exactly once.
// Callers that find none wait, and are released newest first. If callers sleep when
// a packet is posted, the Post itself takes the packet for one of them, and no other call
// can take it any more. In three cases the packet queues instead, and the first call that
// looks takes it: as many hand-offs as [WithConcurrency] allows are in flight; another
// caller watches the queue before it sleeps; a Post that began earlier is not done, or a
// call that was woken to look for its packet has not run.
//
// A method of a nil Port returns [ErrNilPort], a method of a zero Port
// [ErrInvalidPort]; methods without an error return 0, and All yields nothing. A call
// checks, in this order: the length of a buffer, the port, the context, whether the port
// is closed. In steady state no method allocates, except to grow.
type Port[T any] struct {
	queue  ring.Chain[T]
	takers waiter.Stack[T] // wait for packets, released newest first
	posts  waiter.Stack[T] // wait for room, released oldest first

	noRoom atomic.Uint64 // see Stats.Refused
}

// New returns a port with room for capacity packets, rounded up to a power of
// two and to 2 at least. The error is [ErrInvalidParameter] by errors.Is, with the
// reason in its text, if the capacity is below 1 or above 1<<30, if packets of that size
// come to more than a tebibyte, or if an option is nil or out of range.
func New[T any](capacity int, opts ...Option) (*Port[T], error) {
	var o options
	for i, opt := range opts {
		if opt == nil {
			return nil, invalid("option %d of %d is nil", i+1, len(opts))
		}
		if err := opt(&o); err != nil {
			return nil, err
		}
	}
	if capacity < 1 || capacity > ring.MaxCapacity {
		return nil, invalid("capacity is %d, not in [1, 1<<30]", capacity)
	}
	r, err := ring.New[T](capacity)
	if err != nil {
		var v T
		return nil, invalid("capacity is %d, too large for packets of %d bytes", capacity, unsafe.Sizeof(v))
	}
	if o.grows && o.max != 0 && o.max < capacity {
		return nil, invalid("growth is to %d packets, below the capacity of %d", o.max, capacity)
	}
	return newPort(r, o), nil
}

func newPort[T any](r *ring.Ring[T], o options) *Port[T] {
	p := new(Port[T])
	if !o.grows {
		o.max = r.Cap()
	}
	p.queue.Init(r, o.max)
	p.takers.Init((*packets[T])(p), waiter.NewestFirst, o.concurrency, o.parking, parkers)
	// Posters never sleep as threads: the takers they wait for need the processor.
	parking := o.parking
	if parking == ParkThread {
		parking = ParkGoroutine
	}
	p.posts.Init((*room[T])(p), waiter.OldestFirst, waiter.Moved, parking, parkers)
	return p
}

// valid returns nil, or the error that says why p cannot be used.
func (p *Port[T]) valid() error {
	if p == nil {
		return ErrNilPort
	}
	if !p.queue.Valid() {
		return ErrInvalidPort
	}
	return nil
}

// Post appends v to the queue, or hands v to a waiting caller. Post never waits:
// the error is [ErrFull] if there is no room, [ErrClosed] after Close. Post does
// not allocate, except to grow. What happens before a Post synchronizes before the return
// of the Get that takes the packet.
//
// PostQueuedCompletionStatus: "will satisfy an outstanding call".
func (p *Port[T]) Post(v T) error {
	if p == nil {
		return ErrNilPort
	}
	r := p.queue.Tail()
	if r == nil {
		return ErrInvalidPort
	}
	if p.takers.Due() && p.takers.Give(v) {
		return nil
	}
	// P3 must follow P1, the claim: see package waiter. P3 precedes P2, the publication, so
	// that no value is spilled across the call that publishes.
	s, seq := r.ClaimPush()         // P1
	if s == nil || p.takers.Due() { // P3
		return p.postSlow(s, seq, v)
	}
	s.Publish(v, seq) // P2
	return nil
}

// postSlow is Post's slow path: the claim failed, or callers wait. Outlined so that Post
// spills nothing before its claim: the claim is a locked instruction, which waits for all
// stores before it.
func (p *Port[T]) postSlow(s *ring.Slot[T], seq uint64, v T) error {
	err := p.offer(s, seq, v)
	if err == ErrFull {
		p.noRoom.Add(1)
	}
	return err
}

// offer is postSlow without the count of refusals. A poster that waits for room is counted
// once; its later tries call offer with a nil s.
func (p *Port[T]) offer(s *ring.Slot[T], seq uint64, v T) error {
	if s != nil {
		s.Publish(v, seq)
	} else if !p.queue.TryPush(v) {
		return p.refused()
	}
	if p.takers.Due() { // P3 again: TryPush has claimed after the P3 in Post
		p.takers.HandOver() // P4
	}
	return nil
}

// refused is the error for a push that the ring did not accept in full.
func (p *Port[T]) refused() error {
	if p.queue.Closed() {
		return ErrClosed
	}
	return ErrFull
}

// PostBatch posts the longest prefix of vs that there is room for and returns the
// prefix's length, with [ErrFull] or [ErrClosed] if that is not all of vs. The prefix is
// contiguous in the queue: PostBatch publishes once, which costs less than a loop of Posts.
// PostBatch never waits and does not allocate, except to grow. An empty vs posts nothing;
// after Close the error is ErrClosed all the same.
func (p *Port[T]) PostBatch(vs []T) (n int, err error) {
	if err := p.valid(); err != nil {
		return 0, err
	}
	n = p.pushBatch(vs)
	if n < len(vs) || n == 0 && p.queue.Closed() {
		if err = p.refused(); err == ErrFull {
			p.noRoom.Add(1)
		}
	}
	return n, err
}

// pushBatch posts the longest prefix of vs that there is room for and returns its length.
func (p *Port[T]) pushBatch(vs []T) (n int) {
	n = p.queue.TryPushBatch(vs)
	if n != 0 && p.takers.Due() {
		p.takers.HandOver()
	}
	return n
}

// PostTimeout is Post that waits for room, for timeout at most. The error is [ErrTimeout]
// if no room came free in time, [ErrClosed] if the port is closed before. With a timeout
// of 0 PostTimeout does not wait, and the error is ErrTimeout too, where Post has ErrFull;
// a negative timeout has no limit. The packets of posters that wait enter the queue in
// the order of the calls, moved by the calls that make room; a Post that comes meanwhile
// may be quicker. The other errors are those of Post, and [ErrInterrupted].
func (p *Port[T]) PostTimeout(v T, timeout time.Duration) error {
	if err := p.Post(v); err != ErrFull {
		return err
	}
	return p.postWait(v, timeout, nil)
}

// PostContext is Post that waits for room until ctx is done: the error is then
// [context.Cause] of ctx. If ctx is done before the call, nothing is posted. The other
// errors are those of PostTimeout; for a nil ctx the error is [ErrInvalidParameter].
func (p *Port[T]) PostContext(ctx context.Context, v T) error {
	if err := p.valid(); err != nil {
		return err
	}
	if err := done(ctx); err != nil {
		return err
	}
	if err := p.Post(v); err != ErrFull {
		return err
	}
	return p.postWait(v, Infinite, ctx)
}

// postWait is PostTimeout's slow path: the port was full. It posts v as soon as there is
// room.
func (p *Port[T]) postWait(v T, timeout time.Duration, ctx context.Context) error {
	if timeout == 0 {
		return ErrTimeout
	}
	deadline := waiter.Forever
	if timeout > 0 {
		deadline = waiter.Deadline(timeout)
	}
	return p.postUntil(v, deadline, ctx)
}

// postUntil is postWait with a deadline.
func (p *Port[T]) postUntil(v T, deadline int64, ctx context.Context) error {
	var poll waiter.Poll
	for p.posts.Again(&poll, deadline) {
		if err := p.offer(nil, 0, v); err != ErrFull {
			p.posts.Done(&poll, err == nil)
			return err
		}
	}
	switch why := p.posts.Wait(&v, deadline, doneOf(ctx)); why {
	case waiter.Handed:
		p.posts.Pass(waiter.Handed)
		return nil
	case waiter.Closed:
		return ErrClosed
	case waiter.Interrupted:
		return ErrInterrupted
	case waiter.Canceled:
		return cause(ctx)
	}
	return ErrTimeout
}

// Get takes the oldest packet. If there is none, Get waits for one, for timeout at
// most. A timeout of 0 does not wait, a negative timeout has no limit, and any other
// is kept to the nanosecond, never early by the monotonic clock.
//
// The error is [ErrTimeout] if no packet came in time, [ErrClosed] if the port
// is closed and drained, [ErrInterrupted] after Interrupt. With an error the
// value is the zero T, and no packet was taken. Get does not allocate.
//
// If a Get with a timeout of 0 finds nothing, that is exact: every packet of a Post that
// returned before was taken. For that Get waits for a Post that is in the middle of
// publishing the oldest packet.
//
// GetQueuedCompletionStatus: "attempts to dequeue a completion packet".
func (p *Port[T]) Get(timeout time.Duration) (v T, _ error) {
	if p == nil {
		return v, ErrNilPort
	}
	r := p.queue.Head()
	if r == nil {
		return v, ErrInvalidPort
	}
	s, seq := r.ClaimPop(p.queue.Deq()) // before posts.Due below, as P1 before P3
	if s == nil {
		c := call[T]{most: 1}
		if timeout != 0 && !p.posts.HasWaiters() && p.takers.Yielded(&c.poll) {
			if s, seq = r.ClaimPop(p.queue.Deq()); s != nil {
				p.takers.Done(&c.poll, true)
			}
		}
		if s == nil {
			c.missed = true
			c.begin(timeout)
			// A slice of v and not an array: the compiler moves large variables to the heap.
			// Wait is called here and not in get, so that a sleeping goroutine's stack has one
			// frame less.
			for dst := unsafe.Slice(&v, 1); !p.looked(&c, dst) && !p.woken(&c, dst, p.takers.Wait(&v, c.deadline, nil)); {
			}
			_, err := p.result(&c)
			return v, err
		}
	}
	if p.posts.Due() {
		return p.recycle(s, seq), nil
	}
	return s.Recycle(seq), nil
}

// recycle is Get's slow path after a successful claim: posters wait for the room.
func (p *Port[T]) recycle(s *ring.Slot[T], seq uint64) T {
	v := s.Recycle(seq)
	p.freed()
	return v
}

// GetContext is Get that waits until ctx is done: the error is then
// [context.Cause] of ctx. A packet that a Post has handed over already wins over
// the end of ctx. If ctx is done before the call, no packet is taken. The other
// errors are those of Get; for a nil ctx the error is [ErrInvalidParameter].
func (p *Port[T]) GetContext(ctx context.Context) (v T, _ error) {
	_, err := p.GetBatchContext(ctx, unsafe.Slice(&v, 1))
	return v, err
}

// GetBatch takes up to len(dst) packets, the oldest first. GetBatch waits, as Get does,
// for one packet, never for more. A batch taken without a wait is taken at one instant: no
// other call has a packet of its middle. While others take packets too, a batch of more
// than 64 may be shorter than what is there. After a wait the first packet is the one that
// ended the wait, and the rest is taken when the caller runs. n is 0 if and only if err is
// not nil; entries past n are left alone. For an empty dst the error is
// [ErrInvalidParameter], whatever the port.
//
// GetQueuedCompletionStatusEx is its model.
func (p *Port[T]) GetBatch(dst []T, timeout time.Duration) (n int, err error) {
	if len(dst) == 0 {
		return 0, ErrInvalidParameter
	}
	if err := p.valid(); err != nil {
		return 0, err
	}
	c := call[T]{most: len(dst)}
	c.begin(timeout)
	p.get(&c, dst)
	return p.result(&c)
}

// GetBatchContext is GetBatch that waits as GetContext does.
func (p *Port[T]) GetBatchContext(ctx context.Context, dst []T) (n int, err error) {
	if len(dst) == 0 {
		return 0, ErrInvalidParameter
	}
	if err := p.valid(); err != nil {
		return 0, err
	}
	if err := done(ctx); err != nil {
		return 0, err
	}
	c := call[T]{most: len(dst), ctx: ctx}
	c.begin(Infinite)
	p.get(&c, dst)
	return p.result(&c)
}

// call is the state of a Get on its slow path. The call alternates between looked and a
// wait, followed by woken, until one of the two reports the end: n packets, or err.
type call[T any] struct {
	most     int           // packets to take at most
	n        int           // packets moved to the caller's buffer
	rest     ring.Claim[T] // packets claimed beyond the buffer; others wait for their slots
	err      error
	deadline int64
	ctx      context.Context
	poll     waiter.Poll
	last     bool // the next look is the last: no wait follows
	// missed says that a look has just failed. The wait may then begin without another: W2
	// sees a packet, and a closed port. But if the packet is in the middle of its Post, the call
	// looks again: that look ends with the Post, some nanoseconds later, and a wait would make
	// later posters hand over. 32 goroutines that shared 2 tokens for 200 ns each, on 2
	// processors, took 2.4 times a channel's time without that, and take 0.7 with it.
	missed bool
}

// begin sets the deadline of the call.
func (c *call[T]) begin(timeout time.Duration) {
	c.last = timeout == 0 // without reading the clock
	c.deadline = waiter.Forever
	if timeout > 0 {
		c.deadline = waiter.Deadline(timeout)
	}
}

// get returns when the call has ended. The caller then moves c.rest and calls result.
func (p *Port[T]) get(c *call[T], dst []T) {
	for !p.looked(c, dst) && !p.woken(c, dst, p.takers.Wait(&dst[0], c.deadline, doneOf(c.ctx))) {
	}
}

// result ends a call: the caller stops watching the queue, moves the packets of waiting
// posters into the room that the call has made, and returns n and err.
func (p *Port[T]) result(c *call[T]) (int, error) {
	if c.poll != (waiter.Poll{}) {
		p.takers.Done(&c.poll, c.n != 0)
	}
	if c.n != 0 {
		p.freed()
	}
	return c.n, c.err
}

// looked looks for packets, as often as the policy of waiting allows, and reports whether
// the call has ended. If not, the caller waits.
func (p *Port[T]) looked(c *call[T], dst []T) bool {
	if p.posts.HasWaiters() { // perhaps behind the limit, which an empty queue lifts
		p.posts.HandOver()
		c.missed = false
	}
	for again := true; again; again = p.takers.Again(&c.poll, c.deadline) {
		if c.missed && !c.last && p.queue.Empty() {
			c.missed = false
			continue
		}
		if p.claim(c, dst, c.most); c.n != 0 {
			return true
		}
		if p.queue.Drained() {
			c.err = ErrClosed
			return true
		}
		if c.last {
			p.queue.Shrink()
			c.err = ErrTimeout
			return true
		}
	}
	p.queue.Shrink()
	c.poll = waiter.Poll{}
	return false
}

// woken handles the outcome of a wait and reports whether the call has ended.
func (p *Port[T]) woken(c *call[T], dst []T, why waiter.Outcome) bool {
	switch why {
	case waiter.Given:
		if c.n = 1; c.most > 1 {
			p.claim(c, dst, c.most)
		}
	case waiter.Handed:
		if c.n = 1; c.most > 1 {
			p.claim(c, dst, len(dst)) // before Pass, which hands packets to other waiters
		}
		p.takers.Pass(waiter.Handed)
	case waiter.Look:
		p.claim(c, dst, min(c.most, len(dst))) // fits dst: Pass must find no slot claimed
		p.takers.Pass(waiter.Look)
	case waiter.Retry:
		c.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline
		if c.ctx != nil { // a call whose packets others take each time may never sleep, and no sleep ends it
			c.err = done(c.ctx)
		}
	case waiter.Expired:
		c.last = true // look once more: a packet may queue behind the limit of hand-offs
	case waiter.Canceled:
		c.err = cause(c.ctx)
	case waiter.Interrupted:
		c.err = ErrInterrupted
	case waiter.Closed:
		c.err = ErrClosed
	}
	return c.n != 0 || c.err != nil
}

// claim claims the packets that are there, at one instant, until the call has most of them,
// and moves as many to dst as fit. A call that has no packet yet waits for a Post that has
// claimed the oldest position and not published.
func (p *Port[T]) claim(c *call[T], dst []T, most int) {
	c.rest = p.queue.ClaimPopBatch(most-c.n, c.n == 0)
	c.n += c.rest.Recycle(dst[c.n:])
}

// freed moves the packets of waiting posters into free room. Every taker calls freed after
// its packets are recycled.
func (p *Port[T]) freed() {
	if p.posts.Due() {
		p.posts.HandOver()
	}
}

// All yields packets as GetContext takes them, until ctx is done, the port is
// closed and drained, a wait is interrupted, or the loop is left. All does not say
// why it ended: GetContext does. A loop over a port that cannot be used, or with a nil
// ctx, yields nothing.
func (p *Port[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := p.GetContext(ctx)
			if err != nil || !yield(v) {
				return
			}
		}
	}
}

// Interrupt ends every wait that is parked now, for a packet or for room, with
// [ErrInterrupted] and returns the number of these waits. Interrupt takes no packet and
// does not affect calls that are not asleep yet. So it is no signal to stop by; Close is,
// and the end of a context.
func (p *Port[T]) Interrupt() int {
	if p.valid() != nil {
		return 0
	}
	return p.takers.Interrupt() + p.posts.Interrupt()
}

// Close ends posting: from now on every Post returns [ErrClosed], a waiting one
// at once. What was accepted can still be taken; when nothing is left, every Get
// returns ErrClosed, a waiting one at once. A second Close returns ErrClosed.
func (p *Port[T]) Close() error {
	if err := p.valid(); err != nil {
		return err
	}
	if !p.queue.Close() {
		return ErrClosed
	}
	p.takers.Settle()
	p.posts.Settle()
	return nil
}

// Len is the number of packets in the queue at an instant during the call.
func (p *Port[T]) Len() int {
	if p.valid() != nil {
		return 0
	}
	return p.queue.Len()
}

// Cap is the number of packets that the port holds without growing: the capacity
// that New was given, rounded, unless [WithGrowth] lets it change.
func (p *Port[T]) Cap() int {
	if p.valid() != nil {
		return 0
	}
	return p.queue.Cap()
}

// Stats are counts since the port was made; the fields of type int tell the present. A park
// that is neither in Wakes nor in Timeouts ended with its context, or has not ended.
type Stats struct {
	Posted   uint64 // packets accepted
	Taken    uint64 // packets taken, handed over or not
	HandOffs uint64 // of Taken, those that another call took for a waiting taker
	Parks    uint64 // waits that went to sleep, for packets or room
	Threads  uint64 // of Parks, those that slept as threads
	Wakes    uint64 // of Parks, those that another call ended
	Timeouts uint64 // of Parks, those that ended at their deadline
	Spun     uint64 // waits that ended without a sleep, as the caller watched the queue
	Refused  uint64 // posts that found no room: the error was ErrFull, or they waited

	Waiting        int // Gets that sleep now
	WaitingPosters int // posters that sleep now
	Len            int // as the method
	Cap            int // as the method
}

// Stats returns the counts. The counts cost Post and Get nothing: each is a position in
// the queue, or is kept by the calls that go to sleep or are refused.
func (p *Port[T]) Stats() Stats {
	if p.valid() != nil {
		return Stats{}
	}
	taken := p.queue.Popped() // before Pushed, so that Taken <= Posted
	takers, posts := p.takers.Stats(), p.posts.Stats()
	return Stats{
		Posted:   p.queue.Pushed() + takers.Direct,
		Taken:    taken + takers.Direct,
		HandOffs: takers.HandOffs,
		Parks:    takers.Parks + posts.Parks,
		Threads:  takers.Threads,
		Wakes:    takers.Wakes + posts.Wakes,
		Timeouts: takers.Timeouts + posts.Timeouts,
		Spun:     takers.Spun,
		Refused:  p.noRoom.Load(),

		Waiting:        p.takers.Waiting(),
		WaitingPosters: p.posts.Waiting(),
		Len:            p.queue.Len(),
		Cap:            p.queue.Cap(),
	}
}

// done returns the error for a ctx that is nil or done already, else nil.
func done(ctx context.Context) error {
	if ctx == nil {
		return ErrInvalidParameter
	}
	if ctx.Err() != nil {
		return cause(ctx)
	}
	return nil
}

// doneOf is ctx.Done(), or nil for a nil ctx.
func doneOf(ctx context.Context) <-chan struct{} {
	if ctx == nil {
		return nil
	}
	return ctx.Done()
}

// cause is why ctx is done. A context that breaks its contract has a closed Done and no
// error: that is Canceled.
func cause(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return context.Canceled
}

// packets adapts a port to [waiter.Queue] for takers.
type packets[T any] Port[T]

func (q *packets[T]) Move(v *T) bool { return q.queue.TryPopBatchReady(unsafe.Slice(v, 1)) == 1 }
func (q *packets[T]) Idle() bool     { return q.queue.Empty() }
func (q *packets[T]) Over() bool     { return q.queue.Drained() }
func (q *packets[T]) Ready() bool    { return q.queue.Ready() }
func (q *packets[T]) Starved() bool  { return false }
func (q *packets[T]) Blocked() bool  { return q.posts.HasWaiters() }
func (q *packets[T]) Moved() uint64  { return q.queue.Popped() }

// room adapts a port to [waiter.Queue] for posters.
type room[T any] Port[T]

func (q *room[T]) Move(v *T) bool {
	if !q.queue.TryPush(*v) {
		return false
	}
	if q.takers.Due() { // P3
		q.takers.HandOverFor(&q.posts) // P4
	}
	return true
}
func (q *room[T]) Idle() bool    { return q.queue.Full() }
func (q *room[T]) Over() bool    { return q.queue.Closed() }
func (q *room[T]) Ready() bool   { return !q.queue.Full() }
func (q *room[T]) Starved() bool { return q.queue.Empty() }
func (q *room[T]) Blocked() bool { return q.takers.HasWaiters() }
func (q *room[T]) Moved() uint64 { return q.queue.Pushed() }
