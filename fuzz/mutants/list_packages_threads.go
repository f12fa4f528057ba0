package main

// faulty is a test of this directory in the build whose futex calls meet faults.
func faulty(name string) [2]string { return test("-tags iocp_faults .", name) }

// Bugs that break what package waiter's Parker promises, in the parkers of the platforms,
// and what is promised of threads.
var ofThreads = []mutant{
	{
		"a sleep in the kernel lasts as long as the wait", "park_linux.go",
		"until = min(deadline, now+nap)", "until = deadline",
		faulty("TestPark_Naps"),
	},
	{
		"naps stay as short as the first", "park_linux.go",
		"nap = min(2*nap, maxNap)", "nap = min(nap, maxNap)",
		faulty("TestPark_Naps"),
	},
	{
		"naps grow without end", "park_linux.go",
		"nap = min(2*nap, maxNap)", "nap = 2 * nap",
		faulty("TestPark_Naps"),
	},
	{
		"a nap in a bubble", "park_linux.go",
		"now >= 0 { //", "now != 0 { //",
		faulty("TestPark_Naps"),
	},
	{
		"a nap that ends takes the token along", "park_linux.go",
		"if p.word.CompareAndSwap(asleep, 0) {", "if p.word.Load() == asleep {\n\t\t\tp.word.Store(0)",
		faulty("TestPark_TokenAsANapEnds"),
	},
	{
		"the token stays when the sleep has ended", "park_linux.go",
		"continue\n\t\t}\n\t\tp.word.Store(0)\n\t\treturn true", "continue\n\t\t}\n\t\treturn true",
		test(".", "TestPark_Storm"),
	},
	{
		"a token that came first stays", "park_linux.go",
		"if !p.word.CompareAndSwap(0, asleep) {\n\t\t\tp.word.Store(0)\n\t\t\treturn true", "if !p.word.CompareAndSwap(0, asleep) {\n\t\t\treturn true",
		test(".", "TestPark_UnparkBeforeParkIsRemembered"),
	},
	{
		"a futex that is not slept on is a surprise", "park_linux.go",
		"case 0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT:", "case 0, unix.EINTR, unix.ETIMEDOUT:",
		faulty("TestFaults_EveryKind"),
	},
	{
		"a signal is a surprise", "park_linux.go",
		"case 0, unix.EAGAIN, unix.EINTR, unix.ETIMEDOUT:", "case 0, unix.EAGAIN, unix.ETIMEDOUT:",
		faulty("TestFaults_EveryKind"),
	},
	{
		"what the kernel should not say is waited away", "park_linux.go",
		"panic(\"iocp: futex wait: \" + err.Error())", "",
		faulty("TestFaults_UnknownErrno"),
	},
	{
		"deadlines by a clock that can be set", "park_linux.go",
		"unix.CLOCK_MONOTONIC, &ts", "unix.CLOCK_REALTIME, &ts",
		test(".", "TestFutex_Wait"),
	},
	{
		"deadlines from now on", "park_linux.go",
		"futexWaitOp = 9 | 128", "futexWaitOp = 0 | 128",
		test(".", "TestFutex_Wait"),
	},
	{
		"a deadline before the machine began", "park_linux.go",
		"at := max(deadline+clockOffset, 0)", "at := deadline + clockOffset",
		test(".", "TestPark_DeadlineBeforeTheMachine"),
	},
	{
		"a thread claimed beyond the limit, and never given back", "park_linux.go",
		"return true\n\t}\n\treleaseThread()\n\treturn false", "return true\n\t}\n\treturn false",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"a thread claimed where none is left to the process, and never given back", "park_linux.go",
		"if threads.Add(1) <= maxThreads && mayHaveThread() {\n\t\treturn true\n\t}\n\treleaseThread()\n\treturn false", "if threads.Add(1) <= maxThreads {\n\t\treturn mayHaveThread()\n\t}\n\treleaseThread()\n\treturn false",
		test(".", "TestSetMaxThreadsIsKept"),
	},
	{
		"who has slept counts as asleep", "park_linux.go",
		"defer sleeping.Add(-1)", "",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"threads without a limit of the library's", "park_linux.go",
		"maxThreads = 1000", "maxThreads = 2000",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"SetMaxThreads is left at its largest", "park_linux.go",
		"debug.SetMaxThreads(limit)\n", "",
		test(".", "TestSetMaxThreadsIsKept"),
	},
	{
		"no thread is left to the program", "park_linux.go",
		"return max(now, claimed)+spare <= uint64(limit)", "return max(now, claimed) <= uint64(limit)",
		test(".", "TestSetMaxThreadsIsKept"),
	},
	{
		"SetMaxThreads is not asked for", "park_linux.go",
		"if claimed <= few {", "if claimed <= maxThreads {",
		test(".", "TestSetMaxThreadsIsKept"),
	},
	{
		"no thread sleeps", "park_linux.go",
		"parkers.Thread, parkers.Claim, parkers.Release = newFutexParker, claimThread, releaseThread", "parkers.Claim, parkers.Release = claimThread, releaseThread",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"threads sleep that were not told to", "waiter/stack.go",
		"case s.parking == ParkThread && done == nil &&", "case s.parking != ParkGoroutine && done == nil &&",
		test("./fuzz/leaks", "TestParkedGetsNeedNoThreads"),
	},
	{
		"posters sleep as threads", "port.go",
		"parking := o.parking\n\tif parking == ParkThread {\n\t\tparking = ParkGoroutine\n\t}", "parking := o.parking",
		test(".", "TestThreadsAreGivenBack"),
	},
	{
		"a large waiter", "waiter/stack.go",
		"listed bool", "listed bool\n\tpad [2048]byte",
		test("./fuzz/leaks", "TestWaiterIsSmall"),
	},
	{
		"a parker keeps the lock", "park_other.go",
		"if mu != nil {\n\t\tmu.Unlock()\n\t}", "if mu != nil {\n\t\tdefer mu.Unlock()\n\t}",
		test(".", "TestPark_Unlocks"),
	},
	{
		"a parker of threads keeps the lock", "park_linux.go",
		"if mu != nil {\n\t\tmu.Unlock()\n\t}", "if mu != nil {\n\t\tdefer mu.Unlock()\n\t}",
		test(".", "TestPark_Unlocks"),
	},
	{
		"whoever wakes waits for the sleeper", "park_other.go",
		"make(doneParker, 1)", "make(doneParker)",
		test(".", "TestPark_UnparkBeforeParkIsRemembered"),
	},
	{
		"a channel leaves its bubble", "park_other.go",
		"!waiter.InBubble()", "true",
		test("./fuzz/waits", "TestBubbleInAndOut"),
	},
	{
		"a done that is closed wakes for a packet", "park_other.go",
		"case <-done: // never, if nil\n\t\treturn false", "case <-done:\n\t\treturn true",
		test(".", "TestPark_Done"),
	},
}
