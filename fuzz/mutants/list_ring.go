package main

var ofRing = []mutant{
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
		"empty as seen at two instants", "ring/ring.go",
		"deq := r.deq().Load()\n\treturn r.enq.Load() == deq", "enq := r.enq.Load()\n\treturn enq == r.deq().Load()",
		modelRing("never empty"),
	},
	{
		"full as seen at two instants", "ring/chain.go",
		"enq := c.tail.Load().enq.Load()\n\treturn enq-c.deq.Load() == c.limit", "deq := c.deq.Load()\n\treturn c.tail.Load().enq.Load()-deq == c.limit",
		modelRing("chain, never full"),
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
}
