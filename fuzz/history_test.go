package fuzz

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/waiter"
)

const (
	clients  = 4
	perRound = 40 // operations of a client
	capacity = 2
)

// step is the unit that porcupine orders: an operation of the port, or a part of one, where
// the port does not promise to do all of it at one instant.
type step struct {
	kind  kind
	batch int   // for a batch that is two steps: its bit; for isLen the length
	vs    []int // pushed or taken
}

type kind uint8

const (
	push      kind = iota // vs, open, with room for them
	take                  // vs, the oldest
	takeFirst             // vs, the first packet of a batch; a takeRest follows
	takeRest              // vs, the others of the batch, the oldest at that instant
	isEmpty               // an instant at which the queue was empty
	isFull                // an instant at which there was no room
	isOpen
	isOver // an instant at which the port was closed and empty
	isLen  // an instant at which the length was batch
	isClosed
	closing      // the first Close
	closingAgain // a later Close
)

// client calls a port and records its operations.
type client struct {
	id      int
	port    *iocp.Port[int]
	rng     *rand.Rand
	begin   func() int64  // the time, before an operation
	now     func() int64  // and after it
	next    *atomic.Int32 // the next value, each posted once
	history []porcupine.Operation
	batches int
	wrong   []string            // results that are wrong in every history
	pending porcupine.Operation // the push of the Post in progress
}

// record adds steps that took effect between call and now.
func (c *client) record(call int64, steps ...step) {
	for _, s := range steps {
		c.history = append(c.history, porcupine.Operation{
			ClientId: c.id, Input: s, Call: call, Return: c.now(),
		})
	}
}

func (c *client) values(n int) []int {
	vs := make([]int, n)
	for i := range vs {
		vs[i] = int(c.next.Add(1))
	}
	return vs
}

func (c *client) run(closer bool) {
	closeAt := -1
	if closer {
		closeAt = perRound/2 + c.rng.IntN(perRound/2)
	}
	for i := range perRound {
		if c.rng.IntN(8) == 0 {
			runtime.Gosched() // else each client would end before the next begins
		}
		k := c.rng.IntN(20)
		if k < 9 && c.port.Len() > maxRoom-clients*(capacity+1) {
			k = 9 // fifo has no more room
		}
		switch {
		case i == closeAt:
			c.close()
		case k < 6:
			c.post()
		case k < 9:
			c.postBatch()
		case k < 14:
			c.get(0)
		case k < 15:
			c.get(time.Duration(c.rng.IntN(30_000)))
		case k < 19:
			c.getBatch(0)
		default:
			c.getBatch(time.Duration(c.rng.IntN(30_000)))
		}
	}
}

func (c *client) post() {
	c.posted((*iocp.Port[int]).Post)
}

// posted posts one packet, by one of several methods.
func (c *client) posted(post func(*iocp.Port[int], int) error) {
	vs := c.values(1)
	call := c.begin()
	c.pending = porcupine.Operation{ClientId: c.id, Input: step{kind: push, vs: vs}, Call: call}
	switch err := post(c.port, vs[0]); {
	case err == nil:
		c.record(call, step{kind: push, vs: vs})
	case errors.Is(err, iocp.ErrFull):
		c.record(call, step{kind: isFull})
	case errors.Is(err, iocp.ErrClosed):
		c.record(call, step{kind: isClosed})
	case errors.Is(err, iocp.ErrTimeout): // full, and open when it was found so
		c.record(call, step{kind: isFull}, step{kind: isOpen})
	case errors.Is(err, iocp.ErrInterrupted), errors.Is(err, context.Canceled):
		c.now() // the error tells nothing about the queue
	default:
		c.wrong = append(c.wrong, "Post: "+err.Error())
	}
}

// postBatch records a PostBatch. The length of the prefix is decided before the instant of the
// push. So a short prefix proves only that there was room for it, and the ErrFull with it
// proves nothing. Without a prefix the error is as exact as Post's.
func (c *client) postBatch() { c.batch(1 + c.rng.IntN(capacity+1)) }

