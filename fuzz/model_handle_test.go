//go:build iocp_model

package fuzz

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/sched"
	"github.com/iocp-go/iocp/waiter"
)

// handleStep is what is placed in one order: a call with a handle, or a part of one.
type handleStep struct {
	kind handleKind
	h    iocp.Handle
	keys []uintptr
}

type handleKind uint8

const (
	opens     handleKind = iota // h, which no port had before
	noneLeft                    // every entry is open or used up
	closes                      // h, which is open
	posts                       // keys, to h, which is open
	takes                       // keys, the oldest of h, which is open
	nothing                     // h is open and has no packet
	isOpenNow                   // h is open
	wasClosed                   // h is closed, for ever
	neverWas                    // no port had h so far
)

// handleTable is the sequential table: the ports that handles stood for, each a queue.
type handleTable struct {
	ports [8]tablePort
	n     int
}

type tablePort struct {
	h     iocp.Handle
	open  bool
	queue [4]uintptr
	n     int
}

// do does one step, and reports whether it can be done in this state.
func (t *handleTable) do(s handleStep) bool {
	i := slices.IndexFunc(t.ports[:t.n], func(p tablePort) bool { return p.h == s.h })
	open := i >= 0 && t.ports[i].open
	switch s.kind {
	case opens:
		index, generation := iocp.ModelEntry(s.h)
		if i >= 0 || s.h&3 != 0 || generation < 1 || generation > iocp.ModelGenerations || t.used(index, true) {
			return false
		}
		t.ports[t.n].h, t.ports[t.n].open = s.h, true
		t.n++
		return true
	case noneLeft:
		for index := range iocp.ModelEntries {
			if !t.used(index, false) {
				return false
			}
		}
		return true
	case wasClosed:
		return i >= 0 && !open
	case neverWas:
		return i < 0
	}
	if !open {
		return false
	}
	p := &t.ports[i]
	switch s.kind {
	case closes:
		p.open = false
	case posts:
		p.n += copy(p.queue[p.n:], s.keys)
	case takes:
		if len(s.keys) > p.n || !slices.Equal(s.keys, p.queue[:len(s.keys)]) {
			return false
		}
		p.n = copy(p.queue[:], p.queue[len(s.keys):p.n])
	case nothing:
		return p.n == 0
	}
	return true
}

// used reports whether an entry is open or, unless only that is asked, has no generation left.
func (t *handleTable) used(index int, onlyOpen bool) bool {
	generations := 0
	for _, p := range t.ports[:t.n] {
		if at, _ := iocp.ModelEntry(p.h); at == index {
			if p.open {
				return true
			}
			generations++
		}
	}
	return !onlyOpen && generations == iocp.ModelGenerations
}

// handleActor is a client of a handleScenario.
type handleActor struct {
	id      int
	before  []iocp.Handle // that are open when the scenario begins
	own     iocp.Handle   // the one that it has opened last
	at      iocp.Handle   // of its wait
	posted  int
	history []porcupine.Operation
	wrong   []string
}

// handleScenario is a small program on the functions over handles.
type handleScenario struct {
	name    string
	bound   int
	before  int // handles that are open when it begins
	closed  int // and of them those that are closed again, the first ones
	packets int // in the first open one
	threads []func(*handleActor)
}

func (s handleScenario) program() sched.Program {
	waiter.Model(waiter.Options{})
	iocp.Model()
	var (
		as      []*handleActor
		threads []func()
		setup   = &handleActor{id: 9}
	)
	for range s.before {
		create(setup)
		setup.before = append(setup.before, setup.own)
	}
	for i := range s.closed {
		closeHandle(nth(i))(setup)
	}
	for range s.packets {
		postTo(nth(s.closed))(setup)
	}
	for i := range setup.history { // outside of a run the clock stands
		setup.history[i].Call = int64(i - len(setup.history))
		setup.history[i].Return = setup.history[i].Call
	}
	for i, f := range s.threads {
		a := &handleActor{id: i, before: setup.before}
		as = append(as, a)
		threads = append(threads, func() { f(a) })
	}
	return sched.Program{
		Threads: threads,
		Idle: func(asleep []int) error {
			for _, i := range asleep {
				_, err := takeKey(as[i].at, 0)
				switch {
				case err == nil:
					return fmt.Errorf("thread %d sleeps for a packet, and there is one", i)
				case err != iocp.ErrTimeout:
					return fmt.Errorf("thread %d sleeps at a handle that is closed: %w", i, err)
				}
			}
			return nil
		},
		Check: func() error {
			history := slices.Clone(setup.history)
			for _, a := range as {
				history = append(history, a.history...)
				if len(a.wrong) != 0 {
					return fmt.Errorf("thread %d: %s", a.id, a.wrong)
				}
			}
			rest := &handleActor{id: 9}
			for _, op := range history {
				if s := op.Input.(handleStep); s.kind == opens {
					rest.own = s.h
					for n := 0; n == len(rest.history); n++ {
						getFrom(own, 0)(rest)
						if last := rest.history[n].Input.(handleStep); last.kind == nothing {
							if err := atRest(iocp.ModelPort(s.h)); err != nil {
								return err
							}
						} else if last.kind == takes {
							continue
						}
						break
					}
				}
			}
			for rest.own = 1; rest.own != 0; {
				create(rest)
			}
			if len(rest.wrong) != 0 {
				return fmt.Errorf("at the end: %s", rest.wrong)
			}
			for i, op := range rest.history {
				op.Call = 1<<40 + int64(i)
				op.Return = op.Call
				history = append(history, op)
			}
			if !linear(history, handleTable{}, (*handleTable).do) {
				return fmt.Errorf("no order explains this history:\n%s", tellHandles(history))
			}
			return nil
		},
	}
}

