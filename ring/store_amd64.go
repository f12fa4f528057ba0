//go:build !race && !purego && !iocp_model

package ring

import "sync/atomic"

// storeRelease is a.Store(v) without the fence. On amd64 Go compiles Store to XCHG, which
// waits until the processor's store buffer has drained; a plain MOV does not wait.
//
// Relied on: a goroutine that loads v from a sees every memory write before the call in
// program order. x86 keeps the order of stores (Intel SDM vol. 3, 9.2.2; AMD APM vol. 2,
// 7.1), and the compiler moves no write across a call of a function in assembly.
//
// Given up: a later load of the calling goroutine may be performed before the store is
// visible, so no code may depend on such a load.
//
// BenchmarkSolo measures the fence: see store_test.go.
//
//go:noescape
func storeRelease(a *atomic.Uint64, v uint64)

// storeReleaseRun is storeRelease of v to n words, at least one, that lie stride bytes
// apart. BenchmarkSoloBatch measures the saving.
//
//go:noescape
func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int)
