package main

import "slices"

// Bugs that break what the documentation of the methods and functions promises.
var ofMethods = slices.Concat(ofPortMethods, ofErrors, ofFunctions)

var ofPortMethods = []mutant{
	{
		"a port grows unasked", "port.go",
		"if !o.grows {\n\t\to.max = r.Cap()\n\t}", "",
		test(".", "TestCapacity$"),
	},
	{
		"a timeout below -1 is a look", "port.go",
		"c.last = timeout == 0", "c.last = timeout <= 0 && timeout != Infinite",
		test("./fuzz/waits", "TestInfiniteNeverTimesOut"),
	},
	{
		"a timeout below -1 is none, for a poster", "port.go",
		"if timeout == 0 {\n\t\treturn ErrTimeout", "if timeout <= 0 && timeout != Infinite {\n\t\treturn ErrTimeout",
		test("./fuzz/order", "TestPostTimeout_WaitsForRoom"),
	},
	{
		"no room within a timeout of 0 is full", "port.go",
		"if timeout == 0 {\n\t\treturn ErrTimeout", "if timeout == 0 {\n\t\treturn ErrFull",
		test("./fuzz/order", "TestPostNeverWaits"),
	},
	{
		"a Post follows a nil Port", "port.go",
		"if p == nil {\n\t\treturn ErrNilPort\n\t}\n\tr := p.queue.Tail()", "r := p.queue.Tail()",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"a zero Port is closed, for Get", "port.go",
		"return v, ErrInvalidPort", "return v, ErrClosed",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"Cap of a nil Port", "port.go",
		"if p.valid() != nil {\n\t\treturn 0\n\t}\n\treturn p.queue.Cap()", "return p.queue.Cap()",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"Interrupt of a nil Port", "port.go",
		"if p.valid() != nil {\n\t\treturn 0\n\t}\n\treturn p.takers.Interrupt()", "return p.takers.Interrupt()",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"Stats of a nil Port", "port.go",
		"if p.valid() != nil {\n\t\treturn Stats{}\n\t}", "",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"All yields the zero T of an error", "port.go",
		"if err != nil || !yield(v) {", "if !yield(v) || err != nil {",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"the port looked at before the buffer", "port.go",
		"if len(dst) == 0 {\n\t\treturn 0, ErrInvalidParameter\n\t}\n\tif err := p.valid(); err != nil {\n\t\treturn 0, err\n\t}\n\tc := call[T]{most: len(dst)}", "if err := p.valid(); err != nil {\n\t\treturn 0, err\n\t}\n\tif len(dst) == 0 {\n\t\treturn 0, ErrInvalidParameter\n\t}\n\tc := call[T]{most: len(dst)}",
		test("./fuzz/order", "TestEmptyBufferIsABadParameter"),
	},
	{
		"the context looked at before the buffer", "port.go",
		"func (p *Port[T]) GetBatchContext(ctx context.Context, dst []T) (n int, err error) {\n\tif len(dst) == 0 {", "func (p *Port[T]) GetBatchContext(ctx context.Context, dst []T) (n int, err error) {\n\tif err := done(ctx); err != nil {\n\t\treturn 0, err\n\t}\n\tif len(dst) == 0 {",
		test("./fuzz/answers", "TestOrderOfWhatIsLookedAt"),
	},
	{
		"the context looked at before the port", "port.go",
		"if err := p.valid(); err != nil {\n\t\treturn err\n\t}\n\tif err := done(ctx); err != nil {\n\t\treturn err\n\t}", "if err := done(ctx); err != nil {\n\t\treturn err\n\t}\n\tif err := p.valid(); err != nil {\n\t\treturn err\n\t}",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"closed looked at before the context, to post", "port.go",
		"if err := done(ctx); err != nil {\n\t\treturn err\n\t}", "if p.queue.Closed() {\n\t\treturn ErrClosed\n\t}\n\tif err := done(ctx); err != nil {\n\t\treturn err\n\t}",
		test("./fuzz/answers", "TestOrderOfWhatIsLookedAt"),
	},
	{
		"closed looked at before the context, to take", "port.go",
		"if err := done(ctx); err != nil {\n\t\treturn 0, err\n\t}", "if p.queue.Drained() {\n\t\treturn 0, ErrClosed\n\t}\n\tif err := done(ctx); err != nil {\n\t\treturn 0, err\n\t}",
		test("./fuzz/answers", "TestOrderOfWhatIsLookedAt"),
	},
	{
		"PostBatch copies its batch", "port.go",
		"n = p.queue.TryPushBatch(vs)", "n = p.queue.TryPushBatch(append([]T(nil), vs...))",
		test("./fuzz/leaks", "TestNoWaitAllocatesNothing"),
	},
	{
		"a refusal without its reason", "port.go",
		"return nil, invalid(\"capacity is %d, not in [1, 1<<30]\", capacity)", "return nil, ErrInvalidParameter",
		test(".", "TestErrors_Text"),
	},
	{
		"a max below the rounded capacity refused", "port.go",
		"o.max < capacity", "o.max < r.Cap()",
		test("./fuzz/growth", "TestGrowthLimit"),
	},
	{
		"a max below the capacity accepted", "port.go",
		"if o.grows && o.max != 0 && o.max < capacity {", "if o.grows && o.max < 0 {",
		test("./fuzz/growth", "TestGrowthOutOfRange"),
	},
	{
		"a max of 0 is below the capacity", "port.go",
		"o.max != 0 &&", "",
		test("./fuzz/growth", "TestGrowthWithoutReader"),
	},
	{
		"a nil option skipped", "port.go",
		"return nil, invalid(\"option %d of %d is nil\", i+1, len(opts))", "_ = i\n\t\t\tcontinue",
		test(".", "TestOptionsOutOfRange"),
	},
	{
		"full before closed", "port.go",
		"if p.queue.Closed() {\n\t\treturn ErrClosed\n\t}\n\treturn ErrFull", "return ErrFull",
		test("./fuzz/order", "TestPostNeverWaits"),
	},
	{
		"a batch cut short without an error", "port.go",
		"if n < len(vs) || n == 0 && p.queue.Closed() {", "if n == 0 && (len(vs) != 0 || p.queue.Closed()) {",
		test("./fuzz/order", "TestPostBatchPrefix"),
	},
	{
		"an empty batch posted to a closed port", "port.go",
		"if n < len(vs) || n == 0 && p.queue.Closed() {", "if n < len(vs) {",
		test("./fuzz/order", "TestPostBatchPrefix"),
	},
	{
		"an empty batch told full", "port.go",
		"if n < len(vs) || n == 0 && p.queue.Closed() {", "if n < len(vs) || n == 0 {",
		test("./fuzz/order", "TestPostBatchPrefix"),
	},
	{
		"a batch posted whole or not at all", "port.go",
		"n = p.queue.TryPushBatch(vs)", "if len(vs) <= p.queue.Room() {\n\t\tn = p.queue.TryPushBatch(vs)\n\t}",
		test("./fuzz/order", "TestPostBatchPrefix"),
	},
	{
		"a batch posted one by one", "port.go",
		"n = p.queue.TryPushBatch(vs)", "for n < len(vs) && p.queue.TryPush(vs[n]) {\n\t\tn++\n\t}",
		model("batches meet"),
	},
	{
		"a poster whose time is up told full", "port.go",
		"case waiter.Canceled:\n\t\treturn cause(ctx)\n\t}\n\treturn ErrTimeout", "case waiter.Canceled:\n\t\treturn cause(ctx)\n\t}\n\treturn ErrFull",
		test("./fuzz/order", "TestPostTimeout_NeverEarly"),
	},
	{
		"a poster that waits told of the end as of a timeout", "port.go",
		"case waiter.Closed:\n\t\treturn ErrClosed", "case waiter.Closed:\n\t\treturn ErrTimeout",
		test("./fuzz/waits", "TestCloseReleasesWaitingPosters"),
	},
	{
		"an interrupted poster told of a timeout", "port.go",
		"case waiter.Interrupted:\n\t\treturn ErrInterrupted\n\t", "",
		test("./fuzz/waits", "TestInterruptTakesNoPacket"),
	},
	{
		"a canceled poster told no cause", "port.go",
		"case waiter.Canceled:\n\t\treturn cause(ctx)", "case waiter.Canceled:\n\t\treturn ctx.Err()",
		test("./fuzz/order", "TestPostContext"),
	},
	{
		"a canceled taker told no cause", "port.go",
		"c.err = cause(c.ctx)", "c.err = c.ctx.Err()",
		test("./fuzz/waits", "TestContextEndsTheWait"),
	},
	{
		"a context done before told without its cause", "port.go",
		"if ctx.Err() != nil {\n\t\treturn cause(ctx)\n\t}\n\treturn nil", "return ctx.Err()",
		test("./fuzz/waits", "TestContextDoneBeforeTheCallTakesNothing"),
	},
	{
		"posted although the context was done", "port.go",
		"if err := done(ctx); err != nil {\n\t\treturn err\n\t}", "if ctx == nil {\n\t\treturn ErrInvalidParameter\n\t}",
		test("./fuzz/order", "TestPostContext"),
	},
	{
		"taken although the context was done", "port.go",
		"if err := done(ctx); err != nil {\n\t\treturn 0, err\n\t}", "if ctx == nil {\n\t\treturn 0, ErrInvalidParameter\n\t}",
		test("./fuzz/waits", "TestContextDoneBeforeTheCallTakesNothing"),
	},
	{
		"a nil context is never done", "port.go",
		"if ctx == nil {\n\t\treturn ErrInvalidParameter\n\t}", "if ctx == nil {\n\t\treturn nil\n\t}",
		test("./fuzz/answers", "TestNilContext"),
	},
	{
		"a deadline begins again, for Get", "port.go",
		"p.takers.Wait(&v, c.deadline, nil)); {\n\t\t\t}", "p.takers.Wait(&v, c.deadline, nil)); {\n\t\t\t\tif !c.last {\n\t\t\t\t\tc.begin(timeout)\n\t\t\t\t}\n\t\t\t}",
		test(".", "TestDeadlineOutlastsRetries"),
	},
	{
		"a deadline begins again, for a batch", "port.go",
		"c := call[T]{most: len(dst)}\n\tc.begin(timeout)\n\tp.get(&c, dst)", "c := call[T]{most: len(dst)}\n\tfor c.begin(timeout); !p.looked(&c, dst) && !p.woken(&c, dst, p.takers.Wait(&dst[0], c.deadline, nil)); {\n\t\tif !c.last {\n\t\t\tc.begin(timeout)\n\t\t}\n\t}",
		test(".", "TestDeadlineOutlastsRetries"),
	},
	{
		"a call that never sleeps has no deadline", "port.go",
		"case waiter.Retry:\n\t\tc.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline", "case waiter.Retry:",
		test(".", "TestDeadlineOutlastsRetries"),
	},
	{
		"no last look, for a call that never sleeps", "port.go",
		"c.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline", "if c.deadline != waiter.Forever && waiter.Now() >= c.deadline {\n\t\t\tc.err = ErrTimeout\n\t\t}",
		test(".", "TestLastLookAfterRetries"),
	},
	{
		"timeouts in microseconds", "port.go",
		"c.deadline = waiter.Deadline(timeout)", "c.deadline = waiter.Deadline(timeout.Truncate(time.Microsecond))",
		test("./fuzz/waits", "TestTimeoutsToTheNanosecond"),
	},
	{
		"timeouts of posters in milliseconds", "port.go",
		"deadline = waiter.Deadline(timeout)\n\t}\n\treturn p", "deadline = waiter.Deadline((timeout + time.Millisecond - 1).Truncate(time.Millisecond))\n\t}\n\treturn p",
		test("./fuzz/waits", "TestTimeoutsToTheNanosecond"),
	},
	{
		"a look at a drained port told of a timeout", "port.go",
		"if p.queue.Drained() {\n\t\t\tc.err = ErrClosed\n\t\t\treturn true\n\t\t}\n\t\tif c.last {", "if !c.last && p.queue.Drained() {\n\t\t\tc.err = ErrClosed\n\t\t\treturn true\n\t\t}\n\t\tif c.last {",
		test("./fuzz/answers", "TestClosedPortHasItsErrors"),
	},
	{
		"an interrupted call takes a packet along", "port.go",
		"c.err = ErrInterrupted", "p.claim(c, dst, c.most)\n\t\tc.n, c.err = 0, ErrInterrupted",
		test(".", "TestInterruptEndsBothSides"),
	},
	{
		"the last packets together with the end", "port.go",
		"if p.claim(c, dst, c.most); c.n != 0 {\n\t\t\treturn true\n\t\t}\n\t\tif p.queue.Drained() {", "p.claim(c, dst, c.most)\n\t\tif c.n != 0 && !p.queue.Drained() {\n\t\t\treturn true\n\t\t}\n\t\tif p.queue.Drained() {",
		test("./fuzz/waits", "TestCloseKeepsWhatWasAccepted"),
	},
	{
		"a look does not wait for the oldest packet", "port.go",
		"p.queue.ClaimPopBatch(most-c.n, c.n == 0)", "p.queue.ClaimPopBatch(most-c.n, false)",
		model("posts and looks"),
	},
	{
		"the end of a context wins over a packet", "port.go",
		"case waiter.Handed:\n\t\tif c.n = 1", "case waiter.Handed:\n\t\tif c.ctx != nil && c.ctx.Err() != nil {\n\t\t\tp.takers.Pass(waiter.Handed)\n\t\t\tc.err = cause(c.ctx)\n\t\t\tbreak\n\t\t}\n\t\tif c.n = 1",
		test("./fuzz/waits", "TestContextHandedOverWins$"),
	},
	{
		"a batch waits to be full", "port.go",
		"if p.claim(c, dst, c.most); c.n != 0 {", "if p.claim(c, dst, c.most); c.n == c.most || c.n != 0 && c.last {",
		test("./fuzz/order", "TestGetBatchTakesWhatIsThere"),
	},
	{
		"a batch that was given a packet leaves the rest", "port.go",
		"case waiter.Given:\n\t\tif c.n = 1; c.most > 1 {\n\t\t\tp.claim(c, dst, c.most)\n\t\t}", "case waiter.Given:\n\t\tc.n = 1",
		test(".", "TestGivenBatchTakesTheRest"),
	},
	{
		"a batch that was handed a packet leaves the rest", "port.go",
		"if c.n = 1; c.most > 1 {\n\t\t\tp.claim(c, dst, len(dst)) // before others are handed it\n\t\t}", "c.n = 1",
		test("./fuzz/order", "TestParkedBatchTakesOneOrMore"),
	},
	{
		"a batch cleared before it is filled", "port.go",
		"c.begin(timeout)\n\tp.get(&c, dst)", "c.begin(timeout)\n\tclear(dst)\n\tp.get(&c, dst)",
		test("./fuzz/order", "TestGetBatchTakesWhatIsThere"),
	},
	{
		"a batch with a context cleared before it is filled", "port.go",
		"c.begin(Infinite)\n\tp.get(&c, dst)", "c.begin(Infinite)\n\tclear(dst)\n\tp.get(&c, dst)",
		test("./fuzz/order", "TestEntriesPastTheBatch"),
	},
	{
		"All takes in batches", "port.go",
		"for {\n\t\t\tv, err := p.GetContext(ctx)\n\t\t\tif err != nil || !yield(v) {\n\t\t\t\treturn\n\t\t\t}\n\t\t}", "dst := make([]T, 16)\n\t\tfor {\n\t\t\tn, err := p.GetBatchContext(ctx, dst)\n\t\t\tif err != nil {\n\t\t\t\treturn\n\t\t\t}\n\t\t\tfor _, v := range dst[:n] {\n\t\t\t\tif !yield(v) {\n\t\t\t\t\treturn\n\t\t\t\t}\n\t\t\t}\n\t\t}",
		test("./fuzz/order", "TestAllTakesNoneAhead"),
	},
	{
		"All goes on after an interrupt", "port.go",
		"if err != nil || !yield(v) {", "if err == ErrInterrupted {\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\tif err != nil || !yield(v) {",
		test("./fuzz/waits", "TestInterruptEndsTheParked$"),
	},
	{
		"Interrupt does not count the posters", "port.go",
		"return p.takers.Interrupt() + p.posts.Interrupt()", "n := p.takers.Interrupt()\n\tp.posts.Interrupt()\n\treturn n",
		test(".", "TestInterruptEndsBothSides"),
	},
	{
		"a second Close succeeds", "port.go",
		"if !p.queue.Close() {\n\t\treturn ErrClosed\n\t}", "p.queue.Close()",
		test("./fuzz/waits", "TestCloseKeepsWhatWasAccepted"),
	},
	{
		"packets given past the queue are not posted", "port.go",
		"p.queue.Pushed() + takers.Direct", "p.queue.Pushed()",
		test("./fuzz/answers", "TestStatsOfBatches"),
	},
	{
		"packets given past the queue are not taken", "port.go",
		"taken + takers.Direct", "taken",
		test("./fuzz/answers", "TestStatsOfBatches"),
	},
	{
		"room is a hand-off", "port.go",
		"HandOffs: takers.HandOffs,", "HandOffs: takers.HandOffs + posts.HandOffs,",
		test("./fuzz/answers", "TestStatsOfPosters"),
	},
	{
		"parks without those of posters", "port.go",
		"takers.Parks + posts.Parks", "takers.Parks",
		test("./fuzz/answers", "TestStatsOfPosters"),
	},
	{
		"wakes without those of posters", "port.go",
		"takers.Wakes + posts.Wakes", "takers.Wakes",
		test("./fuzz/answers", "TestStatsOfPosters"),
	},
	{
		"timeouts without those of posters", "port.go",
		"takers.Timeouts + posts.Timeouts", "takers.Timeouts",
		test("./fuzz/answers", "TestStatsOfPosters"),
	},
	{
		"every park slept as a thread", "port.go",
		"Threads: takers.Threads,", "Threads: takers.Parks,",
		test(".", "TestStats$"),
	},
	{
		"who was served while watching is not counted", "waiter/poll.go",
		"s.pace.spun.Add(1)", "",
		test(".", "TestStatsOfWatchers"),
	},
	{
		"waiting takers and posters mixed up", "port.go",
		"Waiting: p.takers.Waiting(),\n\t\tWaitingPosters: p.posts.Waiting(),", "Waiting: p.posts.Waiting(),\n\t\tWaitingPosters: p.takers.Waiting(),",
		test(".", "TestStats$"),
	},
	{
		"an interrupted wait has not been woken", "waiter/stack.go",
		"l.add(s.release(s.first, Interrupted))", "s.left++\n\t\tl.add(s.release(s.first, Interrupted))",
		test("./fuzz/answers", "TestStatsOfPosters"),
	},
	{
		"0 is one hand-off at a time", "options.go",
		"o.concurrency = n", "o.concurrency = max(n, 1)",
		test(".", "TestHandOffsInFlightAreLimited"),
	},
	{
		"a concurrency too large", "options.go",
		"o.concurrency = n", "if n > 1<<20 {\n\t\t\treturn ErrInvalidParameter\n\t\t}\n\t\to.concurrency = n",
		test(".", "TestHandOffsInFlightAreLimited"),
	},
	{
		"any way to sleep is one", "options.go",
		"if m > ParkGoroutine {\n\t\t\treturn invalid(\"parking is %v, not ParkAuto, ParkThread or ParkGoroutine\", m)\n\t\t}", "",
		test(".", "TestOptionsOutOfRange"),
	},
	{
		"a max of 0 is no growth", "options.go",
		"o.grows, o.max = true, max", "o.grows, o.max = max != 0, max",
		test("./fuzz/growth", "TestGrowthWithoutReader"),
	},
	{
		"goroutines sleep at once by default", "port.go",
		"var o options", "o := options{parking: ParkGoroutine}",
		test(".", "TestDefaults"),
	},
	{
		"two thousand sleep as threads", "park_linux.go",
		"const maxThreads = 1000", "const maxThreads = 2000",
		test("./fuzz/leaks", "TestParkThreadIsBounded"),
	},
	{
		"no threads are left to others", "park_linux.go",
		"max(now, claimed)+spare <= uint64(limit)", "max(now, claimed) <= uint64(limit)",
		test(".", "TestSetMaxThreadsIsKept"),
	},
	{
		"a thread sleeps in a bubble", "waiter/stack.go",
		"&& !InBubble() && s.parkers.Claim()", "&& s.parkers.Claim()",
		test("./fuzz/waits", "TestBubbleEveryMethod"),
	},
	{
		"a thread sleeps through the end of its context", "waiter/stack.go",
		"s.parking == ParkThread && done == nil && s.parkers", "s.parking == ParkThread && s.parkers",
		test("./fuzz/waits", "TestCanceledLeavesTheStack"),
	},
	{
		"a look at an empty port gives nothing back", "port.go",
		"p.queue.Shrink()\n\t\t\tc.err = ErrTimeout", "c.err = ErrTimeout",
		test("./fuzz/growth", "TestGivesBackWhenFoundEmpty"),
	},
	{
		"a Get that goes to sleep gives nothing back", "port.go",
		"p.queue.Shrink()\n\tc.poll = waiter.Poll{}", "c.poll = waiter.Poll{}",
		test("./fuzz/growth", "TestGivesBackWhenFoundEmpty"),
	},
	{
		"watched to the deadline", "waiter/poll.go",
		"min(deadline, Now()+longest)", "deadline",
		test("./waiter", "TestWatchEnds"),
	},
	{
		"callers watch on every processor", "waiter/poll.go",
		"int32(runtime.GOMAXPROCS(0))/2", "int32(runtime.GOMAXPROCS(0))",
		test("./waiter", "TestOneWatches"),
	},
	{
		"watched although goroutines want a processor", "waiter/poll.go",
		"if !wanted && runnable() > 0 {", "if false {",
		test("./waiter", "TestNoWatchBesideOthers"),
	},
	{
		"a copy of ErrTimeout", "port.go",
		"p.queue.Shrink()\n\t\t\tc.err = ErrTimeout", "p.queue.Shrink()\n\t\t\te := *ErrTimeout.(*Error)\n\t\t\tc.err = &e",
		test("./fuzz/answers", "TestErrors_AreTheVariables"),
	},
	{
		"a copy of ErrClosed", "port.go",
		"case waiter.Closed:\n\t\tc.err = ErrClosed", "case waiter.Closed:\n\t\te := *ErrClosed.(*Error)\n\t\tc.err = &e",
		test("./fuzz/answers", "TestErrors_AreTheVariables"),
	},
	{
		"packets as large as they like", "ring/ring.go",
		"min(maxBytes, math.MaxInt)", "math.MaxInt",
		test(".", "TestCapacityBeyondMemory"),
	},
	{
		"a capacity of 1 is 1", "ring/ring.go",
		"max(capacity, 2)-1", "capacity-1",
		test(".", "TestCapacity$"),
	},
	{
		"a capacity of 0 is 2", "ring/ring.go",
		"capacity < 1 || capacity > MaxCapacity", "capacity < 0 || capacity > MaxCapacity",
		test("./ring", "TestNewRefusesBadCapacities"),
	},
	{
		"a capacity rounded down", "ring/ring.go",
		"n := 1 << bits.Len(uint(max(capacity, 2)-1))", "n := 1 << (bits.Len(uint(max(capacity, 2))) - 1)",
		test(".", "TestCapacity$"),
	},
	{
		"a concurrency cut to 32 bits", "waiter/stack.go",
		"int32(min(max(limit, 0), 1<<30))", "int32(max(limit, 0))",
		test(".", "TestHandOffsInFlightAreLimited"),
	},
}
