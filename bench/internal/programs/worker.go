package programs

import (
	"math/rand/v2"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A worker is a goroutine of a program, with an account of the items that the
// goroutine put and got.
type worker struct {
	rand      *rand.Rand
	varied    bool
	sent, got tally
	ages      []float64 // of the sampled items among those got
	every     int       // one item in so many is sampled; 0 is none
	next      int       // so many puts before the next sample
}

// A tally is how many items, and the sum of their ids.
type tally struct{ n, sum int }

func (t *tally) add(v item) {
	t.n++
	t.sum += v.id()
}

// work computes for mean, or for a time that is distributed around mean.
func (w *worker) work(mean time.Duration) {
	if mean == 0 {
		return
	}
	turns := pairs.TurnsFor(mean)
	if w.varied {
		turns = int(float64(turns) * w.rand.ExpFloat64())
	}
	_ = pairs.Spin(turns)
}

// mark is the item with that id, stamped if it is to be sampled.
func (w *worker) mark(id int) item {
	v := item(id)
	if w.every > 0 {
		if w.next--; w.next < 0 {
			w.next = w.every - 1
			v |= item(pairs.Now()) << idBits
		}
	}
	return v
}

// taken accounts for an item.
func (w *worker) taken(v item) int {
	if stamp := v.stamp(); stamp != 0 {
		w.ages = append(w.ages, float64(pairs.Now()-stamp))
	}
	w.got.add(v)
	return v.id()
}

func (w *worker) put(q *queue, id int) {
	v := w.mark(id)
	q.put(v)
	w.sent.add(v)
}

func (w *worker) tryPut(q *queue, id int) bool {
	v := w.mark(id)
	if !q.tryPut(v) {
		return false
	}
	w.sent.add(v)
	return true
}

func (w *worker) get(q *queue) (id int) { return w.taken(q.get()) }

func (w *worker) getFor(q *queue, d time.Duration) bool {
	v, ok := q.getFor(d)
	if ok {
		w.taken(v)
	}
	return ok
}

// most is how many items a batch has at most.
const most = 32

func (w *worker) getBatch(q *queue, atMost int) int {
	var buf [most]item
	n := q.getBatch(buf[:min(atMost, most)])
	for _, v := range buf[:n] {
		w.taken(v)
	}
	return n
}
