//go:build !iocp_model

package iocp

import (
	"sync"
	"sync/atomic"
)

// What the model checker replaces in the table of handles: see model.go.
type (
	atomicPointer[T any] = atomic.Pointer[T]
	mutex                = sync.Mutex
)

// writes comes before an access to what handleTable.mu guards.
func writes[T any](*T) {}

const (
	indexBits = 20
	chunkBits = 10
	maxGen    = InvalidHandle>>genShift - 1 // so that InvalidHandle is not one
)