func tellHandles(history []porcupine.Operation) string {
	var b strings.Builder
	for _, op := range history {
		s := op.Input.(handleStep)
		what := []string{"opens", "none left", "closes", "posts", "takes", "nothing", "open", "was closed", "never was"}[s.kind]
		fmt.Fprintf(&b, "thread %d  from %d to %d  %#x %s %v\n", op.ClientId, op.Call, op.Return, s.h, what, s.keys)
	}
	return b.String()
}

func (a *handleActor) record(call int64, steps ...handleStep) {
	for _, s := range steps {
		a.history = append(a.history, porcupine.Operation{ClientId: a.id, Input: s, Call: call, Return: now()})
	}
}

// refused records what err, of a call with h, says of h. A call that waits may say that the
// port was closed meanwhile.
func (a *handleActor) refused(call int64, h iocp.Handle, err error, waits bool) {
	switch {
	case waits && err == iocp.ErrClosed:
		a.record(call, handleStep{kind: isOpenNow, h: h}, handleStep{kind: wasClosed, h: h})
	case errors.Is(err, iocp.ErrInvalidPort) && errors.Is(err, os.ErrClosed):
		a.record(call, handleStep{kind: wasClosed, h: h})
	case errors.Is(err, iocp.ErrInvalidPort):
		a.record(call, handleStep{kind: neverWas, h: h})
	default:
		a.wrong = append(a.wrong, err.Error())
	}
}

// Which handle.

func nth(i int) func(*handleActor) iocp.Handle {
	return func(a *handleActor) iocp.Handle { return a.before[i] }
}

func own(a *handleActor) iocp.Handle { return a.own }

// successor is the handle that the entry of the first one stands for next.
func successor(a *handleActor) iocp.Handle { return iocp.ModelNext(a.before[0]) }

// What the threads do.

func create(a *handleActor) {
	call := begin()
	h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
	a.own = h
	switch {
	case err == nil:
		a.record(call, handleStep{kind: opens, h: h})
	case errors.Is(err, iocp.ErrFull):
		a.record(call, handleStep{kind: noneLeft})
	default:
		a.wrong = append(a.wrong, err.Error())
	}
}

func closeHandle(who func(*handleActor) iocp.Handle) func(*handleActor) {
	return func(a *handleActor) {
		h, call := who(a), begin()
		if err := iocp.CloseHandle(h); err != nil {
			a.refused(call, h, err, false)
			return
		}
		a.record(call, handleStep{kind: closes, h: h})
	}
}

func postTo(who func(*handleActor) iocp.Handle) func(*handleActor) {
	return func(a *handleActor) {
		h, call := who(a), begin()
		a.posted++
		key := uintptr(a.id*16 + a.posted)
		var err error
		if a.posted%2 == 1 {
			err = iocp.PostQueuedCompletionStatus(h, 0, key, nil)
		} else {
			err = iocp.SetIoCompletion(h, key, nil, 0, 0)
		}
		if err != nil {
			a.refused(call, h, err, false)
			return
		}
		a.record(call, handleStep{kind: posts, h: h, keys: []uintptr{key}})
	}
}

// takeKey takes a packet, which has no more than a key.
func takeKey(h iocp.Handle, timeout uint32) (key uintptr, err error) {
	var qty uint32
	var o *iocp.Overlapped
	err = iocp.GetQueuedCompletionStatus(h, &qty, &key, &o, timeout)
	return key, err
}

func getFrom(who func(*handleActor) iocp.Handle, timeout uint32) func(*handleActor) {
	return func(a *handleActor) {
		h, call := who(a), begin()
		a.at = h
		key, err := takeKey(h, timeout)
		switch err {
		case nil:
			a.record(call, handleStep{kind: takes, h: h, keys: []uintptr{key}})
		case iocp.ErrTimeout:
			a.record(call, handleStep{kind: nothing, h: h})
		default:
			a.refused(call, h, err, timeout != 0)
		}
	}
}

// exFrom: after a wait the first packet and the rest are taken one after the other.
func exFrom(who func(*handleActor) iocp.Handle, most int, timeout uint32) func(*handleActor) {
	return func(a *handleActor) {
		h, call := who(a), begin()
		a.at = h
		entries := make([]iocp.OverlappedEntry, most)
		n, err := iocp.GetQueuedCompletionStatusEx(h, entries, timeout, false)
		var keys []uintptr
		for _, e := range entries[:n] {
			keys = append(keys, e.CompletionKey)
		}
		switch {
		case (err == nil) != (n != 0):
			a.wrong = append(a.wrong, "Ex: error and length disagree")
		case err == iocp.ErrTimeout:
			a.record(call, handleStep{kind: nothing, h: h})
		case err != nil:
			a.refused(call, h, err, timeout != 0)
		case timeout == 0 || n == 1:
			a.record(call, handleStep{kind: takes, h: h, keys: keys})
		default:
			a.record(call, handleStep{kind: takes, h: h, keys: keys[:1]}, handleStep{kind: takes, h: h, keys: keys[1:]})
		}
	}
}

