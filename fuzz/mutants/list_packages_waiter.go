package main

// Bugs that break what package waiter promises of waits, their ends and their counts.
var ofOutcomes = []mutant{
	{
		"a hand-off to look is no longer in flight, and looks on", "waiter/stack.go",
		"if why == Look {\n\t\tdone += looking\n\t}", "",
		test("./waiter", "TestHalfProduced"),
	},
	{
		"who looks keeps nobody from handing over", "waiter/stack.go",
		"if state&looking != 0 {\n\t\treturn true\n\t}", "",
		test("./waiter", "TestHalfProduced"),
	},
	{
		"woken to look counts as a hand-over", "waiter/stack.go",
		"if why == Handed {\n\t\ts.stats.HandOffs++\n\t}", "s.stats.HandOffs++",
		test("./waiter", "TestHalfProduced"),
	},
	{
		"those who were interrupted keep their place among the hand-offs", "waiter/stack.go",
		"l.add(s.release(s.first, Interrupted))", "s.state.Add(flight1)\n\t\tl.add(s.release(s.first, Interrupted))",
		test("./waiter", "TestLimitIsForHandOffs"),
	},
	{
		"an interrupt leaves the one that waits longest", "waiter/stack.go",
		"for ; s.first != nil; n++ {", "for ; s.first != nil && s.first != s.last; n++ {",
		test("./waiter", "TestInterrupt"),
	},
	{
		"interrupted, and not woken", "waiter/stack.go",
		"s.mu.Unlock()\n\tl.wake(nil)\n\treturn n", "s.mu.Unlock()\n\treturn n",
		test("./waiter", "TestInterrupt"),
	},
	{
		"an interrupt counts no one", "waiter/stack.go",
		"for ; s.first != nil; n++ {", "for s.first != nil {",
		test("./waiter", "TestInterrupt"),
	},
	{
		"a flock is released, and the others when these have run", "waiter/stack.go",
		"for more := true; more; {", "for more := true; more; more = false {",
		test("./waiter", "TestClosed"),
	},
	{
		"a wait that does not sleep is counted", "waiter/stack.go",
		"s.uncount(w)\n\t\t\ts.release(w, Retry)", "s.release(w, Retry)",
		test("./waiter", "TestRetryWhenNotIdle"),
	},
	{
		"a sole wait that does not sleep is counted", "waiter/stack.go",
		"s.stats.Parks--\n\t\t\ts.release(w, Retry)", "s.release(w, Retry)",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"a poster that finds room counts as a sleeper", "waiter/stack.go",
		"if s.order == OldestFirst {\n\t\t\ts.uncount(w)\n\t\t}", "",
		test("./waiter", "TestPosterServesTheOlder"),
	},
	{
		"a wait that does not sleep counts as a thread", "waiter/stack.go",
		"if w.threads {\n\t\ts.stats.Threads--\n\t}", "",
		test("./waiter", "TestThreads"),
	},
	{
		"who runs out of time counts as woken", "waiter/stack.go",
		"s.left++\n\ts.stats.Timeouts++", "s.stats.Timeouts++",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"who leaves counts as woken", "waiter/stack.go",
		"s.left++\n\t\ts.release(w, Canceled)", "s.release(w, Canceled)",
		test("./fuzz/waits", "TestStatsOfCanceled"),
	},
	{
		"the sleep of the sole waiter counts when it has ended", "waiter/stack.go",
		"c.Parks += given + state&sole>>31", "c.Parks += given",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"a packet that is given is no hand-off", "waiter/stack.go",
		"c.HandOffs += given\n", "",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"a packet that is given is none past the queue", "waiter/stack.go",
		"c.Direct += given\n", "",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"what goes past the queue to the list is not counted", "waiter/stack.go",
		"w.val[0] = v\n\ts.stats.Direct++", "w.val[0] = v",
		test("./waiter", "TestGive"),
	},
	{
		"the sole waiter does not count as one that waits", "waiter/stack.go",
		"return int(uint32(state)&(armed-1)) + int(state&sole>>31)", "return int(uint32(state) & (armed - 1))",
		test("./waiter", "TestStatsOfTheSoleWaiter"),
	},
	{
		"canceled at its deadline", "waiter/stack.go",
		"if done != nil && Now() < deadline {", "if done != nil {",
		test("./waiter", "TestExpired"),
	},
	{
		"the end of a context counts as a deadline", "waiter/stack.go",
		"if done != nil && Now() < deadline {", "if false {",
		test("./waiter", "TestExpired"),
	},
	{
		"GOMAXPROCS is what it was at Init", "waiter/stack.go",
		"if limit == 0 {\n\t\tlimit = int32(runtime.GOMAXPROCS(0))\n\t}", "if limit == 0 {\n\t\tif limit = s.known.Load(); limit == 0 {\n\t\t\tlimit = int32(runtime.GOMAXPROCS(0))\n\t\t}\n\t}",
		test("./waiter", "TestLimitFollowsProcs"),
	},
	{
		"a larger GOMAXPROCS is seen by whoever hands over alone", "waiter/stack.go",
		"if s.first != nil && s.limit == 0 {\n\t\ts.know()\n\t}", "",
		test("./waiter", "TestLimitFollowsProcsInFlight"),
	},
	{
		"a larger GOMAXPROCS is seen by the second waiter alone", "waiter/stack.go",
		"if s.first != nil && s.limit == 0 {", "if s.first != nil && s.first == s.last && s.limit == 0 {",
		test("./waiter", "TestLimitRaisedWhileManyWait"),
	},
	{
		"a smaller GOMAXPROCS is seen by those who begin to wait alone", "waiter/stack.go",
		"return n >= s.know()", "return n >= s.known.Load()",
		test("./waiter", "TestLimitFollowsProcs"),
	},
	{
		"a limit that was given follows GOMAXPROCS", "waiter/stack.go",
		"limit := s.limit\n\tif limit == 0 {", "limit := s.limit\n\tif true {",
		test("./waiter", "TestLimitGivenStays"),
	},
	{
		"a limit below 0 is one", "waiter/stack.go",
		"int32(min(max(limit, 0), 1<<30))", "int32(min(max(limit, 0), 1<<30))\n\tif limit < 0 {\n\t\ts.limit = 1\n\t}",
		test("./waiter", "TestLimitBelowOneIsProcs"),
	},
	{
		"a huge limit wraps", "waiter/stack.go",
		"int32(min(max(limit, 0), 1<<30))", "int32(max(limit, 0))",
		test("./waiter", "TestLimitBelowOne"),
	},
	{
		"the lock is taken although no one waits", "waiter/stack.go",
		"uint32(state) != 0 && state&watched == 0 && !s.queue.Idle() {", "state&watched == 0 && !s.queue.Idle() {",
		test("./waiter", "TestNoLockWhileNobodyWaits"),
	},
	{
		"whoever stops watching takes the lock although no one waits", "waiter/poll.go",
		"if !s.queue.Idle() { // S4\n\t\t\ts.HandOver()\n\t\t}\n\t}", "}\n\tif !s.queue.Idle() {\n\t\ts.HandOver()\n\t}",
		test("./waiter", "TestNoLockWhileNobodyWaits"),
	},
	{
		"a waiter in the pool keeps its queue", "waiter/wait.go",
		"s.cond.L = nil", "",
		test("./waiter", "TestPooledWaiterKeepsNothing"),
	},
	{
		"a waiter in the pool keeps when it was handed something", "waiter/stack.go",
		"w.handed = 0", "",
		test("./waiter", "TestPooledWaiterKeepsNothing"),
	},
	{
		"who was claimed in vain becomes the newest", "waiter/stack.go",
		"s.enlist(w, true)\n\t\ts.state.Add(^uint64(flight1 - waiter1 - 1))", "s.enlist(w, false)\n\t\ts.state.Add(^uint64(flight1 - waiter1 - 1))",
		test("./waiter", "TestClaimedInVainIsTheOldest"),
	},
	{
		"who was claimed in vain leaves a stale bit", "waiter/stack.go",
		"s.unwatch()\n\t\ts.setAlarm(w)", "s.setAlarm(w)",
		test("./waiter", "TestClaimedInVainWhileWatched"),
	},
	{
		"each wait sets its alarm", "waiter/alarm.go",
		"at != 0 && at <= w.deadline {", "at != 0 && at == w.deadline {",
		test("./waiter", "TestAlarmStaysSet"),
	},
	{
		"a waiter of a bubble goes to the pool", "waiter/stack.go",
		"} else if why != Closed {", "}\n\tif why != Closed {",
		test("./waiter", "TestWaitersOfBubbles"),
	},
	{
		"a wait in a bubble has a waiter from the pool", "waiter/stack.go",
		"if deadline >= 0 { // else the alarm must not leave the bubble\n\t\tw, _ = s.pool.Get().(*Waiter[T])\n\t}", "w, _ = s.pool.Get().(*Waiter[T])",
		test("./waiter", "TestWaitersOfBubbles"),
	},
	{
		"a wait in a bubble has the seat and its alarm", "waiter/stack.go",
		"s.order == NewestFirst && deadline >= 0 &&", "s.order == NewestFirst &&",
		test("./waiter", "TestWaitersOfBubbles"),
	},
	{
		"a parker for waits with a done is used in a bubble and outside", "waiter/stack.go",
		"if w.parker == nil || InBubble() {", "if w.parker == nil {",
		test("./fuzz/waits", "TestBubbleInAndOut"),
	},
	{
		"a parker that is not to be kept is kept", "waiter/stack.go",
		"w.parker, keep = s.parkers.canceled(); keep {", "w.parker, keep = s.parkers.canceled(); keep || true {",
		test("./waiter", "TestDoneParkerIsKept"),
	},
	{
		"a thread is claimed for a wait that may be canceled, and never given back", "waiter/stack.go",
		"s.parking == ParkThread && done == nil && s.parkers.Thread != nil && !InBubble() && s.parkers.Claim()", "s.parking == ParkThread && s.parkers.Thread != nil && !InBubble() && s.parkers.Claim() && done == nil",
		test("./waiter", "TestThreadsHaveNoDone"),
	},
	{
		"a thread is claimed in a bubble, and never given back", "waiter/stack.go",
		"s.parkers.Thread != nil && !InBubble() && s.parkers.Claim()", "s.parkers.Thread != nil && s.parkers.Claim() && !InBubble()",
		test("./waiter", "TestNoThreadsInBubbles"),
	},
	{
		"a wait in a bubble sleeps as a thread", "waiter/stack.go",
		"s.parkers.Thread != nil && !InBubble() && s.parkers.Claim()", "s.parkers.Thread != nil && s.parkers.Claim()",
		test("./waiter", "TestNoThreadsInBubbles"),
	},
	{
		"a thread that is claimed is never given back", "waiter/stack.go",
		"s.parkers.Release()", "",
		test("./waiter", "TestThreads"),
	},
	{
		"a thread is given back once a wait, whoever sleeps", "waiter/stack.go",
		"w.threads = false\n", "",
		test("./waiter", "TestThreads"),
	},
	{
		"a thread sleeps beyond what may be claimed", "waiter/stack.go",
		"!InBubble() && s.parkers.Claim():", "!InBubble() && (s.parkers.Claim() || true):",
		test("./waiter", "TestThreads"),
	},
	{
		"a timeout of 0 is without end", "waiter/parker.go",
		"if timeout < 0 {", "if timeout <= 0 {",
		test("./waiter", "TestDeadline"),
	},
	{
		"a negative timeout has passed", "waiter/parker.go",
		"if timeout < 0 {\n\t\treturn Forever\n\t}", "",
		test("./waiter", "TestDeadline"),
	},
	{
		"a long timeout has passed", "waiter/parker.go",
		"if (now ^ deadline) < 0 {\n\t\treturn Forever\n\t}", "",
		test("./waiter", "TestDeadline"),
	},
	{
		"a long timeout in a bubble has passed", "waiter/parker.go",
		"if (now ^ deadline) < 0 {", "if now >= 0 && deadline < 0 {",
		test("./waiter", "TestDeadline"),
	},
	{
		"every deadline of a bubble is Forever", "waiter/parker.go",
		"if (now ^ deadline) < 0 {", "if deadline < 0 {",
		test("./waiter", "TestDeadline"),
	},
}
