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
}
