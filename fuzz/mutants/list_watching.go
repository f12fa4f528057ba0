package main

var ofWatching = []mutant{
	{
		"two watch", "waiter/poll.go",
		"!s.pace.watcher.CompareAndSwap(0, 1)", "func() bool { s.pace.watcher.Store(1); return false }()",
		model("watch, sleeper"),
	},
	{
		"nobody is told that somebody watches", "waiter/poll.go",
		"s.state.Or(watched) // B2", "",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"watched for ever", "waiter/poll.go",
		"s.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue",
		"}\n\t\tif !s.queue",
		model("watch, sleeper"),
	},
	{
		"the watcher gives the word back last", "waiter/poll.go",
		"s.pace.watcher.Store(0) // S1\n\tif state := s.state.Load(); uint32(state) != 0 { // S2\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"if state := s.state.Load(); uint32(state) != 0 {\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched))\n\t\t}\n\t\tif !s.queue.Idle() {\n\t\t\ts.HandOver()\n\t\t}\n\t}\n\ts.pace.watcher.Store(0)",
		model("watch, sleeper"),
	},
	{
		"the watcher looks for waiters before it gives the word back", "waiter/poll.go",
		"s.pace.watcher.Store(0) // S1\n\tif state := s.state.Load(); uint32(state) != 0 { // S2",
		"state := s.state.Load()\n\ts.pace.watcher.Store(0)\n\tif uint32(state) != 0 {",
		model("watch, sleeper"),
	},
	{
		"the watcher looks for no waiters", "waiter/poll.go",
		"uint32(state) != 0 { // S2",
		"false && state != 0 {",
		model("watch, sleeper"),
	},
	{
		"the watcher leaves what is there", "waiter/poll.go",
		"if !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"}",
		model("watch, sleeper"),
	},
	{
		"the watcher looks at the queue before it clears the bit", "waiter/poll.go",
		"if state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		"idle := s.queue.Idle()\n\t\tif state&watched != 0 {\n\t\t\ts.state.And(^uint64(watched))\n\t\t}\n\t\tif !idle {\n\t\t\ts.HandOver()\n\t\t}\n\t}",
		model("watch, sleeper"),
	},
	{
		"the watcher clears the bit by a store", "waiter/poll.go",
		"s.state.And(^uint64(watched)) // S3\n\t\t}\n\t\tif !s.queue",
		"s.state.Store(state &^ watched)\n\t\t}\n\t\tif !s.queue",
		model("watch, deadline, stayer"),
	},
	{
		"the watcher does not look if somebody else has cleared the bit", "waiter/poll.go",
		"uint32(state) != 0 { // S2", "state&watched != 0 && uint32(state) != 0 {",
		model("watch, newcomer at its end"),
	},
	{
		"a stale bit stays", "waiter/stack.go",
		"s.unwatch()\n\tif !s.queue.Idle() {", "if !s.queue.Idle() {",
		model("watch, sleeper"),
	},
	{
		"a stale bit cleared after the last look", "waiter/stack.go",
		"s.unwatch()\n\tvar l list[T]\n\tfor w.listed && !s.queue.Idle()", "idle := s.queue.Idle()\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !idle",
		model("watch, sleeper listed"),
	},
	{
		"who watched and took a packet watches for ever", "port.go",
		"if c.poll != (waiter.Poll{}) {\n\t\t\tp.takers.Done", "if false {\n\t\t\tp.takers.Done",
		model("watch, post"),
	},
	{
		"who watched and met the end watches for ever", "port.go",
		"if c.poll != (waiter.Poll{}) {\n\t\t\tp.takers.Done", "if c.err == nil {\n\t\t\tp.takers.Done",
		model("watch, robbed at the end"),
	},
}

var ofSole = []mutant{
	{
		"two at the seat of one", "waiter/stack.go",
		"uint32(state) == 0 && state&taken == 0 && s.state.CompareAndSwap", "uint32(state) == 0 && s.state.CompareAndSwap",
		model("two posts, two gets"),
	},
	{
		"the sole waiter begins to wait by a load and a store", "waiter/stack.go",
		"if s.state.CompareAndSwap(state, state+sole) {", "if s.state.Store(state + sole); true {",
		model("two posts, two gets"),
	},
	{
		"the sole waiter behind others", "waiter/stack.go",
		"if uint32(state) != 0 { // those are older", "if false {",
		test("./waiter", "TestSoleWaiterIsAlone"),
	},
	{
		"the sole waiter does not look", "waiter/stack.go",
		"s.unwatch()\n\tif !s.queue.Idle() {", "s.unwatch()\n\tif false {",
		model("post, get"),
	},
	{
		"the sole waiter finds a packet and sleeps", "waiter/stack.go",
		"s.release(w, Retry)\n\t\t\tw.unpark()", "s.release(w, Retry)",
		model("post, get"),
	},
	{
		"given to the sole waiter past what is in the queue", "waiter/stack.go",
		"w := s.sole\n\tif !s.queue.Idle() {", "w := s.sole\n\tif false {",
		model("give, chain"),
	},
	{
		"claimed in vain and forgotten", "waiter/stack.go",
		"s.setAlarm(w)\n\t\ts.mu.Unlock()\n\t\ts.HandOver()", "s.setAlarm(w)\n\t\ts.mu.Unlock()",
		model("give, full"),
	},
	{
		"a packet for the sole waiter that is not woken", "waiter/stack.go",
		"late := s.time(w, s.given.Add(1))\n\tw.unpark()", "late := s.time(w, s.given.Add(1))",
		model("post, get"),
	},
	{
		"the seat taken for ever", "waiter/stack.go",
		"s.pass(taken + flight1)", "s.pass(flight1)",
		model("post, get"),
	},
	{
		"whoever hands over forgets the sole waiter", "waiter/stack.go",
		"s.adopt()\n\ts.serve(l)", "s.serve(l)",
		model("post, get"),
	},
	{
		"an interrupt forgets the sole waiter", "waiter/stack.go",
		"s.adopt()\n\tfor ; s.first != nil; n++ {", "for ; s.first != nil; n++ {",
		test("./fuzz/waits", "TestInterruptEndsTheParked$"),
	},
	{
		"a given packet kept", "waiter/stack.go",
		"s.receive(w, v)\n\t\tclear(w.val[:])", "s.receive(w, v)",
		test("./fuzz/leaks", "KeepsNothing"),
	},
}

var ofAlarms = []mutant{
	{
		"an alarm of a wait before ends this one", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := w.listed",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm that went off too soon is not set again", "waiter/stack.go",
		"} else if w.listed {\n\t\ts.setAlarm(w)", "} else if false {\n\t\ts.setAlarm(w)",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm set later than this wait ends", "waiter/alarm.go",
		"at != 0 && at <= w.deadline", "at != 0",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm that went off counts as set", "waiter/alarm.go",
		"w.alarm.at.Store(0)\n\t\t\t\ts.ring(w)", "s.ring(w)",
		test("./waiter", "TestAlarm"),
	},
	{
		"no alarm for the sole waiter", "waiter/stack.go",
		"return\n\t}\n\ts.setAlarm(w)\n}", "return\n\t}\n}",
		test("./waiter", "TestAlarm"),
	},
	{
		"an alarm keeps its port", "waiter/wait.go",
		"if s, w := stack.Value(), waiter.Value(); s != nil", "if w := waiter.Value(); stack.Value() != nil || s != nil",
		test("./waiter", "TestAlarmKeepsNoStack"),
	},
}
