package sched

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Result is what an exploration covered and found.
type Result struct {
	Schedules int    // schedules run to the end
	Cut       int    // schedules cut at a state that was seen before
	States    int    // states seen
	Complete  bool   // every schedule within the bound was run or cut
	Failure   error  // of the first schedule that failed
	Schedule  string // that schedule, for Replay
}

func (r Result) String() string {
	if r.States == 0 {
		return fmt.Sprintf("%d schedules", r.Schedules)
	}
	s := fmt.Sprintf("%d schedules, %d cut, %d states", r.Schedules, r.Cut, r.States)
	if !r.Complete {
		s += ", not complete"
	}
	return s
}

// errCut ends a schedule that has come to a state seen before.
var errCut = errors.New("cut")

// once runs the program. next chooses one of the choices, or returns -1 to cut the run.
func once(program func() Program, trace *strings.Builder, next func(w *world, all []choice) int) error {
	p := program()
	w := start(p)
	w.trace = trace
	the = w
	defer w.finish()
	for _, t := range w.threads { // runs each thread to its first wait
		w.current = t.id
		t.resume()
	}
	w.current = -1
	outside := func(f func() error) {
		the = nil
		defer func() {
			the = w
			if r := recover(); r != nil {
				w.fail("panic: %v", r)
			}
		}()
		err := f()
		the = w
		if err != nil {
			w.fail("%w", err)
		}
	}
	var all []choice
	for w.failure == nil {
		all = w.choices(all)
		if !slices.ContainsFunc(all, func(c choice) bool { return c.how != expire }) {
			asleep, err := w.asleep()
			if err != nil {
				return err
			}
			outside(func() error { return p.Idle(asleep) })
		}
		if len(all) == 0 || w.failure != nil {
			break
		}
		i := next(w, all)
		if i < 0 {
			return errCut
		}
		w.do(all[i])
	}
	if w.failure == nil {
		outside(p.Check)
	}
	return w.failure
}

// Exhaust runs every schedule with at most bound preemptions until one fails, or most were
// run. Of schedules that differ only in the order of independent steps Exhaust runs one.
func Exhaust(program func() Program, bound, most int) Result {
	// A node is a place in the schedule with more than one choice.
	type node struct {
		all   []choice
		costs []bool // whether each choice is a preemption
		i     int    // the choice being run
		spent int    // preemptions before the node
	}
	var (
		r     Result
		stack []node
		seen  = map[uint64]int8{} // states seen, with the fewest preemptions spent to reach each
	)
	// next moves the last node to its next choice within the bound, or drops the node.
	next := func() bool {
		for len(stack) != 0 {
			n := &stack[len(stack)-1]
			for n.i++; n.i < len(n.all); n.i++ {
				if !n.costs[n.i] || n.spent < bound {
					return true
				}
			}
			stack = stack[:len(stack)-1]
		}
		return false
	}
	for r.Schedules+r.Cut < most {
		depth, spent := 0, 0
		err := once(program, nil, func(w *world, all []choice) int {
			if depth == len(stack) {
				key := w.state()
				if was, ok := seen[key]; ok && int(was) <= spent {
					return -1
				}
				seen[key] = int8(spent)
				n := node{all: slices.Clone(all), costs: make([]bool, len(all)), spent: spent}
				for i, c := range all {
					n.costs[i] = w.preempts(c, all)
				}
				stack = append(stack, n)
			}
			n := &stack[depth]
			depth++
			if n.costs[n.i] {
				spent++
			}
			return n.i
		})
		switch err {
		case errCut:
			r.Cut++
		case nil:
			r.Schedules++
		default:
			r.Failure = err
			var taken []choice
			for _, n := range stack[:depth] {
				taken = append(taken, n.all[n.i])
			}
			r.Schedule = encode(taken)
			r.States = len(seen)
			return r
		}
		if !next() {
			r.Complete = true
			break
		}
	}
	r.States = len(seen)
	return r
}

// Sample runs schedules drawn from a seed. Each thread has a priority, and the thread of the
// highest priority that can go on runs. At a few random steps that thread's priority becomes
// the lowest (Burckhardt and others, "A randomized scheduler with probabilistic guarantees of
// finding bugs", 2010). Deadlines pass and stores become visible at random steps too.
func Sample(program func() Program, seed uint64, schedules int) Result {
	var r Result
	for ; r.Schedules < schedules; r.Schedules++ {
		rng := rand.New(rand.NewPCG(seed, uint64(r.Schedules)))
		priority := rng.Perm(maxThreads)
		changes := map[int]bool{}
		for range rng.IntN(6) {
			changes[rng.IntN(150)] = true
		}
		lowest, at := 0, 0
		var taken []choice
		err := once(program, nil, func(w *world, all []choice) int {
			at++
			if changes[at] && w.current >= 0 {
				lowest--
				priority[w.current] = lowest
			}
			best, others := -1, []int(nil)
			for i, c := range all {
				if c.how != run {
					others = append(others, i)
				} else if best < 0 || priority[c.thread] > priority[all[best].thread] {
					best = i
				}
			}
			if best < 0 || len(others) != 0 && rng.IntN(4) == 0 {
				best = others[rng.IntN(len(others))]
			}
			taken = append(taken, all[best])
			return best
		})
		if err != nil {
			r.Failure, r.Schedule = err, encode(taken)
			return r
		}
	}
	return r
}

// encode writes a schedule as text: each choice, with the number of times in a row.
func encode(taken []choice) string {
	var words []string
	for i, n := 0, 0; i < len(taken); i += n {
		for n = 1; i+n < len(taken) && taken[i+n] == taken[i]; n++ {
		}
		words = append(words, fmt.Sprintf("%v%d", taken[i], n))
	}
	return strings.Join(words, " ")
}

// Replay runs one schedule and returns the trace, a line a step, and the failure. Past the end
// of the schedule the first choice is taken: the running thread goes on.
func Replay(program func() Program, schedule string) (trace string, err error) {
	var b strings.Builder
	todo := strings.Fields(schedule)
	left := 0 // repetitions left of todo[0]
	err = once(program, &b, func(w *world, all []choice) int {
		if len(todo) == 0 {
			return 0
		}
		var c choice
		var how byte
		var times int
		if _, err := fmt.Sscanf(todo[0], "%d%c%d", &c.thread, &how, &times); err != nil {
			w.fail("the schedule says %q, which is no choice", todo[0])
			return 0
		}
		if left == 0 {
			left = times
		}
		if left--; left == 0 {
			todo = todo[1:]
		}
		c.how = howOf(how)
		i := slices.Index(all, c)
		if i < 0 {
			w.fail("the schedule says %v, which cannot happen", c)
			return 0
		}
		return i
	})
	lines := strings.SplitAfter(b.String(), "\n")
	if n := len(lines) - maxTrace; n > 0 {
		lines = append([]string{fmt.Sprintf("... %d lines\n", n)}, lines[n:]...)
	}
	if err != nil {
		lines = append(lines, err.Error()+"\n")
	}
	return strings.Join(lines, ""), err
}

// maxTrace is the number of lines of a trace that are kept, the last ones.
const maxTrace = 300
