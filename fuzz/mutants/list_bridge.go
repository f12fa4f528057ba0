package main

// Bugs of the bridge from ports to select.
var ofBridge = []mutant{
	{
		"a notifier looks before it is armed", "waiter/notifier.go",
		"s.addNotifier(n) // N1\n\ts.unwatch()\n\tif !s.queue.Idle() {", "idle := s.queue.Idle()\n\ts.addNotifier(n)\n\ts.unwatch()\n\tif !idle {",
		model("notifier, post"),
	},
	{
		"an armed notifier does not look", "waiter/notifier.go",
		"s.unwatch()\n\tif !s.queue.Idle() { // N2\n\t\tn.token.put()\n\t\ts.removeNotifier(n)\n\t}", "s.unwatch()",
		model("notifier, post"),
	},
	{
		"a notifier leaves the bit watched set", "waiter/notifier.go",
		"s.unwatch()", "",
		model("notifier, watch in vain"),
	},
	{
		"a notifier is armed and not in state", "waiter/notifier.go",
		"s.state.Or(armed)", "",
		model("notifier, post"),
	},
	{
		"a notifier is armed by a load and a store", "waiter/notifier.go",
		"s.state.Or(armed)", "s.state.Store(s.state.Load() | armed)",
		model("notifier, watch"),
	},
	{
		"a notifier disarmed before its token", "waiter/notifier.go",
		"n = s.notifiers {\n\t\tn.token.put()\n\t\ts.removeNotifier(n)", "n = s.notifiers {\n\t\ts.removeNotifier(n)\n\t\tn.token.put()",
		model("notifier, told when post returns"),
	},
	{
		"one notifier of two is told", "waiter/notifier.go",
		"for n := s.notifiers; n != nil; n = s.notifiers {", "if n := s.notifiers; n != nil {",
		model("notifiers, two, one looks"),
	},
	{
		"a notifier told twice for one Arm", "waiter/notifier.go",
		"n = s.notifiers {\n\t\tn.token.put()\n\t\ts.removeNotifier(n)", "n = n.next {\n\t\tn.token.put()",
		test(".", "TestNotifierOnce"),
	},
	{
		"a notifier is armed while it is", "waiter/notifier.go",
		"if n.armed {\n\t\treturn\n\t}", "",
		test("./waiter", "TestNotifiersOnTheList"),
	},
	{
		"a notifier has no token for what is queued", "waiter/notifier.go",
		"n.token.put() // without the lock: the caller need not be visible\n\t\treturn", "return",
		model("notifier, a packet before"),
	},
	{
		"a stopped notifier stays armed", "waiter/notifier.go",
		"if n.armed {\n\t\ts.removeNotifier(n)\n\t}\n\tn.token.drop()", "n.token.drop()",
		model("notifier, stop"),
	},
	{
		"a stopped notifier keeps its token", "waiter/notifier.go",
		"}\n\tn.token.drop()\n}", "}\n}",
		model("notifier, stop"),
	},
	{
		"a notifier stopped without the lock", "waiter/notifier.go",
		"s.mu.Lock()\n\tdefer s.mu.Unlock()\n\tif n.armed {\n\t\ts.removeNotifier(n)", "if n.armed {\n\t\ts.removeNotifier(n)",
		model("notifier, stop"),
	},
	{
		"a notifier armed without the lock", "waiter/notifier.go",
		"s.mu.Lock()\n\tdefer s.mu.Unlock()\n\tif n.armed {\n\t\treturn", "if n.armed {\n\t\treturn",
		model("notifiers, two, one looks"),
	},
	{
		"a stopped notifier takes others with it", "waiter/notifier.go",
		"if n.prev != nil {\n\t\tn.prev.next = n.next\n\t} else {\n\t\ts.notifiers = n.next\n\t}", "s.notifiers = n.next",
		model("notifier, stop of two"),
	},
	{
		"a stopped notifier ends the bit for others", "waiter/notifier.go",
		"if s.notifiers == nil {\n\t\ts.state.And(^uint64(armed))\n\t}", "s.state.And(^uint64(armed))",
		model("notifier, stop of two"),
	},
	{
		"the bit armed set for ever", "waiter/notifier.go",
		"if s.notifiers == nil {\n\t\ts.state.And(^uint64(armed))\n\t}", "",
		model("notifier, post"),
	},
	{
		"no notifier is told of a packet", "waiter/stack.go",
		"if s.notifiers != nil && !s.queue.Idle() {\n\t\ts.notify()\n\t}", "",
		model("notifier, post"),
	},
	{
		"a notifier told before the sleepers are served", "waiter/stack.go",
		"s.serve(l)\n\tif s.notifiers != nil && !s.queue.Idle() {\n\t\ts.notify()\n\t}", "if s.notifiers != nil && !s.queue.Idle() {\n\t\ts.notify()\n\t}\n\ts.serve(l)",
		test(".", "TestNotifierBesideASleeper"),
	},
	{
		"a notifier told of packets that sleepers have", "waiter/stack.go",
		"if s.notifiers != nil && !s.queue.Idle() {", "if s.notifiers != nil {",
		test(".", "TestNotifierBesideASleeper"),
	},
	{
		"no notifier is told of the end", "waiter/stack.go",
		"if s.notifiers != nil && !s.queue.Idle() {", "if s.notifiers != nil && !s.queue.Idle() && !s.queue.Over() {",
		model("notifier, close"),
	},
	{
		"no notifier is told of an Interrupt", "waiter/stack.go",
		"l.add(s.release(s.first, Interrupted))\n\t}\n\ts.notify()", "l.add(s.release(s.first, Interrupted))\n\t}",
		model("notifier, told when interrupt returns"),
	},
	{
		"a notifier is due for no post", "waiter/stack.go",
		"uint32(state) != 0 && s.below(state)", "uint32(state)&^armed != 0 && s.below(state)",
		model("notifier, post"),
	},
	{
		"the chain ends at a notifier", "waiter/stack.go",
		"uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {", "uint32(state)&^armed != 0 && state&watched == 0 && !s.queue.Idle() {",
		model("notifier, limit"),
	},
	{
		"the watcher tells no notifier", "waiter/poll.go",
		"uint32(state) != 0 { // S2", "uint32(state)&^armed != 0 {",
		model("notifier, watch"),
	},
	{
		"a notifier counts as a waiter", "waiter/stack.go",
		"int(uint32(state)&(armed-1)) + int", "int(uint32(state)&(sole-1)) + int",
		test(".", "TestNotifierIsTold"),
	},
	{
		"a notifier has waiters", "waiter/stack.go",
		"uint32(s.state.Load())&^armed != 0", "uint32(s.state.Load()) != 0",
		test("./waiter", "TestNotifierIsNoWaiter"),
	},
	{
		"a Get tells no notifier of its room", "port.go",
		"if p.posts.Due() {\n\t\treturn p.recycle(s, seq), nil", "if p.posts.HasWaiters() {\n\t\treturn p.recycle(s, seq), nil",
		model("notifier for room"),
	},
	{
		"a notifier for room tells of packets", "notify.go",
		"n.on = &p.posts", "n.on = &p.takers",
		test(".", "TestRoomNotifier"),
	},
	{
		"a notifier of no port has no token", "notify.go",
		"n.of.Put()", "",
		test(".", "TestNotifierOfNoPort"),
	},
	{
		"a nil notifier has a channel", "notify.go",
		"return nil\n\t}\n\tif n.on", "return make(chan struct{})\n\t}\n\tif n.on",
		test(".", "TestNotifierOfNoPort"),
	},
	{
		"a notifier stopped is still kept", "notify.go",
		"n.on.Disarm(&n.of)\n\t}\n}", "n.of.Drop()\n\t}\n}",
		test(".", "TestNotifierKeepsNothing"),
	},
	{
		"a notifier makes its channel in each Arm", "notify.go",
		"n.on.Arm(&n.of)", "n.on.Disarm(&n.of)\n\t\tn.of.Init()\n\t\tn.on.Arm(&n.of)",
		test(".", "TestNotifierAllocatesNothing"),
	},
	{
		"a notifier of no port keeps its token when stopped", "notify.go",
		"n.of.Drop()", "",
		test(".", "TestNotifierOfNoPort"),
	},
	{
		"a batch that waited posts its packet again", "post_batch.go",
		"n++", "",
		model("a batch waits"),
	},
}
