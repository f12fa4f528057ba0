package main

import (
	"errors"
	"net"
	"runtime"

	"golang.org/x/net/ipv4"
)

// A batcher is what ipv4.PacketConn does for many datagrams in one system call: recvmmsg and
// sendmmsg on Linux, one datagram a call elsewhere.
type batcher interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
	WriteBatch(ms []ipv4.Message, flags int) (int, error)
}

// A socket reads and writes datagrams of one peer. Read leaves the Addr of a message alone.
type socket struct {
	*net.UDPConn
	in, out batcher
}

func newSocket(c *net.UDPConn, receive int) (*socket, error) {
	if receive > 0 {
		if err := c.SetReadBuffer(receive); err != nil {
			return nil, err
		}
	}
	if runtime.GOOS == "windows" { // where x/net has neither call
		return &socket{c, single{c}, single{c}}, nil
	}
	return &socket{c, ipv4.NewPacketConn(anonymous{c}), ipv4.NewPacketConn(c)}, nil
}

// anonymous keeps x/net from making a net.UDPAddr for every datagram, two allocations: a
// connection with SetLinger passes for TCP, where datagrams have no senders. The number of
// the turn in the datagram says whose it is, as a connection ID does in QUIC.
type anonymous struct{ *net.UDPConn }

func (anonymous) SetLinger(int) error { return errors.ErrUnsupported }

// single reads and writes one datagram a call, through package net.
type single struct{ *net.UDPConn }

func (s single) ReadBatch(ms []ipv4.Message, _ int) (int, error) {
	n, _, err := s.ReadFromUDPAddrPort(ms[0].Buffers[0])
	if err != nil {
		return 0, err
	}
	ms[0].N = n
	return 1, nil
}

func (s single) WriteBatch(ms []ipv4.Message, _ int) (int, error) {
	var err error
	if to, ok := ms[0].Addr.(*net.UDPAddr); ok {
		_, err = s.WriteToUDP(ms[0].Buffers[0], to)
	} else {
		_, err = s.Write(ms[0].Buffers[0])
	}
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// messages returns n messages of one buffer each.
func messages(n int, to net.Addr) []ipv4.Message {
	ms := make([]ipv4.Message, n)
	for i := range ms {
		ms[i] = ipv4.Message{Buffers: make([][]byte, 1), Addr: to}
	}
	return ms
}

// write writes all of ms and returns the number of those that the system refused.
func (s *socket) write(ms []ipv4.Message) (refused int) {
	for len(ms) > 0 {
		n, err := s.out.WriteBatch(ms, 0)
		if n <= 0 {
			if err == nil {
				panic("WriteBatch wrote nothing and has no error")
			}
			n = 1 // the error is of the first
			refused++
		}
		ms = ms[n:]
	}
	return refused
}
