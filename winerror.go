package iocp

// The names of winerror.h that programs compare results with, so that a comparison by ==
// and a case of a switch stay as they were written for golang.org/x/sys/windows.

// The numbers with which operations end. A function over handles returns the Status of a
// failed packet as this very value.
const (
	ERROR_ACCESS_DENIED      Errno = 5
	ERROR_GEN_FAILURE        Errno = 31
	ERROR_HANDLE_EOF         Errno = 38
	ERROR_NETNAME_DELETED    Errno = 64
	ERROR_BROKEN_PIPE        Errno = 109
	ERROR_SEM_TIMEOUT        Errno = 121
	ERROR_NO_DATA            Errno = 232
	ERROR_PIPE_NOT_CONNECTED Errno = 233
	ERROR_MORE_DATA          Errno = 234
	ERROR_OPERATION_ABORTED  Errno = 995
	ERROR_IO_INCOMPLETE      Errno = 996
	ERROR_IO_PENDING         Errno = 997
	ERROR_NOT_FOUND          Errno = 1168
	ERROR_CONNECTION_REFUSED Errno = 1225
	ERROR_CONNECTION_ABORTED Errno = 1236
	ERROR_NOT_CONNECTED      Errno = 2250
)

// The errors of a port under their names in winerror.h. They equal what the functions over
// handles return, with the exceptions below. A packet whose Status has the same number
// equals none of them: errors.Is(err, Errno(6)) answers for the packet and the port.
var (
	// WAIT_TIMEOUT is [ErrTimeout].
	WAIT_TIMEOUT = ErrTimeout
	// ERROR_ABANDONED_WAIT_0 is [ErrClosed]: the handle was closed during the wait.
	ERROR_ABANDONED_WAIT_0 = ErrClosed
	// ERROR_INVALID_HANDLE equals the error for a handle that was closed before the call.
	// By [errors.Is] it is also that for handle 0 ([ErrNilPort]) and for one that was never
	// valid ([ErrInvalidPort]).
	ERROR_INVALID_HANDLE = errClosedHandle
	// ERROR_INVALID_PARAMETER is [ErrInvalidParameter]. By errors.Is it is also each error
	// that says more, such as those of [CreateIoCompletionPort].
	ERROR_INVALID_PARAMETER = ErrInvalidParameter
)
