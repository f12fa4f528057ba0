//go:build iocp_model

package fuzz

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/sched"
	"github.com/iocp-go/iocp/waiter"
)

var (
	modelBound   = flag.Int("model.bound", 0, "preemptions to explore beyond each scenario's own bound")
	modelMost    = flag.Int("model.most", 100_000, "schedules to run of a scenario")
	modelSamples = flag.Int("model.samples", 2_000, "random schedules to run of a scenario")
	modelSeed    = flag.Uint64("model.seed", 1, "of the random schedules")
	modelReplay  = flag.String("model.replay", "", "a schedule to run of the scenario that -run names, with its trace")
)

// actor is a client of a scenario.
type actor struct {
	*client
	forRoom bool // what it waits for, if it waits
	ctx     context.Context
	cancel  context.CancelFunc
}

// scenario is a small program on one port. Each of its threads is a client.
type scenario struct {
	name     string
	bound    int // preemptions
	capacity int
	opts     []iocp.Option
	before   int  // packets that are there when it begins
	drained  bool // they have been taken
	looks    int  // before a wait
	torrent  bool // it begins in one
	threads  []func(c *actor)
	grown    int                                        // the room, if it grows
	end      func(cs []*actor, p *iocp.Port[int]) error // what else must hold
}

// The time of a history is where the run is.
func begin() int64 { sched.Call(); return sched.Step() }
func now() int64   { sched.Return(); return sched.Step() }

func (s scenario) program() sched.Program {
	waiter.Model(s.looks, s.torrent)
	port, err := iocp.New[int](s.capacity, s.opts...)
	if err != nil {
		panic(err)
	}
	var (
		next    atomic.Int32
		cs      []*actor
		threads []func()
	)
	ctx, cancel := context.WithCancel(context.Background())
	var first []porcupine.Operation
	for i := range s.before {
		v := int(next.Add(1))
		if err := port.Post(v); err != nil {
			panic(err)
		}
		at := int64(i - s.before)
		first = append(first, porcupine.Operation{Input: step{kind: push, vs: []int{v}}, Call: at, Return: at})
	}
	if s.drained {
		for range s.before {
			if _, err := port.Get(0); err != nil {
				panic(err)
			}
		}
		first = nil
	}
	for i, f := range s.threads {
		c := &actor{client: &client{id: i, port: port, begin: begin, now: now, next: &next}, ctx: ctx, cancel: cancel}
		cs = append(cs, c)
		threads = append(threads, func() { f(c) })
	}
	return sched.Program{
		Threads: threads,
		Idle: func(asleep []int) error {
			_, err := port.PostBatch(nil)
			for _, i := range asleep {
				switch c := cs[i]; {
				case err != nil:
					return fmt.Errorf("thread %d sleeps at a closed port", i)
				case c.forRoom && port.Len() < s.room():
					return fmt.Errorf("thread %d sleeps for room, and there is some", i)
				case !c.forRoom && port.Len() != 0:
					return fmt.Errorf("thread %d sleeps for a packet, and there is one", i)
				}
			}
			return nil
		},
		Check: func() error {
			defer cancel()
			history := slices.Clone(first)
			for _, c := range cs {
				history = append(history, c.history...)
				if len(c.wrong) != 0 {
					return fmt.Errorf("thread %d: %s", c.id, c.wrong)
				}
			}
			for at := int64(1 << 40); ; at++ { // what is left
				v, err := port.Get(0)
				if err != nil {
					history = append(history, porcupine.Operation{Input: step{kind: isEmpty}, Call: at, Return: at})
					break
				}
				history = append(history, porcupine.Operation{Input: step{kind: take, vs: []int{v}}, Call: at, Return: at})
			}
			if !linear(history, fifo{room: s.room()}) {
				return fmt.Errorf("no order explains this history:\n%s", tell(history))
			}
			if n := waiter.Threads(); n != 0 {
				return fmt.Errorf("%d threads still counted", n)
			}
			if s.end != nil {
				return s.end(cs, port)
			}
			return nil
		},
	}
}

// linear reports whether the operations can be put in an order that agrees with
// real time and with f. For the few of a scenario trying is fast.
func linear(history []porcupine.Operation, f fifo) bool {
	if len(history) == 0 {
		return true
	}
	first := history[0].Return
	for _, op := range history {
		first = min(first, op.Return)
	}
	for i, op := range history {
		if op.Call > first {
			continue // another had returned before
		}
		after := f
		if !after.do(op.Input.(step)) {
			continue
		}
		rest := append(slices.Clone(history[:i]), history[i+1:]...)
		if linear(rest, after) {
			return true
		}
	}
	return false
}

func (s scenario) defaults() scenario {
	if s.capacity == 0 {
		s.capacity = 2
	}
	s.opts = append([]iocp.Option{goroutines}, s.opts...)
	return s
}

// room is how many packets the port takes.
func (s scenario) room() int { return max(s.capacity, s.grown) }

// What the threads do.

