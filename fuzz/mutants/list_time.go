package main

// Bugs of deadlines, clocks, naps and alarms.
var ofTime = []mutant{
	{
		"the deadline of a Get starts again at each sleep", "port.go",
		"p.woken(&c, dst, p.takers.Wait(&v, c.deadline, nil))", "p.woken(&c, dst, p.takers.Wait(&v, waiter.Deadline(timeout), nil))",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"the deadline of a batch starts again at each sleep", "port.go",
		"c.begin(timeout)\n\tp.get(&c, dst)", "c.begin(timeout)\n\tfor !p.looked(&c, dst) && !p.woken(&c, dst, p.takers.Wait(&dst[0], waiter.Deadline(timeout), nil)) {\n\t}",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"the deadline of GetQueuedCompletionStatusEx starts again at each sleep", "handle.go",
		"p.get(&c, buf[:min(len(buf), len(entries))])", "dst := buf[:min(len(buf), len(entries))]\n\tfor !p.looked(&c, dst) && !p.woken(&c, dst, p.takers.Wait(&dst[0], c.deadline, nil)) {\n\t\tif !c.last {\n\t\t\tc.begin(milliseconds(timeout))\n\t\t}\n\t}",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"robbed at each look, without a look at the clock", "port.go",
		"c.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline", "",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"robbed at the deadline, and on", "port.go",
		"waiter.Now() >= c.deadline", "waiter.Now() > c.deadline",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"robbed at each look, without a look at the context", "port.go",
		"if c.ctx != nil {\n\t\t\tc.err = done(c.ctx)\n\t\t}", "",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"robbed once, timed out", "port.go",
		"c.last = c.deadline != waiter.Forever && waiter.Now() >= c.deadline", "c.last = c.deadline != waiter.Forever",
		test(".", "TestDeadline_Robbed"),
	},
	{
		"a limit of 1 ns is none", "port.go",
		"c.last = timeout == 0", "c.last = timeout == 0 || timeout == 1",
		test(".", "TestDeadline_Alone"),
	},
	{
		"a poster's limit of 1 ns is none", "port.go",
		"if timeout == 0 {\n\t\treturn ErrTimeout", "if timeout == 0 || timeout == 1 {\n\t\treturn ErrTimeout",
		test(".", "TestDeadline_Alone"),
	},
	{
		"a limit in whole microseconds", "port.go",
		"if timeout > 0 {\n\t\tc.deadline = waiter.Deadline(timeout)", "if timeout > 0 {\n\t\tc.deadline = waiter.Deadline(max(timeout.Truncate(1000), 1))",
		test(".", "TestDeadline_Alone"),
	},
	{
		"a limit rounded up to microseconds", "port.go",
		"if timeout > 0 {\n\t\tc.deadline = waiter.Deadline(timeout)", "if timeout > 0 {\n\t\tc.deadline = waiter.Deadline((timeout + 999).Truncate(1000))",
		test(".", "TestDeadline_Alone"),
	},
	{
		"a poster's limit in whole microseconds", "port.go",
		"if timeout > 0 {\n\t\tdeadline = waiter.Deadline(timeout)", "if timeout > 0 {\n\t\tdeadline = waiter.Deadline(max(timeout.Truncate(1000), 1))",
		test(".", "TestDeadline_Alone"),
	},
	{
		"only -1 is infinite", "port.go",
		"c.deadline = waiter.Forever\n\tif timeout > 0 {", "c.deadline = waiter.Forever\n\tif timeout != Infinite {\n\t\ttimeout = max(timeout, 0)",
		test(".", "TestDeadline_None"),
	},
	{
		"only -1 is infinite, to a poster", "port.go",
		"deadline := waiter.Forever\n\tif timeout > 0 {", "deadline := waiter.Forever\n\tif timeout != Infinite {\n\t\ttimeout = max(timeout, 0)",
		test(".", "TestDeadline_None"),
	},
	{
		"a deadline that overflows is in the past", "waiter/parker.go",
		"if (now ^ deadline) < 0 {\n\t\treturn Forever\n\t}", "",
		test("./waiter", "TestDeadlineOverflow"),
	},
	{
		"a limit of MaxInt64 is infinite, one less overflows", "waiter/parker.go",
		"if (now ^ deadline) < 0 {", "if timeout == math.MaxInt64 {",
		test("./waiter", "TestDeadlineOverflow"),
	},
	{
		"milliseconds from 2^31 on are infinite", "handle.go",
		"return time.Duration(timeout) * time.Millisecond", "return time.Duration(int32(timeout)) * time.Millisecond",
		test(".", "TestDeadline_Alone"),
	},
	{
		"milliseconds multiplied in 32 bits", "handle.go",
		"return time.Duration(timeout) * time.Millisecond", "return time.Duration(timeout*1000) * time.Microsecond",
		test(".", "TestDeadline_Alone"),
	},
	{
		"microseconds for milliseconds", "handle.go",
		"return time.Duration(timeout) * time.Millisecond", "return time.Duration(timeout) * time.Microsecond",
		test(".", "TestDeadline_Alone"),
	},
	{
		"49.7 days are infinite", "handle.go",
		"if timeout == INFINITE {", "if timeout >= INFINITE-1 {",
		test(".", "TestDeadline_Alone"),
	},
	{
		"a last look for a context", "port.go",
		"case waiter.Canceled:\n\t\tc.err = cause(c.ctx)", "case waiter.Canceled:\n\t\tif p.claim(c, dst, min(c.most, len(dst))); c.n == 0 {\n\t\t\tc.err = cause(c.ctx)\n\t\t}",
		test(".", "TestDeadline_LastLook"),
	},
	{
		"an ended context without an error ends a wait with none", "port.go",
		"return err\n\t}\n\treturn context.Canceled", "return err\n\t}\n\treturn nil",
		test("./fuzz/waits", "TestContextDoneWithoutErr"),
	},
	{
		"an alarm at the deadline is too early", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := w.listed && Now() > w.deadline",
		test("./waiter", "TestDeadlineAfterAnother"),
	},
	{
		"the sole waiter keeps its first deadline", "waiter/stack.go",
		"s.sole.deadline = deadline\n", "if s.sole.deadline == 0 {\n\t\t\t\ts.sole.deadline = deadline\n\t\t\t}\n",
		test("./waiter", "TestDeadlineAfterAnother"),
	},
	{
		"an alarm that is late by less than a millisecond stays", "waiter/alarm.go",
		"at != 0 && at <= w.deadline", "at != 0 && at <= w.deadline+1e6",
		test("./waiter", "TestDeadlineAfterAnother"),
	},
	{
		"an alarm for the time, not for the deadline", "waiter/alarm.go",
		"w.alarm.timer.Reset(time.Duration(w.deadline - Now()))", "w.alarm.timer.Reset(time.Duration(w.deadline))",
		test("./waiter", "TestDeadlineAfterAnother"),
	},
	{
		"an alarm that went off is set for the wait after this", "waiter/alarm.go",
		"w.alarm.at.Store(0)\n\ts.ring(w)", "s.ring(w)\n\tw.alarm.at.Store(0)",
		test("./waiter", "TestDeadlineAfterAnother"),
	},
	{
		"no alarm for one that was claimed in vain", "waiter/stack.go",
		"s.setAlarm(w)\n\t\ts.mu.Unlock()\n\t\ts.HandOver()", "s.mu.Unlock()\n\t\ts.HandOver()",
		test("./waiter", "TestDeadlineOfOneClaimed$|TestDeadlineOfOneClaimedAtOnce"),
	},
	{
		"an alarm of a bubble goes on after its wait", "waiter/stack.go",
		"if w.deadline < 0 {\n\t\tw.alarm.stop()", "if w.deadline < 0 {",
		test("./waiter", "TestAlarmStopsWithABubblesWait"),
	},
	{
		"an alarm of a bubble is used outside", "waiter/stack.go",
		"if w.deadline < 0 {\n\t\tw.alarm.stop()\n\t} else if why != Closed {", "if why != Closed {",
		test("./fuzz/waits", "TestDeadline_InAndOutOfBubbles"),
	},
	{
		"an alarm from outside is used in a bubble", "waiter/stack.go",
		"if deadline >= 0 {\n\t\tw, _ =", "if true {\n\t\tw, _ =",
		test("./fuzz/waits", "TestDeadline_InAndOutOfBubbles"),
	},
	{
		"a late bubble's alarm is stopped outside of it", "waiter/wait.go",
		"if !InBubble() {\n\t\truntime.AddCleanup", "if w.deadline >= 0 {\n\t\truntime.AddCleanup",
		test("./waiter", "TestAlarmOfALateBubble"),
	},
	{
		"watched beyond the deadline", "waiter/poll.go",
		"watching, min(deadline, Now()+longest)", "watching, Now()+longest",
		test("./waiter", "TestWatchEnds"),
	},
	{
		"a nap beyond the deadline", "park_linux.go",
		"until = min(deadline, now+nap)", "until = now + nap",
		test("-tags iocp_faults .", "TestParkClock_Naps"),
	},
	{
		"naps that grow without end", "park_linux.go",
		"nap = min(2*nap, maxNap)", "nap = 2 * nap",
		test("-tags iocp_faults .", "TestParkClock_Naps"),
	},
	{
		"naps that do not grow", "park_linux.go",
		"nap = min(2*nap, maxNap)", "nap = min(nap, maxNap)",
		test("-tags iocp_faults .", "TestParkClock_Naps"),
	},
	{
		"the end of a nap is the deadline", "park_linux.go",
		"err == unix.ETIMEDOUT && parkNow() >= deadline", "err == unix.ETIMEDOUT",
		test("-tags iocp_faults .", "TestParkClock_Early"),
	},
	{
		"a sleep that ends 1 µs early is over", "park_linux.go",
		"parkNow() >= deadline", "parkNow()+1000 >= deadline",
		test("-tags iocp_faults .", "TestParkClock_Early"),
	},
	{
		"not over at the deadline", "park_linux.go",
		"parkNow() >= deadline", "parkNow() > deadline",
		test("-tags iocp_faults .", "TestParkClock_Naps"),
	},
	{
		"a deadline that passed counts more than a token", "park_linux.go",
		"if p.word.CompareAndSwap(asleep, 0) {", "if err == unix.ETIMEDOUT && parkNow() >= deadline {\n\t\t\tp.word.Store(0)\n\t\t\treturn false\n\t\t}\n\t\tif p.word.CompareAndSwap(asleep, 0) {",
		test("-tags iocp_faults .", "TestParkClock_Token"),
	},
	{
		"after a nap the word is looked at, and cleared when the clock was read", "park_linux.go",
		"if p.word.CompareAndSwap(asleep, 0) {", "if p.word.Load() == asleep {\n\t\t\tpassed := parkNow() >= deadline\n\t\t\tp.word.Store(0)\n\t\t\tif passed {\n\t\t\t\treturn false\n\t\t\t}\n\t\t\tcontinue\n\t\t}\n\t\tif p.word.CompareAndSwap(asleep, 0) {",
		test("-tags iocp_faults .", "TestParkClock_Token"),
	},
	{
		"a token at the deadline is left", "park_linux.go",
		"p.word.Store(0)\n\t\treturn true\n\t}\n}", "if err != unix.ETIMEDOUT {\n\t\t\tp.word.Store(0)\n\t\t}\n\t\treturn true\n\t}\n}",
		test("-tags iocp_faults .", "TestParkClock_Token"),
	},
	{
		"the clocks' offset of a reading that a preemption spoiled", "park_linux.go",
		"best = min(best, parkMonotonic()-now)", "best = parkMonotonic() - now",
		test("-tags iocp_faults .", "TestParkClock_Offset"),
	},
	{
		"the clocks' offset of the first reading", "park_linux.go",
		"for range 10 {", "for range 1 {",
		test("-tags iocp_faults .", "TestParkClock_Offset"),
	},
	{
		"the clocks' offset too small by the time between the readings", "park_linux.go",
		"now := parkNow()\n\t\tbest = min(best, parkMonotonic()-now)", "at := parkMonotonic()\n\t\tbest = min(best, at-parkNow())",
		test("-tags iocp_faults .", "TestParkClock_Offset"),
	},
	{
		"a deadline that overflows the kernel's clock", "park_linux.go",
		"if deadline < waiter.Forever-clockOffset {", "if deadline != waiter.Forever {",
		test(".", "TestFutex_Wake"),
	},
	{
		"a deadline before the machine started", "park_linux.go",
		"at := max(deadline+clockOffset, 0)", "at := deadline + clockOffset",
		test(".", "TestPark_DeadlineBeforeTheMachine"),
	},
	{
		"the word looked at after a nap, and then cleared", "park_linux.go",
		"if p.word.CompareAndSwap(asleep, 0) {", "if p.word.Load() == asleep {\n\t\t\tp.word.Store(0)",
		test("-tags iocp_faults .", "TestPark_UnparkAtEachStep"),
	},
	{
		"a robbed call ends without its context's cause", "port.go",
		"c.err = done(c.ctx)", "c.err = c.ctx.Err()",
		test(".", "TestDeadline_RobbedHasTheCause"),
	},
	{
		"a part of a batch wakes nobody", "port.go",
		"if n != 0 && p.takers.Due() {", "if n == len(vs) && n != 0 && p.takers.Due() {",
		test("./fuzz/order", "TestPostBatch_PartWakes"),
	},
}
