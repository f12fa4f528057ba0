//go:build iocp_model

package fuzz

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/iocp-go/iocp/fuzz/sched"
	"github.com/iocp-go/iocp/ring"
)

// A ringScenario runs threads on a ring of capacity 2, or on a chain that grows from one. Each
// thread is a word, and each letter an operation:
//
//	u U    push one, two at once
//	o O B  pop one, two at once, four at once
//	r      pop one that is published, in scenarios in which all are
//	l      Len
//	e      Empty
//	f      Full of a chain
//	p      Popped and Pushed of a chain
//	c      Close
//	s      shrink an empty chain, open or closed
type ringScenario struct {
	name    string
	bound   int
	before  int // elements in it
	threads []string
	max     int // of a chain; 0 is a ring, endless no limit
}

const endless = maxRoom // more than a scenario pushes

// queue has the common methods of a ring and a chain.
type queue interface {
	TryPush(int) bool
	TryPushBatch([]int) int
	TryPop() (int, bool)
	TryPopReady() (int, bool)
	TryPopBatch([]int) int
	Len() int
	Empty() bool
	Closed() bool
}

func (s ringScenario) program() sched.Program {
	// A lap before the positions' words wrap at 2^64.
	first, err := ring.NewAt[int](2, math.MaxUint64/2-2)
	if err != nil {
		panic(err)
	}
	var r queue = first
	if s.max != 0 {
		c := new(ring.Chain[int])
		c.Init(first, s.max%endless)
		r = c
	}
	var (
		next    atomic.Int32
		cs      []*client
		threads []func()
		history []porcupine.Operation
	)
	at := func(t int64, s step) { history = append(history, porcupine.Operation{Input: s, Call: t, Return: t}) }
	for i := range s.before {
		v := int(next.Add(1))
		r.TryPush(v)
		at(int64(i-s.before), step{kind: push, vs: []int{v}})
	}
	for i, ops := range s.threads {
		c := &client{id: i, begin: begin, now: now, next: &next}
		cs = append(cs, c)
		threads = append(threads, func() {
			for _, op := range ops {
				c.onRing(r, op)
			}
		})
	}
	return sched.Program{
		Threads: threads,
		Idle:    func([]int) error { return nil },
		Check: func() error {
			history := slices.Clone(history)
			for _, c := range cs {
				history = append(history, c.history...)
				if len(c.wrong) != 0 {
					return fmt.Errorf("thread %d: %s", c.id, c.wrong)
				}
			}
			for t := int64(1 << 40); ; t++ {
				v, ok := r.TryPop()
				s := step{kind: isEmpty}
				if ok {
					s = step{kind: take, vs: []int{v}}
				}
				history = append(history, porcupine.Operation{Input: s, Call: t, Return: t})
				if !ok {
					break
				}
			}
			if !linear(history, fifo{room: max(2, s.max)}, (*fifo).do) {
				return fmt.Errorf("no order explains this history:\n%s", tell(history))
			}
			return nil
		},
	}
}

// onRing does the operation of a letter.
func (c *client) onRing(r queue, op rune) {
	call := c.begin()
	switch op {
	case 'u', 'U':
		vs := c.values(1 + strings.IndexRune("uU", op))
		n := 0
		if op == 'U' {
			n = r.TryPushBatch(vs)
		} else if r.TryPush(vs[0]) {
			n = 1
		}
		switch {
		case n != 0:
			c.record(call, step{kind: push, vs: vs[:n]})
		case r.Closed(): // the failed push was due to full or closed
			c.now()
		default:
			c.record(call, step{kind: isFull})
		}
	case 'o', 'O', 'B', 'r':
		dst := make([]int, 2)
		if op == 'B' {
			dst = make([]int, 4)
		}
		n := 0
		if op == 'O' || op == 'B' {
			n = r.TryPopBatch(dst)
		} else {
			pop := r.TryPop
			if op == 'r' {
				pop = r.TryPopReady
			}
			if v, ok := pop(); ok {
				dst[0], n = v, 1
			}
		}
		if n == 0 {
			c.record(call, step{kind: isEmpty})
		} else {
			c.record(call, step{kind: take, vs: dst[:n]})
		}
	case 'l':
		c.record(call, step{kind: isLen, batch: r.Len()})
	case 'e':
		if r.Empty() {
			c.record(call, step{kind: isEmpty})
		}
	case 'f':
		if r.(*ring.Chain[int]).Full() {
			c.record(call, step{kind: isFull})
		}
	case 'p':
		popped := r.(*ring.Chain[int]).Popped()
		if pushed := r.(*ring.Chain[int]).Pushed(); pushed < popped {
			c.wrong = append(c.wrong, fmt.Sprintf("%d popped of %d pushed", popped, pushed))
		}
		c.now()
	case 'c':
		switch r := r.(type) {
		case *ring.Ring[int]:
			r.Close()
		case *ring.Chain[int]:
			r.Close()
		}
		c.now()
	case 's':
		r.(*ring.Chain[int]).Shrink()
		r.(*ring.Chain[int]).Drained()
		c.now()
	}
}

