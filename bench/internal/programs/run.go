package programs

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A run is one execution of a cell's program, of n items or so.
type run struct {
	Cell
	n       int
	make    func(i, capacity int) *queue // the ith queue of the program
	workers []*worker
	group   sync.WaitGroup
	aborted chan struct{}
	mu      sync.Mutex // guards opened, and make until the run is aborted
	opened  []*queue
	figures
}

// figures are what a run has measured.
type figures struct {
	wall, cpu float64   // nanoseconds an item
	ages      []float64 // nanoseconds from a put's beginning until the item is taken
}

// open makes a queue of the cell's capacity, or takes that of the run before.
func (r *run) open() *queue { return r.queue(r.Capacity) }

// openSmall is for programs with many queues, which hold an item or two each.
func (r *run) openSmall() *queue { return r.queue(min(r.Capacity, 16)) }

func (r *run) queue(capacity int) *queue {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.aborted:
		runtime.Goexit()
	default:
	}
	q := r.make(len(r.opened), capacity)
	r.opened = append(r.opened, q)
	return q
}

// here is a new worker, for the goroutine that calls.
func (r *run) here() *worker {
	id := len(r.workers)
	w := &worker{
		rand:   rand.New(rand.NewPCG(uint64(r.n), uint64(id))),
		varied: r.Varied,
		every:  r.sampled(),
	}
	if w.every > 0 {
		w.next = w.rand.IntN(w.every)
	}
	r.workers = append(r.workers, w)
	return w
}

// start has a goroutine run f.
func (r *run) start(f func(w *worker)) {
	w := r.here()
	r.group.Go(func() { f(w) })
}

// wait waits for the goroutines.
func (r *run) wait() { r.group.Wait() }

// sampled is n where one item in n is stamped, 0 where none is. Where an item takes
// less than a microsecond, two readings of the clock would weigh, and n is larger.
func (r *run) sampled() int {
	switch {
	case !stamped || !familyOf(r.Family).latency:
		return 0
	case r.PostWork+r.TakeWork < time.Microsecond:
		return 31
	}
	return 5
}

// do runs the program and checks that each item put was got.
func (r *run) do() {
	cpu, start := pairs.ProcessTime(), time.Now()
	familyOf(r.Family).run(r)
	r.wait()
	r.wall = float64(time.Since(start)) / float64(r.n)
	r.cpu = (pairs.ProcessTime() - cpu) / float64(r.n)
	select {
	case <-r.aborted:
		return
	default:
	}
	var sent, got tally
	for _, w := range r.workers {
		sent.n, sent.sum = sent.n+w.sent.n, sent.sum+w.sent.sum
		got.n, got.sum = got.n+w.got.n, got.sum+w.got.sum
		r.ages = append(r.ages, w.ages...)
	}
	left := 0
	for _, q := range r.opened {
		left += q.length()
	}
	if sent != got || left != 0 {
		panic(fmt.Sprintf("%v: put %d items with ids of %d in all, got %d with %d, left %d", r.Cell, sent.n, sent.sum, got.n, got.sum, left))
	}
}

// abort closes the ports of a run that takes too long, so that its goroutines end.
func (r *run) abort() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.aborted)
	for _, q := range r.opened {
		if q.close != nil {
			q.close()
		}
	}
}
