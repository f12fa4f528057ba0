//go:build !linux && !iocp_model

package ring

import "runtime"

// yieldThread calls Go's scheduler, for lack of a cheap call of the kernel.
func yieldThread() { runtime.Gosched() }
