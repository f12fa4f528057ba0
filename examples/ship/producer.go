package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
)

// stuck is how long a producer may leave an answer unread before its connection is closed:
// the collector writes answers too, and serves all producers.
const stuck = time.Second

// producer is a name, whose connections come and go.
type producer struct {
	name string

	turn sync.Mutex // held by the connection that reads
	last uint64     // the newest number accepted or dropped; guarded by turn

	mu      sync.Mutex // guards the rest
	durable uint64
	newest  net.Conn
	hears   net.Conn // the connection that was told where to resume, or nil
}

// serve accepts producers until l is closed.
func (s *shipper) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files
			log.Printf("producers: %v", err)
			time.Sleep(firstPause)
			continue
		}
		go func() {
			defer conn.Close()
			if err := s.read(conn); err != nil {
				log.Printf("producer: %v: %v", conn.RemoteAddr(), err)
			}
		}()
	}
}

// producer returns the producer of that name.
func (s *shipper) producer(name string) *producer {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.producers[name]
	if p == nil {
		p = &producer{name: name}
		s.producers[name] = p
	}
	return p
}

// read posts the records of a connection.
func (s *shipper) read(conn net.Conn) error {
	in := bufio.NewReaderSize(conn, maxLine)
	name, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	name = bytes.TrimSpace(name)
	if len(name) == 0 || bytes.ContainsAny(name, " \r") {
		return fmt.Errorf("%q is no name", name)
	}
	p := s.producer(string(name))
	if err := p.resume(conn); err != nil {
		return err
	}
	defer p.turn.Unlock()

	var answers []byte
	for {
		// Answers wait while there is a whole line to read: a write for many.
		if ahead, _ := in.Peek(in.Buffered()); !bytes.Contains(ahead, []byte("\n")) || len(answers) > 4096 {
			if err := say(conn, answers); err != nil {
				return err
			}
			answers = answers[:0]
		}
		line, err := in.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("%s, after %d: %w", p.name, p.last, err)
		}
		n, text, err := number(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil || n <= p.last {
			return fmt.Errorf("%s, after %d: %q is no line with a number above", p.name, p.last, line)
		}
		r := record{from: p, number: n, text: string(text), since: time.Now()}
		err = s.port.Post(r)
		if err == iocp.ErrFull && s.full != 0 {
			if err := say(conn, answers); err != nil {
				return err
			}
			answers = answers[:0]
			err = s.port.PostTimeout(r, s.full)
		}
		switch err {
		case nil:
			answers = fmt.Appendf(answers, "accepted %d\n", n)
		case iocp.ErrFull, iocp.ErrTimeout:
			s.dropped.Add(1)
			answers = fmt.Appendf(answers, "dropped %d\n", n)
		default: // ErrClosed: the shipper ends
			say(conn, answers)
			return err
		}
		p.last = n
	}
}

// resume ends the producer's former connection, waits until nothing more is posted from
// there, and tells the new one what to send next. With a nil error the caller has the turn.
func (p *producer) resume(conn net.Conn) error {
	p.mu.Lock()
	if p.newest != nil {
		p.newest.Close()
	}
	p.newest, p.hears = conn, nil
	p.mu.Unlock()

	p.turn.Lock()
	p.mu.Lock()
	defer p.mu.Unlock()
	err := say(conn, fmt.Appendf(nil, "resume %d %d\n", p.last, p.durable))
	if err != nil {
		p.turn.Unlock()
		return err
	}
	p.hears = conn // only now: "resume" is the first answer
	return nil
}

// reached tells the producer that its records up to n are durable.
func (p *producer) reached(n uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.durable = n
	if p.hears != nil && say(p.hears, fmt.Appendf(nil, "durable %d\n", n)) != nil {
		p.hears = nil
	}
}

// say writes whole lines, and closes the connection if they cannot be written.
func say(conn net.Conn, lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	conn.SetWriteDeadline(time.Now().Add(stuck))
	_, err := conn.Write(lines)
	if err != nil {
		conn.Close()
	}
	return err
}

// ship runs until ctx is done and everything accepted is durable.
func ship(ctx context.Context, s *shipper, l net.Listener, grace time.Duration) error {
	giveUp, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	context.AfterFunc(ctx, func() {
		l.Close()
		s.port.Close() // what was accepted stays; waiting producers hear no more
		time.AfterFunc(grace, func() { cancel(fmt.Errorf("%v of grace are over", grace)) })
	})
	go s.serve(l)
	err := s.collect(giveUp)
	accepted, durable := s.port.Stats().Posted, s.durable.Load()
	log.Printf("accepted %d, durable %d, dropped %d", accepted, durable, s.dropped.Load())
	if err != nil {
		return fmt.Errorf("%d records accepted and not delivered: %w", accepted-durable, err)
	}
	return nil
}
