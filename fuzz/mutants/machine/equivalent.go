package main

// An equivalent is a change that alters nothing that is promised, and why. Line numbers do
// not count: a place is known by its function, its code and its number among those alike.
type equivalent struct {
	file, in, code, what string
	nth                  int
	why                  string
}

var equivalents = []equivalent{
	{"ring/slot.go", "Ring.ClaimPush", "if i := enq & r.mask / step; i < uint64(len(r.open)) && unsafe.Sizeof(s.val) <= maxFrame {", boundary, 1,
		"an element of exactly maxFrame bytes goes either way"},
	{"ring/slot.go", "Ring.ClaimPop", "if i := deq & r.mask / step; i < uint64(len(r.slots)) && unsafe.Sizeof(s.val) <= maxFrame {", boundary, 1,
		"an element of exactly maxFrame bytes goes either way"},
	{"ring/chain.go", "Chain.Init", "} else if max > c.base {", boundary, 0,
		"a limit of base elements is that of the ring"},
	{"ring/chain.go", "Chain.grow", "bounded := uint64(size)*step > room", boundary, 0,
		"a ring whose size is the room is full when the limit is reached"},
	{"ring/ring.go", "Ring.claimPush", "if free < n || r.limit != 0 {", boundary, 0,
		"the positions say again what the slots have said"},
	{"ring/ring.go", "Ring.claimPush", "continue", deleted, 0,
		"enq has moved, so the compare and swap fails"},
	{"ring/ring.go", "Ring.first", "if int64(deq-r.start) < 0 {", boundary, 0,
		"at the boundary both results are start"},
}
