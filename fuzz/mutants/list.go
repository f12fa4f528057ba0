package main

// A mutant is a bug put into the code on purpose: in file, old becomes new. by is
// the check that must catch it: "model" or "model of the ring" and a scenario of
// TestModel or TestModelRing, or a package and a test.
type mutant struct {
	name     string
	file     string
	old, new string
	by       [2]string
}

func model(scenario string) [2]string     { return [2]string{"model", scenario} }
func modelRing(scenario string) [2]string { return [2]string{"model of the ring", scenario} }
func test(pkg, name string) [2]string     { return [2]string{pkg, name} }

var mutants = []mutant{
	// The ring.
	{
		"publish before the write", "ring/slot.go",
		"writes(&s.val)\n\ts.val = v\n\t// Synchronizes before the load of seq by which a pop finds it.\n\tstoreRelease(&s.seq, seq)",
		"storeRelease(&s.seq, seq)\n\twrites(&s.val)\n\ts.val = v",
		model("posts and looks"),
	},
	{
		"publish a batch before the write", "ring/ring.go",
		"for i := range run {\n\t\t\twrites(&run[i].val)\n\t\t\trun[i].val = vs[done+i]\n\t\t}\n\t\tpublish(run, r.turn(enq+uint64(done)*step)+published)",
		"publish(run, r.turn(enq+uint64(done)*step)+published)\n\t\tfor i := range run {\n\t\t\twrites(&run[i].val)\n\t\t\trun[i].val = vs[done+i]\n\t\t}",
		model("batches meet"),
	},
	{
		"recycle before the read", "ring/slot.go",
		"writes(&s.val)\n\tv, s.val = s.val, v // what the ring keeps, the collector keeps\n\t// Synchronizes before the load of seq by which the next lap's push finds it.\n\tstoreRelease(&s.seq, seq)",
		"storeRelease(&s.seq, seq)\n\twrites(&s.val)\n\tv, s.val = s.val, v",
		model("posts that lap"),
	},
	{
		"a slot keeps what was taken", "ring/slot.go",
		"v, s.val = s.val, v //", "v = s.val //",
		test("./ring", "TestPoppedIsCollectable"),
	},
	{
		"a batch leaves slots uncleared", "ring/ring.go",
		"move(&dst[done+i], &run[i].val)", "dst[done+i] = run[i].val",
		test("./ring", "TestPoppedIsCollectable"),
	},
	{
		"a batch leaves the slots of its second run uncleared", "ring/ring.go",
		"move(&dst[done+i], &run[i].val)", "if done == 0 {\n\t\t\t\tmove(&dst[done+i], &run[i].val)\n\t\t\t} else {\n\t\t\t\tdst[done+i] = run[i].val\n\t\t\t}",
		test("./ring", "TestPoppedIsCollectable"),
	},
	{
		"a large element's slot uncleared", "ring/slot.go",
		"clear(unsafe.Slice(val, 1))", "",
		test("./ring", "TestLargeElements"),
	},
	{
		"a large element moved to the heap", "ring/slot.go",
		"i < uint64(len(r.slots)) && unsafe.Sizeof(s.val) <= maxFrame {", "i < uint64(len(r.slots)) {",
		test("./ring", "TestLargeElements"),
	},
	{
		"recycled for the wrong lap", "ring/slot.go",
		"return s, seq + r.lap\n", "return s, seq + r.lap + step\n",
		model("posts that lap"),
	},
	{
		"a run over the end of its turn", "ring/ring.go",
		"min(n, maxRun, turn)", "min(n, maxRun, turn+n)",
		test("./ring", "TestChainAtTheBrim"),
	},
	{
		"turns counted from 0, not from the ring's start", "ring/ring.go",
		"return (w - r.start) &^ r.mask", "return w &^ r.mask",
		test("./ring", "TestNewRingIsZero"),
	},
	{
		"the turn without the closed bit", "ring/ring.go",
		"mask: uint64(n-1) * step", "mask: uint64(n-1)*step + closedBit",
		test("./ring", "TestClose|TestWrapClosed"),
	},
	{
		"positions compared as numbers, not modulo 2^64", "ring/ring.go",
		"case room > limit: // deq has passed the enq that was loaded", "case deq > enq:",
		modelRing("full"),
	},
	{
		"empty when the oldest is claimed", "ring/ring.go",
		"if first.enq.Load()&^closedBit == deq {", "if true {",
		model("posts and looks"),
	},
	{
		"full when the next is being taken", "ring/ring.go",
		"case room/step < uint64(least):", "case free < least:",
		test("./ring", "TestPushWaitsForPopInFlight"),
	},
	{
		"not published, said of a slot that is not the oldest any more", "ring/ring.go",
		"if r.deq().Load() == deq {", "if !inFlight || r.deq().Load() == deq {",
		modelRing("ready"),
	},
	{
		"full when the positions have moved on", "ring/ring.go",
		"case room > limit: // deq has passed the enq that was loaded\n\t\t\t\tcontinue", "case room > limit:\n\t\t\t\treturn 0, 0",
		modelRing("a lap behind"),
	},
	{
		"the room of a batch by a deq loaded before enq", "ring/ring.go",
		"enq := r.enq.Load()\n\t\tfree := 0\n\t\tfor free < n && r.slot(enq+uint64(free)*step).seq.Load() == r.turn(enq+uint64(free)*step) {\n\t\t\tfree++ // stays free while enq does not move\n\t\t}\n\t\tif free < n || r.limit != 0 {",
		"was, _ := r.oldest()\n\t\tenq := r.enq.Load()\n\t\tfree := 0\n\t\tfor free < n && r.slot(enq+uint64(free)*step).seq.Load() == r.turn(enq+uint64(free)*step) {\n\t\t\tfree++\n\t\t}\n\t\tif _, limit := r.oldest(); (free < n || r.limit != 0) && enq-was == limit {\n\t\t\treturn 0, 0\n\t\t}\n\t\tif free < n || r.limit != 0 {",
		modelRing("a batch, one leaves and one comes"),
	},
	{
		"the closed bit ignored", "ring/slot.go",
		"s.seq.Load() == seq && r.enq.CompareAndSwap(enq, enq+step) {",
		"s.seq.Load() == seq&^closedBit && r.enq.CompareAndSwap(enq, enq+step) {",
		model("close, post, get"),
	},
	{
		"closed by a load and a store", "ring/ring.go",
		"return r.enq.Or(closedBit)&closedBit == 0", "enq := r.enq.Load(); r.enq.Store(enq | closedBit); return enq&closedBit == 0",
		model("close, post, get"),
	},
	{
		"drained as soon as closed", "ring/ring.go",
		"return enq&closedBit != 0 && int64(r.deq().Load()-enq&^closedBit) >= 0", "return enq&closedBit != 0",
		model("close, half posted"),
	},
	{
		"claimed without the exchange", "ring/slot.go",
		"s.seq.Load() == seq+published && at.CompareAndSwap(deq, deq+step) {",
		"s.seq.Load() == seq+published && func() bool { at.Store(deq + step); return true }() {",
		model("posts and looks"),
	},
	{
		"a length from two moments", "ring/ring.go",
		"if r.enq.Load() == enq { // so it was, when deq was loaded\n\t\t\treturn", "if true {\n\t\t\treturn",
		modelRing("lengths"),
	},
	// Growth.
	{
		"sealed by a store", "ring/chain.go",
		"if !r.enq.CompareAndSwap(enq, enq|closedBit) {\n\t\treturn 0, true\n\t}", "r.enq.Store(enq | closedBit)",
		model("growth by two"),
	},
	{
		"sealed is closed, while it grows", "ring/chain.go",
		"c.mu.Lock() // sealed for good, or until a ring is linked\n\tdefer c.mu.Unlock()\n\treturn c.tail.Load().Closed()", "return true",
		model("growth"),
	},
	{
		"a new ring begins at the start", "ring/chain.go",
		"next := newRing[T](size, enq)", "next := newRing[T](size, c.start)",
		test("./ring", "TestChainLimit"),
	},
	{
		"the limit forgotten", "ring/chain.go",
		"room := c.limit - used", "room := uint64(MaxCapacity * step)",
		test("./ring", "TestChainLimit"),
	},
	{
		"head leaves a ring that is not drained", "ring/chain.go",
		"if first := r.holding(c.deq.Load()); first == r", "if first := c.last(); first == r",
		test("./ring", "TestChain"),
	},
	{
		"drained when the first ring is", "ring/chain.go",
		"if !c.Closed() || !c.tail.Load().Drained() {",
		"if !c.Closed() || !c.first().Drained() || c.first() != c.tail.Load() {",
		model("growth, drained while looked at"),
	},
	{
		"full when deq has passed the enq that was loaded", "ring/chain.go",
		"if int64(used) < 0 { // deq has passed the enq that was loaded\n\t\treturn 0, true", "if int64(used) < 0 {\n\t\treturn 0, false",
		modelRing("chain, a seam behind"),
	},
	{
		"the limit is the last ring's alone", "ring/ring.go",
		"return r.deq().Load(), r.limit", "return r.first(), r.limit",
		modelRing("chain to its limit"),
	},
	{
		"the last ring offers claims beyond the limit", "ring/chain.go",
		"next.limit, next.open = c.limit, nil", "next.limit = c.limit",
		test("./ring", "TestChainHeldAtItsLimit"),
	},
	{
		"a batch waits for what is in flight beyond a seam", "ring/ring.go",
		"next := last.next.Load()\n\t\t\tif next == nil || next.start != w {\n\t\t\t\tbreak\n\t\t\t}",
		"next := last.next.Load()\n\t\t\tif next == nil || next.start != w {\n\t\t\t\tif inFlight && last != first {\n\t\t\t\t\twait(try)\n\t\t\t\t\tcontinue\n\t\t\t\t}\n\t\t\t\tbreak\n\t\t\t}",
		test("./ring", "TestChainBatchPushInFlightBeyondASeam"),
	},
	{
		"a batch across a seam in two claims", "ring/chain.go",
		"claim := c.ClaimPopBatch(len(dst), inFlight)\n\treturn claim.Recycle(dst)",
		"r := c.first()\n\tn := len(dst)\n\tif next := r.next.Load(); next != nil {\n\t\tn = min(n, int((next.start-c.deq.Load())/step))\n\t}\n\tclaim := c.ClaimPopBatch(n, inFlight)\n\tn = claim.Recycle(dst)\n\tclaim = c.ClaimPopBatch(len(dst)-n, false)\n\treturn n + claim.Recycle(dst[n:])",
		modelRing("chain, a batch across a seam"),
	},
	{
		"a batch runs over the end of its ring", "ring/ring.go",
		"n = int(min(uint64(n), (next.start-c.deq)/step))", "",
		test("./ring", "TestChainBatchAcrossSeams"),
	},
	{
		"the rest of a batch from the ring that it began in", "ring/ring.go",
		"return Claim[T]{first, deq, full}", "return Claim[T]{r, deq, full}",
		modelRing("chain, a batch across two seams"),
	},
	{
		"a ring has no room, while pops are at one before", "ring/ring.go",
		"return r.first(), r.lap", "return r.deq().Load(), r.lap",
		test("./ring", "TestChain"),
	},
	{
		"room in a chain by a deq loaded before enq", "ring/chain.go",
		"enq := r.enq.Load()\n\tif enq&closedBit != 0 {\n\t\treturn 0, false // closed\n\t}\n\t// deq after enq, as in claimPush.\n\tused := enq - c.deq.Load()",
		"was := c.deq.Load()\n\tenq := r.enq.Load()\n\tif enq&closedBit != 0 {\n\t\treturn 0, false\n\t}\n\tused := enq - was",
		modelRing("chain below its limit, one leaves and one comes"),
	},
	{
		"growth without a limit has one", "ring/chain.go",
		"c.limit = ^uint64(0) &^ closedBit", "c.limit = r.lap * 64",
		test(".", "TestRow3_GrowsWithoutReader"),
	},
	{
		"the last ring is found before it is linked", "ring/chain.go",
		"r.next.Store(next)\n\tc.tail.Store(next)", "c.tail.Store(next)\n\tr.next.Store(next)",
		modelRing("chain without a limit, emptied"),
	},
	{
		"pushed is counted up to the ring before the last", "ring/chain.go",
		"return (c.last().enq.Load()&^closedBit - c.start) / step", "return (c.tail.Load().enq.Load()&^closedBit - c.start) / step",
		modelRing("chain, counts"),
	},
	{
		"a length from two moments, of a chain", "ring/chain.go",
		"if r.enq.Load() == enq && r.next.Load() == nil {", "if true {",
		modelRing("chain, a batch across a seam, lengths"),
	},
	{
		"Ex takes as much as its buffer holds", "handle.go",
		"c := call[Packet]{most: len(entries)}", "c := call[Packet]{most: min(len(entries), 64)}",
		test(".", "TestRow22_ExOfAnyLength"),
	},
	{
		"Ex takes the rest at another instant", "handle.go",
		"got = c.rest.Recycle(buf[:])", "got, _ = p.GetBatch(buf[:min(len(buf), len(entries)-n)], 0)",
		test(".", "TestRow13_ExBesideOthers"),
	},
	{
		"Cap is the last ring's alone", "ring/chain.go",
		"return int(max(before, 0)) + last.Cap()", "_ = before\n\treturn last.Cap()",
		test("./ring", "TestChainCap"),
	},
	{
		"shrunk over a packet", "ring/shrink.go",
		"if !closed && !r.enq.CompareAndSwap(deq, deq|closedBit) {\n\t\treturn\n\t}",
		"deq = r.enq.Load() &^ closedBit\n\tr.enq.Store(deq | closedBit)",
		model("shrinking"),
	},
	{
		"a closed chain shrinks to an open one", "ring/shrink.go",
		"if closed {\n\t\tnext.seal()\n\t}", "",
		modelRing("chain, closed and shrinking"),
	},
	{
		"a closed and drained chain keeps its ring", "ring/chain.go",
		"if c.tail.Load().Cap() != c.base {", "if false {",
		test("./ring", "TestRow35_ClosedGivesBackAtOnce"),
	},
	{
		"a chain shrinks at the first empty pop", "ring/shrink.go",
		"if uint64(clock()-r.made) < minAge {", "if false {",
		test("./ring", "TestRow35_HysteresisOfPops"),
	},
	{
		"a ring's age is signed", "ring/shrink.go",
		"if uint64(clock()-r.made) < minAge {", "if clock()-r.made < int64(minAge) {",
		test("./ring", "TestRow35_AcrossBubbles"),
	},
	{
		"the timer looks once", "ring/shrink.go",
		"if c.tail.Load().start == start {\n\t\tlater(c, start)\n\t}", "",
		test("./ring", "TestRow35_GivesBackByTime"),
	},
	{
		"the timer of one ring shrinks another", "ring/shrink.go",
		"if c.tail.Load().start != start {\n\t\treturn\n\t}", "",
		test("./ring", "TestRow35_TimersOfEarlierRings"),
	},
	{
		"the timer keeps a dropped chain", "ring/wait.go",
		"if c := w.Value(); c != nil {\n\t\t\tc.look(start)\n\t\t}", "_ = w\n\t\tc.look(start)",
		test("./ring", "TestRow35_DroppedChainIsCollectable"),
	},
	// Waiting.
	{
		"registered after the last look", "waiter/stack.go",
		"s.insert(w) // W1\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !s.queue.Idle()",
		"idle := s.queue.Idle()\n\ts.insert(w)\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !idle",
		model("post, get listed"),
	},
	{
		"no last look", "waiter/stack.go",
		"for w.listed && !s.queue.Idle() &&", "for w.listed && false &&",
		model("post, get listed"),
	},
	{
		"a poster that finds room goes to sleep", "waiter/stack.go",
		"(s.order == NewestFirst || !s.full()) { // W2", "s.order == NewestFirst {",
		model("room"),
	},
	{
		"a poster serves while the limit is reached", "waiter/stack.go",
		"(s.order == NewestFirst || !s.full()) { // W2", "true {",
		model("room, one at a time"),
	},
	{
		"idle although a claim is outstanding", "port.go",
		"func (q *packets[T]) Idle() bool { return q.queue.Empty() }",
		"func (q *packets[T]) Idle() bool { return q.queue.Empty() || !q.queue.Closed() && !q.queue.Ready() }",
		model("two posts, two gets"),
	},
	{
		"idle although closed", "port.go",
		"func (q *packets[T]) Idle() bool { return q.queue.Empty() }",
		"func (q *packets[T]) Idle() bool { return q.queue.Len() == 0 }",
		model("close, post, get"),
	},
	{
		"Look to a poster", "waiter/stack.go",
		"if s.order == OldestFirst || s.queue.Idle() || s.queue.Over() {", "if s.queue.Idle() || s.queue.Over() {",
		model("room for two, two takers"),
	},
	{
		"nobody looks for what is not published", "waiter/stack.go",
		"why = Look\n", "break\n",
		model("limit, half posted"),
	},
	{
		"who looked does not pass", "port.go",
		"p.takers.Pass(waiter.Look)", "",
		model("limit, half posted"),
	},
	{
		"no chain", "waiter/stack.go",
		"if state := s.state.Add(-done); uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {\n\t\ts.HandOver()\n\t}",
		"s.state.Add(-done)",
		model("chain"),
	},
	{
		"the chain looks before it counts down", "waiter/stack.go",
		"if state := s.state.Add(-done); uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {\n\t\ts.HandOver()\n\t}",
		"if state := s.state.Load(); uint32(state) != 0 && state&watched == 0 {\n\t\ts.HandOver()\n\t}\n\ts.state.Add(-done)",
		model("chain"),
	},
	{
		"a waiter counted by a load and a store", "waiter/stack.go",
		"s.state.Add(waiter1)", "s.state.Store(s.state.Load() + waiter1)",
		model("chain"),
	},
	{
		"woken without a packet", "waiter/stack.go",
		"if !s.queue.Move(&w.val[0]) {", "if s.queue.Move(&w.val[0]); false {",
		model("two posts, two gets"),
	},
	{
		"the limit ignored", "waiter/stack.go",
		"for s.first != nil && !s.full() && !s.queue.Idle() {", "for s.first != nil && !s.queue.Idle() {",
		test("./waiter", "TestLimitOne|TestLimitTwo"),
	},
	{
		"Due although the limit is reached", "waiter/stack.go",
		"int64(state>>33) < int64(s.known.Load())", "state&watched == 0",
		test("./waiter", "TestGiveOnlyIfDue|TestLimit"),
	},
	{
		"Due although somebody watches", "waiter/stack.go",
		"int64(state>>33) < int64(s.known.Load())", "flights(state) < s.known.Load()",
		test("./waiter", "TestGiveOnlyIfDue|TestAgainWatches"),
	},
	{
		"oldest taker first", "waiter/stack.go",
		"case !last:\n\t\tw.next", "case false:\n\t\tw.next",
		model("newest first"),
	},
	{
		"newest poster first", "waiter/stack.go",
		"w.prev, s.last.next = s.last, w\n\t\ts.last = w", "w.next, s.first.prev = s.first, w\n\t\ts.first = w",
		model("room in turn"),
	},
	{
		"given past what is in the queue", "waiter/stack.go",
		"s.full() || !s.queue.Idle() {", "s.full() {",
		model("give, chain"),
	},
	{
		"given to a waiter at a closed port", "waiter/stack.go",
		"s.full() || !s.queue.Idle() {", "s.full() || s.queue.Len() != 0 {",
		model("give, closed, listed"),
	},
	{
		"who is given a packet is not woken", "waiter/stack.go",
		"late := s.hand(w, Handed)\n\ts.mu.Unlock()\n\tw.unpark()", "late := s.hand(w, Handed)\n\ts.mu.Unlock()",
		model("post, get listed"),
	},
	{
		"who was handed over to is not woken", "waiter/stack.go",
		"l.wake(nil)\n\t\tif late {", "if late {",
		model("room"),
	},
	{
		"a poster that serves itself is woken as well", "waiter/stack.go",
		"if w != own {", "if true {",
		model("room for two"),
	},
	{
		"a leaver takes itself off twice", "waiter/stack.go",
		"s.mu.Lock()\n\tif !w.listed {\n\t\ts.mu.Unlock()\n\t\tw.parker.Park(nil, Forever, nil)\n\t\treturn w.outcome\n\t}", "s.mu.Lock()",
		model("cancel"),
	},
	{
		"a leaver does not wait for its token", "waiter/stack.go",
		"w.parker.Park(nil, Forever, nil)", "",
		model("cancel"),
	},
	{
		"a leaver drops what was handed to it", "waiter/stack.go",
		"w.parker.Park(nil, Forever, nil)\n\t\treturn w.outcome", "w.parker.Park(nil, Forever, nil)\n\t\treturn Expired",
		model("cancel"),
	},
	{
		"a leaver stays on the list", "waiter/stack.go",
		"s.stats.Timeouts++\n\t\ts.release(w, Expired)\n\t} else if", "s.stats.Timeouts++\n\t\tw.outcome = Expired\n\t} else if",
		model("leaver and stayer"),
	},
	{
		"a canceled waiter stays on the list", "waiter/stack.go",
		"s.release(w, Canceled)", "w.outcome = Canceled",
		model("cancel"),
	},
	{
		"given back before it was read", "waiter/stack.go",
		"if why == Handed {\n\t\ts.receive(w, v)\n\t}\n\ts.free(w, why)", "s.free(w, why)\n\tif why == Handed {\n\t\ts.receive(w, v)\n\t}",
		test("./waiter", "TestNewestFirst"),
	},
	{
		"a waiter keeps what was handed to it", "waiter/stack.go",
		"clear(w.val[:]) // what the waiter keeps, the collector keeps\n\tif", "if",
		test("./waiter", "TestValueCleared"),
	},
	{
		"the end told to the first of many", "waiter/stack.go",
		"more = s.first != nil && s.queue.Over()", "more = false",
		model("close, post, two gets"),
	},
	{
		"the end told to nobody", "waiter/stack.go",
		"over := s.first != nil && s.queue.Over()", "over := false",
		model("close, post, get"),
	},
	// Watching.
	{
		"two watch", "waiter/poll.go",
		"!s.pace.watcher.CompareAndSwap(0, 1)", "func() bool { s.pace.watcher.Store(1); return false }()",
		model("watch, sleeper"),
	},
	{
		"nobody is told that somebody watches", "waiter/poll.go",
		"s.state.Or(watched) // B2", "",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"watched for ever", "waiter/poll.go",
		"s.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue",
		"}\n\t\tif !s.queue",
		model("watch, sleeper"),
	},
	{
		"the watcher gives the word back last", "waiter/poll.go",
		"s.pace.watcher.Store(0) // S1\n\tif state := s.state.Load(); uint32(state) != 0 { // S2\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"if state := s.state.Load(); uint32(state) != 0 {\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched))\n\t\t}\n\t\tif !s.queue.Idle() {\n\t\t\ts.HandOver()\n\t\t}\n\t}\n\ts.pace.watcher.Store(0)",
		model("watch, sleeper"),
	},
	{
		"the watcher looks for waiters before it gives the word back", "waiter/poll.go",
		"s.pace.watcher.Store(0) // S1\n\tif state := s.state.Load(); uint32(state) != 0 { // S2",
		"state := s.state.Load()\n\ts.pace.watcher.Store(0)\n\tif uint32(state) != 0 {",
		model("watch, sleeper"),
	},
	{
		"the watcher looks for no waiters", "waiter/poll.go",
		"uint32(state) != 0 { // S2",
		"false && state != 0 {",
		model("watch, sleeper"),
	},
	{
		"the watcher leaves what is there", "waiter/poll.go",
		"if !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"}",
		model("watch, sleeper"),
	},
	{
		"the watcher looks at the queue before it clears the bit", "waiter/poll.go",
		"if state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"idle := s.queue.Idle()\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched))\n\t\t}\n\t\tif !idle {\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		model("watch, sleeper"),
	},
	{
		"the watcher clears the bit by a store", "waiter/poll.go",
		"s.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue",
		"s.state.Store(state &^ watched)\n\t\t}\n\t\tif !s.queue",
		model("watch, deadline, stayer"),
	},
	{
		"the watcher does not look if somebody else has cleared the bit", "waiter/poll.go",
		"uint32(state) != 0 { // S2", "state&watched != 0 && uint32(state) != 0 {",
		model("watch, newcomer at its end"),
	},
	{
		"a stale bit stays", "waiter/stack.go",
		"s.unwatch()\n\tif !s.queue.Idle() {", "if !s.queue.Idle() {",
		model("watch, sleeper"),
	},
	{
		"a stale bit cleared after the last look", "waiter/stack.go",
		"s.unwatch()\n\tvar l list[T]\n\tfor w.listed && !s.queue.Idle()", "idle := s.queue.Idle()\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !idle",
		model("watch, sleeper listed"),
	},
	{
		"who watched and took a packet watches for ever", "port.go",
		"if c.poll != (waiter.Poll{}) {\n\t\t\tp.takers.Done", "if false {\n\t\t\tp.takers.Done",
		model("watch, post"),
	},
	{
		"who watched and met the end watches for ever", "port.go",
		"if c.poll != (waiter.Poll{}) {\n\t\t\tp.takers.Done", "if c.err == nil {\n\t\t\tp.takers.Done",
		model("watch, robbed at the end"),
	},
	// The sole waiter.
	{
		"two at the seat of one", "waiter/stack.go",
		"uint32(state) == 0 && state&taken == 0 && s.state.CompareAndSwap", "uint32(state) == 0 && s.state.CompareAndSwap",
		model("two posts, two gets"),
	},
	{
		"the sole waiter begins to wait by a load and a store", "waiter/stack.go",
		"if s.state.CompareAndSwap(state, state+sole) {", "if s.state.Store(state + sole); true {",
		model("two posts, two gets"),
	},
	{
		"the sole waiter behind others", "waiter/stack.go",
		"if uint32(state) != 0 { // those are older", "if false {",
		test("./waiter", "TestSoleWaiterIsAlone"),
	},
	{
		"the sole waiter does not look", "waiter/stack.go",
		"s.unwatch()\n\tif !s.queue.Idle() {", "s.unwatch()\n\tif false {",
		model("post, get"),
	},
	{
		"the sole waiter finds a packet and sleeps", "waiter/stack.go",
		"s.release(w, Retry)\n\t\t\tw.unpark()", "s.release(w, Retry)",
		model("post, get"),
	},
	{
		"given to the sole waiter past what is in the queue", "waiter/stack.go",
		"w := s.sole\n\tif !s.queue.Idle() {", "w := s.sole\n\tif false {",
		model("give, chain"),
	},
	{
		"claimed in vain and forgotten", "waiter/stack.go",
		"s.unwatch()\n\t\ts.mu.Unlock()\n\t\ts.HandOver()", "s.unwatch()\n\t\ts.mu.Unlock()",
		model("give, full"),
	},
	{
		"a packet for the sole waiter that is not woken", "waiter/stack.go",
		"late := s.time(w, s.given.Add(1))\n\tw.unpark()", "late := s.time(w, s.given.Add(1))",
		model("post, get"),
	},
	{
		"the seat taken for ever", "waiter/stack.go",
		"s.pass(taken + flight1)", "s.pass(flight1)",
		model("post, get"),
	},
	{
		"whoever hands over forgets the sole waiter", "waiter/stack.go",
		"s.adopt()\n\t\tlate := s.serve(&l)", "late := s.serve(&l)",
		model("post, get"),
	},
	{
		"an interrupt forgets the sole waiter", "waiter/stack.go",
		"s.adopt()\n\tfor ; s.first != nil; n++ {", "for ; s.first != nil; n++ {",
		test(".", "TestRow21_Interrupt$"),
	},
	{
		"a given packet kept", "waiter/stack.go",
		"s.receive(w, v)\n\t\tclear(w.val[:])", "s.receive(w, v)",
		test(".", "TestRow29"),
	},
	// Alarms.
	{
		"an alarm of a wait before ends this one", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := w.listed",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm that went off too soon is not set again", "waiter/stack.go",
		"} else if w.listed {\n\t\ts.setAlarm(w)", "} else if false {\n\t\ts.setAlarm(w)",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm set later than this wait ends", "waiter/wait.go",
		"at != 0 && at <= w.deadline", "at != 0",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm that went off counts as set", "waiter/wait.go",
		"w.alarm.at.Store(0)\n\t\t\t\ts.ring(w)", "s.ring(w)",
		test("./waiter", "TestAlarm"),
	},
	{
		"no alarm for the sole waiter", "waiter/stack.go",
		"return\n\t}\n\ts.setAlarm(w)\n}", "return\n\t}\n}",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm keeps its port", "waiter/wait.go",
		"if s, w := stack.Value(), waiter.Value(); s != nil", "if w := waiter.Value(); stack.Value() != nil || s != nil",
		test("./waiter", "TestAlarmKeepsNoStack"),
	},
	// The port.
	{
		"waiters looked for before the claim", "port.go",
		"s, seq := r.ClaimPush()\n\tif s == nil || p.takers.Due() {",
		"waits := p.takers.Due()\n\ts, seq := r.ClaimPush()\n\tif s == nil || waits {",
		model("post, get"),
	},
	{
		"waiters met and left", "port.go",
		"return p.refused()\n\t}\n\tif p.takers.Due() {\n\t\tp.takers.HandOver()\n\t}", "return p.refused()\n\t}",
		model("post, get"),
	},
	{
		"waiters met and left by a batch", "port.go",
		"if n != 0 && p.takers.Due() {\n\t\tp.takers.HandOver()\n\t}", "",
		model("batches"),
	},
	{
		"posters looked for before the claim", "port.go",
		"s, seq := r.ClaimPop(p.queue.Deq()) // and then look for posters: as in Post", "waits := p.posts.Due()\n\ts, seq := r.ClaimPop(p.queue.Deq())\n\tif s != nil && !waits {\n\t\treturn s.Recycle(seq), nil\n\t}",
		model("room"),
	},
	{
		"posters met and left", "port.go",
		"v := s.Recycle(seq)\n\tp.freed()", "v := s.Recycle(seq)",
		model("room"),
	},
	{
		"posters served before there is room", "port.go",
		"v := s.Recycle(seq)\n\tp.freed()", "p.freed()\n\tv := s.Recycle(seq)",
		model("room"),
	},
	{
		"posters left by a batch", "port.go",
		"if c.n != 0 {\n\t\tp.freed()\n\t}", "",
		model("batch, room"),
	},
	{
		"room for one poster at a time", "port.go",
		"waiter.OldestFirst, waiter.Moved, parking", "waiter.OldestFirst, 1, parking",
		model("room for all, whether the first runs or not"),
	},
	{
		"a poster whose packet was moved posts it as well", "port.go",
		"p.posts.Pass(waiter.Handed)\n\t\treturn nil", "p.posts.Pass(waiter.Handed)\n\t\treturn p.Post(v)",
		model("room"),
	},
	{
		"a poster does not pass", "port.go",
		"p.posts.Pass(waiter.Handed)\n\t\treturn nil", "return nil",
		model("room"),
	},
	{
		"no look after the deadline", "port.go",
		"case waiter.Expired:\n\t\tc.last = true", "case waiter.Expired:\n\t\tc.err = ErrTimeout",
		test(".", "TestRow19_TimeoutBehindTheLimit"),
	},
	{
		"room made by a hand-off not told", "port.go",
		"if c.n != 0 {\n\t\tp.freed()\n\t}", "if c.n > 1 {\n\t\tp.freed()\n\t}",
		test(".", "TestHandOffsMakeRoom"),
	},
	{
		"an interrupt of takers spares the posters", "port.go",
		"return p.takers.Interrupt() + p.posts.Interrupt()", "if n := p.takers.Interrupt(); n != 0 {\n\t\treturn n\n\t}\n\treturn p.posts.Interrupt()",
		test(".", "TestRow21_InterruptEndsBothSides"),
	},
	{
		"an interrupt of the first 128", "waiter/stack.go",
		"for ; s.first != nil; n++ {", "for ; s.first != nil && n < 128; n++ {",
		test(".", "TestRow21_InterruptOfMany"),
	},
	{
		"a canceled wait counts as a timeout", "waiter/stack.go",
		"s.release(w, Canceled)", "s.stats.Timeouts++\n\t\ts.release(w, Canceled)",
		test(".", "TestStatsOfCanceled"),
	},
	{
		"packets taken counted after those posted", "port.go",
		"taken := p.queue.Popped() // before Pushed, so that it is not the larger\n\ttakers, posts := p.takers.Stats(), p.posts.Stats()\n\treturn Stats{\n\t\tPosted: p.queue.Pushed() + takers.Direct,",
		"takers, posts := p.takers.Stats(), p.posts.Stats()\n\tpushed := p.queue.Pushed()\n\ttaken := p.queue.Popped()\n\treturn Stats{\n\t\tPosted: pushed + takers.Direct,",
		test(".", "TestStatsAreOrdered"),
	},
	{
		"a poster whose time is up does not look", "port.go",
		"err := p.Post(v)\n\tif err == ErrFull {", "err := error(ErrFull)\n\tif err == ErrFull {",
		test(".", "TestRow11_LastLookOfAPoster"),
	},
	{
		"the status of an own error goes before an Errno", "errno.go",
		"if e, ok := errors.AsType[Errno](err); ok {\n\t\treturn e\n\t}", "if e, ok := errors.AsType[*Error](err); ok {\n\t\treturn Errno(e.errno)\n\t}\n\tif e, ok := errors.AsType[Errno](err); ok {\n\t\treturn e\n\t}",
		test(".", "TestStatusOf"),
	},
	{
		"a poster told that the port is closed, while it grows", "port.go",
		"func (q *room[T]) Over() bool { return q.queue.Closed() }", "func (q *room[T]) Over() bool { return q.queue.Tail().Closed() }",
		model("growth, shrinking while posters wait in turn"),
	},
	{
		"Close tells no taker", "port.go",
		"p.takers.Settle()", "",
		model("close, post, get"),
	},
	{
		"Close tells no poster", "port.go",
		"p.posts.Settle()", "",
		model("close, no room"),
	},
	{
		"closed is drained", "port.go",
		"if p.queue.Drained() {", "if p.queue.Closed() {",
		model("close, deadline"),
	},
	{
		"a batch passes on before it has taken the rest", "port.go",
		"if c.n = 1; c.most > 1 {\n\t\t\tp.claim(c, dst, len(dst)) // before others are handed it\n\t\t}\n\t\tp.takers.Pass(waiter.Handed)",
		"p.takers.Pass(waiter.Handed)\n\t\tif c.n = 1; c.most > 1 {\n\t\t\tp.claim(c, dst, len(dst))\n\t\t}",
		test(".", "TestRow22_BatchBeforeOthers"),
	},
	// Sleeping.
	{
		"a token before the sleep forgotten", "park_linux.go",
		"if !p.word.CompareAndSwap(0, asleep) {\n\t\t\tp.word.Store(0)\n\t\t\treturn true", "if !p.word.CompareAndSwap(0, asleep) {\n\t\t\tp.word.Store(0)\n\t\t\tcontinue",
		test(".", "TestPark_UnparkBeforeParkIsRemembered"),
	},
	{
		"a signal ends the sleep", "park_linux.go",
		"if err == unix.ETIMEDOUT && waiter.Now() >= deadline {", "if err == unix.ETIMEDOUT && waiter.Now() >= deadline || err == unix.EINTR {",
		test(".", "TestFutex_Signals|TestRow7_NeverEarlyUnderSignals"),
	},
	{
		"no wake, for a sleeper that is on its way", "park_linux.go",
		"if p.word.Swap(token) == asleep {\n\t\tparkWake(&p.word)\n\t}", "p.word.Store(token)",
		test(".", "TestPark_Storm|TestPark_Forever"),
	},
	{
		"a deadline a tenth too early", "waiter/parker.go",
		"deadline := now + int64(timeout)", "deadline := now + int64(timeout) - int64(timeout)/10",
		test(".", "TestRow7_NeverEarly$"),
	},
	// The functions over handles.
	{
		"a stale handle is its successor", "handle.go",
		"if o == nil || o.handle != h {", "if o == nil {",
		test(".", "TestRow27_HandleStaleIsNoOtherPort"),
	},
	{
		"a generation used twice", "handle.go",
		"if c.gen[index%chunkHandles]++; c.gen[index%chunkHandles] <= maxGen {", "if c.gen[index%chunkHandles] <= maxGen {",
		test(".", "TestRow27_HandleStaleIsNoOtherPort"),
	},
	{
		"*overlapped kept on a timeout", "handle.go",
		"*overlapped = nil\n\to := handles.lookup(port)", "o := handles.lookup(port)",
		test(".", "TestRow9_HandleTimeout"),
	},
	{
		"a failed packet is success", "handle.go",
		"if v.Status != 0 {\n\t\treturn v.Status\n\t}\n\treturn nil", "return nil",
		test(".", "TestRow10_HandleFailedPackets"),
	},
}
