//go:build !iocp_model

package ring

import "syscall"

// yieldThread lets the kernel run another thread on this processor. The goroutine keeps its
// thread and its place in Go's scheduler. RawSyscall, because a system call that Go's scheduler
// knows of may cost the goroutine its processor.
func yieldThread() { syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0) }
