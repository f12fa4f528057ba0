package traces

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/iocp-go/iocp/fuzz/rig"
)

// A traceModel says what the calls of a trace return: the oldest packet goes to the
// newest waiter, at once, and what is closed abandons those who wait.
type traceModel struct {
	queue   []uintptr
	waiters []traceStep // the oldest first
	closed  bool
}

// take is a call in a slot with room for n that does not wait. found is false if it
// would wait.
func (m *traceModel) take(slot, n int) (d traceDone, found bool) {
	switch {
	case m.closed:
		return traceDone{Slot: slot, Err: 6}, true
	case len(m.queue) == 0:
		return traceDone{Slot: slot, Err: 258}, false
	}
	n = min(n, len(m.queue))
	d = traceDone{Slot: slot, OK: true, Keys: m.queue[:n:n]}
	m.queue = m.queue[n:]
	return d, true
}

// do is what s.Done is to be.
func (m *traceModel) do(s traceStep) (done []traceDone) {
	switch s.Op {
	case "post":
		if m.closed {
			return []traceDone{{Slot: -1, Err: 6}}
		}
		if n := len(m.waiters); n != 0 {
			done = []traceDone{{Slot: m.waiters[n-1].Slot, OK: true, Keys: []uintptr{s.Key}}}
			m.waiters = m.waiters[:n-1]
			return done
		}
		m.queue = append(m.queue, s.Key)
	case "get0", "ex0":
		d, _ := m.take(-1, s.N)
		return []traceDone{d}
	case "wait", "waitex":
		d, found := m.take(s.Slot, s.N)
		if found {
			return []traceDone{d}
		}
		m.waiters = append(m.waiters, s)
	case "expire":
		d, _ := m.take(s.Slot, s.N)
		return []traceDone{d}
	case "under":
		d, _ := m.take(s.Slot, s.N)
		return append([]traceDone{d}, m.do(traceStep{Op: "wait", Slot: s.Over, N: s.N})...)
	case "close":
		if m.closed {
			return []traceDone{{Slot: -1, Err: 6}}
		}
		for _, w := range m.waiters {
			done = append(done, traceDone{Slot: w.Slot, Err: 735})
		}
		*m = traceModel{closed: true}
	}
	return done
}

// free is a slot in which nobody waits, -1 if there is none.
func (m *traceModel) free(rng *rand.Rand) int {
slots:
	for _, slot := range rng.Perm(6) {
		for _, w := range m.waiters {
			if w.Slot == slot {
				continue slots
			}
		}
		return slot
	}
	return -1
}

// randomTrace is a trace of n steps, and of a few more behind a close. Some have many
// packets queued, some many callers waiting.
func randomTrace(seed uint64, n int) (steps []traceStep) {
	rng := rand.New(rand.NewPCG(seed, 0))
	var m traceModel
	posts := 2 + rng.IntN(8)
	ops := []string{"get0", "ex0", "wait", "wait", "waitex", "waitex", "expire", "under"}
	for key := uintptr(1); len(steps) < n+8; {
		s := traceStep{I: len(steps), Op: ops[rng.IntN(len(ops))], N: 1}
		switch {
		case len(steps) == n || len(steps) == n+4:
			s.Op = "close"
		case rng.IntN(len(ops)+posts) < posts:
			s.Op, s.Key = "post", key
			key++
		}
		switch s.Op {
		case "ex0", "waitex":
			s.N = 1 + rng.IntN(5)
		case "under":
			if len(m.waiters) > 4 {
				continue
			}
		}
		switch s.Op {
		case "wait", "waitex", "expire", "under":
			if s.Slot = m.free(rng); s.Slot < 0 {
				continue
			}
		}
		for s.Over = s.Slot; s.Op == "under" && s.Over == s.Slot; {
			s.Over = m.free(rng)
		}
		s.Done = m.do(s)
		steps = append(steps, s)
	}
	return steps
}

func TestRandomTraces(t *testing.T) {
	traces := 200
	if testing.Short() || rig.Race {
		traces /= 5
	}
	for seed := range uint64(traces) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { replay(t, randomTrace(seed, 10+int(seed%40))) })
	}
}

// The model answers as the functions of kernel32 have.
func TestTraceModelAgrees(t *testing.T) {
	var m traceModel
	for _, s := range readTrace(t, "testdata/trace-1.jsonl") {
		if s.Op == "get0" || s.Op == "expire" {
			s.N = 1
		}
		sameDone(t, s, m.do(s))
	}
}
