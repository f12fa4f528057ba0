package programs

import (
	"math/bits"
	"sync/atomic"
)

// Families in which items come back.

// request: clients that wait for the answer on a queue of their own.
func request(r *run) { requests(r, r.open()) }

// requestChan: the same, but that the requests go over a channel on both sides.
func requestChan(r *run) { requests(r, chanQueue(anInt, r.Capacity, "plain")) }

func requests(r *run, asked *queue) {
	answers := make([]*queue, r.Posters)
	for i := range answers {
		answers[i] = r.openSmall()
	}
	serve(r, asked, func(w *worker, id int) { w.put(answers[id], id) })
	var clients atomic.Int64
	clients.Add(int64(r.Posters))
	for id, k := range shares(r.n, r.Posters) {
		r.start(func(w *worker) {
			for range k {
				w.put(asked, id)
				w.get(answers[id])
				w.work(r.PostWork)
			}
			if clients.Add(-1) == 0 {
				dismiss(r, w, asked)
			}
		})
	}
}

// fan: one goroutine gives out some jobs for each taker and collects the results.
func fan(r *run) {
	jobs, results := r.open(), r.open()
	serve(r, jobs, func(w *worker, id int) { w.put(results, id) })
	r.start(func(w *worker) {
		most := min(4*r.Takers, r.Capacity)
		for left := r.n; left > 0; left -= most {
			some := min(left, most)
			for i := range some {
				w.put(jobs, ordinary(i))
			}
			for range some {
				w.get(results)
				w.work(r.PostWork)
			}
		}
		dismiss(r, w, jobs)
	})
}

// pingpong: pairs of goroutines, each with an item that goes to and fro.
func pingpong(r *run) {
	for _, k := range shares(r.n, r.Posters) {
		to, fro := r.openSmall(), r.openSmall()
		relay(r, to, fro, k)
		r.start(func(w *worker) {
			for i := range k {
				w.put(to, ordinary(i))
				w.get(fro)
				w.work(r.PostWork)
			}
		})
	}
}

// tokens: a semaphore that lets as many work at once as there are takers.
func tokens(r *run) {
	q := r.open()
	self := r.here()
	all := min(r.Takers, r.Capacity)
	for i := range all {
		self.put(q, i)
	}
	for _, k := range shares(r.n, r.Posters) {
		r.start(func(w *worker) {
			for range k {
				id := w.get(q)
				w.work(r.TakeWork)
				w.put(q, id)
				w.work(r.PostWork)
			}
		})
	}
	r.wait()
	for range all {
		self.get(q)
	}
}

// tree: tasks that post two more each, to the queue that they came from. Trees are
// so few and so low that the queue has room for all leaves at once: a taker that had
// to wait for room would wait for itself.
func tree(r *run) {
	q := r.open()
	trees := min(r.Posters, r.Capacity/2, 8)
	height := min(bits.Len(uint(r.Capacity/trees))-1, 6)
	tasks := trees * (2<<height - 1)
	var left atomic.Int64
	grown := make(chan struct{})
	serve(r, q, func(w *worker, id int) {
		if id > 0 {
			w.put(q, id-1)
			w.put(q, id-1)
		}
		if left.Add(-1) == 0 {
			grown <- struct{}{}
		}
	})
	r.start(func(w *worker) {
		for n := 0; n < r.n; n += tasks {
			left.Store(int64(tasks))
			for range trees {
				w.put(q, height)
			}
			select {
			case <-grown:
			case <-r.aborted:
				return
			}
		}
		dismiss(r, w, q)
	})
}
