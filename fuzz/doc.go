// Package fuzz holds tests only. Below it are rooms, packages with the tests of whole ports by
// topic: answers, growth, handles, leaks, order, stress, traces, waits, and wine. The page
// behaviours.md says which test holds which behaviour. The root has the tests that look inside.
// The rooms share ports, and with the root rig.
//
// Also below are sched, a scheduler under which the real code of
// ring, waiter and the ports is model-checked; mutants, a command that puts listed bugs into the
// code and checks that a test catches each; mutants/machine, a command that changes the code at
// each place where an operator applies, and prints the changes that no check sees; perturb, a
// command that runs tests with pauses between statements; stacks, which tells tests how many
// goroutines sleep; tree, which copies the working tree for these commands.
//
// # The model checker
//
//	go test -tags iocp_model -run TestModel -v ./fuzz
//
// With the tag iocp_model the atomics, mutexes, sleeps and the clock of ring and waiter are
// those of sched, and so the ports run on them too. ring/model.go and waiter/model.go list the
// replacements; an ordinary build has aliases of sync/atomic there, at no cost. TestModel and
// TestModelRing run small scenarios: posters and takers against each other, against
// deadlines, cancellations, Interrupt and Close; with hand-offs limited and not; waiting for
// room; in batches; at a seam of growth; while a caller watches the queue; and where
// positions wrap at 2^64.
//
// TestModelHandles runs scenarios of the functions over handles. The table, with few entries
// and generations, must look like a sequential one to callers that open, close and use handles
// at once.
//
// In the scenarios of notifiers a thread arms one, sleeps until its token, and looks, as a select
// loop does. It must not sleep beside a packet, or room, that nobody is on the way to. A look
// is a Get(0) or a Post, and is all that such a thread adds to the history: a notifier
// moves no packet, so the specification of the queue does not know of it.
//
// A caller that watches looks twice and gives up, so that a packet may come before, between
// and after. The scenario says whether callers may watch, where an ordinary build asks Go's
// scheduler. In the scenarios called free the checker gives every answer that the policy of
// waiting asks for: whether a goroutine wants a processor, a yield is dear, the next callers
// are not to ask, the machine is crowded, a glance is late. Hints, which record how earlier
// waits went, are read and written without steps of their own.
//
// In a scenario with alarms, timers keep deadlines. A timer is a thread: an alarm may stay set,
// and go off late, in a wait that begins later. In other scenarios a sleeper ends its wait
// itself, which takes fewer steps.
//
// The checker runs every schedule of a scenario up to a bound of preemptions, where a
// preemption takes the processor from a thread that could go on. Of schedules that differ only
// in the order of independent steps it runs one. Each scenario has its own bound; that of the
// smallest is beyond any schedule. The log says how many schedules and states there were, and
// whether all were run: -model.most limits the number of schedules, -model.bound adds
// preemptions. Further schedules are random: -model.samples of them, from -model.seed.
//
// The release store of amd64 is modeled by a store buffer: a store becomes visible to other
// threads when the scheduler decides, or at the next locked instruction of its thread.
// Deadlines and cancellations come whenever the scheduler decides. Before the scheduler lets a
// deadline pass, the checker asks whether a thread sleeps beside a packet.
//
// The checker finds:
//
//   - a waiter that sleeps while there is a packet or room for it, or at a closed port, and a
//     select loop that does;
//   - packets lost, doubled or out of order, and a wrong empty or full: no order of the
//     operations that agrees with real time explains the history;
//   - a wait that sleeps past its deadline, or ends by a deadline that it does not have;
//   - two tokens for one sleep, and a waiter used again too early;
//   - two callers that watch at once, a hand-off in flight or a watcher for ever, a count that
//     differs from the list;
//   - unordered accesses to a slot's value;
//   - threads that wait or spin for ever.
//
// A failure prints its steps and a schedule, which -model.replay runs again. To search for
// long, from new seeds:
//
//	go test -tags iocp_model -run '^$' -fuzz FuzzModel ./fuzz
//
// The checker does not cover:
//
//   - more threads, or more preemptions, than were run;
//   - memory weaker than amd64's: Go's atomics are sequentially consistent everywhere, and the
//     release store is built for amd64 alone (ring/store.go has the argument);
//   - the futex and the runtime, whose sleeps are replaced, and waiters that sleep as threads,
//     which keep the same contract;
//   - callers of several ports that watch, and the limit that they share;
//   - the timer by which a ring that nobody uses is given up.
//
// # What a reduction would need
//
// A run that comes to a state seen before is cut off there. States are equal if the same events
// came before in the same partial order, so no two complete runs differ only in the order of
// independent steps. But a run is cut only after it was run up to there, and most runs are: the
// log counts them.
//
// Sleep sets would spare those runs: a thread sleeps whose next step was tried from the same
// state, until a dependent step is taken. Dynamic partial-order reduction would try fewer
// threads in the first place. Both need three things that sched lacks:
//
//   - The object of each thread's next step, before the step, and whether the step writes. A
//     thread says so only for a Uint64. Steps of hints, pools and plain memory belong to the
//     step before them.
//   - An answer to the bound. What a sleeping thread leads to was tried with the preemptions
//     spent by then, and may have ended at the bound where this run would not. So only a run
//     that has spent as few may put a step to sleep (Coons and others, "Bounded partial-order
//     reduction", 2013), which leaves few.
//   - An answer to the states that are kept. A state seen with some threads asleep was not seen
//     with fewer (Godefroid, 1996), so sleep sets have to be kept with the states.
//
// There is no model of the protocol in Promela or TLA+ as well. Such a model would cover the
// same states of the same small scenarios, but of a transcript, which may itself be wrong.
// The checker runs the code.
//
// # Mutants
//
//	go run ./fuzz/mutants -n 10 -o fuzz/mutants/table.md
//
// puts bugs into copies of the tree, one at a time, and runs the check for each bug ten times.
// A bug replaces tokens of the code, so comments may be reworded freely. The model checker,
// which is deterministic, catches most. The command writes a table of which check caught which
// bug, and in what time. It fails if a check misses its bug, or fails without the bug. A check
// that hangs has caught its bug, and the table says so. .ci/run tries each bug once.
//
// # Pauses
//
//	go run ./fuzz/perturb -n 20 ./waiter -short -cpu 1,4
//
// runs the tests of a package with random pauses before statements, of the code and of the
// tests. The command searches where no scenario does. One example: a test that depended on an
// order of events had failed once, passed twenty rounds beside a hog, and failed in 7 of 30
// rounds with pauses.
//
// # Histories
//
// TestLinearizable records histories of concurrent calls of real ports, timeouts and Close
// included. Porcupine searches for an order of operations on a FIFO queue that explains each.
// The histories are short, of ports with room for two. A history that takes porcupine more
// than a second counts as undecided.
//
// # Fuzzing
//
//	go test ./fuzz -run '^$' -fuzz FuzzRing -fuzztime 1m
//	go test ./fuzz -run '^$' -fuzz FuzzFaces -fuzztime 10m -fuzzminimizetime 20x
//
// FuzzRing compares a ring with a slice. FuzzFaces compares a port, and ports behind handles,
// with a model: FIFO packets, newest waiter first, handed over by the post. The programs run
// one operation at a time; their seeds run with every go test.
//
// # Faults, machines, load
//
// Package stress runs its random mixtures under signals, stops, hogs, collections and a memory
// limit; with the tag iocp_faults, under futex calls that fail, return spuriously and return
// late. That tag is for every package that uses ports; the faults follow from IOCP_FAULTSEED in
// the environment, which each test binary prints. .ci/run runs the tests for other machines under qemu, and beside Windows' own
// functions under Wine. A soak:
//
//	go test -run TestStress -soak 1h -timeout 0 ./fuzz/stress
package fuzz
