//go:build !race && !purego && !iocp_model

package ring

import "sync/atomic"

// storeRelease is a.Store(v) without the fence. Go compiles Store to XCHG on
// amd64, which waits until the processor's store buffer has drained; a plain MOV
// does not. What is relied on: every memory write that precedes the call in
// program order is visible to whoever loads v from a. x86 keeps the order of
// stores (Intel SDM vol. 3, 9.2.2; AMD APM vol. 2, 7.1), and the compiler moves
// no write across a call of a function it cannot see into. What is given up: a
// later load of this goroutine may be performed before the store is visible, so
// nothing here may depend on a load that follows it.
//
// BenchmarkSolo has the price of the fence: see store_test.go.
//
//go:noescape
func storeRelease(a *atomic.Uint64, v uint64)

// storeReleaseRun is storeRelease of v to n words, at least one, that lie stride bytes
// apart. BenchmarkSoloBatch has what it saves.
//
//go:noescape
func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int)
