package programs

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Families in which items go one way.

// flow: posters and takers on one queue.
func flow(r *run) {
	q := r.open()
	post(r, q, r.n)
	take(r, q, r.n)
}

// batch: takers that take what is there, up to 32.
func batch(r *run) {
	q := r.open()
	post(r, q, r.n)
	for _, k := range shares(r.n, r.Takers) {
		r.start(func(w *worker) {
			for left := k; left > 0; {
				got := w.getBatch(q, left)
				left -= got
				for range got {
					w.work(r.TakeWork)
				}
			}
		})
	}
}

// pipeline: one goroutine, as many as there are takers, one.
func pipeline(r *run) {
	in, out := r.open(), r.open()
	r.start(func(w *worker) {
		for i := range r.n {
			w.work(r.PostWork)
			w.put(in, ordinary(i))
		}
	})
	for _, k := range shares(r.n, r.Takers) {
		relay(r, in, out, k)
	}
	r.start(func(w *worker) {
		for range r.n {
			w.get(out)
		}
	})
}

// burst: as many items at once as there are posters, then a computation.
func burst(r *run) {
	bursts(r, func(w *worker) { w.work(10 * r.PostWork); runtime.Gosched() })
}

// naps: likewise, then sleep.
func naps(r *run) {
	bursts(r, func(*worker) { time.Sleep(50 * time.Microsecond) })
}

func bursts(r *run, pause func(w *worker)) {
	q := r.open()
	take(r, q, r.n)
	r.start(func(w *worker) {
		for i := range r.n {
			if i%r.Posters == 0 {
				pause(w)
			}
			w.put(q, ordinary(i))
		}
	})
}

// expire: takers whose waits have a timeout, and posters that now and then sleep for
// longer than that.
func expire(r *run) {
	const little, long, often = 200 * time.Microsecond, 400 * time.Microsecond, 64
	q := r.open()
	for _, k := range shares(r.n, r.Posters) {
		r.start(func(w *worker) {
			for i := range k {
				if i%often == often-1 {
					time.Sleep(long)
				}
				w.work(r.PostWork)
				w.put(q, ordinary(i))
			}
		})
	}
	for _, k := range shares(r.n, r.Takers) {
		r.start(func(w *worker) {
			for range k {
				for !w.getFor(q, little) {
				}
				w.work(r.TakeWork)
			}
		})
	}
}

// overflow: posters that do a task themselves when the queue is full.
func overflow(r *run) {
	q := r.open()
	serve(r, q, func(*worker, int) {})
	var posters atomic.Int64
	posters.Add(int64(r.Posters))
	for _, k := range shares(r.n, r.Posters) {
		r.start(func(w *worker) {
			for i := range k {
				w.work(r.PostWork)
				if !w.tryPut(q, ordinary(i)) {
					w.work(r.TakeWork)
				}
			}
			if posters.Add(-1) == 0 {
				dismiss(r, w, q)
			}
		})
	}
}