// Run it alone, as TestModel.
func TestModelRing(t *testing.T) {
	for _, s := range []ringScenario{
		{name: "a push and a pop", bound: 9, threads: []string{"uu", "oo"}},
		{name: "two pushes", bound: 9, threads: []string{"u", "u"}},
		{name: "two pops", bound: 9, before: 2, threads: []string{"o", "o"}},
		{name: "pushes and pops", bound: 3, threads: []string{"uu", "u", "oo", "o"}},
		{name: "full", bound: 4, before: 2, threads: []string{"u", "u", "o"}},
		{name: "a lap behind", bound: 3, before: 2, threads: []string{"u", "oouo"}},
		{name: "a lap ahead", bound: 3, threads: []string{"o", "uuou"}},
		{name: "laps", bound: 3, before: 1, threads: []string{"uuu", "ooo"}},
		{name: "batches", bound: 3, threads: []string{"U", "U", "O", "o"}},
		{name: "batches that wrap", bound: 3, before: 1, threads: []string{"U", "O", "O"}},
		{name: "a batch, one leaves and one comes", bound: 3, before: 1, threads: []string{"U", "ou"}},
		{name: "ready", bound: 9, before: 2, threads: []string{"o", "r"}},
		{name: "lengths", bound: 3, before: 1, threads: []string{"l", "ouo", "u"}},
		{name: "never empty", bound: 3, before: 1, threads: []string{"e", "uouo"}},
		{name: "empty", bound: 3, threads: []string{"ee", "u", "o"}},
		{name: "closed", bound: 3, before: 1, threads: []string{"c", "u", "oo"}},
		{name: "chain to its limit", bound: 3, before: 2, threads: []string{"u", "u", "o"}, max: 3},
		{name: "chain below its limit, one leaves and one comes", bound: 3, before: 2, threads: []string{"u", "ou"}, max: 3},
		{name: "chain at its limit", bound: 3, before: 3, threads: []string{"u", "oou"}, max: 3},
		{name: "chain at its limit, one leaves and one comes", bound: 3, before: 3, threads: []string{"u", "ou", "o"}, max: 3},
		{name: "chain at its limit, a lap behind", bound: 3, before: 3, threads: []string{"u", "ooouo"}, max: 3},
		{name: "chain at its limit, beyond a seam", bound: 3, before: 3, threads: []string{"u", "ooouuu"}, max: 3},
		{name: "chain at its limit, batches", bound: 3, before: 2, threads: []string{"U", "U", "O"}, max: 3},
		{name: "chain at its limit, lengths", bound: 3, before: 3, threads: []string{"l", "ouo", "u"}, max: 3},
		{name: "chain, never full", bound: 3, before: 1, threads: []string{"f", "uou"}, max: 3},
		{name: "chain, never empty across a seam", bound: 3, before: 2, threads: []string{"e", "uooouo"}, max: 3},
		{name: "chain at its limit, closed", bound: 3, before: 3, threads: []string{"c", "u", "ooo"}, max: 3},
		{name: "chain at its limit, shrinking", bound: 3, before: 2, threads: []string{"uooos", "uu"}, max: 3},
		{name: "chain, a seam behind", bound: 3, before: 2, threads: []string{"u", "oouo"}, max: 6},
		{name: "chain, shrinking", bound: 3, before: 2, threads: []string{"uooosu", "uo"}, max: 6},
		{name: "chain without a limit", bound: 3, before: 2, threads: []string{"uu", "u", "oo"}, max: endless},
		{name: "chain without a limit, emptied", bound: 3, before: 2, threads: []string{"u", "u", "ooo"}, max: endless},
		{name: "chain without a limit, closed", bound: 3, before: 2, threads: []string{"u", "c", "uo"}, max: endless},
		{name: "chain, a batch across a seam", bound: 3, before: 3, threads: []string{"B", "o", "u"}, max: endless},
		{name: "chain, a batch across a seam to its limit", bound: 3, before: 3, threads: []string{"B", "o", "uu"}, max: 4},
		{name: "chain, a batch across a seam in the middle of a lap", bound: 3, before: 2, threads: []string{"ouuB", "o"}, max: endless},
		{name: "chain, two batches across a seam", bound: 3, before: 3, threads: []string{"B", "O", "U"}, max: endless},
		{name: "chain, a batch across two seams", bound: 2, before: 7, threads: []string{"oBO", "O"}, max: endless},
		{name: "chain, a batch across a seam, lengths", bound: 3, before: 3, threads: []string{"B", "l", "uou"}, max: endless},
		{name: "chain, counts", bound: 3, before: 2, threads: []string{"u", "ooo", "p"}, max: endless},
		{name: "chain, a batch across a seam, closed", bound: 3, before: 3, threads: []string{"Bs", "c", "uo"}, max: endless},
		{name: "chain, a seam made beside a batch", bound: 3, before: 1, threads: []string{"uuu", "BB"}, max: endless},
		{name: "chain, closed and shrinking", bound: 3, before: 2, threads: []string{"uooo", "u", "cs"}, max: 6},
	} {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			explore(t, s.program, s.bound, 1)
		})
	}
}
