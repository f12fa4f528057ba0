//go:build iocp_model

package ring

import (
	"unsafe"

	"github.com/iocp-go/iocp/fuzz/sched"
)

// The model checker in fuzz runs the code of this package on atomics whose steps the checker
// orders.
type (
	atomicUint64         = sched.Uint64
	atomicPointer[T any] = sched.Pointer[T]
	mutex                = sched.Mutex
)

func writes[T any](p *T) { sched.Write(p) }

type stall struct{}

func (*stall) wait() { sched.Spin() }

func backOff(int) int { return minBackOff }

const minBackOff = 0

// Every ring is old enough to be replaced, and there is no timer: scenarios call Shrink
// instead.

const minAge = 0

func clock() int64 { return 0 }

func later[T any](*Chain[T], uint64) {}

// The model has the release store of amd64, on every platform.

func storeRelease(a *sched.Uint64, v uint64) { a.StoreRelease(v) }

func storeReleaseRun(a *sched.Uint64, stride uintptr, v uint64, n int) {
	for i := range n {
		storeRelease((*sched.Uint64)(unsafe.Add(unsafe.Pointer(a), uintptr(i)*stride)), v)
	}
}
