package waiter

import "sync/atomic"

// Poll paces a caller that looks again before it sleeps. The zero Poll is ready.
type Poll struct{ turns int }

// Again lets others run and reports whether to look again; false means to Wait.
func (s *Stack[T]) Again(p *Poll) bool {
	pace := &s.policy.pace
	if p.turns == yields {
		return false
	}
	p.turns++
	if p.turns == 1 && pace.fast.Load() && pace.torrent(s.queue.Taken()) {
		return pace.lull(s.queue)
	}
	gosched()
	if p.turns == yields && pace.due(s.queue.Taken()) {
		idle(pause)
		pace.learn(s.queue.Len() >= flood, s.queue.Taken())
	}
	return true
}

func idle(ns int64) {
	for end := Now() + ns; Now() < end; {
	}
}

// pace tells a torrent from what trickles. In a torrent, producers and takers on
// different processors fight for the cache lines of the few slots that lie
// between them: each finds the other's line, the pace is that of the lines, and a
// taker that looks again after a yield finds enough to go on so for ever. It was
// 60 to 200 ns a packet where this was measured. In a torrent one that finds nothing
// looks again only when much is there to find. It lets others run: among many, some
// fill what others drain. If that brings little, it leaves the queue alone for a
// pause, and a producer on another processor runs ahead. If that brings little too,
// for lack of another processor perhaps, it sleeps at once: then the producer that
// wakes it runs on until the queue is full, and what it has left in its processor's
// cache the taker finds there, at its turn, as channels have it. Each way it was 20 to
// 60 ns a packet. The same holds for producers and a full queue.
//
// To know, one that found nothing now and then leaves the queue alone for a
// pause, and counts what has come. The zero pace needs mask set to minMask. Lost
// updates do no harm.
type pace struct {
	fast   atomic.Bool   // a torrent
	mark   atomic.Uint64 // in it, how many had been taken when last nothing was found
	credit atomic.Int64  // in it, how many were taken beyond few for each time nothing was
	skip   atomic.Int32  // in it, how many sleep before one pauses again
	vain   atomic.Int32  // in it, how many slept after the last pause that brought little
	mask   atomic.Uint64 // out of it, pause if these bits of how many were taken are set
}

const (
	pause = 4000 // nanoseconds
	flood = 20   // in a pause: 200 ns a packet is what lines cost, not computing

	minMask = 1<<6 - 1  // a pause in so many takes 60 ns of each
	maxMask = 1<<12 - 1 // as long as it finds nothing

	// few is how many must be taken, on average, for each that finds nothing, for a
	// torrent to go on: what a sleep costs is then spread over as many. Many takers
	// find nothing at once when a burst has drained, so the average is what counts.
	few       = 16
	maxCredit = 4096
)

// torrent reports whether a torrent goes on, by one that found nothing when so many
// had been taken.
func (p *pace) torrent(taken uint64) bool {
	credit := min(p.credit.Load()+int64(taken-p.mark.Swap(taken)), maxCredit) - few
	if credit < 0 {
		p.fast.Store(false)
		p.mask.Store(minMask)
		return false
	}
	p.credit.Store(credit)
	return true
}

// lull lets others run, then leaves the queue alone for a pause, and reports whether
// either has brought enough to go on with. After a pause that has not, ever more do
// without one.
func (p *pace) lull(q interface{ Len() int }) bool {
	gosched()
	if q.Len() >= flood {
		return true
	}
	if skip := p.skip.Load(); skip > 0 {
		p.skip.Store(skip - 1)
		return false
	}
	idle(pause)
	if q.Len() >= flood {
		p.vain.Store(0)
		return true
	}
	vain := min(2*p.vain.Load()+1, 255)
	p.vain.Store(vain)
	p.skip.Store(vain)
	return false
}

// due reports whether one that found nothing is to pause.
func (p *pace) due(taken uint64) bool {
	mask := p.mask.Load()
	return taken&mask == mask
}

// learn takes note of what a pause has brought.
func (p *pace) learn(flooded bool, taken uint64) {
	if flooded {
		p.mark.Store(taken)
		p.credit.Store(4 * few)
		p.fast.Store(true)
		return
	}
	p.mask.Store(min(2*p.mask.Load()+1, maxMask))
}
