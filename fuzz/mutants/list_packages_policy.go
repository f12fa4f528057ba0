package main

// Bugs that break what package waiter promises of what a caller does that finds nothing.
var ofPolicy = []mutant{
	{
		"a caller yields where others sleep", "waiter/poll.go",
		"if s.HasWaiters() || s.pace.yielding.Load() != 0 {", "if s.pace.yielding.Load() != 0 {",
		test("./waiter", "TestNoYieldWhileOthersWait"),
	},
	{
		"all yield", "waiter/poll.go",
		"if s.HasWaiters() || s.pace.yielding.Load() != 0 {", "if s.HasWaiters() {",
		test("./waiter", "TestOneYields"),
	},
	{
		"the first to yield is the last", "waiter/poll.go",
		"gosched()\n\ts.pace.yielding.Store(0)", "gosched()",
		test("./waiter", "TestOneYields"),
	},
	{
		"a caller yields as often as others want the processor", "waiter/poll.go",
		"} else if p.state != yielding && s.yield() {", "} else if s.yield() {",
		test("./waiter", "TestYieldsOnce"),
	},
	{
		"a caller that could not yield at first does not try again", "waiter/poll.go",
		"} else if p.state != yielding && s.yield() {", "} else if p.state == none && s.yield() {",
		test("./waiter", "TestYieldsOnce"),
	},
	{
		"one slow yield makes yields dear", "waiter/poll.go",
		"case until == 0:\n\t\tdear.Store(1) // a hiccup, perhaps\n\t", "",
		test("./waiter", "TestSlowYields"),
	},
	{
		"a slow yield is forgotten", "waiter/poll.go",
		"case until == 0:\n\t\tdear.Store(1) // a hiccup, perhaps\n\tdefault:", "case until == 0:\n\tdefault:",
		test("./waiter", "TestSlowYields"),
	},
	{
		"yields are dear for as long as the slow one took", "waiter/poll.go",
		"dear.Store(start + took + toll*took)", "dear.Store(start + took + took)",
		test("./waiter", "TestSlowYields"),
	},
	{
		"a limit holds although waiters in flight stand behind goroutines that compute", "waiter/stack.go",
		"s.behind.Store(until)", "",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"yields are not dear although a hand-off stood behind goroutines that compute", "waiter/stack.go",
		"dear.Store(until) // a yield would go behind the same goroutines", "",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"a lag makes yields cheap that are dear for longer", "waiter/stack.go",
		"if dear.Load() < until {", "if true {",
		test("./waiter", "TestLongLag"),
	},
	{
		"WithConcurrency does not hold beside goroutines that compute", "waiter/stack.go",
		"if s.limit != 0 && s.order == NewestFirst {\n\t\treturn false\n\t}", "",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"the limit of posters holds beside goroutines that compute", "waiter/stack.go",
		"if s.limit != 0 && s.order == NewestFirst {", "if s.limit != 0 {",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"whoever hands over under the lock keeps to a limit that does not hold", "waiter/stack.go",
		"(n >= Lifted || !s.queue.Starved()) && !s.unlimited()", "(n >= Lifted || !s.queue.Starved())",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"posters keep to a limit that does not hold", "waiter/stack.go",
		" || state&(watched|looking) == 0 && s.unlimited()", "",
		test("./waiter", "TestNoLimitBehindCompute"),
	},
	{
		"any lag lifts the limit", "waiter/poll.go",
		"slice = 5_000_000", "slice = lateness",
		test("./waiter", "TestLimitOfDoc"),
	},
	{
		"there is no limit ever after", "waiter/stack.go",
		"if now >= until {\n\t\ts.behind.Store(0)\n\t}\n\treturn 0 <= now && now < until", "return 0 <= now",
		test("./waiter", "TestLimitAfterCompute"),
	},
	{
		"a lag outside lifts the limit in a bubble", "waiter/stack.go",
		"0 <= now && now < until", "now < until",
		test("./waiter", "TestLimitInABubble"),
	},
	{
		"a process that was stopped for a day has no limit for months", "waiter/stack.go",
		"now, ns := Now(), min(ns, longLag)", "now := Now()",
		test("./waiter", "TestLongLag"),
	},
	{
		"without a limit a packet is due although somebody watches", "waiter/stack.go",
		"state&(watched|looking) == 0 && s.unlimited()", "state&looking == 0 && s.unlimited()",
		test("./waiter", "TestNoLimitAndAnotherLooks"),
	},
	{
		"without a limit a packet is given past the one that a waiter looks for", "waiter/stack.go",
		"state&(watched|looking) == 0 && s.unlimited()", "state&watched == 0 && s.unlimited()",
		test("./waiter", "TestNoLimitAndAnotherLooks"),
	},
	{
		"lags of goroutines that never watch are not measured", "waiter/stack.go",
		"\t\tmeasured = n>>61 == 0\n", "",
		test("./waiter", "TestLagsOfGoroutinesAreMeasured"),
	},
	{
		"yields stay dear", "waiter/poll.go",
		"if until != 0 {\n\t\t\tdear.Store(0)\n\t\t}", "",
		test("./waiter", "TestSlowYields"),
	},
	{
		"a yield in which much moved is slow", "waiter/poll.go",
		"+each*int64(s.queue.Moved()-moved)", "+0*int64(s.queue.Moved()-moved)",
		test("./waiter", "TestYieldIsWorthWhatMoves"),
	},
	{
		"a yield in which others had their turn is slow", "waiter/poll.go",
		"min(fellow*int64(turns.Load()-turn), most)", "min(0*int64(turns.Load()-turn), most)",
		test("./waiter", "TestYieldIsWorthTheTurnsOfOthers"),
	},
	{
		"timed yields are not counted", "waiter/poll.go",
		"turn := turns.Add(weight(until))", "turn := turns.Load()",
		test("./waiter", "TestTimedYieldsAreCounted"),
	},
	{
		"a timed yield stands for itself alone", "waiter/poll.go",
		"if until == 0 {\n\t\treturn 8\n\t}", "",
		test("./waiter", "TestTimedYieldsAreCounted"),
	},
	{
		"a timed yield stands for 8 while all are timed", "waiter/poll.go",
		"if until == 0 {\n\t\treturn 8\n\t}\n\treturn 1", "return 8",
		test("./waiter", "TestTimedYieldsAreCounted"),
	},
	{
		"a time slice is the turn of others, if they are many", "waiter/poll.go",
		"min(fellow*int64(turns.Load()-turn), most)", "fellow*int64(turns.Load()-turn)",
		test("./waiter", "TestTurnsOfOthersHaveALimit"),
	},
	{
		"yields of a queue in which nothing moves are all timed, or none is", "waiter/poll.go",
		"s.pace.yields.Store(n + 1)", "",
		test("./waiter", "TestYieldsAreCounted"),
	},
	{
		"the first yield of a stack is timed if chance has it so", "waiter/poll.go",
		"case until == 0 && n != 0 && chosen", "case until == 0 && chosen",
		test("./waiter", "TestYieldsAreCounted"),
	},
	{
		"stacks in step time the same of their yields", "waiter/stack.go",
		"s.salt = salts.Add(1)", "",
		test("./waiter", "TestStacksInStep"),
	},
	{
		"a yield of 20 ms is cheap", "waiter/poll.go",
		"worth = 20_000", "worth = 20_000_000",
		test("./waiter", "TestTableOfDoc"),
	},
	{
		"a caller watches beside others that want a processor", "waiter/poll.go",
		"if !wanted && runnable() > 0 {", "if !wanted && runnable() > 100 {",
		test("./waiter", "TestNoWatchBesideOthers"),
	},
	{
		"nobody watches", "waiter/poll.go",
		"if !wanted && runnable() > 0 {", "if !wanted && runnable() >= 0 {",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"a caller watches for a millisecond", "waiter/poll.go",
		"longest = 50_000", "longest = 1_000_000",
		test("./waiter", "TestTableOfDoc"),
	},
	{
		"a watch outlasts the deadline", "waiter/poll.go",
		"min(deadline, Now()+longest)", "Now() + longest",
		test("./waiter", "TestWatchEnds"),
	},
	{
		"a watch ends when there is a packet, or never", "waiter/poll.go",
		"if now >= p.until || n%3 == 0 && runnable() > 0 {", "if n%3 == 0 && runnable() > 0 {",
		test("./waiter", "TestWatchEnds"),
	},
	{
		"a caller watches on while others want the processor", "waiter/poll.go",
		"if now >= p.until || n%3 == 0 && runnable() > 0 {", "if now >= p.until {",
		test("./waiter", "TestWatchMakesRoom"),
	},
	{
		"a caller that watches asks seldom whether others want the processor", "waiter/poll.go",
		"n%3 == 0 && runnable() > 0 {", "n%32 == 0 && runnable() > 0 {",
		test("./waiter", "TestWatchMakesRoom"),
	},
	{
		"two watches in vain are too many", "waiter/poll.go",
		"if vain > 1 {", "if vain > 0 {",
		test("./waiter", "TestWatchInVain"),
	},
	{
		"watches in vain cost the next callers nothing", "waiter/poll.go",
		"s.pace.skip.Store(between << vain)", "s.pace.skip.Store(0)",
		test("./waiter", "TestWatchInVain"),
	},
	{
		"watches in vain keep all callers from watching", "waiter/poll.go",
		"s.pace.vain.Store(min(vain+1, 8))", "s.pace.vain.Store(min(vain+1, 20))",
		test("./waiter", "TestWatchInVain"),
	},
	{
		"a watch that is served does not make up for those in vain", "waiter/poll.go",
		"tell(&s.pace.vain, 0)", "",
		test("./waiter", "TestWatchInVain"),
	},
	{
		"those who are to skip do not count down", "waiter/poll.go",
		"s.pace.skip.Store(n - 1)\n\t\treturn false", "return false",
		test("./waiter", "TestSkip"),
	},
	{
		"a caller that may not watch has the next begin with that", "waiter/poll.go",
		"tell(&s.pace.watches, 0)\n\ts.pace.skip.Store(between)", "s.pace.skip.Store(between)",
		test("./waiter", "TestNoWatchBesideOthers"),
	},
	{
		"the next are to ask again at once", "waiter/poll.go",
		"tell(&s.pace.watches, 0)\n\ts.pace.skip.Store(between)", "tell(&s.pace.watches, 0)",
		test("./waiter", "TestNoWatchBesideOthers"),
	},
	{
		"nobody wants a processor while another asks", "waiter/wait.go",
		"if !scheduler.asked.CompareAndSwap(false, true) {\n\t\treturn 1\n\t}", "if !scheduler.asked.CompareAndSwap(false, true) {\n\t\treturn 0\n\t}",
		test("./waiter", "TestRunnableWhileAnotherAsks"),
	},
	{
		"a crowded machine is forgotten at once", "waiter/poll.go",
		"crowded.Store(now + toll*late)", "crowded.Store(now + late)",
		test("./waiter", "TestWatchOnACrowdedMachine"),
	},
	{
		"a crowded machine is not seen", "waiter/poll.go",
		"if late := now - last; late > toll*glance {", "if late := now - last; late > toll*longest {",
		test("./waiter", "TestWatchOnACrowdedMachine"),
	},
	{
		"a late glance is not the end of a watch", "waiter/poll.go",
		"crowded.Store(now + toll*late) // the machine has not let this thread run\n\t\t\tbreak", "crowded.Store(now + toll*late)",
		test("./waiter", "TestWatchOnACrowdedMachine"),
	},
	{
		"a crowded machine is watched on", "waiter/poll.go",
		"wanted := now < crowded.Load()", "wanted := false",
		test("./waiter", "TestWatchOnACrowdedMachine"),
	},
	{
		"a caller whose watch was refused lets others ask at once", "waiter/poll.go",
		"crowded.Store(now + longest)", "crowded.Store(now)",
		test("./waiter", "TestNoWatchBesideOthers"),
	},
	{
		"a yield that makes others sleep is tried again at once", "waiter/poll.go",
		"if s.queue.Blocked() {", "if false {",
		test("./waiter", "TestNoYieldThatMakesOthersSleep"),
	},
	{
		"nobody yields again after a yield that made others sleep", "waiter/poll.go",
		"s.pace.harm.Store(n - 1)", "",
		test("./waiter", "TestNoYieldThatMakesOthersSleep"),
	},
	{
		"a bubble's clock says how long processors are wanted", "waiter/poll.go",
		"if !InBubble() { // whose clock may be ahead", "if true {",
		test("./waiter", "TestNoWatchInBubbles"),
	},
	{
		"a caller watches in a bubble, whose clock stands still", "waiter/poll.go",
		"if InBubble() || s.pace.watcher.Load() != 0 {", "if s.pace.watcher.Load() != 0 {",
		test("./waiter", "TestNoWatchInBubbles"),
	},
	{
		"all processors may watch", "waiter/poll.go",
		"int32(runtime.GOMAXPROCS(0))/2 ||", "int32(runtime.GOMAXPROCS(0)) ||",
		test("./waiter", "TestOneWatches"),
	},
	{
		"less than half of the processors may watch", "waiter/poll.go",
		"if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 ||", "if watchers.Add(1) >= int32(runtime.GOMAXPROCS(0))/2 ||",
		test("./waiter", "TestOneWatches"),
	},
	{
		"a place among the watchers taken beyond half of the processors, and kept", "waiter/poll.go",
		"if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 || !s.pace.watcher.CompareAndSwap(0, 1) { // B1\n\t\twatchers.Add(-1)\n\t\treturn false\n\t}",
		"if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 {\n\t\treturn false\n\t}\n\tif !s.pace.watcher.CompareAndSwap(0, 1) {\n\t\twatchers.Add(-1)\n\t\treturn false\n\t}",
		test("./waiter", "TestOneWatches"),
	},
	{
		"a place among the watchers taken, the queue lost to another, and the place kept", "waiter/poll.go",
		"if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 || !s.pace.watcher.CompareAndSwap(0, 1) { // B1\n\t\twatchers.Add(-1)\n\t\treturn false\n\t}",
		"if watchers.Add(1) > int32(runtime.GOMAXPROCS(0))/2 {\n\t\twatchers.Add(-1)\n\t\treturn false\n\t}\n\tif !s.pace.watcher.CompareAndSwap(0, 1) {\n\t\treturn false\n\t}",
		model("watch, sleeper"),
	},
	{
		"the place of a watcher is not given back", "waiter/poll.go",
		"p.state = yielding\n\twatchers.Add(-1)", "p.state = yielding",
		test("./waiter", "TestOneWatches"),
	},
	{
		"Done twice gives two places back", "waiter/poll.go",
		"if p.state != watching {\n\t\treturn\n\t}\n\ts.endWatch(p)", "s.endWatch(p)",
		test("./waiter", "TestOneWatches"),
	},
	{
		"a poster watches", "waiter/poll.go",
		"if s.order == OldestFirst || s.parking != ParkAuto {", "if s.parking != ParkAuto {",
		test("./waiter", "TestPosterDoesNotWatch"),
	},
	{
		"a caller watches that is told to sleep", "waiter/poll.go",
		"if s.order == OldestFirst || s.parking != ParkAuto {", "if s.order == OldestFirst {",
		test("./waiter", "TestAgainUnlessAuto"),
	},
	{
		"a caller yields that is told to sleep", "waiter/poll.go",
		"if s.parking == ParkAuto && s.pace.watches.Load() == 0 && s.yield() {", "if s.pace.watches.Load() == 0 && s.yield() {",
		test("./waiter", "TestAgainUnlessAuto"),
	},
	{
		"a watch in vain counts as a wait that was served", "waiter/poll.go",
		"if got {\n\t\ts.pace.spun.Add(1)", "if true {\n\t\ts.pace.spun.Add(1)",
		test("./waiter", "TestWatchedInVainIsNotSpun"),
	},
	{
		"a watch that is served is not counted", "waiter/poll.go",
		"s.pace.spun.Add(1)\n", "",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"after a watch that was served the next yields first", "waiter/poll.go",
		"s.pace.watches.Load() == 0 && s.yield()", "s.yield()",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"a glance a hundred microseconds apart", "waiter/poll.go",
		"glance = 1_000", "glance = 100_000",
		test("./waiter", "TestTableOfDoc"),
	},
	{
		"one late taker is enough to bump the next", "waiter/stack.go",
		"late = lags >= 2 && n>>60 != 0", "late = lags >= 1 && n>>60 != 0",
		test("./waiter", "TestBump$"),
	},
	{
		"all are bumped for good", "waiter/stack.go",
		"late = lags >= 2 && n>>60 != 0", "late = lags >= 2",
		test("./waiter", "TestBumpsEnd"),
	},
	{
		"a taker is bumped behind those who wait for a processor", "waiter/stack.go",
		"if runnable() <= int64(flights(s.state.Load())) {", "if true {",
		test("./waiter", "TestBump$"),
	},
	{
		"takers on their way are others who want a processor", "waiter/stack.go",
		"if runnable() <= int64(flights(s.state.Load())) {", "if runnable() <= 0 {",
		test("./waiter", "TestBumpsBehindTakers"),
	},
	{
		"a queue beside others that compute is bumped for good", "waiter/stack.go",
		"tell(&s.lags, max(s.lags.Load()-2, 0))", "",
		test("./waiter", "TestBump$"),
	},
	{
		"a goroutine that bumps another wants a processor", "waiter/wait.go",
		"return n - int64(bumps.Load())", "return n",
		test("./waiter", "TestBumpsAreNotRunnable"),
	},
	{
		"bumps are never done", "waiter/stack.go",
		"spawn(func() { bumps.Add(-1) })", "spawn(func() {})",
		test("./waiter", "TestBump$"),
	},
	{
		"whoever asks the scheduler asks for ever", "waiter/wait.go",
		"scheduler.asked.Store(false)", "",
		test("./waiter", "TestAgainWatches"),
	},
	{
		"takers are bumped that sleep as they were told", "waiter/stack.go",
		"case ParkAuto:", "case ParkAuto, ParkThread:",
		test("./waiter", "TestBumpUnlessAuto"),
	},
	{
		"in time is late", "waiter/stack.go",
		"tell(&s.lags, max(lags-1, 0))", "tell(&s.lags, lags)",
		test("./waiter", "TestLags"),
	},
}
