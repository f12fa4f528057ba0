//go:build !amd64 || race || purego

package ring

import "sync/atomic"

// storeRelease publishes with the sequentially consistent store. On arm64 that
// is STLR, a release already; under the race detector it is the edge that the
// detector sees. See store_amd64.go for what callers may rely on.
func storeRelease(a *atomic.Uint64, v uint64) { a.Store(v) }