func post(c *actor) { c.post() }

func postBatch(n int) func(*actor) {
	return func(c *actor) { c.batch(n) }
}

// postWait waits for room as long as it takes, postSoon until a deadline.
func postWait(c *actor) {
	c.forRoom = true
	c.posted(func(p *iocp.Port[int], v int) error { return p.PostTimeout(v, iocp.Infinite) })
	c.forRoom = false
}

func postSoon(c *actor) {
	c.forRoom = true
	c.posted(func(p *iocp.Port[int], v int) error { return p.PostTimeout(v, soon) })
	c.forRoom = false
}

// soon is a deadline that the scheduler lets pass when it likes.
const soon = time.Duration(1)

// late is one that is far enough off for a sleep in each way before it.
const late = time.Second

func get(c *actor)     { c.get(iocp.Infinite) }
func getSoon(c *actor) { c.get(soon) }
func getLate(c *actor) { c.get(late) }
func look(c *actor)    { c.get(0) }

func getBatch(n int, timeout time.Duration) func(*actor) {
	return func(c *actor) { c.batchGot(n, timeout) }
}

// closing closes the port.
func closePort(c *actor) { c.close() }

func interrupt(c *actor) {
	c.begin()
	c.port.Interrupt()
	c.now()
}

// both does one thing after another.
func both(fs ...func(*actor)) func(*actor) {
	return func(c *actor) {
		for _, f := range fs {
			f(c)
		}
	}
}

// getContext waits until cancel cancels it.
func getContext(c *actor) {
	c.got(0, func(p *iocp.Port[int]) (int, error) { return p.GetContext(c.ctx) })
}

func cancel(c *actor) { sched.Cancel(c.cancel) }

var (
	goroutines = iocp.WithParking(iocp.ParkGoroutine)
	auto       = iocp.WithParking(iocp.ParkAuto)
	oneInTurn  = iocp.WithConcurrency(1)
	manyAtOnce = iocp.WithConcurrency(9)
)

