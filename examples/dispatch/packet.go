package main

import (
	"encoding/binary"
	"math"
	"time"
)

// A datagram is the number of the turn, the number of the packet, and zeros. The answer is
// the datagram itself.
const datagram = 64

// Numbers that no packet has. Each side repeats hello, and end, until the other side answers
// with the same: a full socket may drop any of them.
const (
	hello = math.MaxUint64 - iota
	end
)

// again is the pause between two hellos, or two ends.
const again = 5 * time.Millisecond

func encode(b []byte, turn, id uint64) {
	binary.BigEndian.PutUint64(b, turn)
	binary.BigEndian.PutUint64(b[8:], id)
}

// decode reports the packet's number, and whether b is a datagram of the turn. Any process
// may send to a port of the loopback interface.
func decode(b []byte, turn uint64) (id uint64, ok bool) {
	if len(b) != datagram || binary.BigEndian.Uint64(b) != turn {
		return 0, false
	}
	return binary.BigEndian.Uint64(b[8:]), true
}

// A packet is a buffer that goes round: free list, reader, queue, worker, free list.
type packet struct {
	buf    [datagram + 1]byte // one more: a longer datagram is told from a valid one
	posted int64              // when the reader handed the packet on
}

var started = time.Now()

// now is a monotonic time in nanoseconds.
func now() int64 { return int64(time.Since(started)) }

// compute stands for work: the processor is busy for d.
func compute(d time.Duration) {
	for until := now() + int64(d); now() < until; {
	}
}
