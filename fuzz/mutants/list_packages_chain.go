package main

// Bugs that break what package ring promises of a Chain.
var ofChains = []mutant{
	{
		"a max below the capacity counts", "ring/chain.go",
		"} else if max > c.base {", "} else {",
		test("./fuzz/growth", "TestGrowthLimit"),
	},
	{
		"a batch goes to what room is left in the last ring", "ring/chain.go",
		"least := len(vs)", "least := 1",
		test("./ring", "TestChainLimit"),
	},
	{
		"a chain grows ring by ring of the base capacity", "ring/chain.go",
		"max(min(2*r.Cap(), MaxCapacity), ceilPower(len(vs)))", "max(min(c.base, MaxCapacity), ceilPower(len(vs)))",
		test("./ring", "TestShrink"),
	},
	{
		"the last ring to the limit is too small for it", "ring/chain.go",
		"if bounded {\n\t\tsize = ceilPower(int(c.limit / step))\n\t}", "",
		test("./ring", "TestChainHeldAtItsLimit"),
	},
	{
		"the limit rounded up to a power of two", "ring/chain.go",
		"c.limit = uint64(max) * step", "c.limit = uint64(ceilPower(max)) * step",
		test("./ring", "TestChainLimit"),
	},
	{
		"head stays behind", "ring/chain.go",
		"if r.next.Load() != nil {\n\t\tc.first()\n\t}", "",
		test("./ring", "TestChainLeavesItsRings"),
	},
	{
		"the ring that shrink has replaced is kept", "ring/shrink.go",
		"c.first() // moves head on, and so lets go of r", "",
		test("./ring", "TestShrinkByTime"),
	},
	{
		"a second Close is a first", "ring/chain.go",
		"first := c.tail.Load().seal()", "first := c.tail.Load().seal() || true",
		test("./ring", "TestChainClose"),
	},
	{
		"a drained chain that is closed keeps its ring", "ring/chain.go",
		"first := c.tail.Load().seal()\n\tc.shrink()", "first := c.tail.Load().seal()",
		test("./ring", "TestShrinkAtOnceWhenClosed"),
	},
	{
		"Close does not wait for a ring that is being linked", "ring/chain.go",
		"c.mu.Lock() // what is being linked gets linked\n\tdefer c.mu.Unlock()\n\tfirst := c.tail.Load().seal()\n\tc.shrink()\n\treturn first",
		"first := c.tail.Load().seal()\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.shrink()\n\treturn first",
		model("growth, close"),
	},
	{
		"empty is asked of the ring that head has not left", "ring/chain.go",
		"return c.head.Load().Empty() || c.first().Empty()", "return c.head.Load().Empty()",
		test("./ring", "TestChainEmptyBehindItsHead"),
	},
	{
		"a chain is full when its last ring is", "ring/chain.go",
		"return enq-c.deq.Load() == c.limit", "_ = enq\n\treturn c.tail.Load().Full()",
		test("./ring", "TestChainHeldAtItsLimit"),
	},
	{
		"a closed chain is full", "ring/chain.go",
		"return enq-c.deq.Load() == c.limit", "return enq&^closedBit-c.deq.Load() == c.limit",
		test("./ring", "TestChainFullAndClosed"),
	},
	{
		"Cap above the limit", "ring/chain.go",
		"if last.limit != 0 {\n\t\treturn int(c.limit / step)\n\t}", "",
		test("./ring", "TestChainHeldAtItsLimit"),
	},
	{
		"Room beyond the limit", "ring/chain.go",
		"int(min(c.limit/step-uint64(c.Len()), math.MaxInt))", "int(min(c.limit/step-uint64(c.Len()), math.MaxInt, uint64(c.Cap()-c.Len())))",
		test("./ring", "TestChainRoom"),
	},
	{
		"popped of a chain is counted from 0", "ring/chain.go",
		"return (c.deq.Load() - c.start) / step", "return c.deq.Load() / step",
		test("./ring", "TestChainLimit"),
	},
	{
		"a batch of the chain waits where it is not to", "ring/chain.go",
		"func (c *Chain[T]) TryPopBatchReady(dst []T) int { return c.popBatch(dst, false) }", "func (c *Chain[T]) TryPopBatchReady(dst []T) int { return c.popBatch(dst, true) }",
		test("./ring", "TestChainReadyInFlight"),
	},
	{
		"a pop of the chain waits where it is not to", "ring/chain.go",
		"ok = c.popBatch(unsafe.Slice(&v, 1), false) == 1", "ok = c.popBatch(unsafe.Slice(&v, 1), true) == 1",
		test("./ring", "TestChainPushInFlightAtTheSeam"),
	},
	{
		"a grown ring has no age", "ring/chain.go",
		"next.shared, next.made = &c.deq, clock()", "next.shared = &c.deq",
		test("./ring", "TestShrinkHysteresisOfPops"),
	},
	{
		"a timer looks once in two seconds", "ring/wait.go",
		"lookEvery = 250 * time.Millisecond", "lookEvery = 2 * time.Second",
		test("./ring", "TestShrinkByTime"),
	},
	{
		"nobody looks whether a chain is empty again", "ring/chain.go",
		"later(c, next.start)", "",
		test("./ring", "TestShrinkByTime"),
	},
	{
		"half of a ring goes back", "ring/shrink.go",
		"next := newRing[T](c.base, deq)", "next := newRing[T](max(c.base, r.Cap()/2), deq)",
		test("./ring", "TestShrinkByTime"),
	},
	{
		"rings are kept for a minute", "ring/wait.go",
		"minAge = uint64(5 * time.Millisecond)", "minAge = uint64(time.Minute)",
		test("./ring", "TestShrinkHysteresisOfPops"),
	},
}