func inTurn(fs ...func(*handleActor)) func(*handleActor) {
	return func(a *handleActor) {
		for _, f := range fs {
			f(a)
		}
	}
}

// The table of handles looks like handleTable, and each port like a queue, to everyone: a
// handle is open from an instant of the call that opens it to one of the call that closes
// it, and of two that close it one does. What was posted to a handle is taken from that
// handle. A call that finds the handle closed says that it is invalid, and only a wait that
// had begun says that the port was closed. Nobody sleeps at a closed handle. At the end every
// entry that is not used up can be opened.
func TestModelHandles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(16))
	type threads = []func(*handleActor)
	const forever, soon = iocp.INFINITE, 1
	first := nth(0)
	for _, s := range []handleScenario{
		{name: "post, get, close", bound: 1, before: 1, threads: threads{postTo(first), getFrom(first, forever), closeHandle(first)}},
		{name: "post and look, close", bound: 3, before: 1, threads: threads{inTurn(postTo(first), getFrom(first, 0)), closeHandle(first)}},
		{name: "look, close", bound: 9, before: 1, threads: threads{getFrom(first, 0), closeHandle(first)}},
		{name: "post, close and open again", bound: 3, before: 1, threads: threads{inTurn(postTo(first), postTo(first)), inTurn(closeHandle(first), create, getFrom(own, 0))}},
		{name: "look, close and open again", bound: 4, before: 1, packets: 1, threads: threads{inTurn(getFrom(first, 0), getFrom(first, 0)), inTurn(closeHandle(first), create, postTo(own))}},
		{name: "wait, close and open again", bound: 2, before: 1, threads: threads{inTurn(getFrom(first, forever), getFrom(first, forever)), inTurn(closeHandle(first), create, postTo(own))}},
		{name: "successor, close and open again", bound: 3, before: 1, threads: threads{inTurn(postTo(successor), getFrom(successor, 0)), inTurn(closeHandle(first), create, closeHandle(own))}},
		{name: "close twice", bound: 9, before: 1, threads: threads{closeHandle(first), closeHandle(first)}},
		{name: "close twice, wait", bound: 1, before: 1, threads: threads{closeHandle(first), closeHandle(first), inTurn(getFrom(first, forever), getFrom(first, forever))}},
		{name: "close, open and close beside", bound: 4, before: 1, threads: threads{inTurn(closeHandle(first), create), inTurn(closeHandle(first), create)}},
		{name: "close, waits", bound: 1, before: 1, threads: threads{getFrom(first, forever), getFrom(first, soon), closeHandle(first)}},
		{name: "close, refused and then a wait", bound: 3, before: 1, threads: threads{inTurn(postTo(first), getFrom(first, forever)), closeHandle(first)}},
		{name: "close, Ex", bound: 2, before: 1, packets: 1, threads: threads{inTurn(exFrom(first, 3, forever), exFrom(first, 3, forever)), inTurn(postTo(first), closeHandle(first))}},
		{name: "close, Ex looks", bound: 3, before: 1, packets: 1, threads: threads{inTurn(exFrom(first, 3, 0), exFrom(first, 3, 0)), inTurn(postTo(first), closeHandle(first))}},
		{name: "close, Ex, two", bound: 1, before: 1, threads: threads{exFrom(first, 2, forever), exFrom(first, 2, soon), inTurn(postTo(first), postTo(first), closeHandle(first))}},
		{name: "open and open", bound: 9, threads: threads{create, create}},
		{name: "open and open, used", bound: 3, threads: threads{inTurn(create, postTo(own), getFrom(own, 0)), inTurn(create, postTo(own), getFrom(own, 0))}},
		{name: "open and open in another chunk", bound: 4, before: 2, threads: threads{inTurn(create, postTo(own)), inTurn(create, postTo(own))}},
		{name: "open and open, one is left", bound: 4, before: 3, threads: threads{create, create}},
		{name: "open and open, one was closed", bound: 4, before: 1, closed: 1, threads: threads{inTurn(create, closeHandle(own)), create}},
		{name: "open, none is left till a close", bound: 4, before: 4, threads: threads{inTurn(create, create), closeHandle(first)}},
		{name: "generations used up", bound: 2, before: 1, threads: threads{inTurn(closeHandle(first), create, closeHandle(own), create), inTurn(create, closeHandle(own), create)}},
		{name: "two ports, close one", bound: 1, before: 2, threads: threads{inTurn(postTo(first), postTo(nth(1))), getFrom(nth(1), forever), closeHandle(first)}},
	} {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			explore(t, s.program, s.bound, 1)
		})
	}
}
