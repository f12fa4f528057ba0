package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp"
)

// record is a packet of the port.
type record struct {
	from   *producer
	number uint64
	text   string
	since  time.Time // when its line was read
}

type shipper struct {
	port  *iocp.Port[record]
	full  time.Duration // how long a producer waits for room, negative for ever
	batch int           // records in a batch at most
	delay time.Duration // how long a batch may wait for more
	send  func(frame []byte) error

	durable, dropped atomic.Uint64

	mu        sync.Mutex
	producers map[string]*producer
}

// Back-off while the receiver is away: doubled from the first to the last, less a random
// part of up to a half.
const firstPause, lastPause = 50 * time.Millisecond, 5 * time.Second

// retry calls f until it succeeds. Once ctx is done, the next failure is the last.
func retry(ctx context.Context, f func() error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := f()
		if err == nil {
			return nil
		}
		wait := pause - rand.N(pause/2)
		log.Printf("receiver: %v; again in %v", err, wait)
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; then: %w", err, context.Cause(ctx))
		case <-time.After(wait):
		}
	}
}

// collect delivers batches until the port is closed and drained, or until the receiver
// fails after the end of ctx.
func (s *shipper) collect(ctx context.Context) error {
	buf := make([]record, s.batch)
	for {
		n := s.fill(buf)
		if n == 0 {
			return nil
		}
		if err := s.deliver(ctx, buf[:n]); err != nil {
			return err
		}
	}
}

// fill waits for a record, and then for a full batch, until the first record is as old as
// delay: from when its line was read, for it may have waited for room, and for the batch
// before. fill returns 0 when the port is closed and drained.
func (s *shipper) fill(buf []record) int {
	n, err := s.port.GetBatch(buf, iocp.Infinite)
	for err == nil && n < len(buf) {
		var more int
		more, err = s.port.GetBatch(buf[n:], max(time.Until(buf[0].since.Add(s.delay)), 0))
		n += more
	}
	return n
}

// deliver tells the producers of a batch what is durable, once the receiver has it.
func (s *shipper) deliver(ctx context.Context, batch []record) error {
	var payload []byte
	last := map[*producer]uint64{}
	for _, r := range batch {
		payload = fmt.Appendf(payload, "%s %d %s\n", r.from.name, r.number, r.text)
		last[r.from] = r.number
	}
	frame := appendFrame(nil, payload)
	if err := retry(ctx, func() error { return s.send(frame) }); err != nil {
		return err
	}
	s.durable.Add(uint64(len(batch)))
	for p, n := range last {
		p.reached(n)
	}
	return nil
}

// link is the connection to the receiver.
type link struct {
	address  string
	patience time.Duration // with one step of the receiver
	conn     net.Conn
}

// dial connects, and returns the newest numbers in the receiver's file.
func (k *link) dial() (map[string]uint64, error) {
	conn, err := net.DialTimeout("tcp", k.address, k.patience)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(k.patience))
	table, err := readFrame(conn)
	last := map[string]uint64{}
	if err == nil {
		err = newest(last, table, func([]byte) {})
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	k.conn = conn
	return last, nil
}

// send returns nil when the receiver has said that the frame is in its file. After an
// error the frame may be there as well: to send it again does no harm.
func (k *link) send(frame []byte) error {
	if k.conn == nil {
		if _, err := k.dial(); err != nil {
			return err
		}
	}
	k.conn.SetDeadline(time.Now().Add(k.patience))
	_, err := k.conn.Write(frame)
	answer := make([]byte, len(stored))
	if err == nil {
		_, err = io.ReadFull(k.conn, answer)
	}
	if err == nil && string(answer) != stored {
		err = fmt.Errorf("the receiver's answer is %q", answer)
	}
	if err != nil {
		k.conn.Close()
		k.conn = nil
	}
	return err
}
