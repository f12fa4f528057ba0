package programs

import (
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A side is a cell's program on ports or on channels.
type side struct {
	cell Cell
	make func(capacity int, wait string) *queue
	kept []*queue // of the slices before, unless the cell is fresh
}

func (c Cell) sides() (port, channel *side) {
	k := elements[c.Element]
	return &side{cell: c, make: k.port}, &side{cell: c, make: k.channel}
}

// Port is the cell's program on ports, as a side of a scenario that measures the time
// of an item. A slice is broken off after limit, and counts as if it had ended then.
func (c Cell) Port(limit time.Duration) pairs.Side {
	port, _ := c.sides()
	return port.scenario(limit)
}

// Channel is the cell's program on channels.
func (c Cell) Channel(limit time.Duration) pairs.Side {
	_, channel := c.sides()
	return channel.scenario(limit)
}

func (s *side) scenario(limit time.Duration) pairs.Side {
	return func(n int) []float64 {
		got, _ := s.within(limit, n)
		return []float64{got.wall}
	}
}

// next is a run that has not begun.
func (s *side) next(n int) *run {
	return &run{Cell: s.cell, n: n, make: s.queue, aborted: make(chan struct{})}
}

func (s *side) queue(i, capacity int) *queue {
	if s.cell.Fresh {
		return s.make(capacity, s.cell.Wait)
	}
	if i == len(s.kept) {
		s.kept = append(s.kept, s.make(capacity, s.cell.Wait))
	}
	return s.kept[i]
}

// within runs n items. A run that has not ended after limit is aborted, ok is then
// false, and the time of an item a lower bound: limit ÷ n. Goroutines that do not
// end with an aborted run are left to themselves.
func (s *side) within(limit time.Duration, n int) (got figures, ok bool) {
	r := s.next(n)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.do()
	}()
	select {
	case <-done:
		return r.figures, true
	case <-time.After(limit):
	}
	r.abort()
	s.kept = nil
	select {
	case <-done:
	case <-time.After(2 * time.Second):
	}
	return figures{wall: float64(limit) / float64(n)}, false
}
