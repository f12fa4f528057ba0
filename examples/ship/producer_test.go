package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// peer is a producer's end of a connection.
type peer struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

func connect(t *testing.T, s *shipper, name string) peer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go s.serve(l)
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	p := peer{t, conn, bufio.NewReader(conn)}
	p.send(name)
	return p
}

func (p peer) send(lines ...string) {
	_, err := fmt.Fprintln(p, strings.Join(lines, "\n"))
	require.NoError(p.t, err)
}

func (p peer) hears(lines ...string) {
	p.t.Helper()
	for _, want := range lines {
		line, err := p.in.ReadString('\n')
		require.NoError(p.t, err)
		require.Equal(p.t, want+"\n", line)
	}
}

// hearsBoth is hears in any order: "durable" may overtake "accepted", which it implies.
func (p peer) hearsBoth(a, b string) {
	p.t.Helper()
	var heard []string
	for range 2 {
		line, err := p.in.ReadString('\n')
		require.NoError(p.t, err)
		heard = append(heard, strings.TrimSpace(line))
	}
	require.ElementsMatch(p.t, []string{a, b}, heard)
}

// ended fails unless the other side ends the connection, and says nothing before.
func (p peer) ended() {
	p.t.Helper()
	line, err := p.in.ReadString('\n')
	require.Error(p.t, err)
	require.Empty(p.t, line)
}

// fakeReceiver has s deliver to a slice.
func fakeReceiver(s *shipper) (records func() []string) {
	var all []string
	s.send = func(frame []byte) error {
		payload, err := readFrame(strings.NewReader(string(frame)))
		all = append(all, bytesLines(payload)...)
		return err
	}
	return func() []string { return all }
}

// Without room records are dropped, each is told, counted, and missing; nothing else is.
func TestDrops(t *testing.T) {
	s := newShipper(t, 2)
	s.full = 0
	records := fakeReceiver(s)
	p := connect(t, s, "a")
	p.hears("resume 0 0")
	p.send("1 x", "2 x", "3 x", "4 x", "7 x")
	p.hears("accepted 1", "accepted 2", "dropped 3", "dropped 4", "dropped 7")
	assert.Equal(t, uint64(3), s.dropped.Load())
	assert.Equal(t, uint64(2), s.port.Stats().Posted)

	done := make(chan error)
	go func() { done <- s.collect(t.Context()) }()
	p.hears("durable 2")
	p.send("8 x")
	p.hearsBoth("accepted 8", "durable 8")
	s.port.Close()
	require.NoError(t, <-done)
	assert.Equal(t, []string{"a 1 x", "a 2 x", "a 8 x"}, records())
	assert.Equal(t, uint64(3), s.dropped.Load())
}

// A producer that waits for room hears before what was accepted; then nothing is lost. A
// wait may have a limit.
func TestWaitsForRoom(t *testing.T) {
	for _, full := range []time.Duration{iocp.Infinite, time.Hour, time.Millisecond} {
		s := newShipper(t, 2)
		s.full = full
		records := fakeReceiver(s)
		p := connect(t, s, "a")
		p.send("1 x", "2 x", "3 x")
		p.hears("resume 0 0", "accepted 1", "accepted 2")
		if full == time.Millisecond {
			p.hears("dropped 3")
			assert.Equal(t, uint64(1), s.dropped.Load())
			continue
		}
		for s.port.Stats().WaitingPosters == 0 {
			time.Sleep(time.Millisecond)
		}
		go s.collect(t.Context())
		for heard := map[string]bool{}; !heard["accepted 3\n"] || !heard["durable 3\n"]; {
			line, err := p.in.ReadString('\n')
			require.NoError(t, err)
			heard[line] = true
		}
		assert.Equal(t, []string{"a 1 x", "a 2 x", "a 3 x"}, records())
		assert.Zero(t, s.dropped.Load())
		s.port.Close()
	}
}

// The newest connection of a name ends the former one, and goes on where that one stood;
// it hears what becomes durable of what came from there.
func TestResume(t *testing.T) {
	s := newShipper(t, 16)
	fakeReceiver(s)
	s.producers["a"] = &producer{name: "a", last: 4, durable: 4} // in the receiver's file
	first := connect(t, s, "a")
	first.hears("resume 4 4")
	first.send("5 x", "6 x")
	first.hears("accepted 5", "accepted 6")
	second := connect(t, s, "a")
	second.hears("resume 6 4")
	first.ended()
	other := connect(t, s, "b")
	other.hears("resume 0 0")
	go s.collect(t.Context())
	second.hears("durable 6")
	second.send("9 x")
	second.hearsBoth("accepted 9", "durable 9")
	third := connect(t, s, "a")
	third.hears("resume 9 9")
	second.ended()
	s.port.Close()
	third.send("10 x")
	third.ended() // nothing is accepted any more
}

// A new connection waits for what the former one still posts, and hears where to resume
// before anything else.
func TestResumeWaitsForTheFormer(t *testing.T) {
	s := newShipper(t, 16)
	p := s.producer("a")
	p.turn.Lock() // as the former connection
	c := connect(t, s, "a")
	for there := false; !there; time.Sleep(time.Millisecond) {
		p.mu.Lock()
		there = p.newest != nil
		p.mu.Unlock()
	}
	p.reached(5)
	p.last = 7
	p.turn.Unlock()
	c.hears("resume 7 5")
}

// A connection that breaks the rules ends, and posts nothing.
func TestRefusals(t *testing.T) {
	s := newShipper(t, 16)
	for _, name := range []string{"", "a b", strings.Repeat("a", maxLine)} {
		connect(t, s, name).ended()
	}
	s.producers["a"] = &producer{name: "a", last: 4}
	for _, line := range []string{"4 x", "0 x", "x", "", "-5 x", "5x", strings.Repeat("5", maxLine)} {
		p := connect(t, s, "a")
		p.hears("resume 4 0")
		p.send(line)
		p.ended()
	}
	p := connect(t, s, "a")
	p.hears("resume 4 0")
	p.send("5 " + strings.Repeat("x", maxLine-3))
	p.hears("accepted 5")
	assert.Equal(t, uint64(1), s.port.Stats().Posted)
}

// A receiver that stays away after the signal: the error says how much was not delivered.
func TestNotDelivered(t *testing.T) {
	s := newShipper(t, 16)
	s.batch = 2
	sends := 0
	s.send = func([]byte) error {
		if sends++; sends == 1 {
			return nil
		}
		return errFenced
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	for n := range uint64(5) {
		require.NoError(t, s.port.Post(record{from: &producer{name: "a"}, number: n + 1}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = ship(ctx, s, l, time.Millisecond)
	assert.ErrorIs(t, err, errFenced)
	assert.ErrorContains(t, err, "3 records accepted and not delivered")
	assert.Equal(t, uint64(2), s.durable.Load())
}
