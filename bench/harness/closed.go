package harness

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A workload is what is done with a queue.
type workload struct {
	posters, takers    int // one goroutine does both if there are none
	capacity           int
	form               string
	postWork, takeWork time.Duration // for each element
	ordered            bool
	gap                time.Duration // between two arrivals of an open loop
	stalled            time.Duration // no progress for so long: something may be missing
}

// A stand is a queue under test, alive across runs.
type stand[T element] struct {
	workload
	put, get loop[T]
	audit    audit
	runs     uint64
	careful  bool
}

func newStand[T element](w workload, q Queue[T]) *stand[T] {
	s := &stand[T]{workload: w}
	s.put, s.get = q.loops(w.form)
	return s
}

// next prepares the audit of a run.
func (s *stand[T]) next(n, step int) {
	s.runs++
	s.audit.begin(s.runs, n, max(s.posters, 1), step)
}

// check panics with a Fault if the run that ended was not in order.
func (s *stand[T]) check() {
	if fault := s.audit.verdict(max(s.takers, 1), s.ordered); fault != "" {
		panic(pairs.Fault(fault))
	}
}

// closed puts n elements as fast as the queue takes them, and returns the nanoseconds from
// the first to the last.
func (s *stand[T]) closed(n int) (elapsed int64) {
	if s.posters == 0 {
		elapsed = s.solo(n)
	} else {
		elapsed = s.stream(n)
	}
	s.check()
	return elapsed
}

// solo has one goroutine put and get, as many at a time as fit.
func (s *stand[T]) solo(n int) (elapsed int64) {
	s.next(n, min(chunk, s.capacity))
	done := make(chan struct{})
	go func() {
		defer close(done)
		start := pairs.Now()
		s.rounds()
		elapsed = pairs.Now() - start
	}()
	s.relieve(done)
	return elapsed
}

func (s *stand[T]) rounds() {
	var in, out [chunk]T
	for seq := 0; ; {
		at, k := s.audit.claim(0)
		if k == 0 {
			return
		}
		for i := range k {
			fill(&in[i], idOf(0, s.runs, uint64(seq)), s.careful)
			seq++
		}
		s.put(in[:k])
		s.get(out[:k])
		for i := range k {
			s.audit.ids[at+i] = read(&out[i], s.careful)
		}
	}
}

// stream has posters and takers at work until all elements are taken.
func (s *stand[T]) stream(n int) (elapsed int64) {
	give, take := chunk, chunk
	if s.postWork > 0 {
		give = 1
	}
	if s.takeWork > 0 {
		take = 1
	}
	s.next(n, take)
	start := pairs.Now()
	end := s.cast(func(taker int) { s.take(taker) }, func(poster int) { s.give(poster, give) })
	return end - start
}

// give is a poster of a stream.
func (s *stand[T]) give(poster, step int) {
	var buf [chunk]T
	turns := pairs.TurnsFor(s.postWork)
	for seq, n := 0, s.audit.shares[poster]; seq < n; {
		k := min(step, n-seq)
		for i := range k {
			fill(&buf[i], idOf(poster, s.runs, uint64(seq)), s.careful)
			seq++
		}
		if turns > 0 {
			_ = pairs.Spin(turns)
		}
		s.put(buf[:k])
	}
}

// take is a taker of a stream.
func (s *stand[T]) take(taker int) {
	var buf [chunk]T
	turns := pairs.TurnsFor(s.takeWork)
	for {
		at, k := s.audit.claim(taker)
		if k == 0 {
			return
		}
		s.get(buf[:k])
		ids := s.audit.ids[at : at+k]
		for i := range ids {
			ids[i] = read(&buf[i], s.careful)
		}
		if turns > 0 {
			_ = pairs.Spin(turns)
		}
	}
}

// cast runs takers and posters, and returns when the last taker has ended.
func (s *stand[T]) cast(take, give func(i int)) (end int64) {
	var posters, takers sync.WaitGroup
	var last atomic.Int64
	for i := range s.takers {
		takers.Go(func() {
			take(i)
			now := pairs.Now()
			for at := last.Load(); at < now && !last.CompareAndSwap(at, now); at = last.Load() {
			}
		})
	}
	for i := range s.posters {
		posters.Go(func() { give(i) })
	}
	posters.Wait()
	done := make(chan struct{})
	go func() { takers.Wait(); close(done) }()
	s.relieve(done)
	return last.Load()
}

// relieve waits for the takers. Takers that wait for elements which have been lost would wait
// forever: when nothing moves, they are sent fillers, until all have as many as they want. A
// filler proves nothing. Takers that were only slow leave it in the queue, and relieve takes
// it from there.
func (s *stand[T]) relieve(done <-chan struct{}) {
	for before := int64(-1); before != s.audit.claimed.Load(); {
		before = s.audit.claimed.Load()
		select {
		case <-done:
			return
		case <-time.After(s.stalled):
		}
	}
	var v [1]T
	sent := 0
	for ended := false; !ended; {
		fill(&v[0], idOf(filler, s.runs, uint64(sent)), true)
		s.put(v[:])
		sent++
		select {
		case <-done:
			ended = true
		case <-time.After(time.Millisecond):
		}
	}
	for _, id := range s.audit.ids {
		if id != broken && poster(id) == filler {
			sent--
		}
	}
	for range sent {
		s.get(v[:])
		if id := read(&v[0], true); poster(id) != filler || id == broken {
			panic(pairs.Fault("doubles elements: more came than were put"))
		}
	}
}
