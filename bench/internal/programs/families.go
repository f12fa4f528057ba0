package programs

// A family is a kind of program. run opens queues and starts workers, which put and
// get about r.n items; r.n may be 1. A new family is such a function and a line in
// families.
type family struct {
	name    string
	weight  int  // how often it is drawn
	latency bool // the time from put to get tells something
	run     func(r *run)
}

var families []family

func init() { // not at the declaration, which the functions refer to
	families = []family{
		{"flow", 4, true, flow},
		{"batch", 1, true, batch},
		{"pipeline", 2, true, pipeline},
		{"request", 1, true, request},
		{"request-chan", 1, true, requestChan},
		{"burst", 1, true, burst},
		{"naps", 1, true, naps},
		{"tokens", 1, false, tokens},
		{"tree", 1, false, tree},
		{"expire", 1, true, expire},
		{"fan", 1, true, fan},
		{"pingpong", 1, true, pingpong},
		{"overflow", 1, true, overflow},
	}
}

// familyOf is the family of that name; a nil run if there is none.
func familyOf(name string) family {
	for _, f := range families {
		if f.name == name {
			return f
		}
	}
	return family{}
}

// shares splits n as evenly as it goes.
func shares(n, among int) []int {
	out := make([]int, among)
	for i := range out {
		out[i] = (n + i) / among
	}
	return out
}

// ordinary is an id for one of many items.
func ordinary(i int) int { return i & 255 }

// post has the posters put n items, each after its work.
func post(r *run, q *queue, n int) {
	for _, k := range shares(n, r.Posters) {
		r.start(func(w *worker) {
			for i := range k {
				w.work(r.PostWork)
				w.put(q, ordinary(i))
			}
		})
	}
}

// take has the takers get n items and work on each.
func take(r *run, q *queue, n int) {
	for _, k := range shares(n, r.Takers) {
		r.start(func(w *worker) {
			for range k {
				w.get(q)
				w.work(r.TakeWork)
			}
		})
	}
}

// relay has a goroutine get n items, work on each, and pass it on.
func relay(r *run, from, to *queue, n int) {
	r.start(func(w *worker) {
		for range n {
			id := w.get(from)
			w.work(r.TakeWork)
			w.put(to, id)
		}
	})
}

// serve has the takers work on what comes until they get stop.
func serve(r *run, q *queue, done func(w *worker, id int)) {
	for range r.Takers {
		r.start(func(w *worker) {
			for {
				id := w.get(q)
				if id == stop {
					return
				}
				w.work(r.TakeWork)
				done(w, id)
			}
		})
	}
}

func dismiss(r *run, w *worker, q *queue) {
	for range r.Takers {
		w.put(q, stop)
	}
}
