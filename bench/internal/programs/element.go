package programs

import "github.com/iocp-go/iocp"

// An item is what a program sends. The low ten bits are an id of the program's. The
// bits above are zero, or in a sampled item the time at which the put began.
type item int64

const (
	idBits = 10
	stop   = 1<<idBits - 1 // the id that sends a goroutine home
)

func (v item) id() int      { return int(v & stop) }
func (v item) stamp() int64 { return int64(v >> idBits) } // 0: not sampled

// stamped reports whether a word has room for a stamp.
const stamped = ^uint(0)>>32 != 0

// An element is a type that queues carry, with the conversions of items.
type element[T any] struct {
	wrap   func(item) T
	unwrap func(T) item
}

// A kind makes the queues of one element.
type kind struct {
	port, channel func(capacity int, wait string) *queue
}

func kindOf[T any](e element[T]) kind {
	return kind{
		port:    func(capacity int, wait string) *queue { return portQueue(e, capacity, wait) },
		channel: func(capacity int, wait string) *queue { return chanQueue(e, capacity, wait) },
	}
}

var ids [stop + 1]int

func init() {
	for i := range ids {
		ids[i] = i
	}
}

var anInt = element[int]{
	func(v item) int { return int(v) },
	func(v int) item { return item(v) },
}

var elements = map[string]kind{
	"Packet": kindOf(element[iocp.Packet]{
		func(v item) iocp.Packet { return iocp.Packet{Key: uintptr(v)} },
		func(p iocp.Packet) item { return item(p.Key) },
	}),
	"int": kindOf(anInt),
	"*int": kindOf(element[*int]{
		func(v item) *int {
			if v.stamp() == 0 {
				return &ids[v]
			}
			p := int(v)
			return &p
		},
		func(p *int) item { return item(*p) },
	}),
	"64B": kindOf(element[[8]uint64]{
		func(v item) [8]uint64 { return [8]uint64{0: uint64(v)} },
		func(a [8]uint64) item { return item(a[0]) },
	}),
}
