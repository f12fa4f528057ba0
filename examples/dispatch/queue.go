package main

import "github.com/iocp-go/iocp"

// A queue is what the reader and the workers share, and a free list is one too.
type queue interface {
	post(ps []*packet) int  // posts a prefix, as long as there is room for, and never waits
	take(dst []*packet) int // waits for one, takes what is there; 0: closed and drained
	poll(dst []*packet) int // takes what is there, and never waits
	close()                 // by the only poster
}

type port struct{ *iocp.Port[*packet] }

// newPort returns a queue with room for capacity packets, rounded up as a port does.
func newPort(capacity int, opts ...iocp.Option) (queue, error) {
	p, err := iocp.New[*packet](capacity, opts...)
	return port{p}, err
}

func (p port) post(ps []*packet) int {
	n, _ := p.PostBatch(ps) // the only error before close is ErrFull, and n says as much
	return n
}

func (p port) take(dst []*packet) int {
	n, _ := p.GetBatch(dst, iocp.Infinite)
	return n
}

func (p port) poll(dst []*packet) int {
	n, _ := p.GetBatch(dst, 0)
	return n
}

func (p port) close() { p.Close() }

type channel chan *packet

func (c channel) post(ps []*packet) int {
	for i, p := range ps {
		select {
		case c <- p:
		default:
			return i
		}
	}
	return len(ps)
}

func (c channel) take(dst []*packet) int {
	p, ok := <-c
	if !ok {
		return 0
	}
	dst[0] = p
	return 1 + c.poll(dst[1:])
}

func (c channel) poll(dst []*packet) int {
	for i := range dst {
		select {
		case p, ok := <-c:
			if !ok {
				return i
			}
			dst[i] = p
		default:
			return i
		}
	}
	return len(dst)
}

func (c channel) close() { close(c) }
