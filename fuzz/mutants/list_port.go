package main

var ofPort = []mutant{
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
		test(".", "TestTimeoutBehindTheLimit"),
	},
	{
		"room made by a hand-off not told", "port.go",
		"if c.n != 0 {\n\t\tp.freed()\n\t}", "if c.n > 1 {\n\t\tp.freed()\n\t}",
		test(".", "TestHandOffsMakeRoom"),
	},
	{
		"an interrupt of takers spares the posters", "port.go",
		"return p.takers.Interrupt() + p.posts.Interrupt()", "if n := p.takers.Interrupt(); n != 0 {\n\t\treturn n\n\t}\n\treturn p.posts.Interrupt()",
		test(".", "TestInterruptEndsBothSides"),
	},
	{
		"an interrupt of the first 128", "waiter/stack.go",
		"for ; s.first != nil; n++ {", "for ; s.first != nil && n < 128; n++ {",
		test("./fuzz/waits", "TestInterruptOfMany"),
	},
	{
		"a canceled wait counts as a timeout", "waiter/stack.go",
		"s.release(w, Canceled)", "s.stats.Timeouts++\n\t\ts.release(w, Canceled)",
		test("./fuzz/waits", "TestStatsOfCanceled"),
	},
	{
		"packets taken counted after those posted", "port.go",
		"taken := p.queue.Popped() // before Pushed, so that it is not the larger\n\ttakers, posts := p.takers.Stats(), p.posts.Stats()\n\treturn Stats{\n\t\tPosted: p.queue.Pushed() + takers.Direct,",
		"takers, posts := p.takers.Stats(), p.posts.Stats()\n\tpushed := p.queue.Pushed()\n\ttaken := p.queue.Popped()\n\treturn Stats{\n\t\tPosted: pushed + takers.Direct,",
		model("counts"),
	},
	{
		"a poster whose time is up does not look", "waiter/stack.go",
		"for s.order == OldestFirst && s.queue.Move(&s.first.val[0]) {", "for false && s.queue.Move(&s.first.val[0]) {",
		test(".", "TestLastLookOfAPoster"),
	},
	{
		"a poster whose time is up goes before older ones", "waiter/stack.go",
		"s.queue.Move(&s.first.val[0]) {\n\t\tfirst := s.first\n", "s.queue.Move(&w.val[0]) {\n\t\tfirst := w\n",
		test(".", "TestLastLookOfAPoster"),
	},
	{
		"the status of an own error goes before an Errno", "errno.go",
		"if e, ok := errors.AsType[Errno](err); ok {\n\t\treturn e\n\t}", "if e, ok := errors.AsType[*Error](err); ok {\n\t\treturn Errno(e.errno)\n\t}\n\tif e, ok := errors.AsType[Errno](err); ok {\n\t\treturn e\n\t}",
		test("./fuzz/answers", "TestStatusOf"),
	},
	{
		"a poster told that the port is closed, while it grows", "port.go",
		"func (q *room[T]) Over() bool { return q.queue.Closed() }", "func (q *room[T]) Over() bool { return q.queue.Tail().Closed() }",
		test(".", "TestRoomIsNotOverWhileItGrows"),
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
		test("./fuzz/order", "TestWokenBatchTakesBeforeOthers"),
	},
}

var ofSleeping = []mutant{
	{
		"a token before the sleep forgotten", "park_linux.go",
		"if !p.word.CompareAndSwap(0, asleep) {\n\t\t\tp.word.Store(0)\n\t\t\treturn true", "if !p.word.CompareAndSwap(0, asleep) {\n\t\t\tp.word.Store(0)\n\t\t\tcontinue",
		test(".", "TestPark_UnparkBeforeParkIsRemembered"),
	},
	{
		"a signal ends the sleep", "park_linux.go",
		"if err == unix.ETIMEDOUT && parkNow() >= deadline {", "if err == unix.ETIMEDOUT && parkNow() >= deadline || err == unix.EINTR {",
		test(".", "TestFutex_Signals|TestNeverEarlyUnderSignals"),
	},
	{
		"no wake, for a sleeper that is on its way", "park_linux.go",
		"if p.word.Swap(token) == asleep {\n\t\tparkWake(futexWord(&p.word))\n\t}", "p.word.Store(token)",
		test(".", "TestPark_Storm|TestPark_Forever"),
	},
	{
		"a deadline a tenth too early", "waiter/parker.go",
		"deadline := now + int64(timeout)", "deadline := now + int64(timeout) - int64(timeout)/10",
		test("./fuzz/waits", "TestNeverEarly$"),
	},
}

var ofHandles = []mutant{
	{
		"a stale handle is its successor", "handle.go",
		"if o == nil || o.handle != h {", "if o == nil {",
		test(".", "TestHandleStaleIsNoOtherPort"),
	},
	{
		"a generation used twice", "handle.go",
		"if c.gen[index%chunkHandles]++; c.gen[index%chunkHandles] <= maxGen {", "if c.gen[index%chunkHandles] <= maxGen {",
		test(".", "TestHandleStaleIsNoOtherPort"),
	},
	{
		"*overlapped kept on a timeout", "handle.go",
		"if overlapped != nil {\n\t\t*overlapped = nil\n\t}", "",
		test("./fuzz/handles", "TestHandleTimeoutOutputs"),
	},
	{
		"a failed packet is success", "handle.go",
		"if v.Status != 0 {\n\t\treturn v.Status\n\t}\n\treturn nil", "return nil",
		test(".", "TestHandleFailedPackets"),
	},
}
