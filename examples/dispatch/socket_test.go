package main

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Datagrams of others, before the run and in it, are told from packets, and counted.
func TestStraysAreCounted(t *testing.T) {
	launch := func(ctx context.Context, stop <-chan struct{}, p plan) (*generated, error) {
		other, err := net.Dial("udp4", p.To)
		if err != nil {
			return nil, err
		}
		defer other.Close()
		packet := func(turn uint64, length int) []byte {
			b := make([]byte, max(length, 16))
			encode(b, turn, 3)
			return b[:length]
		}
		strays := [][]byte{{}, packet(p.Turn+1, datagram), packet(p.Turn, 15), packet(p.Turn, datagram+1), packet(p.Turn, datagram*2)}
		send := func() error {
			for _, b := range strays {
				if _, err := other.Write(b); err != nil {
					return err
				}
			}
			return nil
		}
		if err := send(); err != nil { // the socket keeps the order
			return nil, err
		}
		again := make(chan error, 1)
		go func() { again <- send() }()
		out, err := generate(ctx, stop, p)
		return out, errors.Join(err, <-again)
	}
	r := play(t, roomy(), modes[0], launch)
	assert.GreaterOrEqual(t, r.in.Stray, uint64(5))
	assert.LessOrEqual(t, r.in.Stray, uint64(10))
}

// answering runs a dispatcher of the test's own, which answers each datagram as often as
// times says.
func answering(t *testing.T, times func(id uint64) int) (*generated, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 100)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			id, _ := decode(b[:n], 7)
			for range times(id) {
				conn.WriteToUDPAddrPort(b[:n], from)
			}
		}
	}()
	defer func() { conn.Close(); <-ended }()
	c := roomy()
	c.rate = 2000 // all fit into the socket
	return generate(t.Context(), nil, plan{To: conn.LocalAddr().String(), Turn: 7, Rate: c.rate, Duration: c.duration, Batch: c.batch, Limit: c.late, Receive: c.receive})
}

func TestRepeatedAnswersAreCounted(t *testing.T) {
	g, err := answering(t, func(id uint64) int {
		if id < 10 {
			return 2
		}
		return 1
	})
	require.NoError(t, err)
	assert.EqualValues(t, 10, g.Repeated)
	assert.Equal(t, g.Sent, g.Seen)
}

func TestMissingAnswersAreCounted(t *testing.T) {
	g, err := answering(t, func(id uint64) int {
		if id < 10 {
			return 0
		}
		return 1
	})
	require.NoError(t, err)
	assert.Equal(t, g.Sent-10, g.Seen)
}

// Hellos and ends may be lost, and are repeated.
func TestSignsAreRepeated(t *testing.T) {
	seen := map[uint64]int{}
	g, err := answering(t, func(id uint64) int {
		seen[id]++
		if id >= end && seen[id] < 4 {
			return 0
		}
		return 1
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, g.Signs, uint64(8))
}

// A hello that comes again in the middle of a turn is answered, and is no packet.
func TestHelloInTheMiddle(t *testing.T) {
	play(t, roomy(), modes[0], func(_ context.Context, stop <-chan struct{}, p plan) (*generated, error) {
		g, err := newGenerator(p, p.schedule())
		if err != nil {
			return nil, err
		}
		defer g.sock.Close()
		err = errors.Join(g.introduce(), g.introduce(), g.run(stop))
		return &g.generated, err
	})
}

// A generator that fails ends the turn, and so does a dispatcher whose socket does.
func TestFailuresEndTheTurn(t *testing.T) {
	broken := errors.New("broken")
	_, _, err := turn(t.Context(), roomy(), modes[0], func(context.Context, <-chan struct{}, plan) (*generated, error) {
		return nil, broken
	})
	assert.ErrorIs(t, err, broken)

	for _, launch := range []launcher{generate, generateApart} {
		ctx, giveUp := context.WithCancelCause(t.Context())
		giveUp(broken)
		nobody, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}) // never answers
		require.NoError(t, err)
		_, err = launch(ctx, nil, plan{To: nobody.LocalAddr().String(), Rate: 1, Batch: 1})
		assert.ErrorIs(t, err, broken)
		nobody.Close()
	}
}

// What works where x/net has no batches: one datagram a call, through package net.
func TestSingle(t *testing.T) {
	a, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer a.Close()
	b, err := net.DialUDP("udp4", nil, a.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer b.Close()
	server := &socket{a, single{a}, single{a}}
	client := &socket{b, single{b}, single{b}}

	out := messages(3, nil)
	for i := range out {
		out[i].Buffers[0] = []byte{byte(i), 1}
	}
	require.Zero(t, client.write(out))
	in := messages(3, nil)
	for i := range in {
		in[i].Buffers[0] = make([]byte, 9)
	}
	for i := range 3 {
		n, err := server.in.ReadBatch(in, 0)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, []byte{byte(i), 1}, in[0].Buffers[0][:in[0].N])
	}
	back := messages(1, b.LocalAddr())
	back[0].Buffers[0] = []byte("back")
	require.Zero(t, server.write(back))
	n, err := client.in.ReadBatch(in, 0)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "back", string(in[0].Buffers[0][:in[0].N]))

	back[0].Addr = &net.UDPAddr{IP: net.IPv6loopback, Port: 1}
	require.Equal(t, 1, server.write(back), "an answer that the system refuses is counted")
}

// A datagram that the system refuses is counted, and those behind it are written.
func TestRefusedIsCounted(t *testing.T) {
	a, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer a.Close()
	s, err := newSocket(a, 0)
	require.NoError(t, err)
	ms := messages(5, a.LocalAddr())
	for i := range ms {
		ms[i].Buffers[0] = []byte{byte(i)}
	}
	ms[0].Buffers[0] = make([]byte, 1<<17) // larger than a datagram may be
	ms[2].Buffers[0] = make([]byte, 1<<17)
	require.Equal(t, 2, s.write(ms))
	b := make([]byte, 9)
	for _, want := range []byte{1, 3, 4} {
		n, err := a.Read(b)
		require.NoError(t, err)
		require.Equal(t, []byte{want}, b[:n])
	}
}
