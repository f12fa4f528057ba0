package main

// Bugs that break what README guarantees and the packages promise together.
var ofPorts = []mutant{
	{
		"a post waits for room", "port.go",
		"} else if !p.queue.TryPush(v) {\n\t\treturn p.refused()\n\t}", "} else {\n\t\tfor !p.queue.TryPush(v) {\n\t\t\tif p.queue.Closed() {\n\t\t\t\treturn p.refused()\n\t\t\t}\n\t\t\ttime.Sleep(1)\n\t\t}\n\t}",
		test("./fuzz/order", "TestPostNeverWaits"),
	},
	{
		"a nil port panics", "port.go",
		"if p == nil {\n\t\treturn ErrNilPort\n\t}\n\tr := p.queue.Tail()", "r := p.queue.Tail()",
		test("./fuzz/answers", "TestNilAndZeroPortHaveTheirErrors"),
	},
	{
		"a timeout rounded up to milliseconds", "port.go",
		"if timeout > 0 {\n\t\tc.deadline = waiter.Deadline(timeout)\n\t}", "if timeout > 0 {\n\t\tif timeout < time.Hour {\n\t\t\ttimeout = (timeout + time.Millisecond - 1).Truncate(time.Millisecond)\n\t\t}\n\t\tc.deadline = waiter.Deadline(timeout)\n\t}",
		test("./fuzz/waits", "TestTimeoutToTheNanosecond"),
	},
	{
		"a poster's timeout rounded up to milliseconds", "port.go",
		"if timeout > 0 {\n\t\tdeadline = waiter.Deadline(timeout)\n\t}", "if timeout > 0 {\n\t\tif timeout < time.Hour {\n\t\t\ttimeout = (timeout + time.Millisecond - 1).Truncate(time.Millisecond)\n\t\t}\n\t\tdeadline = waiter.Deadline(timeout)\n\t}",
		test("./fuzz/waits", "TestTimeoutToTheNanosecond"),
	},
	{
		"a timeout of 49.7 days is without end", "handle.go",
		"if timeout == INFINITE {", "if timeout >= INFINITE-1 {",
		test(".", "TestHandleLongTimeouts"),
	},
	{
		"*qty and *key zeroed on a timeout", "handle.go",
		"return ErrInvalidParameter\n\t}\n\to := handles.lookup(port)\n\tif o == nil {\n\t\treturn handles.invalid(port)\n\t}\n\tv, err := o.port.Get(milliseconds(timeout))", "return ErrInvalidParameter\n\t}\n\t*qty, *key = 0, 0\n\to := handles.lookup(port)\n\tif o == nil {\n\t\treturn handles.invalid(port)\n\t}\n\tv, err := o.port.Get(milliseconds(timeout))",
		test("./fuzz/handles", "TestHandleTimeoutOutputs"),
	},
	{
		"a failed packet without an overlapped is success", "handle.go",
		"if v.Status != 0 {\n\t\treturn v.Status\n\t}", "if v.Status != 0 && v.Overlapped != nil {\n\t\treturn v.Status\n\t}",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"a key of 32 bits", "handle.go",
		"Packet{Overlapped: overlapped, Key: key, Transferred: qty})", "Packet{Overlapped: overlapped, Key: uintptr(uint32(key)), Transferred: qty})",
		test("./fuzz/handles", "TestHandleValuesBitExact"),
	},
	{
		"a packet of zeros is none", "handle.go",
		"o := handles.lookup(port)\n\tif o == nil {\n\t\treturn handles.invalid(port)\n\t}\n\treturn closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))", "o := handles.lookup(port)\n\tif o == nil {\n\t\treturn handles.invalid(port)\n\t}\n\tif overlapped == nil && key == 0 && qty == 0 {\n\t\treturn nil\n\t}\n\treturn closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))",
		test(".", "TestHandleZeroPacket"),
	},
	{
		"a packet that is in the queue is not posted again", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))\n}", "if o.port.Len() != 0 && overlapped != nil && overlapped.Internal == 0x103 {\n\t\treturn nil\n\t}\n\tif overlapped != nil {\n\t\toverlapped.Internal = 0x103\n\t}\n\treturn closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))\n}",
		test("./fuzz/handles", "TestHandleSamePacketThrice"),
	},
	{
		"posters are woken without a limit", "waiter/wait.go",
		"const Moved = 2", "const Moved = 1 << 20",
		test("./fuzz/order", "TestRoomServesMoreThanOne"),
	},
	{
		"the limit of posters holds though takers find nothing", "waiter/stack.go",
		"return n >= s.know() && (n >= Lifted || !s.queue.Starved())", "return n >= s.know()",
		test("./fuzz/order", "TestTakerServedByWaitingPosters"),
	},
	{
		"a poster sleeps at a closed queue while the limit is reached", "waiter/stack.go",
		"!s.full() || s.queue.Over()) { // W2", "!s.full()) { // W2",
		test("./waiter", "TestClosedBeyondTheLimit"),
	},
	{
		"posters are woken without a limit while takers find nothing", "waiter/stack.go",
		"return n >= s.know() && (n >= Lifted || !s.queue.Starved())", "return n >= s.know() && !s.queue.Starved()",
		test("./fuzz/order", "TestRoomServesMoreThanOne"),
	},
	{
		"a taker that finds nothing leaves the posters behind the limit", "port.go",
		"if p.posts.HasWaiters() {\n\t\tp.posts.HandOver()\n\t\tc.missed = false\n\t}", "",
		test("./fuzz/order", "TestTakerServedByWaitingPosters"),
	},
	{
		"robbed, and out of time", "port.go",
		"c.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline", "c.last = true",
		model("watch, robbed"),
	},
	{
		"the next is handed over when a packet has been worked on", "port.go",
		"p.takers.Pass(waiter.Handed)\n\tcase waiter.Look:", "case waiter.Look:",
		model("post, get listed"),
	},
	{
		"WithConcurrency is ignored", "options.go",
		"o.concurrency = n", "o.concurrency = 0 * n",
		test(".", "TestHandOffsInFlightAreLimited"),
	},
	{
		"WithParking is ignored", "options.go",
		"o.parking = m", "o.parking = 0 * m",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"a batch waits to be full", "port.go",
		"if p.claim(c, dst, c.most); c.n != 0 {", "if p.claim(c, dst, c.most); c.n == c.most {",
		test("./fuzz/order", "TestGetBatchTakesWhatIsThere"),
	},
	{
		"a batch is posted one by one", "port.go",
		"n = p.queue.TryPushBatch(vs)", "for n < len(vs) && p.queue.TryPush(vs[n]) {\n\t\tn++\n\t}",
		model("batches meet"),
	},
	{
		"a context without an error ends a wait without one", "port.go",
		"return context.Canceled\n}", "return nil\n}",
		test("./fuzz/waits", "TestContextDoneWithoutErr"),
	},
	{
		"a packet is taken though ctx is done", "port.go",
		"if err := done(ctx); err != nil {\n\t\treturn 0, err\n\t}", "if ctx == nil {\n\t\treturn 0, done(ctx)\n\t}",
		test("./fuzz/waits", "TestContextDoneBeforeTheCallTakesNothing"),
	},
	{
		"each wait has a new waiter", "waiter/stack.go",
		"if w == nil {\n\t\tw = new(Waiter[T])\n\t}", "w = new(Waiter[T])",
		test("./fuzz/leaks", "TestParkAllocatesNothing"),
	},
	{
		"each sole wait has a new waiter", "waiter/stack.go",
		"if s.sole == nil {\n\t\t\t\ts.sole = new(Waiter[T])\n\t\t\t}", "s.sole = new(Waiter[T])",
		test("./fuzz/leaks", "TestParkAllocatesNothing"),
	},
	{
		"a port shows what is inside", "format.go",
		"func (p *Port[T]) Format(f fmt.State, verb rune) {", "func (p *Port[T]) format(f fmt.State, verb rune) {",
		test(".", "TestFormat"),
	},
	{
		"a nil port is shown as one not made", "format.go",
		"case ErrNilPort:\n\t\treturn name + \"(nil)\"", "",
		test(".", "TestFormat"),
	},
	{
		"who finds nothing does not give back", "port.go",
		"p.queue.Shrink()\n\tc.poll = waiter.Poll{}", "c.poll = waiter.Poll{}",
		test("./fuzz/growth", "TestGetThatFindsNothingGivesBack"),
	},
	{
		"a look that finds nothing does not give back", "port.go",
		"p.queue.Shrink()\n\t\t\tc.err = ErrTimeout", "c.err = ErrTimeout",
		test("./fuzz/growth", "TestGetThatFindsNothingGivesBack"),
	},
}
