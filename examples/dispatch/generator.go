package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// A plan is what a generator does in a turn.
type plan struct {
	To       string // the dispatcher's address
	Turn     uint64
	Rate     float64
	Duration time.Duration
	Batch    int
	Limit    time.Duration // answers are late after it
	Receive  int           // size of the socket's buffer, 0 for the system's
}

// generated is what a generator has sent and seen.
type generated struct {
	Planned  uint64
	Cut      uint64 // of Planned, those not sent since the run was stopped
	Refused  uint64 // of Planned, those that the system did not send
	Sent     uint64
	Seen     uint64 // answers, one for each packet at most
	Late     uint64 // of Seen, those later than allowed
	Repeated uint64 // further answers to the same packets; always 0
	Stray    uint64 // datagrams that are none of the turn's
	Signs    uint64 // hellos and ends sent
	Dropped  uint64 // as dispatched has it
	Counted  bool

	whole  *histogram // from the time when a packet was to be sent to its answer
	behind *histogram // from that time to the sending
}

// A generator sends packets at times fixed beforehand, whatever becomes of the answers: the
// load is open. A packet that is sent late, as the generator or the socket was not ready, is
// measured from the time when it was to be sent. So no delay is omitted.
type generator struct {
	plan
	sock  *socket
	at    []int64 // when to send, since start
	start int64
	generated
}

// schedule returns the times of arrivals at random, as many in each interval of the same
// length on average (a Poisson process), the same for every mode.
func (p plan) schedule() []int64 {
	random := rand.New(rand.NewPCG(1, uint64(p.Duration)))
	var at []int64
	gap := 1e9 / p.Rate
	for t := random.ExpFloat64() * gap; t < float64(p.Duration); t += random.ExpFloat64() * gap {
		at = append(at, int64(t))
	}
	return at
}

// generate is a [launcher].
func generate(ctx context.Context, stop <-chan struct{}, p plan) (*generated, error) {
	return p.carryOut(ctx, stop, p.schedule())
}

// carryOut sends packets at the times given, which are since the start.
func (p plan) carryOut(ctx context.Context, stop <-chan struct{}, at []int64) (*generated, error) {
	g, err := newGenerator(p, at)
	if err != nil {
		return nil, err
	}
	defer g.sock.Close()
	defer context.AfterFunc(ctx, func() { g.sock.Close() })()
	if err := g.run(stop); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("generator: %w", err)
	}
	return &g.generated, nil
}

func newGenerator(p plan, at []int64) (*generator, error) {
	to, err := net.ResolveUDPAddr("udp4", p.To)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialUDP("udp4", nil, to)
	if err != nil {
		return nil, err
	}
	g := &generator{plan: p, at: at}
	g.whole, g.behind = newHistogram(), newHistogram()
	g.Planned = uint64(len(at))
	if g.sock, err = newSocket(conn, p.Receive); err != nil {
		conn.Close()
		return nil, err
	}
	return g, nil
}

func (g *generator) run(stop <-chan struct{}) error {
	if err := g.introduce(); err != nil {
		return err
	}
	g.start = now()
	received := make(chan error, 1)
	go func() { received <- g.receive() }()
	g.send(stop)
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		if err := g.sign(end); err != nil {
			g.sock.Close()
			<-received
			return err
		}
		select {
		case err := <-received:
			g.Dropped, g.Counted = dropped(g.sock.UDPConn)
			return err
		case <-tick.C:
		}
	}
}

// introduce says hello until the dispatcher does.
func (g *generator) introduce() error {
	var buf [datagram + 1]byte
	for {
		if err := g.sign(hello); err != nil {
			return err
		}
		g.sock.SetReadDeadline(time.Now().Add(again))
		n, err := g.sock.Read(buf[:])
		if id, ok := decode(buf[:n], g.Turn); err == nil && ok && id == hello {
			return g.sock.SetReadDeadline(time.Time{})
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
}

func (g *generator) sign(id uint64) error {
	var buf [datagram]byte
	encode(buf[:], g.Turn, id)
	g.Signs++
	_, err := g.sock.Write(buf[:])
	return err
}

// send sends each packet when it is due, and those together that are.
func (g *generator) send(stop <-chan struct{}) {
	runtime.LockOSThread() // and so never unlocked: the thread ends, with what precise has set
	precise()
	var stopped atomic.Bool
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-stop:
			stopped.Store(true)
		case <-done:
		}
	}()
	ms := messages(g.Batch, nil)
	for i := range ms {
		ms[i].Buffers[0] = make([]byte, datagram)
	}
	for next := 0; next < len(g.at); {
		if stopped.Load() {
			g.Cut = uint64(len(g.at) - next)
			return
		}
		at := now() - g.start
		if wait := g.at[next] - at; wait > 0 {
			sleep(min(time.Duration(wait), 10*time.Millisecond)) // to see stopped in time
			continue
		}
		n := 0
		for ; n < len(ms) && next+n < len(g.at) && g.at[next+n] <= at; n++ {
			encode(ms[n].Buffers[0], g.Turn, uint64(next+n))
			g.behind.record(at - g.at[next+n])
		}
		refused := g.sock.write(ms[:n])
		g.Refused += uint64(refused)
		g.Sent += uint64(n - refused)
		next += n
	}
}

// receive takes the answers and returns nil after an end.
func (g *generator) receive() error {
	ms := messages(g.Batch, nil)
	for i := range ms {
		ms[i].Buffers[0] = make([]byte, datagram+1)
	}
	seen := make([]bool, len(g.at))
	for {
		n, err := g.sock.in.ReadBatch(ms, 0)
		if err != nil {
			return err
		}
		at := now() - g.start
		for _, m := range ms[:n] {
			id, ok := decode(m.Buffers[0][:m.N], g.Turn)
			switch {
			case ok && id == end: // every answer was written before, and read before
				return nil
			case ok && id == hello: // one too many
			case !ok || id >= uint64(len(seen)):
				g.Stray++
			case seen[id]:
				g.Repeated++
			default:
				seen[id] = true
				g.Seen++
				took := at - g.at[id]
				g.whole.record(took)
				if took > int64(g.Limit) {
					g.Late++
				}
			}
		}
	}
}
