package main

// Bugs that need an order of events which only a scenario of the model checker has.
var ofModel = []mutant{
	{
		"a handle's port by a second look at its entry", "handle.go",
		"if o == nil || o.handle != h {\n\t\treturn nil\n\t}\n\treturn o", "if o == nil || o.handle != h {\n\t\treturn nil\n\t}\n\treturn c.open[index%chunkHandles].Load()",
		modelHandles("post, close and open again"),
	},
	{
		"a packet taken by a stale handle from its successor", "handle.go",
		"v, err := o.port.Get(milliseconds(timeout))", "if again := handles.chunks[port>>indexShift&(1<<indexBits-1)>>chunkBits].Load().open[port>>indexShift&(1<<indexBits-1)%chunkHandles].Load(); again != nil {\n\t\to = again\n\t}\n\tv, err := o.port.Get(milliseconds(timeout))",
		modelHandles("look, close and open again"),
	},
	{
		"a handle closed by two", "handle.go",
		"t.mu.Lock()\n\to := t.lookup(h)\n\tif o != nil {", "o := t.lookup(h)\n\tt.mu.Lock()\n\tif o != nil {",
		modelHandles("close, open and close beside"),
	},
	{
		"CloseHandle closes the port first", "handle.go",
		"p, err := handles.close(h)\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn p.Close()",
		"p, err := handles.port(h)\n\tif err != nil {\n\t\treturn err\n\t}\n\tif err := p.Close(); err != nil {\n\t\treturn errClosedHandle\n\t}\n\t_, err = handles.close(h)\n\treturn err",
		modelHandles("close, refused and then a wait"),
	},
	{
		"CloseHandle leaves the port open", "handle.go",
		"return p.Close()", "_ = p\n\treturn nil",
		modelHandles("wait, close and open again"),
	},
	{
		"a post beside CloseHandle says that the port is closed", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))", "return o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty})",
		modelHandles("post and look, close"),
	},
	{
		"a finished operation beside CloseHandle says that the port is closed", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: status}))", "return o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: status})",
		modelHandles("post, close and open again"),
	},
	{
		"a look beside CloseHandle says that the port is closed", "handle.go",
		"return abandoned(err, timeout)\n\t}\n\t*qty", "return err\n\t}\n\t*qty",
		modelHandles("look, close"),
	},
	{
		"a look of Ex beside CloseHandle says that the port is closed", "handle.go",
		"return n, abandoned(err, timeout)", "return n, err",
		modelHandles("close, Ex looks"),
	},
	{
		"Ex has packets and an error when it takes the last of a closed port", "handle.go",
		"_, err = p.result(&c)\n\treturn n, abandoned(err, timeout)", "if _, err = p.result(&c); p.queue.Drained() {\n\t\terr = ErrClosed\n\t}\n\treturn n, abandoned(err, timeout)",
		modelHandles("close, Ex"),
	},
	{
		"handles opened without the lock", "handle.go",
		"t.mu.Lock()\n\tdefer t.mu.Unlock()\n\twrites(&t.free)\n\tvar index Handle", "var index Handle",
		modelHandles("open and open"),
	},
	{
		"a chunk made before the lock", "handle.go",
		"t.mu.Lock()\n\tdefer t.mu.Unlock()\n\twrites(&t.free)\n\tvar index Handle",
		"made := t.chunks[t.used%(1<<indexBits)>>chunkBits].Load() == nil\n\tt.mu.Lock()\n\tdefer t.mu.Unlock()\n\tif made {\n\t\tt.chunks[t.used%(1<<indexBits)>>chunkBits].Store(new(chunk))\n\t}\n\tvar index Handle",
		modelHandles("open and open in another chunk"),
	},
	{
		"the generation raised behind the lock", "handle.go",
		"writes(&c.gen[index%chunkHandles])\n\t\twrites(&t.free)\n\t\tif c.gen[index%chunkHandles]++; c.gen[index%chunkHandles] <= maxGen {\n\t\t\tt.free = append(t.free, index)\n\t\t}",
		"if c.gen[index%chunkHandles] < maxGen {\n\t\t\tt.free = append(t.free, index)\n\t\t}\n\t\tdefer func() {\n\t\t\twrites(&c.gen[index%chunkHandles])\n\t\t\tc.gen[index%chunkHandles]++\n\t\t}()",
		modelHandles("close, open and close beside"),
	},
	{
		"why a handle is invalid is asked without the lock", "handle.go",
		"t.mu.Lock()\n\t\tdefer t.mu.Unlock()\n\t\twrites(&c.gen[index%chunkHandles])\n\t\tif gen <", "writes(&c.gen[index%chunkHandles])\n\t\tif gen <",
		modelHandles("successor, close and open again"),
	},
	{
		"an entry with its last generation is used again", "handle.go",
		"c.gen[index%chunkHandles] <= maxGen {", "c.gen[index%chunkHandles] <= maxGen+1 {",
		modelHandles("generations used up"),
	},
	{
		"the last entry is never opened", "handle.go",
		"if t.used == 1<<indexBits {", "if t.used == 1<<indexBits-1 {",
		modelHandles("open and open, one is left"),
	},
	{
		"no handle is left once the table was full", "handle.go",
		"if n := len(t.free); n != 0 {", "if n := len(t.free); n != 0 && t.used != 1<<indexBits {",
		modelHandles("open, none is left till a close"),
	},
	{
		"a waiting poster's packet moved past the takers", "port.go",
		"q.takers.HandOverFor(&q.posts) // P4", "",
		model("growth to 3, both sides sleep"),
	},
	{
		"who pushes to a bounded ring tells no taker", "port.go",
		"} else if !p.queue.TryPush(v) {\n\t\treturn p.refused()\n\t}", "} else if p.queue.TryPush(v) {\n\t\treturn nil\n\t} else {\n\t\treturn p.refused()\n\t}",
		model("growth to 3, linked while a taker sleeps"),
	},
	{
		"a waiting poster's packet goes to the last ring alone", "port.go",
		"if !q.queue.TryPush(*v) {", "if !q.queue.Tail().TryPush(*v) {",
		model("growth to 3, linked while a taker sleeps"),
	},
	{
		"a bounded ring is full while it is given up", "ring/chain.go",
		"n != 0 || r.limit != 0 && !r.Closed() {", "n != 0 || r.limit != 0 {",
		model("growth to 3, deadlines while given up"),
	},
	{
		"closed and given up over packets", "ring/shrink.go",
		"closed := r.enq.Load() == deq|closedBit", "closed := r.enq.Load()&closedBit != 0",
		model("growth to 3, close while a poster sleeps"),
	},
	{
		"a ring larger than the limit is not bounded", "ring/chain.go",
		"bounded := uint64(size)*step > room", "bounded := uint64(size)*step > c.limit*2",
		model("growth to 5, a batch links a ring"),
	},
	{
		"the ring that takes a large one's place begins where that did", "ring/shrink.go",
		"next := newRing[T](c.base, deq)", "next := newRing[T](c.base, r.start)",
		model("growth to 5, given up while takers sleep"),
	},
	{
		"a bounded ring is full when its slots are", "ring/chain.go",
		"return enq-c.deq.Load() == c.limit", "return enq-c.deq.Load() == c.tail.Load().lap",
		model("growth to 5, a batch makes room for all"),
	},
	{
		"there is room for a waiting poster when nothing is left", "port.go",
		"func (q *room[T]) Idle() bool { return q.queue.Full() }", "func (q *room[T]) Idle() bool { return q.queue.Full() || q.queue.Len() != 0 && !q.queue.Closed() }",
		model("growth to 5, a batch makes room, one at a time"),
	},
	{
		"Close seals a ring that is not the last", "ring/chain.go",
		"c.mu.Lock() // what is being linked gets linked\n\tdefer c.mu.Unlock()\n\tfirst := c.tail.Load().seal()\n\tc.shrink()", "first := c.tail.Load().seal()\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.shrink()",
		model("growth to 5, close while a ring is linked"),
	},
	{
		"a new ring has no room for the batch that needs it", "ring/chain.go",
		"size := max(min(2*r.Cap(), MaxCapacity), ceilPower(len(vs)))", "size := min(2*r.Cap(), MaxCapacity)",
		model("growth without a limit, linked while takers sleep"),
	},
	{
		"given up without a seal", "ring/shrink.go",
		"if !closed && !r.enq.CompareAndSwap(deq, deq|closedBit) {\n\t\treturn\n\t}", "if !closed && r.enq.Load() != deq {\n\t\treturn\n\t}",
		model("growth without a limit, given up while takers sleep"),
	},
	{
		"given up without the lock", "ring/shrink.go",
		"return\n\t}\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tc.shrink()\n}\n\n// look", "return\n\t}\n\tc.shrink()\n}\n",
		model("growth without a limit, given up and closed"),
	},
	{
		"nothing is there when the first ring is drained", "port.go",
		"func (q *packets[T]) Idle() bool { return q.queue.Empty() }", "func (q *packets[T]) Idle() bool { return !q.queue.Closed() && q.queue.Head().Drained() || q.queue.Empty() }",
		model("growth without a limit, one taker at a time"),
	},
	{
		"an alarm counts as set while it goes off", "waiter/alarm.go",
		"w.alarm.at.Store(0)\n\ts.ring(w)", "s.ring(w)\n\tw.alarm.at.Store(0)",
		model("alarm left set, a later deadline"),
	},
	{
		"an alarm counts as set from after it was", "waiter/alarm.go",
		"w.alarm.at.Store(w.deadline)\n\tw.alarm.timer.Reset(time.Duration(w.deadline - Now()))", "w.alarm.timer.Reset(time.Duration(w.deadline - Now()))\n\tw.alarm.at.Store(w.deadline)",
		model("alarm, nobody posts"),
	},
	{
		"the sole waiter's alarm set before it waits", "waiter/stack.go",
		"w := s.sole\n\tfor {\n\t\tstate := s.state.Load()\n\t\tif uint32(state) != 0 { // those are older\n\t\t\tw.outcome = Busy\n\t\t\tw.unpark()\n\t\t\treturn\n\t\t}\n\t\tif s.state.CompareAndSwap(state, state+sole) { // W1, while still nobody else waits\n\t\t\tbreak\n\t\t}\n\t}\n\ts.unwatch()\n\tif !s.queue.Idle() { // W2\n\t\ts.mu.Lock()\n\t\ts.adopt()\n\t\tif w.listed {\n\t\t\ts.stats.Parks--\n\t\t\ts.release(w, Retry)\n\t\t\tw.unpark()\n\t\t}\n\t\ts.mu.Unlock()\n\t\treturn\n\t}\n\ts.setAlarm(w)\n}",
		"w := s.sole\n\ts.setAlarm(w)\n\tfor {\n\t\tstate := s.state.Load()\n\t\tif uint32(state) != 0 { // those are older\n\t\t\tw.outcome = Busy\n\t\t\tw.unpark()\n\t\t\treturn\n\t\t}\n\t\tif s.state.CompareAndSwap(state, state+sole) { // W1, while still nobody else waits\n\t\t\tbreak\n\t\t}\n\t}\n\ts.unwatch()\n\tif !s.queue.Idle() { // W2\n\t\ts.mu.Lock()\n\t\ts.adopt()\n\t\tif w.listed {\n\t\t\ts.stats.Parks--\n\t\t\ts.release(w, Retry)\n\t\t\tw.unpark()\n\t\t}\n\t\ts.mu.Unlock()\n\t\treturn\n\t}\n}",
		model("alarm left set, a later deadline"),
	},
	{
		"an alarm set before its waiter is listed", "waiter/stack.go",
		"s.mu.Lock()\n\ts.adopt()\n\ts.insert(w) // W1\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !s.queue.Idle() && (s.order == NewestFirst || !s.full() || s.queue.Over()) { // W2\n\t\tif s.order == NewestFirst {\n\t\t\ts.uncount(w)\n\t\t\ts.release(w, Retry)\n\t\t} else {\n\t\t\ts.serve(&l) // the room is for the oldest, and then for the next, w perhaps\n\t\t}\n\t}\n\tif l.head != nil {\n\t\tl.late = nil\n\t\tl.wake(w)\n\t}\n\twhy := w.outcome\n\tif !w.listed {\n\t\tif s.order == OldestFirst {\n\t\t\ts.uncount(w)\n\t\t}\n\t\ts.mu.Unlock()\n\t} else {\n\t\ts.setAlarm(w)",
		"s.setAlarm(w)\n\ts.mu.Lock()\n\ts.adopt()\n\ts.insert(w) // W1\n\ts.unwatch()\n\tvar l list[T]\n\tfor w.listed && !s.queue.Idle() && (s.order == NewestFirst || !s.full() || s.queue.Over()) { // W2\n\t\tif s.order == NewestFirst {\n\t\t\ts.uncount(w)\n\t\t\ts.release(w, Retry)\n\t\t} else {\n\t\t\ts.serve(&l) // the room is for the oldest, and then for the next, w perhaps\n\t\t}\n\t}\n\tif l.head != nil {\n\t\tl.late = nil\n\t\tl.wake(w)\n\t}\n\twhy := w.outcome\n\tif !w.listed {\n\t\tif s.order == OldestFirst {\n\t\t\ts.uncount(w)\n\t\t}\n\t\ts.mu.Unlock()\n\t} else {",
		model("alarm left set, room, a later deadline"),
	},
	{
		"an alarm ends a wait that somebody has ended", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := Now() >= w.deadline",
		model("alarm, post"),
	},
	{
		"an alarm does not find the sole waiter", "waiter/stack.go",
		"s.mu.Lock()\n\ts.adopt()\n\tdue :=", "s.mu.Lock()\n\tdue :=",
		model("alarm, nobody posts"),
	},
	{
		"who waited till its deadline is not woken", "waiter/stack.go",
		"s.setAlarm(w)\n\t}\n\ts.mu.Unlock()\n\tl.wake(nil)", "s.setAlarm(w)\n\t}\n\ts.mu.Unlock()",
		model("alarms of both sides"),
	},
	{
		"an alarm of a wait before ends one without a deadline", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := w.listed && (w.deadline == Forever || Now() >= w.deadline)",
		model("alarm left set, no deadline"),
	},
	{
		"an alarm of a poster's wait before ends one without a deadline", "waiter/stack.go",
		"due := w.listed && Now() >= w.deadline", "due := w.listed && (w.deadline == Forever && s.order == OldestFirst || Now() >= w.deadline)",
		model("alarm left set, room, no deadline"),
	},
	{
		"an alarm that went off too soon is set again for the sole waiter alone", "waiter/stack.go",
		"} else if w.listed {\n\t\ts.setAlarm(w)", "} else if w.listed && w == s.sole {\n\t\ts.setAlarm(w)",
		model("alarm, listed"),
	},
	{
		"an alarm set later than this wait ends, for whoever has the waiter next", "waiter/stack.go",
		"} else if w.listed {\n\t\ts.setAlarm(w)", "} else if w.listed {\n\t\tw.alarm.at.Store(w.deadline)",
		model("alarm, another has the seat"),
	},
	{
		"a waiter that goes to the pool stops its alarm, which counts as set", "waiter/stack.go",
		"if w.deadline < 0 {\n\t\tw.alarm.stop()\n\t} else", "w.alarm.stop()\n\tif w.deadline < 0 {\n\t} else",
		model("alarms, room, another's waiter"),
	},
	{
		"an alarm looks who waits before it locks", "waiter/stack.go",
		"s.mu.Lock()\n\ts.adopt()\n\tdue := w.listed && Now() >= w.deadline", "due := w.listed && Now() >= w.deadline\n\ts.mu.Lock()\n\ts.adopt()",
		model("alarm, close, listed"),
	},
	{
		"a wait that can be canceled has the deadline of the waiter's last one", "waiter/stack.go",
		"w.parker, w.deadline = nil, deadline\n\tswitch", "if w.parker = nil; done == nil {\n\t\tw.deadline = deadline\n\t}\n\tswitch",
		model("alarm left set, cancel"),
	},
	{
		"no alarm for posters", "waiter/alarm.go",
		"if w.deadline == Forever || !alarms {", "if w.deadline == Forever || !alarms || s.order == OldestFirst {",
		model("alarm, nobody makes room"),
	},
	{
		"who may not watch counts as one that does", "waiter/poll.go",
		"{ // B1\n\t\twatchers.Add(-1)\n\t\treturn false\n\t}", "{\n\t\treturn false\n\t}",
		model("watch, one processor"),
	},
	{
		"who watched counts for ever", "waiter/poll.go",
		"p.state = yielding\n\twatchers.Add(-1)\n\ts.pace.watcher.Store(0)", "p.state = yielding\n\ts.pace.watcher.Store(0)",
		model("free, post"),
	},
	{
		"who yielded counts for ever", "waiter/poll.go",
		"gosched()\n\ts.pace.yielding.Store(0)", "gosched()",
		model("free, room"),
	},
	{
		"who yielded at an empty queue counts for ever", "waiter/poll.go",
		"gosched()\n\ts.pace.yielding.Store(0)", "gosched()\n\tif s.queue.Ready() {\n\t\ts.pace.yielding.Store(0)\n\t}",
		model("free, close"),
	},
	{
		"who watches waits without a question when others do", "waiter/poll.go",
		"if p.state == watching {\n\t\treturn s.watch(p)\n\t}\n\tif p.state == none && s.Yielded(p) {\n\t\treturn true\n\t}\n\tif s.order == OldestFirst || s.parking != ParkAuto {\n\t\treturn false\n\t}\n\tif n := s.pace.skip.Load(); n > 0 {\n\t\ts.pace.skip.Store(n - 1)\n\t\treturn false\n\t}",
		"if p.state == none && s.Yielded(p) {\n\t\treturn true\n\t}\n\tif s.order == OldestFirst || s.parking != ParkAuto {\n\t\treturn false\n\t}\n\tif n := s.pace.skip.Load(); n > 0 {\n\t\ts.pace.skip.Store(n - 1)\n\t\treturn false\n\t}\n\tif p.state == watching {\n\t\treturn s.watch(p)\n\t}",
		model("free, robbed"),
	},
	{
		"who is told that the machine is crowded keeps the word", "waiter/poll.go",
		"crowded.Store(now + toll*late)\n\t\t\tbreak", "crowded.Store(now + toll*late)\n\t\t\ttell(&s.pace.watches, 0)\n\t\t\treturn false",
		model("free, close, post"),
	},
	{
		"a watch that was in vain twice ends without a look", "waiter/poll.go",
		"if state := s.state.Load(); uint32(state) != 0 { // S2\n\t\tif state&watched", "if state := s.state.Load(); uint32(state) != 0 && s.pace.skip.Load() == 0 {\n\t\tif state&watched",
		model("free, sleeper listed"),
	},
	{
		"a bump never ends", "waiter/stack.go",
		"spawn(func() { bumps.Add(-1) })", "spawn(func() {})",
		model("late, nobody watches"),
	},
	{
		"a taker that is to be bumped is not woken", "waiter/stack.go",
		"w.outcome = Given\n\tlate := s.time(w, s.given.Add(1))\n\tw.unpark()\n\tif late {\n\t\ts.bump()\n\t}", "w.outcome = Given\n\tif s.time(w, s.given.Add(1)) {\n\t\ts.bump()\n\t\treturn true\n\t}\n\tw.unpark()",
		model("late and free"),
	},
	{
		"an alarm set before it says for when", "waiter/alarm.go",
		"w.alarm.at.Store(w.deadline)\n\tw.alarm.timer.Reset(time.Duration(w.deadline - Now()))",
		"w.alarm.timer.Reset(time.Duration(w.deadline - Now()))\n\tw.alarm.at.Store(w.deadline)",
		model("alarm, nobody posts"),
	},
}
