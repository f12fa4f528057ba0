package iocp

import (
	"fmt"
	"os"
	"syscall"
)

// Error is an error of a port itself, as opposed to the [Errno] that a packet
// carries. The package's Err variables are all kinds of it. A method that waits or
// moves packets returns the variables as they are, so that == works as well as
// [errors.Is]; a function over handles may return another Error that is one of them by
// errors.Is.
type Error struct {
	text  string
	errno uint32
	is    []error
}

// Error says what happened.
func (e *Error) Error() string { return "iocp: " + e.text }

// Errno is the Windows system error number of the condition, the one that
// GetLastError answers there.
func (e *Error) Errno() uint32 { return e.errno }

// Is reports whether target is an errno or a standard error that means the same, or
// the [Errno] of the same number.
func (e *Error) Is(target error) bool {
	if n, ok := target.(Errno); ok {
		return uint32(n) == e.errno
	}
	if target == ERROR_INVALID_HANDLE {
		return e.errno == 6 // for each of the three errors with that number
	}
	for _, err := range e.is {
		if err == target {
			return true
		}
	}
	return false
}

// Timeout reports whether the error is [ErrTimeout], as net.Error has it.
func (e *Error) Timeout() bool { return e.errno == 258 }

// The errors that the methods and functions of the package return. The number of each
// is that of [Error.Errno]; the errors after the number are equal to it by [errors.Is].
var (
	// ErrTimeout: nothing arrived in time, or no room came free. 258
	// (WAIT_TIMEOUT); ETIMEDOUT, [os.ErrDeadlineExceeded].
	ErrTimeout error = &Error{"timed out", 258, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded}}
	// ErrNilPort: the *Port is nil or the Handle 0. 6 (ERROR_INVALID_HANDLE); EBADF.
	ErrNilPort error = &Error{"port is nil, or the handle 0", 6, []error{syscall.EBADF}}
	// ErrInvalidPort: the Port was not made by [New], or the Handle was closed or never
	// valid. 6 (ERROR_INVALID_HANDLE); EINVAL, EBADF.
	ErrInvalidPort error = &Error{"port was not made by New, or the handle not by CreateIoCompletionPort", 6,
		[]error{syscall.EINVAL, syscall.EBADF}}
	// ErrClosed: the port was closed, and what was accepted before has been taken.
	// 735 (ERROR_ABANDONED_WAIT_0); [os.ErrClosed].
	ErrClosed error = &Error{"port is closed", 735, []error{os.ErrClosed}}
	// ErrInvalidParameter: a buffer for a batch is empty, a context is nil, an
	// option or a capacity is out of range. 87 (ERROR_INVALID_PARAMETER); EINVAL.
	ErrInvalidParameter error = &Error{"invalid parameter: the context is nil, the buffer is empty, or a pointer is nil", 87,
		[]error{syscall.EINVAL}}
	// ErrFull: the port has no room. 1450 (ERROR_NO_SYSTEM_RESOURCES); ENOBUFS.
	ErrFull error = &Error{"port is full", 1450, []error{syscall.ENOBUFS}}
	// ErrInterrupted: the wait was ended by [Port.Interrupt]. 192; EAGAIN, EINTR.
	ErrInterrupted error = &Error{"wait was interrupted", 192, []error{syscall.EAGAIN, syscall.EINTR}}
)

// invalid is an error that is [ErrInvalidParameter] by errors.Is, and says which parameter
// it is about, what was given and what would be right.
func invalid(format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...), 87, []error{ErrInvalidParameter, syscall.EINVAL}}
}
