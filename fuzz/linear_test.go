package fuzz

import (
	"fmt"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// maxRoom is the room of a port that grows without limit: more packets than any history has.
const maxRoom = 32

// fifo is a state of the sequential queue that specifies a port.
type fifo struct {
	queue  [maxRoom]int
	n      int
	room   int // how many may be in it
	closed bool
	open   uint64 // batches between their takeFirst and their takeRest
}

func (f *fifo) take(vs []int) bool {
	if len(vs) > f.n {
		return false
	}
	for i, v := range vs {
		if f.queue[i] != v {
			return false
		}
	}
	var rest [maxRoom]int
	f.n = copy(rest[:], f.queue[len(vs):f.n])
	f.queue = rest
	return true
}

// do applies a step and reports whether the state allows it.
func (f *fifo) do(s step) bool {
	switch s.kind {
	case push:
		if f.closed || f.n+len(s.vs) > f.room {
			return false
		}
		f.n += copy(f.queue[f.n:], s.vs)
		return true
	case take:
		return f.take(s.vs)
	case takeFirst:
		f.open |= 1 << s.batch
		return f.take(s.vs)
	case takeRest:
		begun := f.open&(1<<s.batch) != 0
		f.open &^= 1 << s.batch
		return begun && f.take(s.vs)
	case isEmpty:
		return f.n == 0
	case isFull:
		return f.n == f.room
	case isOpen:
		return !f.closed
	case isClosed:
		return f.closed
	case isOver:
		return f.closed && f.n == 0
	case isLen:
		return f.n == s.batch
	case closing:
		was := f.closed
		f.closed = true
		return !was
	case closingAgain:
		return f.closed
	}
	panic("no such step")
}

// fifoModel is porcupine's model of a queue with the given room.
func fifoModel(room int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return fifo{room: room} },
		Step: func(state, input, _ any) (bool, any) {
			f := state.(fifo)
			ok := f.do(input.(step))
			return ok, f
		},
	}
}

// The model refuses wrong histories.
func TestModelRefuses(t *testing.T) {
	at := func(call, ret int64, s step) porcupine.Operation {
		return porcupine.Operation{Input: s, Call: call, Return: ret}
	}
	one, two := []int{1}, []int{2}
	for name, c := range map[string]struct {
		ok      bool
		history []porcupine.Operation
	}{
		"in turn":       {true, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: take, vs: one})}},
		"not posted":    {false, []porcupine.Operation{at(0, 1, step{kind: take, vs: one})}},
		"twice":         {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: take, vs: one}), at(2, 3, step{kind: take, vs: one})}},
		"out of order":  {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: push, vs: two}), at(4, 5, step{kind: take, vs: two})}},
		"overlapping":   {true, []porcupine.Operation{at(0, 3, step{kind: push, vs: one}), at(2, 3, step{kind: push, vs: two}), at(4, 5, step{kind: take, vs: two})}},
		"too early":     {false, []porcupine.Operation{at(0, 1, step{kind: take, vs: one}), at(2, 3, step{kind: push, vs: one})}},
		"lost":          {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: isEmpty})}},
		"not full":      {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: isFull})}},
		"over full":     {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: []int{1, 2}}), at(2, 3, step{kind: push, vs: []int{3}})}},
		"after closing": {false, []porcupine.Operation{at(0, 1, step{kind: closing}), at(2, 3, step{kind: push, vs: one})}},
		"not over":      {false, []porcupine.Operation{at(0, 1, step{kind: push, vs: one}), at(2, 3, step{kind: closing}), at(4, 5, step{kind: isOver})}},
		"closed twice":  {false, []porcupine.Operation{at(0, 1, step{kind: closing}), at(0, 1, step{kind: closing})}},
		"rest first": {false, []porcupine.Operation{
			at(0, 1, step{kind: push, vs: []int{1, 2}}), at(2, 3, step{kind: takeFirst, batch: 4, vs: two}), at(2, 3, step{kind: takeRest, batch: 4, vs: one}),
		}},
	} {
		want := porcupine.Illegal
		if c.ok {
			want = porcupine.Ok
		}
		require.Equal(t, want, porcupine.CheckOperationsTimeout(fifoModel(capacity), c.history, 0), name)
	}
}

// Each history of concurrent calls equals that of sequential calls of a FIFO queue, in an order
// that agrees with real time.
func TestLinearizable(t *testing.T) {
	const rounds = 2000
	unknown, operations := 0, 0
	ports := []struct {
		name       string
		slots, max int
		opts       []iocp.Option
	}{
		{"of two", 2, 2, nil},
		{"of two, goroutines", 2, 2, []iocp.Option{iocp.WithParking(iocp.ParkGoroutine)}},
		{"of two, threads", 2, 2, []iocp.Option{iocp.WithParking(iocp.ParkThread)}},
		{"of two, one at a time", 2, 2, []iocp.Option{iocp.WithConcurrency(1)}},
		{"of eight", 8, 8, nil},
		{"that grows to five", 2, 5, []iocp.Option{iocp.WithGrowth(5)}},
		{"that grows to eight", 2, 8, []iocp.Option{iocp.WithGrowth(8), iocp.WithConcurrency(1)}},
		{"that grows without limit", 2, maxRoom, []iocp.Option{iocp.WithGrowth(0)}},
	}
	for _, p := range ports {
		for round := range rounds / len(ports) {
			port, err := iocp.New[int](p.slots, p.opts...)
			require.NoError(t, err)
			history, wrong := recordRound(port, uint64(round))
			require.Empty(t, wrong)
			operations += len(history)
			switch porcupine.CheckOperationsTimeout(fifoModel(p.max), history, time.Second) {
			case porcupine.Illegal:
				t.Fatalf("a port %s, round %d: no order explains this history:\n%s", p.name, round, tell(history))
			case porcupine.Unknown:
				unknown++
			}
		}
	}
	t.Logf("%d rounds, %d operations, %d not decided in time", rounds, operations, unknown)
	require.Less(t, unknown, rounds/10, "too few histories were decided")
}

func tell(history []porcupine.Operation) (s string) {
	names := [...]string{
		push: "push", take: "take", takeFirst: "take first", takeRest: "take rest", isEmpty: "empty", isFull: "full",
		isOpen: "open", isOver: "over", isLen: "length", isClosed: "closed", closing: "close", closingAgain: "close again",
	}
	for _, op := range history {
		in := op.Input.(step)
		s += fmt.Sprintf("%8d to %8d, client %d: %s %v\n", op.Call, op.Return, op.ClientId, names[in.kind], in.vs)
	}
	return s
}
