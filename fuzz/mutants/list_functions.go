package main

// Bugs of the functions over handles.
var ofFunctions = []mutant{
	{
		"a port writes to an Overlapped", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: status}))", "if overlapped != nil {\n\t\toverlapped.Internal = status.ntstatus()\n\t}\n\treturn closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: status}))",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"INFINITE is 49.7 days", "handle.go",
		"if timeout == INFINITE {\n\t\treturn Infinite\n\t}", "",
		test(".", "TestHandleLongTimeouts"),
	},
	{
		"a timeout with a sign", "handle.go",
		"time.Duration(timeout) * time.Millisecond", "time.Duration(int32(timeout)) * time.Millisecond",
		test("./fuzz/waits", "TestTimeoutsToTheNanosecond"),
	},
	{
		"half of all timeouts have no limit", "handle.go",
		"if timeout == INFINITE {", "if timeout >= 1<<31 {",
		test("./fuzz/waits", "TestTimeoutsToTheNanosecond"),
	},
	{
		"a handle's port has a limit", "handle.go",
		"WithGrowth(0)", "WithGrowth(1<<20)",
		test(".", "TestHandleGrowsWithoutLimit"),
	},
	{
		"threads with a sign", "handle.go",
		"int(min(threads, 1<<30))", "int(int32(threads))",
		test(".", "TestHandleThreadsBoundHandOffs"),
	},
	{
		"threads ignored", "handle.go",
		"WithConcurrency(int(min(threads, 1<<30)))", "WithConcurrency(0)",
		test(".", "TestHandleThreadsBoundHandOffs"),
	},
	{
		"file 0 is an invalid parameter", "handle.go",
		"case file == 0:\n\t\treturn 0, ErrNilPort", "case file == 0:\n\t\treturn 0, ErrInvalidParameter",
		test(".", "TestHandleCreateWithWrongArguments"),
	},
	{
		"a second port beside the one named", "handle.go",
		"case port != 0:\n\t\treturn 0, errNoFileGiven\n\t", "",
		test(".", "TestHandleCreateWithWrongArguments"),
	},
	{
		"handle 0 is one that is not valid", "handle.go",
		"if h == 0 {\n\t\treturn ErrNilPort\n\t}", "",
		test(".", "TestHandleNotValidHasItsErrors"),
	},
	{
		"SetIoCompletion posts a success", "handle.go",
		", Status: status}", "}",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"values of a failed packet not stored", "handle.go",
		"*qty, *key, *overlapped = v.Transferred, v.Key, v.Overlapped\n\tif v.Status != 0 {\n\t\treturn v.Status\n\t}", "if v.Status != 0 {\n\t\t*overlapped = v.Overlapped\n\t\treturn v.Status\n\t}\n\t*qty, *key, *overlapped = v.Transferred, v.Key, v.Overlapped",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"*qty and *key cleared", "handle.go",
		"v, err := o.port.Get(milliseconds(timeout))", "*qty, *key = 0, 0\n\tv, err := o.port.Get(milliseconds(timeout))",
		test("./fuzz/handles", "TestHandleTimeoutOutputs"),
	},
	{
		"*overlapped kept where a pointer is nil", "handle.go",
		"if overlapped != nil {\n\t\t*overlapped = nil\n\t}\n\tif qty == nil || key == nil || overlapped == nil {\n\t\treturn ErrInvalidParameter\n\t}", "if qty == nil || key == nil || overlapped == nil {\n\t\treturn ErrInvalidParameter\n\t}\n\t*overlapped = nil",
		test("./fuzz/handles", "TestHandleGetWithoutAPacketStoresNothing"),
	},
	{
		"a look at a port that is being closed was abandoned", "handle.go",
		"if timeout == 0 {\n\t\treturn closedHandle(err)\n\t}\n\treturn err", "return err",
		test(".", "TestHandleClosedAfterItWasFound"),
	},
	{
		"a wait that CloseHandle ends came too late", "handle.go",
		"if timeout == 0 {\n\t\treturn closedHandle(err)\n\t}\n\treturn err", "return closedHandle(err)",
		test(".", "TestHandleCloseAbandonsWaits"),
	},
	{
		"a post beside CloseHandle told of the end", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))", "return o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty})",
		test(".", "TestHandleClosedAfterItWasFound"),
	},
	{
		"Internal is no NTSTATUS", "handle.go",
		"v.Status.ntstatus(), v.Transferred", "uintptr(v.Status), v.Transferred",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"the NTSTATUS of another handle", "handle.go",
		"return 0xC0000008", "return 0xC0000024",
		test(".", "TestHandleFailedPackets"),
	},
	{
		"the NTSTATUS of a success", "handle.go",
		"case 0:\n\t\treturn 0\n\t", "",
		test("./fuzz/handles", "TestHandleValuesBitExact"),
	},
	{
		"Ex clears its entries", "handle.go",
		"var buf [64]Packet", "clear(entries)\n\tvar buf [64]Packet",
		test("./fuzz/handles", "TestHandleExTakesWhatIsThere"),
	},
	{
		"Ex that is alertable is alerted", "handle.go",
		"p, err := handles.port(port)\n\tif err != nil {\n\t\treturn 0, err\n\t}", "p, err := handles.port(port)\n\tif err == nil && alertable {\n\t\terr = ErrInterrupted\n\t}\n\tif err != nil {\n\t\treturn 0, err\n\t}",
		test("./fuzz/handles", "TestHandleExTimeout"),
	},
	{
		"Ex looks at the handle before the entries", "handle.go",
		"if len(entries) == 0 {\n\t\treturn 0, ErrInvalidParameter\n\t}\n\tp, err := handles.port(port)\n\tif err != nil {\n\t\treturn 0, err\n\t}", "p, err := handles.port(port)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\tif len(entries) == 0 {\n\t\treturn 0, ErrInvalidParameter\n\t}",
		test("./fuzz/handles", "TestHandleExWithoutEntriesIsABadParameter"),
	},
	{
		"CloseHandle forgets the port", "handle.go",
		"p, err := handles.close(h)\n\tif err != nil {\n\t\treturn err\n\t}\n\treturn p.Close()", "_, err := handles.close(h)\n\treturn err",
		test(".", "TestHandleCloseAbandonsWaits"),
	},
	{
		"a generation too many", "handle.go",
		"c.gen[index%chunkHandles] <= maxGen {", "c.gen[index%chunkHandles] <= maxGen+1 {",
		test(".", "TestHandleOfTheLastGeneration"),
	},
	{
		"a closed handle stays in the table", "handle.go",
		"c.open[index%chunkHandles].Store(nil)", "",
		test(".", "TestHandleCloseDropsPackets"),
	},
	{
		"handles without end", "handle.go",
		"if t.used == 1<<indexBits {\n\t\t\treturn 0, errNoHandles\n\t\t}", "",
		test(".", "TestHandleTableIsFull"),
	},
	{
		"a key of 32 bits", "handle.go",
		"return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))", "return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: uintptr(uint32(key)), Transferred: qty}))",
		test("./fuzz/handles", "TestHandleValuesBitExact"),
	},
	{
		"a handle of a generation to come was closed", "handle.go",
		"if gen < c.gen[index%chunkHandles] {", "if gen <= c.gen[index%chunkHandles] {",
		test(".", "TestHandleOfALaterGeneration"),
	},
}
