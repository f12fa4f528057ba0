//go:build !iocp_portable

package iocp

import (
	"math"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A wake that the kernel refuses is reported: a sleeper may have been missed.
func TestFutex_WakeRefused(t *testing.T) {
	var words [2]atomic.Uint32
	between := (*atomic.Uint32)(unsafe.Add(unsafe.Pointer(&words), 1)) // no word of the kernel's
	require.PanicsWithValue(t, "iocp: futex wake: "+unix.EINVAL.Error(), func() { futexWake(between) })
}

// A 32-bit kernel's old call is preferred, which all of these kernels but new ones have.
func TestFutex_OldCallFirst(t *testing.T) {
	want := uintptr(unix.SYS_FUTEX)
	if math.MaxUint != math.MaxUint64 {
		var word uint32
		_, _, err := syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&word)), futexWaitOp, 1, 0, 0, futexAnyOfBit)
		require.Contains(t, []syscall.Errno{unix.EAGAIN, unix.ENOSYS}, err)
		require.Equal(t, err == unix.ENOSYS, wideTime)
		require.Equal(t, err == unix.ENOSYS, oldFutexMissing())
		if wideTime {
			want = futexTime64
		}
	}
	require.Equal(t, want, futexCall())
}
