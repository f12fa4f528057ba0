//go:build iocp_model

package iocp

import "github.com/iocp-go/iocp/fuzz/sched"

// What the model checker in fuzz runs: the same table of handles, on atomics and a mutex
// whose steps it orders.
type (
	atomicPointer[T any] = sched.Pointer[T]
	mutex                = sched.Mutex
)

func writes[T any](p *T) { sched.Write(p) }

// A table of two chunks of two entries, each good for two handles, so that a scenario comes
// to the end of all of them.
const (
	indexBits = 2
	chunkBits = 1
	maxGen    = 2
)

// What a scenario has to know of the table.
const (
	ModelEntries     = 1 << indexBits
	ModelGenerations = maxGen
)

// Model prepares for a run: no handle was ever opened.
func Model() { handles = handleTable{} }

// ModelEntry is the place of h in the table, and its generation there.
func ModelEntry(h Handle) (index, generation int) {
	return int(h >> indexShift & (1<<indexBits - 1)), int(h >> genShift)
}

// ModelNext is the handle that the entry of h stands for next.
func ModelNext(h Handle) Handle { return h + 1<<genShift }

// ModelPort is the port of an open handle.
func ModelPort(h Handle) *Port[Packet] { return handles.lookup(h).port }

// ModelWait sleeps until n has a token, and takes it.
func (n *Notifier) ModelWait() { n.of.Sleep() }

// ModelTold reports whether n has a token.
func (n *Notifier) ModelTold() bool { return n.of.Told() }
