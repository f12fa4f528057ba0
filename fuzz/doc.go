// Package fuzz has no code but tests, and four packages of its own: sched, a scheduler
// under which the real code of ring, waiter and the ports is model-checked; mutants, a
// command that puts bugs into the code and sees them caught; perturb, one that runs the
// tests with pauses between any two statements; and stacks, which tells the tests who
// sleeps.
//
// # The model checker
//
//	go test -tags iocp_model -run TestModel -v ./fuzz
//
// With the tag iocp_model the atomics, mutexes, sleeps and the clock of ring and
// waiter, and with them the ports, are those of sched (ring/model.go and
// waiter/model.go say which; an ordinary build has aliases of sync/atomic there,
// at no cost). TestModel and TestModelRing run small scenarios: posters and takers
// against each other, against deadlines, cancellations, Interrupt and Close, with
// hand-offs limited and not, waiting for room, in batches, at a seam of growth,
// while a caller watches the queue, and where positions wrap at 2^64.
//
// A caller that watches looks twice and gives up, so that a packet comes before, between
// and after; whether callers may watch, which an ordinary build asks the scheduler of Go,
// is the scenario's to say. What callers remember of how waits went (hints) is read and
// written without steps of its own.
//
// Of each scenario every schedule is run that takes the processor at most a few
// times from a thread that could go on, one of each that differ only in the order
// of steps that do not matter to each other; each scenario has its bound, and the
// smallest have one that no schedule reaches. The log says how many schedules and
// states that were, and whether the run ended before it was complete: -model.most
// is how many are run at most, -model.bound adds preemptions. Beyond that
// schedules are drawn from a seed, -model.samples and -model.seed of them.
//
// The release store of amd64 is a store buffer: it reaches the other threads when
// the scheduler says so, or at the next locked instruction of its thread. Deadlines
// and cancellations come when the scheduler likes, as often as they can, but the
// question whether somebody sleeps in vain is asked before a deadline is let pass.
//
// It finds: a sleeper while there is a packet or room for it, or at a closed
// port; packets lost, doubled or out of order, and an empty or a full that was not
// so, because no order of the operations that agrees with real time explains the
// history; two tokens for one sleep, a waiter used again too early; two that watch, a
// hand-off in flight or a watcher for ever, a count that is not that of the list; accesses
// to a slot's value that nothing orders; threads that wait or spin for ever. A failure
// prints its steps and a schedule; -model.replay runs that again. To search from
// new seeds for long:
//
//	go test -tags iocp_model -run '^$' -fuzz FuzzModel ./fuzz
//
// What it does not show: scenarios with more threads, or schedules with more
// preemptions, than were run; memory weaker than amd64's (Go's atomics are
// sequentially consistent everywhere, and the release store is built for amd64
// alone; ring/store.go has the argument); the futex and the runtime, whose sleeps
// are replaced; waiters that sleep as threads, which keep the same contract; yields that
// are dear, a crowded machine, bumps, and the limit of callers of the process that watch.
//
// There is no model of the protocol in Promela or TLA+ beside it. It could show
// the same states of the same small scenarios, of a transcript that has to be
// right itself; the checker above runs the code, store buffers included.
//
// # Mutants
//
//	go run ./fuzz/mutants -n 10 -o fuzz/mutants/table.md
//
// puts bugs into copies of the tree, one at a time, and runs the check that is to
// catch it ten times. Where a bug goes is told by the tokens that it replaces, so that
// comments can be reworded. Most are caught by the model checker, whose answer is always
// the same. It writes the table of which check caught which bug and in what time. A
// check that misses its bug, or fails without, fails the command; one that hangs
// catches it, and the table says so. .ci/run has each caught once.
//
// # Pauses
//
//	go run ./fuzz/perturb -n 20 ./waiter -short -cpu 1,4
//
// runs the tests of a package with a pause before any statement, of the code and of the
// tests themselves, now and then. It is for what no scenario has. A test that had
// failed once, for an order of events that it had not thought of, which twenty rounds
// beside a hog had not shown, failed with pauses in 7 of 30 runs.
//
// # Histories
//
// TestLinearizable records what concurrent callers of real ports saw, timeouts and
// Close included, and porcupine looks for an order of a FIFO queue's operations
// that explains it: short histories, of ports with room for two, each within a
// second or counted apart as not decided.
//
// # Fuzzing
//
//	go test ./fuzz -run '^$' -fuzz FuzzRing -fuzztime 1m
//	go test ./fuzz -run '^$' -fuzz FuzzFaces -fuzztime 10m -fuzzminimizetime 20x
//
// FuzzRing compares a ring with a slice, FuzzFaces a port and ports behind handles
// with a model: FIFO packets, newest waiter first, handed over by the post. The
// programs are one operation at a time; their seeds run with every go test.
//
// # Faults, machines, load
//
// The root package's tests run the stress test under signals, stops, hogs,
// collections and a limit of memory; with the tag iocp_faults under futex calls
// that fail, return for nothing and come late. .ci/run runs the tests on other
// machines under qemu, and beside Windows' own functions under Wine. A soak:
//
//	go test -run TestStress -soak 1h -timeout 0 .
package fuzz
