package main

var ofWaiting = []mutant{
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
		"(s.order == NewestFirst || !s.full() || s.queue.Over()) { // W2", "s.order == NewestFirst {",
		model("room"),
	},
	{
		"a poster serves while the limit is reached", "waiter/stack.go",
		"(s.order == NewestFirst || !s.full() || s.queue.Over()) { // W2", "true {",
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
		"s.full() || !s.queue.Idle() {", "s.full() || !s.queue.Idle() && !s.queue.Over() {",
		model("give, closed, listed"),
	},
	{
		"who is given a packet is not woken", "waiter/stack.go",
		"late := s.hand(w, Handed)\n\ts.mu.Unlock()\n\tw.unpark()", "late := s.hand(w, Handed)\n\ts.mu.Unlock()",
		model("post, get listed"),
	},
	{
		"who was handed over to is not woken", "waiter/stack.go",
		"more = s.collect(&l)\n\t\tl.wake(nil)", "more = s.collect(&l)",
		model("room"),
	},
	{
		"a taker is unparked before the poster whose packet it gets", "waiter/stack.go",
		"(posts *Stack[T]) { s.collect(&posts.after) }", "(posts *Stack[T]) { s.HandOver() }",
		test("./waiter", "TestTakersAreUnparkedAfterThePoster"),
	},
	{
		"a taker that gets the packet of a waiting poster is not woken", "waiter/stack.go",
		"l.add(s.release(s.first, Closed))\n\t}\n\ts.joinAfter(l)", "l.add(s.release(s.first, Closed))\n\t}",
		model("growth to 3, both sides sleep"),
	},
	{
		"a taker that gets the packet of a poster whose time is up is not woken", "waiter/stack.go",
		"l.add(s.release(w, Expired))\n\t}\n\ts.joinAfter(l)", "l.add(s.release(w, Expired))\n\t}",
		test("./waiter", "TestTakersOfAnExpiredPoster"),
	},
	{
		"a taker that gets the packet of a waiting poster is woken twice", "waiter/stack.go",
		"*m = list[T]{}", "",
		test("./waiter", "TestTakersOfAPosterThatDoesNotSleep"),
	},
	{
		"a poster that is served last forgets the takers before it", "waiter/stack.go",
		"l.tail = m.tail", "l.tail = l.head",
		test("./waiter", "TestTakersOfAPosterThatIsServedLast"),
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
		"l.add(s.release(w, Expired))", "w.outcome = Expired\n\tl.add(w)",
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
}
