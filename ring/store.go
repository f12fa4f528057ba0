//go:build (!amd64 || race || purego) && !iocp_model

package ring

import (
	"sync/atomic"
	"unsafe"
)

// storeRelease publishes with the sequentially consistent store. Under the race
// detector that is the edge which the detector sees. See store_amd64.go for what
// callers may rely on.
//
// Why that suffices where memory is weaker than on x86: two sentences of
// go.dev/ref/mem are relied on, and nothing of the machine. "If the effect of an
// atomic operation A is observed by atomic operation B, then A is synchronized
// before B": whoever claims a slot has loaded its seq before, and so observed the
// store here with which the last owner ended; val passes from owner to owner along
// these pairs, and the claim orders none of it. "All the atomic operations executed
// in a program behave as though executed in some sequentially consistent order":
// the positions, loaded in turn, need that to tell empty and full exactly, and so
// does a look for waiters that must not come before the claim.
//
// What Go 1.26 compiles: on arm64 Load to LDAR, Store to STLR, CompareAndSwap to
// CASAL or a loop of LDAXR and STLXR. No LDAR passes one of the others that comes
// before it, whatever their addresses; and STLR waits for nothing that an assembly
// twin could spare it. On ppc64le Load and Store begin with SYNC, CompareAndSwap
// is between two LWSYNC. A load could pass a store across these, but each atomic
// load that must not has its own SYNC.
func storeRelease(a *atomic.Uint64, v uint64) { a.Store(v) }

// storeReleaseRun is storeRelease of v to n words that lie stride bytes apart.
func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int) {
	for i := range n {
		storeRelease((*atomic.Uint64)(unsafe.Add(unsafe.Pointer(a), uintptr(i)*stride)), v)
	}
}
