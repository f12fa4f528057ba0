package main

// Bugs that break what package ring promises of a Ring.
var ofRings = []mutant{
	{
		"a ring of one slot", "ring/ring.go",
		"bits.Len(uint(max(capacity, 2) - 1))", "bits.Len(uint(capacity - 1))",
		test("./ring", "TestNewRoundsUp"),
	},
	{
		"a power of two rounded up", "ring/ring.go",
		"bits.Len(uint(max(capacity, 2) - 1))", "bits.Len(uint(max(capacity, 2)))",
		test("./ring", "TestNewRoundsUp"),
	},
	{
		"a capacity below 1", "ring/ring.go",
		"if capacity < 1 || capacity > MaxCapacity {", "if capacity > MaxCapacity {",
		test("./ring", "TestNewRefusesBadCapacities"),
	},
	{
		"a capacity above MaxCapacity", "ring/ring.go",
		"if capacity < 1 || capacity > MaxCapacity {", "if capacity < 1 {",
		test("./ring", "TestNewRefusesBadCapacities"),
	},
	{
		"elements too large for any memory", "ring/ring.go",
		"uint64(n) > min(maxBytes, math.MaxInt)/uint64", "uint64(n) > math.MaxInt/uint64",
		test(".", "TestCapacityBeyondMemory"),
	},
	{
		"a push to the zero Ring", "ring/ring.go",
		"if len(r.slots) == 0 {\n\t\treturn 0\n\t}\n\tenq, n := r.claimPush(len(vs), least)", "enq, n := r.claimPush(len(vs), least)",
		test("./ring", "TestZeroRing"),
	},
	{
		"a pop from the zero Ring", "ring/ring.go",
		"if len(r.slots) == 0 {\n\t\treturn 0\n\t}\n\tclaim := r.claimPop(len(dst), inFlight)", "claim := r.claimPop(len(dst), inFlight)",
		test("./ring", "TestZeroRing"),
	},
	{
		"a push that another was quicker than finds the ring full", "ring/ring.go",
		"return r.pushBatch(unsafe.Slice(&v, 1), 1) == 1", "return false",
		modelRing("two pushes"),
	},
	{
		"a pop that another was quicker than finds the ring empty", "ring/ring.go",
		"ok = r.popBatch(unsafe.Slice(&v, 1), true) == 1", "ok = false",
		modelRing("two pops"),
	},
	{
		"a batch is pushed whole or not at all", "ring/ring.go",
		"return r.pushBatch(vs, 1) }", "return r.pushBatch(vs, len(vs)) }",
		test("./ring", "TestBatches"),
	},
	{
		"a batch takes no more slots than lie in a row", "ring/ring.go",
		"for done := 0; done < n; {\n\t\trun := r.run(enq+uint64(done)*step, n-done)", "for done := 0; done < n; n = 0 {\n\t\trun := r.run(enq, n)",
		test("./ring", "TestBatches"),
	},
	{
		"a pop that is not to wait waits", "ring/ring.go",
		"if !inFlight {\n\t\t\t\t\treturn Claim[T]{}\n\t\t\t\t}", "",
		test("./ring", "TestPopWaitsForPushInFlight"),
	},
	{
		"a batch waits for what is in flight behind the first", "ring/ring.go",
		"if next == nil || next.start != w {\n\t\t\t\tbreak\n\t\t\t}", "if next == nil || next.start != w {\n\t\t\t\tif inFlight && full != 0 && last.enq.Load()&^closedBit != w {\n\t\t\t\t\tcontinue\n\t\t\t\t}\n\t\t\t\tbreak\n\t\t\t}",
		test("./ring", "TestPopBatchAndPushesInFlight"),
	},
	{
		"a pop does not wait for a push in flight", "ring/ring.go",
		"if !inFlight {\n\t\t\t\t\treturn Claim[T]{}\n\t\t\t\t}", "if true {\n\t\t\t\t\treturn Claim[T]{}\n\t\t\t\t}",
		test("./ring", "TestPopWaitsForPushInFlight"),
	},
	{
		"a closed ring is idle", "ring/ring.go",
		"return r.enq.Load() == deq", "return r.enq.Load()&^closedBit == deq",
		test("./ring", "TestClose"),
	},
	{
		"Ready reads what every push writes", "ring/ring.go",
		"return r.slot(deq).seq.Load() == r.turn(deq)+published || r.next.Load() != nil", "return r.enq.Load() != deq",
		test("./ring", "TestReady"),
	},
	{
		"Ready says no at a seam", "ring/ring.go",
		"return r.slot(deq).seq.Load() == r.turn(deq)+published || r.next.Load() != nil", "return r.slot(deq).seq.Load() == r.turn(deq)+published",
		test("./ring", "TestReady"),
	},
	{
		"Ready in the first lap alone", "ring/ring.go",
		"return r.slot(deq).seq.Load() == r.turn(deq)+published ||", "return r.slot(deq).seq.Load() == published ||",
		test("./ring", "TestReady"),
	},
	{
		"a length counts what is being popped", "ring/ring.go",
		"deq := r.deq().Load()\n\t\tif r.enq.Load() == enq {", "deq := r.deq().Load()\n\t\tif s := r.slot(deq - step); deq != r.start && s.seq.Load() == r.turn(deq-step)+published {\n\t\t\tdeq -= step\n\t\t}\n\t\tif r.enq.Load() == enq {",
		test("./ring", "TestPushWaitsForPopInFlight"),
	},
	{
		"a claim is recycled further than dst", "ring/ring.go",
		"n := min(c.n, len(dst)-done)", "n := c.n",
		test(".", "TestHandleExOfAnyLength"),
	},
	{
		"the slots begin where the allocator likes", "ring/slots.go",
		"if line%size != 0 || uintptr(p)%size == 0 {", "if line%size != 0 || uintptr(p)%8 == 0 {",
		test("./ring", "TestSlotsAligned"),
	},
	{
		"the slots behind a pad hide their pointers", "ring/slots.go",
		"reflect.ArrayOf(n, reflect.TypeFor[Slot[T]]())", "reflect.ArrayOf(n*int(unsafe.Sizeof(s[0])), reflect.TypeFor[byte]())",
		test("./ring", "TestSlotsBehindPadKeepPointers"),
	},
}
