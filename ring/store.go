//go:build (!amd64 || race || purego) && !iocp_model

package ring

import (
	"sync/atomic"
	"unsafe"
)

// storeRelease publishes with the sequentially consistent store. On arm64 that
// is STLR, a release already; under the race detector it is the edge that the
// detector sees. See store_amd64.go for what callers may rely on.
func storeRelease(a *atomic.Uint64, v uint64) { a.Store(v) }

// storeReleaseRun is storeRelease of v, v+step, v+2*step, … to n words that lie
// stride bytes apart.
func storeReleaseRun(a *atomic.Uint64, stride uintptr, v uint64, n int) {
	for i := range n {
		storeRelease((*atomic.Uint64)(unsafe.Add(unsafe.Pointer(a), uintptr(i)*stride)), v+uint64(i)*step)
	}
}
