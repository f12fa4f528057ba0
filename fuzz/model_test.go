//go:build iocp_model

package fuzz

import (
	"context"
	"flag"
	"fmt"
	"reflect"
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
	due     bool // it waits until a deadline
	ctx     context.Context
	cancel  context.CancelFunc
	packets *iocp.Notifier // made by notifier
	room    *iocp.Notifier // made by roomNotifier
}

// scenario is a small program on one port. Each of its threads is a client.
type scenario struct {
	name     string
	bound    int // preemptions
	samples  int // how many times as many random schedules, if not 0
	capacity int
	opts     []iocp.Option
	before   int  // packets posted before it begins
	drained  bool // those packets have been taken too
	watch    bool // callers may watch the queue, where ParkAuto lets them
	free     bool // the scheduler answers whatever decides how a caller waits
	late     bool // takers run late unless they are bumped
	alarms   bool // deadlines are kept by timers
	procs    int  // GOMAXPROCS: the limit of hand-offs, also to posters
	threads  []func(c *actor)
	grown    int                                        // limit of growth, if the port grows
	end      func(cs []*actor, p *iocp.Port[int]) error // a further check at the end
}

// The time of a history is the step of the run.
func begin() int64 { sched.Call(); return sched.Step() }
func now() int64   { sched.Return(); return sched.Step() }

func (s scenario) program() sched.Program {
	waiter.Model(waiter.Options{Watch: s.watch || s.free, Free: s.free, Late: s.late, Alarms: s.alarms})
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
			if err := atRest(port); err != nil {
				return err
			}
			history := slices.Clone(first)
			for _, c := range cs {
				history = append(history, c.history...)
				if len(c.wrong) != 0 {
					return fmt.Errorf("thread %d: %s", c.id, c.wrong)
				}
				if c.due {
					return fmt.Errorf("thread %d sleeps past its deadline", c.id)
				}
			}
			for at := int64(1 << 40); ; at++ { // what is left
				v, err := port.Get(0)
				if err != nil {
					history = append(history, porcupine.Operation{Input: step{kind: isEmpty}, Call: at, Return: at})
					break
				}
				history = append(history, porcupine.Operation{Input: step{kind: take, vs: []int{v}}, Call: at, Return: at})
				for _, c := range cs { // each take moves the packet of a sleeping poster
					if c.forRoom && c.pending.Input.(step).vs[0] == v {
						c.pending.Return = at
						history = append(history, c.pending)
					}
				}
			}
			if !linear(history, fifo{room: s.room()}, (*fifo).do) {
				return fmt.Errorf("no order explains this history:\n%s", tell(history))
			}
			if s.end != nil {
				return s.end(cs, port)
			}
			return nil
		},
	}
}

// atRest checks the state of the two stacks at the end of a run, when no thread runs.
func atRest(port any) error {
	for _, side := range []string{"takers", "posts"} {
		stack := reflect.ValueOf(port).Elem().FieldByName(side)
		state := stack.FieldByName("state").FieldByName("v").Uint()
		if flights := state &^ (1 << 63) >> 33; flights != 0 {
			return fmt.Errorf("%s: %d hand-offs in flight for ever", side, flights)
		}
		if state>>32&1 != 0 && uint32(state) == 0 {
			return fmt.Errorf("%s: the sole waiter is in use for ever", side)
		}
		if stack.FieldByName("pace").FieldByName("watcher").FieldByName("u").FieldByName("v").Uint() != 0 {
			return fmt.Errorf("%s: a watcher for ever", side)
		}
		if stack.FieldByName("pace").FieldByName("yielding").FieldByName("v").Int() != 0 {
			return fmt.Errorf("%s: somebody yields for ever", side)
		}
		listed := 0
		for w := stack.FieldByName("first"); !w.IsNil(); w = w.Elem().FieldByName("next") {
			listed++
		}
		if armed := state>>30&1 != 0; armed == stack.FieldByName("notifiers").IsNil() {
			return fmt.Errorf("%s: the bit armed is %v, and the list of notifiers says otherwise", side, armed)
		}
		if n := int(uint32(state) &^ (1<<31 | 1<<30)); n != listed {
			return fmt.Errorf("%s: %d on the list, %d counted", side, listed, n)
		}
	}
	return waiter.AtRest()
}

