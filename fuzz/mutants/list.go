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
		"for i := range run {\n\t\t\twrites(&run[i].val)\n\t\t\trun[i].val = vs[done+i]\n\t\t}\n\t\tpublish(run, enq+uint64(done)*step+published)",
		"publish(run, enq+uint64(done)*step+published)\n\t\tfor i := range run {\n\t\t\twrites(&run[i].val)\n\t\t\trun[i].val = vs[done+i]\n\t\t}",
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
		"return s, deq + r.lap\n", "return s, deq + r.lap + step\n",
		model("posts that lap"),
	},
	{
		"positions compared as numbers, not modulo 2^64", "ring/ring.go",
		"case room > limit: // deq has passed the enq that was loaded", "case deq > enq:",
		modelRing("full"),
	},
	{
		"empty when the oldest is claimed", "ring/ring.go",
		"if r.enq.Load()&^closedBit == deq {", "if true {",
		model("posts and looks"),
	},
	{
		"full when the next is being taken", "ring/ring.go",
		"case room/step < uint64(least):", "case free < least:",
		test("./ring", "TestPushWaitsForPopInFlight"),
	},
	{
		"not published, said of a slot that is not the oldest any more", "ring/ring.go",
		"if r.deq.Load() == deq {\n\t\t\t\tif !inFlight {", "if !inFlight || r.deq.Load() == deq {\n\t\t\t\tif !inFlight {",
		modelRing("ready"),
	},
	{
		"full when the positions have moved on", "ring/ring.go",
		"case room > limit: // deq has passed the enq that was loaded\n\t\t\t\tcontinue", "case room > limit:\n\t\t\t\treturn 0, 0",
		modelRing("a lap behind"),
	},
	{
		"the room of a batch by a deq loaded before enq", "ring/ring.go",
		"enq := r.enq.Load()\n\t\tfree := 0\n\t\tfor free < n && r.slot(enq+uint64(free)*step).seq.Load() == enq+uint64(free)*step {\n\t\t\tfree++ // stays free while enq does not move\n\t\t}\n\t\tif free < n || r.bound != nil {",
		"was, _ := r.oldest()\n\t\tenq := r.enq.Load()\n\t\tfree := 0\n\t\tfor free < n && r.slot(enq+uint64(free)*step).seq.Load() == enq+uint64(free)*step {\n\t\t\tfree++\n\t\t}\n\t\tif _, limit := r.oldest(); (free < n || r.bound != nil) && enq-was == limit {\n\t\t\treturn 0, 0\n\t\t}\n\t\tif free < n || r.bound != nil {",
		modelRing("a batch, one leaves and one comes"),
	},
	{
		"the closed bit ignored", "ring/slot.go",
		"s.seq.Load() == enq && r.enq.CompareAndSwap(enq, enq+step) {",
		"s.seq.Load() == enq&^closedBit && r.enq.CompareAndSwap(enq, enq+step) {",
		model("close, post, get"),
	},
	{
		"closed by a load and a store", "ring/ring.go",
		"return r.enq.Or(closedBit)&closedBit == 0", "enq := r.enq.Load(); r.enq.Store(enq | closedBit); return enq&closedBit == 0",
		model("close, post, get"),
	},
	{
		"drained as soon as closed", "ring/ring.go",
		"return enq&closedBit != 0 && enq&^closedBit == r.deq.Load()", "return enq&closedBit != 0",
		model("close, half posted"),
	},
	{
		"claimed without the exchange", "ring/slot.go",
		"s.seq.Load() == deq+published && r.deq.CompareAndSwap(deq, deq+step) {",
		"s.seq.Load() == deq+published && func() bool { r.deq.Store(deq + step); return true }() {",
		model("posts and looks"),
	},
	{
		"a length from two moments", "ring/ring.go",
		"if r.enq.Load() == enq { // so it was, when deq was loaded", "if true {",
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
		"if !r.Drained() || c.tail.Load() == r {", "if !r.Closed() || c.tail.Load() == r {",
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
		"return r.bound.deq(), r.bound.limit", "return r.deq.Load(), r.bound.limit",
		modelRing("chain to its limit"),
	},
	{
		"the last ring offers claims beyond the limit", "ring/chain.go",
		"next.bound, next.open = c, nil", "next.bound = c",
		test("./ring", "TestChainHeldAtItsLimit"),
	},
	{
		"a batch waits for what is in flight beyond a seam", "ring/chain.go",
		"inFlight && n == 0", "inFlight",
		test("./ring", "TestChainBatchPushInFlightBeyondASeam"),
	},
	{
		"Cap is the last ring's alone", "ring/chain.go",
		"return int((last.start-first.deq.Load())/step) + last.Cap()", "return last.Cap()",
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
		"below := s.insert(w, again || s.order == NewestFirst) // W1\n\ts.mu.Unlock()\n\tif below != nil {\n\t\t(*below.thread).Unpark()\n\t}\n\tif !s.queue.Idle() { // W2",
		"idle := s.queue.Idle()\n\tbelow := s.insert(w, again || s.order == NewestFirst)\n\ts.mu.Unlock()\n\tif below != nil {\n\t\t(*below.thread).Unpark()\n\t}\n\tif !idle {",
		model("post, get"),
	},
	{
		"no last look", "waiter/stack.go",
		"if !s.queue.Idle() { // W2", "if false { // W2",
		model("post, get"),
	},
	{
		"idle although a claim is outstanding", "port.go",
		"func (q *packets[T]) Idle() bool         { return q.queue.Empty() }",
		"func (q *packets[T]) Idle() bool         { _, ok := q.queue.TryPopReady(); return !ok }",
		model("two posts, two gets"),
	},
	{
		"idle although closed", "ring/chain.go",
		"func (c *Chain[T]) Empty() bool { return c.first().Empty() }",
		"func (c *Chain[T]) Empty() bool { return c.Len() == 0 }",
		model("close, post, get"),
	},
	{
		"the limit read without a fence", "waiter/stack.go",
		"fence.Add(0)", "fence.Load()",
		model("chain"),
	},
	{
		"no chain", "waiter/stack.go",
		"s.inFlight.Add(-1)\n\tif s.Any() {\n\t\ts.Settle()\n\t}", "s.inFlight.Add(-1)",
		model("chain"),
	},
	{
		"the chain looks before it counts down", "waiter/stack.go",
		"s.inFlight.Add(-1)\n\tif s.Any() {\n\t\ts.Settle()\n\t}", "any := s.Any()\n\ts.inFlight.Add(-1)\n\tif any {\n\t\ts.Settle()\n\t}",
		model("chain"),
	},
	{
		"one hand-off for each post", "waiter/stack.go",
		"head, tail = s.owe(head, tail, w)\n\t\t}\n", "head, tail = s.owe(head, tail, w)\n\t\t\tbreak\n\t\t}\n",
		test(".", "TestRow18_BatchWakes|TestRow19_BatchHandsOverToAll"),
	},
	{
		"woken without a packet", "waiter/stack.go",
		"v, ok := s.queue.TryTake()\n\t\t\tif !ok {\n\t\t\t\tbreak\n\t\t\t}", "v, _ := s.queue.TryTake()",
		model("two posts, two gets"),
	},
	{
		"the limit ignored", "waiter/stack.go",
		"for s.first != nil && s.inFlight.Load() < s.limit {", "for s.first != nil {",
		test("./waiter", "TestLimit"),
	},
	{
		"oldest waiter first", "waiter/stack.go",
		"below := s.insert(w, again || s.order == NewestFirst) // W1", "below := s.insert(w, again) // W1",
		test("./waiter", "TestNewestFirst"),
	},
	{
		"a leaver takes itself off twice", "waiter/stack.go",
		"if !w.listed {\n\t\treturn false\n\t}", "",
		model("post, deadline"),
	},
	{
		"a leaver does not wait for its token", "waiter/stack.go",
		"// Somebody was quicker, and has left a token or is about to.\n\t\ts.parker(w, w.way).Park(Forever, nil)", "",
		model("post, deadline"),
	},
	{
		"a leaver drops what was handed to it", "waiter/stack.go",
		"if s.leave(w, why) {\n\t\t\ts.free(w)\n\t\t\treturn v, why\n\t\t}", "s.leave(w, why)\n\t\ts.free(w)\n\t\treturn v, why",
		model("post, deadline"),
	},
	{
		"given back before it was read", "waiter/stack.go",
		"v, why = w.val, w.outcome\n\tif why == Handed", "s.free(w)\n\tv, why = w.val, w.outcome\n\tif why == Handed",
		model("post, get"),
	},
	{
		"a waiter keeps what was handed to it", "waiter/policy.go",
		"w.val = zero // what the waiter keeps, the collector keeps", "_ = zero",
		test("./waiter", "TestValueCleared"),
	},
	{
		"the end told to one", "waiter/stack.go",
		"over := s.first != nil && s.queue.Over()\n\t\tfor n := 0; over && n < flock && s.first != nil; n++ {", "over := false\n\t\tif s.first != nil && s.queue.Over() {",
		model("close, post, two gets"),
	},
	{
		"the end told to the first of many", "waiter/stack.go",
		"more = over && s.first != nil", "more = false",
		model("threads, close"),
	},
	{
		"a poster that is not next does not serve who is", "waiter/stack.go",
		"s.Settle()\n\t\t} else {", "} else {",
		model("room"),
	},
	{
		"a thread's token left behind", "waiter/policy.go",
		"(*w.thread).Park(Forever, nil) // the token must not outlive the wait", "",
		model("threads"),
	},
	{
		"who is demoted is not woken", "waiter/stack.go",
		"if below != nil {\n\t\t(*below.thread).Unpark()\n\t}", "_ = below",
		model("threads"),
	},
	{
		"who has been handed something goes on as a thread", "waiter/stack.go",
		"if s.first != w || s.inFlight", "if s.inFlight",
		test("./waiter", "TestEndsAsThread"),
	},
	{
		"a thread never given back to the budget", "waiter/policy.go",
		"if w.way == byThread {\n\t\tthreads.Add(-1)\n\t}", "",
		test("./waiter", "TestThread"),
	},
	// The port.
	{
		"waiters looked for before the claim", "port.go",
		"s, seq := r.ClaimPush()\n\tif s == nil || p.takers.Any() {",
		"waits := p.takers.Any()\n\ts, seq := r.ClaimPush()\n\tif s == nil || waits {",
		model("post, get"),
	},
	{
		"handed over before the publication", "port.go",
		"if s != nil {\n\t\ts.Publish(v, seq)\n\t}",
		"if s != nil {\n\t\tp.takers.HandOver()\n\t\ts.Publish(v, seq)\n\t\treturn nil\n\t}",
		model("post, get"),
	},
	{
		"posters looked for before the claim", "port.go",
		"s, seq := r.ClaimPop() // and then look for posters: as in Post", "waits := p.posts.Due()\n\ts, seq := r.ClaimPop()\n\tif s != nil && !waits {\n\t\treturn s.Recycle(seq), nil\n\t}",
		model("room"),
	},
	{
		"no look after the deadline", "port.go",
		"timeout = 0 // one last look: a packet may be queued behind the limit of hand-offs", "return 0, nil, nil, ErrTimeout",
		test(".", "TestRow19_TimeoutBehindTheLimit"),
	},
	{
		"room made by a hand-off not told", "port.go",
		"p.freed() // the places of what was handed over, and of the rest", "",
		test(".", "TestHandOffsMakeRoom"),
	},
	{
		"room not passed on", "port.go",
		"if why == waiter.Handed { // after the look, so that those who wait keep their order\n\t\t\tp.posts.Pass()\n\t\t\twhy = waiter.Retry // passed on, once; the turn is kept\n\t\t}", "",
		model("room for two"),
	},
	{
		"room passed on twice", "port.go",
		"why = waiter.Retry // passed on, once; the turn is kept", "",
		model("room in a torrent"),
	},
	{
		"Close tells no taker", "port.go",
		"p.takers.Settle()\n\tp.posts.Settle", "p.posts.Settle",
		model("close, post, get"),
	},
	{
		"Close tells no poster", "port.go",
		"p.posts.Settle()\n\treturn nil", "return nil",
		model("close, no room"),
	},
	{
		"closed is drained", "port.go",
		"if p.queue.Drained() {", "if p.queue.Closed() {",
		model("close, post, get"),
	},
	{
		"a batch passes on before it has taken the rest", "port.go",
		"n = 1 + p.queue.TryPopBatchReady(dst[1:]) // before others are handed it\n\t\tp.takers.Pass()",
		"p.takers.Pass()\n\t\tn = 1 + p.queue.TryPopBatchReady(dst[1:])",
		test(".", "TestRow22_BatchBeforeOthers"),
	},
	{
		"a waiting Get that is not told of the packet", "port.go",
		"dst[0] = v\n\t\tn = 1", "_ = v\n\t\tn = 1",
		model("post, get"),
	},
	{
		"a waiting Get that is not told of Close", "port.go",
		"_, err = p.end(dst[:], w, 0)", "p.end(dst[:], w, 0)",
		model("close, post, get"),
	},
	// Sleeping.
	{
		"a token before the sleep forgotten", "park_linux.go",
		"p.word.Store(0) // the token: nobody else stores before the next wait\n\t\t\treturn true", "p.word.Store(0)\n\t\t\tcontinue",
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
		"return now + int64(timeout)", "return now + int64(timeout) - int64(timeout)/10",
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