func scenarios() []scenario {
	type threads = []func(*actor)
	return []scenario{
		{name: "posts and looks", bound: 3, threads: threads{both(post, post), post, both(look, look), look}},
		{name: "posts that lap", bound: 3, threads: threads{both(post, post, post), both(look, look, look)}},
		{name: "room at the lap", bound: 3, before: 2, threads: threads{post, both(look, look, post, look)}},
		{name: "post, get", bound: 9, threads: threads{post, get}},
		{name: "post, get, with looks", bound: 9, looks: 2, threads: threads{post, get}},
		{name: "two posts, two gets", bound: 2, threads: threads{post, post, get, get}},
		{name: "two posts, two gets, one at a time", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{post, post, get, get}},
		{name: "two posts, two gets, all at once", bound: 2, opts: []iocp.Option{manyAtOnce}, threads: threads{post, post, get, get}},
		{name: "chain", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post), get, get}},
		{name: "chain of three", bound: 1, opts: []iocp.Option{oneInTurn}, capacity: 4, threads: threads{postBatch(3), get, get, get}},
		{name: "post, deadline", bound: 9, threads: threads{post, getSoon}},
		{name: "post, deadline, look", bound: 3, threads: threads{post, getSoon, look}},
		{name: "leaver and stayer", bound: 2, threads: threads{both(post, post), getSoon, get}},
		{name: "leaver and stayer, one at a time", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post), getSoon, get}},
		{name: "cancel", bound: 4, threads: threads{getContext, cancel, post}},
		{name: "cancel and stayer", bound: 2, threads: threads{getContext, cancel, post, get}},
		{name: "interrupt", bound: 3, threads: threads{post, get, interrupt}},
		{name: "interrupt and stayer", bound: 1, threads: threads{both(post, post), get, get, interrupt}},
		{name: "room", bound: 3, before: 2, threads: threads{postWait, look}},
		{name: "room in a torrent", bound: 3, before: 2, looks: 2, torrent: true, threads: threads{postWait, both(look, post, look)}},
		{name: "torrent", bound: 4, looks: 1, torrent: true, threads: threads{both(post, post), both(get, get)}},
		{name: "room for two", bound: 2, before: 2, threads: threads{postWait, postWait, both(look, look)}},
		{name: "room, deadline", bound: 2, before: 2, threads: threads{postSoon, postWait, both(look, look)}},
		{name: "room by hand-offs", bound: 2, before: 2, threads: threads{both(postWait, postWait), both(get, get), get}},
		{name: "room, interrupt", bound: 2, before: 2, threads: threads{postWait, look, interrupt}},
		{name: "close, post, get", bound: 3, threads: threads{closePort, post, get}},
		{name: "close, post, two gets", bound: 2, threads: threads{closePort, post, get, get}},
		{name: "close, deadline", bound: 3, threads: threads{closePort, post, getSoon}},
		{name: "close, cancel", bound: 2, threads: threads{getContext, cancel, closePort, post}},
		{name: "close, interrupt", bound: 2, threads: threads{closePort, get, interrupt, post}},
		{name: "close, room", bound: 3, before: 2, threads: threads{closePort, postWait, look}},
		{name: "close, no room", bound: 3, before: 2, threads: threads{closePort, postWait, postWait}},
		{name: "close twice", bound: 3, threads: threads{closePort, closePort, get}},
		{name: "close, half posted", bound: 2, threads: threads{closePort, post, post, get}},
		{name: "batches", bound: 2, capacity: 4, threads: threads{postBatch(2), getBatch(2, iocp.Infinite), getBatch(2, iocp.Infinite)}},
		{name: "batches meet", bound: 2, threads: threads{postBatch(2), postBatch(2), getBatch(2, 0), look}},
		{name: "batch, room", bound: 2, before: 2, threads: threads{postWait, postWait, getBatch(2, 0)}},
		{name: "growth", bound: 3, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{post, both(look, look, look)}},
		{name: "shrinking", bound: 3, grown: 16, before: 4, drained: true, opts: []iocp.Option{iocp.WithGrowth(16)}, threads: threads{look, post, post}},
		{name: "growth by two", bound: 2, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{post, post, both(look, look)}},
		{name: "growth, get", bound: 2, grown: 4, before: 1, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{both(post, post), both(get, get), get}},
		{name: "growth, room below the lap", bound: 2, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, both(look, look, post)}},
		{name: "growth, shrinking while posters wait", bound: 2, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, postWait, both(look, look, look, look)}},
		{name: "growth, close", bound: 2, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{closePort, post, get}},
		{name: "threads", bound: 2, opts: []iocp.Option{auto}, threads: threads{both(post, post), get, get}},
		{name: "thread, deadline", bound: 3, opts: []iocp.Option{auto}, threads: threads{post, getSoon}},
		{name: "thread at the end", bound: 3, opts: []iocp.Option{auto}, threads: threads{post, getLate}},
		{name: "thread at the end, newcomer", bound: 1, opts: []iocp.Option{auto}, threads: threads{both(post, post), getLate, get}},
		{name: "threads at the end, close", bound: 1, opts: []iocp.Option{auto}, threads: threads{closePort, post, getLate, get}},
		{name: "threads at the end, interrupt", bound: 1, opts: []iocp.Option{auto}, threads: threads{interrupt, post, getLate, get}},
		{name: "threads at the end, twice", bound: 1, opts: []iocp.Option{auto}, threads: threads{both(post, post), both(getLate, getLate), getSoon}},
		{name: "thread, newcomer leaves", bound: 2, opts: []iocp.Option{auto}, threads: threads{post, get, getSoon}},
		{name: "thread, newcomer canceled", bound: 1, opts: []iocp.Option{auto}, threads: threads{getContext, cancel, get, post}},
		{name: "threads, close", bound: 2, opts: []iocp.Option{auto}, threads: threads{closePort, get, get}},
		{name: "growth, drained while looked at", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{look, both(post, post, post, closePort), both(look, look)}},
		{name: "growth, drained while handed over", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{get, post, both(post, post, closePort), both(look, look)}},
		{name: "a batch at once", bound: 2, capacity: 4, threads: threads{getBatch(2, 0), both(post, post, post), look}},
		{name: "growth, room", bound: 1, grown: 4, before: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{postWait, look, getBatch(2, 0)}},
	}
}

// Run it alone: outside of its runs the atomics of this build are none.
func TestModel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // room for a thread that sleeps
	for _, s := range scenarios() {
		s = s.defaults()
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			explore(t, s.program, s.bound)
		})
	}
}

// explore runs a program's schedules, exhaustively and at random, or the one that
// is asked for.
func explore(t *testing.T, program func() sched.Program, bound int) {
	if *modelReplay != "" {
		trace, err := sched.Replay(program, *modelReplay)
		t.Logf("%s", trace)
		require.NoError(t, err)
		return
	}
	bound += *modelBound
	check := func(how string, r sched.Result) {
		t.Helper()
		t.Logf("%s: %v", how, r)
		if r.Failure != nil {
			trace, _ := sched.Replay(program, r.Schedule)
			t.Fatalf("%v\n%s\nto see it again: -model.replay '%s'", r.Failure, trace, r.Schedule)
		}
	}
	check(fmt.Sprintf("up to %d preemptions", bound), sched.Exhaust(program, bound, *modelMost))
	check("at random", sched.Sample(program, *modelSeed, *modelSamples))
}

// FuzzModel lets the fuzzer draw the seeds.
func FuzzModel(f *testing.F) {
	f.Add(uint64(1), uint8(0))
	all := scenarios()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	f.Fuzz(func(t *testing.T, seed uint64, which uint8) {
		s := all[int(which)%len(all)]
		r := sched.Sample(s.defaults().program, seed, 10)
		if r.Failure != nil {
			t.Fatalf("%s: %v\nto see it again: -model.replay '%s'", s.name, r.Failure, r.Schedule)
		}
	})
}
