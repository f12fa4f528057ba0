package main

var ofGrowth = []mutant{
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
		"next := last.next.Load()\n\t\t\tif next == nil || next.start != w {\n\t\t\t\tif inFlight && last != first {\n\t\t\t\t\ts.wait()\n\t\t\t\t\tcontinue\n\t\t\t\t}\n\t\t\t\tbreak\n\t\t\t}",
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
		test("./fuzz/growth", "TestGrowthWithoutReader"),
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
		test(".", "TestHandleExOfAnyLength"),
	},
	{
		"Ex takes the rest at another instant", "handle.go",
		"got = c.rest.Recycle(buf[:])", "got, _ = p.GetBatch(buf[:min(len(buf), len(entries)-n)], 0)",
		test("./fuzz/growth", "TestHandleExTakesAtOneInstant"),
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
		test("./ring", "TestShrinkAtOnceWhenClosed"),
	},
	{
		"a chain shrinks at the first empty pop", "ring/shrink.go",
		"if uint64(clock()-r.made) < minAge {", "if false {",
		test("./ring", "TestShrinkHysteresisOfPops"),
	},
	{
		"a ring's age is signed", "ring/shrink.go",
		"if uint64(clock()-r.made) < minAge {", "if clock()-r.made < int64(minAge) {",
		test("./ring", "TestShrinkAcrossBubbles"),
	},
	{
		"the timer looks once", "ring/shrink.go",
		"if c.tail.Load().start == start {\n\t\tlater(c, start)\n\t}", "",
		test("./ring", "TestShrinkByTime"),
	},
	{
		"the timer of one ring shrinks another", "ring/shrink.go",
		"if c.tail.Load().start != start {\n\t\treturn\n\t}", "",
		test("./ring", "TestShrinkTimersOfEarlierRings"),
	},
	{
		"the timer keeps a dropped chain", "ring/wait.go",
		"if c := w.Value(); c != nil {\n\t\t\tc.look(start)\n\t\t}", "_ = w\n\t\tc.look(start)",
		test("./ring", "TestShrinkKeepsNoDroppedChain"),
	},
	{
		"a wait for a claim gives up its place in the scheduler at once", "ring/wait.go",
		"yieldThread()", "runtime.Gosched()",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"a wait for a claim gives up its place after three yields of its thread", "ring/wait.go",
		"case s.try < threadYields &&", "case s.try < spins+3 &&",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"a wait for a claim yields its thread as long as others use the time", "ring/wait.go",
		"case s.try < threadYields && clock() < s.until:", "case s.try < threadYields:",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"a wait for a claim yields its thread without end", "ring/wait.go",
		"case s.try < threadYields && clock() < s.until:", "case clock() < s.until:",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"the yields of a thread end at once", "ring/wait.go",
		"s.until = clock() + longestStop", "s.until = clock()",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"a wait for a goroutine that has no thread yields its own thread", "ring/wait.go",
		"if runtime.GOMAXPROCS(0) > 1 && !inBubble() {", "if !inBubble() {",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
	{
		"a wait yields its thread by a clock that stands still", "ring/wait.go",
		"if runtime.GOMAXPROCS(0) > 1 && !inBubble() {", "if runtime.GOMAXPROCS(0) > 1 {",
		test("./ring", "TestWaitKeepsItsPlace"),
	},
}
