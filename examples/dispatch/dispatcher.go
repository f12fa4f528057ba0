package main

import (
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
	"golang.org/x/net/ipv4"
)

// A mode is one column of the table. Capacities are powers of two, for a port rounds them up.
type mode struct {
	name   string
	locked bool // each worker has a thread of its own
	queue  func(capacity int) (queue, error)
}

var modes = []mode{
	{"port", false, func(n int) (queue, error) { return newPort(n) }},
	{"port+thread", true, func(n int) (queue, error) { return newPort(n, iocp.WithParking(iocp.ParkThread)) }},
	{"channel", false, func(n int) (queue, error) { return make(channel, n), nil }},
}

// A dispatcher reads packets from a socket and hands them to workers through a queue; the
// workers answer.
type dispatcher struct {
	config
	mode
	turn  uint64
	sock  *socket
	peer  *net.UDPAddr // whom the workers answer: who said hello
	queue queue
	free  queue
	share int // packets that a worker takes at most
	dispatched
}

// dispatched is what happened to the datagrams of a turn. The reader's fields come first; the
// others are sums over the workers.
type dispatched struct {
	Received uint64 // packets read
	Full     uint64 // of Received, those that the queue had no room for
	Posted   uint64 // of Received, those that it had room for
	Stray    uint64 // datagrams that are none of the turn's

	Taken    uint64
	Refused  uint64     // of Taken, those whose answer the system did not accept
	Answered uint64     // of Taken, those whose answer it did
	InQueue  *histogram // from post to take

	// Dropped is the kernel's count for the socket, signs and strays included; Counted says
	// whether there is one.
	Dropped uint64
	Counted bool
}

func newDispatcher(c config, m mode, turn uint64) (*dispatcher, error) {
	d := &dispatcher{config: c, mode: m, turn: turn, share: max(1, c.batch/c.workers)}
	d.InQueue = newHistogram()
	// Never short: when the reader needs n buffers, at most capacity are in the queue, share
	// with each worker, and batch-n with the reader.
	buffers := c.capacity + c.workers*d.share + c.batch
	room, err := roundUp(buffers)
	if err == nil {
		d.free, err = m.queue(room)
	}
	if err == nil {
		d.queue, err = m.queue(c.capacity)
	}
	if err != nil {
		return nil, err
	}
	all := make([]packet, buffers)
	for i := range all {
		d.free.post([]*packet{&all[i]})
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	if d.sock, err = newSocket(conn, c.receive); err != nil {
		conn.Close()
		return nil, err
	}
	return d, nil
}

// roundUp is the capacity of a port made with n, and the error of one.
func roundUp(n int) (int, error) {
	p, err := iocp.New[*packet](n)
	return p.Cap(), err
}

func (d *dispatcher) addr() string { return d.sock.LocalAddr().String() }

// serve answers packets until the generator says end, and returns when nothing is left in the
// queue. The generator then waits for an end itself: see farewell.
func (d *dispatcher) serve() error {
	if err := d.welcome(); err != nil {
		return err
	}
	var workers sync.WaitGroup
	var mu sync.Mutex
	for range d.workers {
		workers.Go(func() {
			w := worker{dispatcher: d, inQueue: newHistogram()}
			w.run()
			mu.Lock()
			defer mu.Unlock()
			d.Taken += w.taken
			d.Refused += w.refused
			d.Answered += w.answered
			d.InQueue.merge(w.inQueue)
		})
	}
	err := d.read()
	d.queue.close() // what was posted can still be taken
	workers.Wait()
	d.Dropped, d.Counted = dropped(d.sock.UDPConn)
	return err
}

// welcome waits for a hello and answers it.
func (d *dispatcher) welcome() error {
	var buf [datagram + 1]byte
	for {
		n, from, err := d.sock.ReadFromUDPAddrPort(buf[:])
		if err != nil {
			return err
		}
		if id, ok := decode(buf[:n], d.turn); !ok {
			d.Stray++
		} else if id == hello {
			d.peer = net.UDPAddrFromAddrPort(from)
			return d.sign(hello)
		}
	}
}

// sign sends a datagram that is no packet.
func (d *dispatcher) sign(id uint64) error {
	var buf [datagram]byte
	encode(buf[:], d.turn, id)
	_, err := d.sock.WriteToUDP(buf[:], d.peer)
	return err
}

// farewell says end until done is closed, for each may be lost.
func (d *dispatcher) farewell(done <-chan struct{}) error {
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		if err := d.sign(end); err != nil {
			return err
		}
		select {
		case <-done:
			return nil
		case <-tick.C:
		}
	}
}

// read is the reader: it returns nil after an end.
func (d *dispatcher) read() error {
	ms := messages(d.batch, nil)
	held := make([]*packet, d.batch) // held[i] is the buffer of ms[i]
	d.refill(ms, held, len(held))
	for {
		n, err := d.sock.in.ReadBatch(ms, 0)
		if err != nil {
			return err
		}
		m, ended := d.sort(ms[:n], held[:n])
		at := now()
		for _, p := range held[:m] {
			p.posted = at
		}
		posted := d.queue.post(held[:m])
		d.Received += uint64(m)
		d.Posted += uint64(posted)
		d.Full += uint64(m - posted)
		d.refill(ms, held, posted)
		if ended {
			return nil
		}
		// The work of a reader besides: statistics, a capture, a log. The workers need not
		// wait for it, if whatever hands packets over lets them run.
		compute(time.Duration(m) * d.busy)
	}
}

// sort moves the packets of what was read to the front, keeping their order, and returns their
// number. The buffers of other datagrams go behind them and are read into again.
func (d *dispatcher) sort(ms []ipv4.Message, held []*packet) (packets int, ended bool) {
	for i := range ms {
		id, ok := decode(held[i].buf[:ms[i].N], d.turn)
		switch {
		case !ok:
			d.Stray++
		case id == hello: // repeated before our answer came
			d.sign(hello)
		case id == end:
			ended = true
		default:
			held[packets], held[i] = held[i], held[packets]
			packets++
		}
	}
	return packets, ended
}

// refill replaces the first n buffers and lets each message have its buffer.
func (d *dispatcher) refill(ms []ipv4.Message, held []*packet, n int) {
	for got := 0; got < n; {
		k := d.free.poll(held[got:n])
		if k == 0 {
			panic("the free list is empty: a buffer is lost")
		}
		got += k
	}
	for i, p := range held {
		ms[i].Buffers[0] = p.buf[:]
	}
}

// A worker takes packets, works, answers, and puts the buffers back, in this order: the
// reader counts on it.
type worker struct {
	*dispatcher
	taken, answered, refused uint64
	inQueue                  *histogram
}

func (w *worker) run() {
	if w.locked {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	ps := make([]*packet, w.share)
	ms := messages(w.share, w.peer)
	for {
		n := w.queue.take(ps)
		if n == 0 {
			return
		}
		at := now()
		for i, p := range ps[:n] {
			w.inQueue.record(at - p.posted)
			compute(w.work)
			ms[i].Buffers[0] = p.buf[:datagram]
		}
		refused := w.sock.write(ms[:n])
		w.taken += uint64(n)
		w.refused += uint64(refused)
		w.answered += uint64(n - refused)
		if w.free.post(ps[:n]) != n {
			panic("the free list is full: a buffer is there twice")
		}
	}
}
