// Package work has the workloads that both commands run, and their loops on a
// port.
package work

import (
	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Capacity is that of a port or a channel, but where nothing may block.
const Capacity = 1024

// NewPort is a port with default options.
func NewPort[T any](capacity int) *iocp.Port[T] {
	p, err := iocp.New[T](capacity)
	pairs.Must(err)
	return p
}