func (c *client) batch(n int) {
	vs := c.values(n)
	call := c.begin()
	n, err := c.port.PostBatch(vs)
	var steps []step
	if n > 0 {
		steps = append(steps, step{kind: push, vs: vs[:n]})
	}
	switch {
	case (err == nil) != (n == len(vs)):
		c.wrong = append(c.wrong, "PostBatch: error and length disagree")
	case errors.Is(err, iocp.ErrClosed):
		steps = append(steps, step{kind: isClosed})
	case errors.Is(err, iocp.ErrFull) && n == 0:
		steps = append(steps, step{kind: isFull})
	case err != nil && !errors.Is(err, iocp.ErrFull):
		c.wrong = append(c.wrong, "PostBatch: "+err.Error())
	}
	c.record(call, steps...)
}

func (c *client) get(timeout time.Duration) {
	c.got(timeout, func(p *iocp.Port[int]) (int, error) { return p.Get(timeout) })
}

// got takes one packet, by one of several methods.
func (c *client) got(timeout time.Duration, get func(*iocp.Port[int]) (int, error)) {
	call, begun := c.begin(), waiter.Now()
	v, err := get(c.port)
	if err == nil {
		c.record(call, step{kind: take, vs: []int{v}})
		return
	}
	if v != 0 {
		c.wrong = append(c.wrong, "Get: a value with an error")
	}
	c.missed(call, begun, timeout, err)
}

// getBatch records a GetBatch. Without a wait all packets are taken at one instant. After a
// wait the first packet was handed over, and the rest is taken at a later instant.
func (c *client) getBatch(timeout time.Duration) { c.batchGot(1+c.rng.IntN(2*capacity+1), timeout) }

func (c *client) batchGot(most int, timeout time.Duration) {
	dst := make([]int, most)
	call, begun := c.begin(), waiter.Now()
	n, err := c.port.GetBatch(dst, timeout)
	switch {
	case (err == nil) != (n > 0):
		c.wrong = append(c.wrong, "GetBatch: error and length disagree")
	case err != nil:
		c.missed(call, begun, timeout, err)
	case timeout == 0 || n == 1:
		c.record(call, step{kind: take, vs: dst[:n]})
	default:
		bit := c.id*16 + c.batches%16
		c.batches++
		c.record(call, step{kind: takeFirst, batch: bit, vs: dst[:1]}, step{kind: takeRest, batch: bit, vs: dst[1:n]})
	}
}

func (c *client) missed(call, begun int64, timeout time.Duration, err error) {
	switch {
	case errors.Is(err, iocp.ErrTimeout) && (timeout < 0 || waiter.Now()-begun < int64(timeout)):
		c.wrong = append(c.wrong, "timed out early")
	case errors.Is(err, iocp.ErrTimeout) && timeout < 0:
		c.wrong = append(c.wrong, "a wait without a deadline met it")
	case errors.Is(err, iocp.ErrTimeout):
		// The call looked twice: the port was open, and later empty.
		c.record(call, step{kind: isEmpty}, step{kind: isOpen})
	case errors.Is(err, iocp.ErrClosed):
		c.record(call, step{kind: isOver})
	case errors.Is(err, iocp.ErrInterrupted), errors.Is(err, context.Canceled):
		c.now() // the error tells nothing about the queue
	default:
		c.wrong = append(c.wrong, "Get: "+err.Error())
	}
}

func (c *client) close() {
	call := c.begin()
	if err := c.port.Close(); err == nil {
		c.record(call, step{kind: closing})
	} else {
		c.record(call, step{kind: closingAgain})
	}
}

// recordRound runs the clients on one port and returns their histories.
func recordRound(port *iocp.Port[int], seed uint64) (history []porcupine.Operation, wrong []string) {
	var (
		next  atomic.Int32
		ready atomic.Int32
		wg    sync.WaitGroup
		cs    [clients]*client
	)
	epoch := time.Now()
	now := func() int64 { return stamp(epoch) }
	for i := range cs {
		cs[i] = &client{
			id: i, port: port, begin: now, now: now, next: &next,
			rng: rand.New(rand.NewPCG(seed, uint64(i))),
		}
		wg.Go(func() {
			for ready.Add(1); ready.Load() < clients; {
				runtime.Gosched()
			}
			cs[i].run(i == int(seed%clients))
		})
	}
	wg.Wait()
	for _, c := range cs {
		history = append(history, c.history...)
		wrong = append(wrong, c.wrong...)
	}
	return history, wrong
}