// linear reports whether the operations have an order that agrees with real time and with m,
// by do. A scenario has few operations, so trying all orders is fast.
func linear[M, S any](history []porcupine.Operation, m M, do func(*M, S) bool) bool {
	if len(history) == 0 {
		return true
	}
	first := history[0].Return
	for _, op := range history {
		first = min(first, op.Return)
	}
	for i, op := range history {
		if op.Call > first {
			continue // another operation returned before this one began
		}
		after := m
		if !do(&after, op.Input.(S)) {
			continue
		}
		rest := append(slices.Clone(history[:i]), history[i+1:]...)
		if linear(rest, after, do) {
			return true
		}
	}
	return false
}

func (s scenario) defaults() scenario {
	if s.capacity == 0 {
		s.capacity = 2
	}
	if s.procs == 0 {
		s.procs = 16 // no limit
	}
	if s.watch || s.free || s.late {
		s.opts = append([]iocp.Option{auto}, s.opts...)
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

// postWait waits for room without limit, postSoon until a deadline.
func postWait(c *actor) {
	c.forRoom = true
	c.posted(func(p *iocp.Port[int], v int) error { return c.unlimited(p.PostTimeout(v, iocp.Infinite)) })
	c.forRoom = false
}

// unlimited records a failure if a wait without a limit has timed out.
func (c *actor) unlimited(err error) error {
	if err == iocp.ErrTimeout {
		c.wrong = append(c.wrong, "a wait without a limit timed out")
	}
	return err
}

func postSoon(c *actor) { c.postUntil(soon) }

func (c *actor) postUntil(timeout time.Duration) {
	c.forRoom, c.due = true, true
	c.posted(func(p *iocp.Port[int], v int) error { return p.PostTimeout(v, timeout) })
	c.forRoom, c.due = false, false
}

// soon is a timeout that the scheduler may let pass at any time.
const soon = time.Duration(1)

func get(c *actor)     { c.get(iocp.Infinite) }
func getSoon(c *actor) { c.getUntil(soon) }
func look(c *actor)    { c.get(0) }

func (c *actor) getUntil(timeout time.Duration) {
	c.due = true
	c.get(timeout)
	c.due = false
}

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

// ifWait does f if n posters wait.
func ifWait(n int, f func(*actor)) func(*actor) {
	return func(c *actor) {
		if c.port.Stats().WaitingPosters == n {
			f(c)
		}
	}
}

// noPoster fails if a poster waits.
func noPoster(c *actor) {
	if n := c.port.Stats().WaitingPosters; n != 0 {
		c.wrong = append(c.wrong, fmt.Sprintf("%d posters wait for room, and there is some", n))
	}
}

// counts fails if more packets were taken than posted.
func counts(c *actor) {
	if s := c.port.Stats(); s.Taken > s.Posted {
		c.wrong = append(c.wrong, fmt.Sprintf("%d taken of %d posted", s.Taken, s.Posted))
	}
}

// ifTakers does f if n takers wait.
func ifTakers(n int, f func(*actor)) func(*actor) {
	return func(c *actor) {
		if c.port.Stats().Waiting == n {
			f(c)
		}
	}
}

// newestFirst checks LIFO where thread 1 began to wait after thread 0.
func newestFirst(cs []*actor, _ *iocp.Port[int]) error {
	for i, v := range []int{2, 1} {
		for _, op := range cs[i].history {
			if s := op.Input.(step); s.vs[0] != v {
				return fmt.Errorf("thread %d has packet %d", i, s.vs[0])
			}
		}
	}
	return nil
}

// inOrder checks FIFO of posters where each began after the one before had begun to wait.
func inOrder(cs []*actor, _ *iocp.Port[int]) error {
	var order []int
	for _, c := range cs {
		for _, op := range c.history {
			if s := op.Input.(step); s.kind == take {
				order = append(order, s.vs...)
			}
		}
	}
	if !slices.IsSorted(order) {
		return fmt.Errorf("a poster that came later was earlier: %v", order)
	}
	return nil
}

// getContext waits until cancel cancels it.
func getContext(c *actor) {
	c.got(iocp.Infinite, func(p *iocp.Port[int]) (int, error) { return p.GetContext(c.ctx) })
}

// postContext waits for room until cancel cancels it.
func postContext(c *actor) {
	c.forRoom = true
	c.posted(func(p *iocp.Port[int], v int) error { return c.unlimited(p.PostContext(c.ctx, v)) })
	c.forRoom = false
}

func cancel(c *actor) { sched.Cancel(c.cancel) }

var (
	goroutines = iocp.WithParking(iocp.ParkGoroutine)
	auto       = iocp.WithParking(iocp.ParkAuto)
	oneInTurn  = iocp.WithConcurrency(1)
	endlessly  = iocp.WithGrowth(0)
	manyAtOnce = iocp.WithConcurrency(9)
)

func scenarios() []scenario {
	type threads = []func(*actor)
	return slices.Concat(growthScenarios(), alarmScenarios(), policyScenarios(), notifyScenarios(), batchScenarios(), []scenario{
		{name: "posts and looks", bound: 3, threads: threads{both(post, post), post, both(look, look), look}},
		{name: "posts that lap", bound: 3, threads: threads{both(post, post, post), both(look, look, look)}},
		{name: "room at the lap", bound: 3, before: 2, threads: threads{post, both(look, look, post, look)}},
		{name: "post, get", bound: 9, threads: threads{post, get}},
		{name: "post, get listed", bound: 9, threads: threads{post, getContext}},
		{name: "post, get, with looks", bound: 9, opts: []iocp.Option{auto}, threads: threads{post, get}},
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
		{name: "room, with looks", bound: 3, before: 2, opts: []iocp.Option{auto}, threads: threads{postWait, both(look, post, look)}},
		{name: "two posts, with looks", bound: 3, opts: []iocp.Option{auto}, threads: threads{both(post, post), both(get, get)}},
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
		{name: "growth, shrinking while posters wait in turn", bound: 1, grown: 3, before: 3, procs: 1, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, postWait, postWait, both(look, look, look, look), both(look, look)}},
		{name: "growth, close", bound: 2, grown: 4, before: 2, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{closePort, post, get}},
		{name: "growth, drained while looked at", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{look, both(post, post, post, closePort), both(look, look)}},
		{name: "growth, drained while handed over", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{get, post, both(post, post, closePort), both(look, look)}},
		{name: "growth without a limit", bound: 2, grown: maxRoom, before: 2, opts: []iocp.Option{endlessly}, threads: threads{post, post, both(look, look)}},
		{name: "growth without a limit, close", bound: 2, grown: maxRoom, before: 2, opts: []iocp.Option{endlessly}, threads: threads{closePort, post, post, look}},
		{name: "growth, a batch across a seam", bound: 2, grown: maxRoom, before: 3, opts: []iocp.Option{endlessly}, threads: threads{getBatch(3, 0), look, both(post, look)}},
		{name: "growth, batches across a seam", bound: 2, grown: maxRoom, before: 1, opts: []iocp.Option{endlessly}, threads: threads{postBatch(3), getBatch(3, 0), getBatch(2, iocp.Infinite)}},
		{name: "growth, a batch across a seam, close", bound: 2, grown: maxRoom, before: 3, opts: []iocp.Option{endlessly}, threads: threads{closePort, getBatch(4, 0), look}},
		{name: "growth, a batch across a seam, room", bound: 2, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, getBatch(3, 0), look}},
		{name: "growth, close, room", bound: 2, grown: 4, before: 3, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{closePort, postWait, postWait, look}},
		{name: "a batch at once", bound: 2, capacity: 4, threads: threads{getBatch(2, 0), both(post, post, post), look}},
		{name: "growth, room", bound: 1, grown: 4, before: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{postWait, look, getBatch(2, 0)}},
		{name: "newest first", bound: 1, threads: threads{get, ifTakers(1, get), ifTakers(2, both(post, post))}, end: newestFirst},

		// A caller that watches.
		{name: "watch, post", watch: true, bound: 5, threads: threads{post, get}},
		{name: "watch, two posts", watch: true, bound: 3, threads: threads{both(post, post), both(get, get)}},
		{name: "watch, sleeper", watch: true, bound: 2, threads: threads{both(post, post), get, get}},
		{name: "watch, sleeper listed", watch: true, bound: 2, threads: threads{both(post, post), get, getContext}},
		{name: "watch, sleeper, two posters", watch: true, bound: 1, threads: threads{post, post, get, get}},
		{name: "watch, two sleepers", watch: true, bound: 1, threads: threads{both(post, post, post), get, get, get}, capacity: 4},
		{name: "watch, one at a time", watch: true, bound: 1, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post), get, get}},
		{name: "watch twice, sleeper", watch: true, bound: 1, threads: threads{both(post, post, post), both(get, get), get}},
		{name: "watch, deadline", watch: true, bound: 4, threads: threads{post, getSoon}},
		{name: "watch, deadline, stayer", watch: true, bound: 2, threads: threads{post, getSoon, get}},
		{name: "watch, deadlines", watch: true, bound: 1, threads: threads{both(post, post), getSoon, getSoon, get}},
		{name: "watch, cancel", watch: true, bound: 2, threads: threads{getContext, cancel, post}},
		{name: "watch, cancel, stayer", watch: true, bound: 1, threads: threads{getContext, cancel, get, post}},
		{name: "watch, interrupt", watch: true, bound: 2, threads: threads{post, get, interrupt}},
		{name: "watch, interrupt, stayer", watch: true, bound: 1, threads: threads{post, get, get, interrupt}},
		{name: "watch, close", watch: true, bound: 3, threads: threads{closePort, get, get}},
		{name: "watch, close, post", watch: true, bound: 2, threads: threads{closePort, post, get}},
		{name: "watch, close, post, sleeper", watch: true, bound: 1, threads: threads{closePort, post, get, get}},
		{name: "watch, batches", watch: true, bound: 1, capacity: 4, threads: threads{postBatch(3), getBatch(2, iocp.Infinite), get}},
		{name: "watch, batches of two", watch: true, bound: 1, capacity: 4, threads: threads{postBatch(2), postBatch(2), getBatch(2, iocp.Infinite), getBatch(2, iocp.Infinite)}},
		{name: "watch, growth", watch: true, bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{both(post, post, post), get, get}},
		{name: "watch, robbed", watch: true, bound: 2, threads: threads{both(post, post), look, get}},
		{name: "watch, robbed at the end", watch: true, bound: 2, threads: threads{both(post, closePort), look, get}},
		{name: "watch, newcomer at its end", watch: true, bound: 1, samples: 10, capacity: 4, threads: threads{get, get, both(post, post, post), get}},
		{name: "watch, robbed at the end, sleeper", watch: true, bound: 1, threads: threads{both(post, closePort), look, get, get}},
		{name: "watch, robbed, sleeper", watch: true, bound: 1, threads: threads{both(post, post, post), both(look, look), get, get}},
		{name: "watch, room", watch: true, bound: 2, before: 2, threads: threads{postWait, both(get, get, get)}},
		{name: "watch, room for two", watch: true, bound: 1, before: 2, threads: threads{postWait, postWait, both(get, get), both(get, get)}},
		// The limit, and packets that are claimed and not published.
		{name: "limit, half posted", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{post, post, getSoon, get}},
		{name: "limit, three posts", bound: 1, opts: []iocp.Option{oneInTurn}, capacity: 4, threads: threads{post, post, post, both(get, get), get}},
		{name: "limit, half posted, look", bound: 2, opts: []iocp.Option{oneInTurn}, threads: threads{post, post, both(get, look), get}},
		{name: "limit of two, half posted", bound: 1, procs: 2, capacity: 4, threads: threads{post, post, post, get, get, get}},
		{name: "limit, half posted, close", bound: 1, opts: []iocp.Option{oneInTurn}, threads: threads{post, post, get, get, closePort}},
		{name: "limit, half a batch", bound: 2, opts: []iocp.Option{oneInTurn}, capacity: 4, threads: threads{post, postBatch(2), getBatch(2, iocp.Infinite), get}},
		{name: "limit, interrupt", bound: 1, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post), get, get, interrupt}},
		{name: "limit, deadlines", bound: 1, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post, post), getSoon, getSoon, get}, capacity: 4},
		// A packet that goes straight to a waiter.
		{name: "give, post in flight", bound: 3, threads: threads{both(post, post), post, get}},
		{name: "give, chain", bound: 2, capacity: 4, opts: []iocp.Option{oneInTurn}, threads: threads{both(post, post, post), get, get}},
		{name: "give, closed", bound: 2, threads: threads{closePort, get, both(look, post)}},
		{name: "give, closed, listed", bound: 2, threads: threads{closePort, getContext, both(look, post)}},
		{name: "give, full", bound: 3, threads: threads{both(post, post), post, get}, capacity: 2},
		{name: "give, posts in flight, look", bound: 2, threads: threads{post, post, get, look}},
		{name: "give, close, look", bound: 2, threads: threads{post, closePort, get, look}},
		{name: "give, batch", bound: 2, capacity: 4, threads: threads{post, postBatch(2), get}},
		{name: "give, growth", bound: 2, grown: 4, opts: []iocp.Option{iocp.WithGrowth(4)}, threads: threads{both(post, post, post), post, get}},
		// Packets of posters that wait.
		{name: "room, close", bound: 2, before: 2, threads: threads{postWait, postWait, closePort, look}},
		{name: "room, one deadline", bound: 3, before: 2, threads: threads{postSoon, look}},
		{name: "room, deadlines", bound: 2, before: 2, threads: threads{postSoon, postSoon, both(look, look)}},
		{name: "room, cancel", bound: 3, before: 2, threads: threads{postContext, cancel, look}},
		{name: "room, cancel, stayer", bound: 1, before: 2, threads: threads{postContext, cancel, postWait, look}},
		{name: "room, interrupt, stayer", bound: 1, before: 2, threads: threads{postWait, postWait, interrupt, look}},
		{name: "room for two, two takers", bound: 2, before: 2, threads: threads{postWait, postWait, look, look}},
		{name: "room, posts", bound: 2, before: 2, threads: threads{postWait, post, both(look, look)}},
		{name: "room, batch of takers", bound: 2, before: 2, threads: threads{postWait, postWait, getBatch(2, iocp.Infinite), getBatch(2, iocp.Infinite)}},
		{name: "room for all, whether the first runs or not", bound: 2, before: 2, procs: 4, threads: threads{postWait, postWait, ifWait(2, both(getBatch(2, 0), noPoster))}},
		{name: "room, one at a time", bound: 2, before: 2, procs: 1, threads: threads{postWait, postWait, both(look, look)}},
		{name: "room for three, one at a time", bound: 1, before: 2, procs: 1, threads: threads{postWait, postWait, postWait, both(look, look, look)}},
		{name: "room for a batch, one at a time", bound: 2, before: 2, procs: 1, threads: threads{postWait, postWait, getBatch(2, 0)}},
		{name: "room, one at a time, deadline", bound: 1, before: 2, procs: 1, threads: threads{postSoon, postWait, getBatch(2, 0)}},
		{name: "room, one at a time, close", bound: 1, before: 2, procs: 1, threads: threads{postWait, postWait, look, closePort}},
		{name: "room by hand-offs, one at a time", bound: 1, before: 2, procs: 1, threads: threads{both(postWait, postWait), both(get, get), get}},
		{name: "room, growth at its limit", bound: 1, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, postSoon, both(look, look)}},
		{name: "room, growth at its limit, close", bound: 1, grown: 3, before: 3, opts: []iocp.Option{iocp.WithGrowth(3)}, threads: threads{postWait, closePort, both(look, look)}},
		{name: "counts", bound: 3, threads: threads{both(post, look), counts}},
		{name: "room in turn", bound: 2, before: 2, threads: threads{postWait, ifWait(1, postWait), ifWait(2, both(look, look, look, look))}, end: inOrder},
	})
}

// Run TestModel alone: outside of a run the atomics of this build are not atomic.
func TestModel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, s := range scenarios() {
		s = s.defaults()
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			runtime.GOMAXPROCS(s.procs)
			explore(t, s.program, s.bound, max(s.samples, 1))
		})
	}
}

// explore runs a program's schedules, exhaustively and at random, or the one of -model.replay.
func explore(t *testing.T, program func() sched.Program, bound, samples int) {
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
	check("at random", sched.Sample(program, *modelSeed, samples**modelSamples))
}

// FuzzModel lets the fuzzer draw the seeds.
func FuzzModel(f *testing.F) {
	f.Add(uint64(1), uint8(0))
	all := scenarios()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	f.Fuzz(func(t *testing.T, seed uint64, which uint8) {
		s := all[int(which)%len(all)].defaults()
		runtime.GOMAXPROCS(s.procs)
		r := sched.Sample(s.program, seed, 10)
		if r.Failure != nil {
			t.Fatalf("%s: %v\nto see it again: -model.replay '%s'", s.name, r.Failure, r.Schedule)
		}
	})
}
