//go:build (!amd64 || race || purego) && !iocp_model

package ring

import (
	"sync/atomic"
	"unsafe"
)

// storeRelease publishes with the sequentially consistent store. The race detector sees the
// edge of that store. See store_amd64.go for what callers may rely on.
//
// Why the store suffices where memory is weaker than on x86: the package relies on two
// sentences of go.dev/ref/mem, and on no property of the machine.
//
//   - "If the effect of an atomic operation A is observed by atomic operation B, then A is
//     synchronized before B." A claimant has loaded seq of its slot before the claim, and so
//     observed the storeRelease of the last owner. val passes from owner to owner along
//     these pairs; the claim itself orders no access to val.
//   - "All the atomic operations executed in a program behave as though executed in some
//     sequentially consistent order." Empty and full, told by two positions loaded one after
//     the other, are exact for that reason; and a look for waiters cannot precede the claim.
//
// Code of Go 1.26: on arm64 Load is LDAR, Store is STLR, CompareAndSwap is CASAL or a loop of
// LDAXR and STLXR. LDAR passes no earlier one of these, whatever the addresses; STLR waits
// for no more than assembly of our own would. On ppc64le Load and Store begin with SYNC, and
// CompareAndSwap is between two LWSYNC. LWSYNC lets a load pass an earlier store, but each
// atomic load has its own SYNC.
func storeRelease(a *atomic.Uint64, v uint64) { a.Store(v) }

// storeReleaseRun is storeRelease of v to n words that lie stride bytes apart.
func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int) {
	for i := range n {
		storeRelease((*atomic.Uint64)(unsafe.Add(unsafe.Pointer(a), uintptr(i)*stride)), v)
	}
}
