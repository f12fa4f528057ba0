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

// A ringScenario is threads on a ring alone, each a word of letters: u pushes one,
// U two at once; o pops one, O two at once; l asks for the length; c closes. r
// pops one that is ready, and is for scenarios in which all are.
type ringScenario struct {
	name    string
	bound   int
	before  int // elements in it
	threads []string
}

func (s ringScenario) program() sched.Program {
	// A lap before the positions' words wrap at 2^64.
	r, err := ring.NewAt[int](2, math.MaxUint64/2-2)
	if err != nil {
		panic(err)
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
			if !linear(history, fifo{room: 2}) {
				return fmt.Errorf("no order explains this history:\n%s", tell(history))
			}
			return nil
		},
	}
}

// onRing does what a letter says.
func (c *client) onRing(r *ring.Ring[int], op rune) {
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
		case r.Closed(): // full or closed, it does not say
			c.now()
		default:
			c.record(call, step{kind: isFull})
		}
	case 'o', 'O', 'r':
		dst := make([]int, 2)
		n := 0
		if op == 'O' {
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
	case 'c':
		r.Close()
		c.now()
	}
}

// Run it alone, as TestModel.
func TestModelRing(t *testing.T) {
	for _, s := range []ringScenario{
		{"a push and a pop", 9, 0, []string{"uu", "oo"}},
		{"pushes and pops", 3, 0, []string{"uu", "u", "oo", "o"}},
		{"full", 4, 2, []string{"u", "u", "o"}},
		{"a lap behind", 3, 2, []string{"u", "oouo"}},
		{"a lap ahead", 3, 0, []string{"o", "uuou"}},
		{"laps", 3, 1, []string{"uuu", "ooo"}},
		{"batches", 3, 0, []string{"U", "U", "O", "o"}},
		{"batches that wrap", 3, 1, []string{"U", "O", "O"}},
		{"ready", 9, 2, []string{"o", "r"}},
		{"lengths", 3, 1, []string{"l", "ouo", "u"}},
		{"closed", 3, 1, []string{"c", "u", "oo"}},
	} {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			explore(t, s.program, s.bound)
		})
	}
}
