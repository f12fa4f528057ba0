package iocp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
)

// Errno is a Windows system error number, as in x/sys/windows: what
// GetQueuedCompletionStatus leaves in GetLastError for a packet whose operation
// failed. The numbers and their names are those of winerror.h.
//
// An Errno is an error that [errors.Is] finds equal to the errno and to the errors of
// io, os, net and context that mean the same: 64 is ECONNRESET, 38 is [io.EOF],
// 995 is ECANCELED and [context.Canceled]. [StatusOf] is the way back.
//
// As an error even Errno(0) is not nil: test Packet.Status != 0, not err != nil.
type Errno uint32

// Error says in words what happened, and gives the name and the number that
// winerror.h has for it.
func (e Errno) Error() string {
	number := strconv.FormatUint(uint64(e), 10)
	if row := e.row(); row != nil {
		return row.text + " (" + row.name + ", " + number + ")"
	}
	return "Windows error " + number
}

// Is reports whether target is an errno or a standard error that means the same.
// On Windows a [syscall.Errno] below APPLICATION_ERROR is a number of the same
// kind, and Is compares the numbers. ECANCELED and its like are not numbers there but
// values that package syscall made up, and Is treats them as on other systems.
func (e Errno) Is(target error) bool {
	if number, ok := target.(syscall.Errno); ok && isNumber(number) && uintptr(number) == uintptr(e) {
		return true
	}
	if row := e.row(); row != nil && (slices.Contains(row.from, target) || slices.Contains(row.also, target)) {
		return true
	}
	return e == ERROR_OPERATION_ABORTED && target != nil && target.Error() == closedConnection
}

// Timeout reports whether the operation ran out of time, as net.Error has it.
func (e Errno) Timeout() bool { return e.Is(os.ErrDeadlineExceeded) }

// StatusOf is the number for err, to post as the Status of a packet:
//
//   - 0 for nil;
//   - the number itself for an Errno, for one of the package's own errors
//     ([Error.Errno]) and, on Windows, for a [syscall.Errno] of the system;
//   - else the number whose meaning err has. Where winerror.h has two numbers, a
//     completion port's counts and not Winsock's: the port translates the NTSTATUS
//     of the operation (RtlNtStatusToDosError), so a reset is 64 and not 10054, and
//     a time-out 121 and not 10060;
//   - 121 (ERROR_SEM_TIMEOUT) for any other err whose Timeout() is true;
//   - 31 (ERROR_GEN_FAILURE) for the rest.
//
// StatusOf looks into wrapped errors as [errors.Is] does. An error that wraps several
// of these gets the number of the first kind in that order; an errno goes before
// other errors. Of two other errors, the one with the lower number counts.
func StatusOf(err error) Errno {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[Errno](err); ok {
		return e
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return Errno(e.errno)
	}
	// The errno before errors.Is: ENOTEMPTY is os.ErrExist too, which has another number.
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		if number == 0 || isNumber(number) {
			return Errno(number)
		}
		for i := range statuses {
			if slices.Contains(statuses[i].from, error(number)) {
				return statuses[i].number
			}
		}
	}
	for i := range statuses {
		for _, target := range statuses[i].from {
			if errors.Is(err, target) {
				return statuses[i].number
			}
		}
	}
	if isClosedConnection(err) {
		return ERROR_OPERATION_ABORTED
	}
	if isTimeout(err) {
		return ERROR_SEM_TIMEOUT
	}
	return ERROR_GEN_FAILURE
}

// isTimeout reports whether err, or an error that it wraps, has a Timeout() that is true.
// errors.As would stop at the first that has one.
func isTimeout(err error) bool {
	if e, ok := err.(interface{ Timeout() bool }); ok && e.Timeout() {
		return true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return isTimeout(e.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), isTimeout)
	}
	return false
}

// isNumber reports whether e is a system error number of Windows. Windows leaves numbers
// from APPLICATION_ERROR, 1<<29, to applications, and package syscall of Windows numbers its
// invented errnos from there.
func isNumber(e syscall.Errno) bool { return runtime.GOOS == "windows" && e < 1<<29 }

// closedConnection is the text of net.ErrClosed. The package recognizes that error by its
// text, because importing net for one variable would link the resolver into every program,
// and with cgo libc. internal/poll keeps the text stable for programs that compare it
// (go.dev/issue/4373).
const closedConnection = "use of closed network connection"

// isClosedConnection is errors.Is(err, net.ErrClosed), by the text.
func isClosedConnection(err error) bool {
	switch e := err.(type) {
	case nil:
		return false
	case interface{ Unwrap() error }:
		return isClosedConnection(e.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), isClosedConnection)
	}
	return err.Error() == closedConnection
}

// status is a row of the table.
type status struct {
	number Errno
	name   string  // in winerror.h
	text   string  // what happened
	from   []error // StatusOf maps these to number; Is answers for them
	also   []error // Is answers for these too; StatusOf maps them to another number
}

// row is the table's row for e, or nil.
func (e Errno) row() *status {
	i, ok := slices.BinarySearchFunc(statuses, e, func(row status, e Errno) int { return cmp.Compare(row.number, e) })
	if !ok {
		return nil
	}
	return &statuses[i]
}

// statuses is the table.
//
// Invariants: numbers ascend; an error is in the from of one row at most.
//
// Sources: numbers and names are those of winerror.h. The errno of a number is that of
// Microsoft's C++ library (std::system_category) or of libuv (uv_translate_sys_error),
// unless the row gives a reason for another. The os error of a number is that of
// syscall.Errno.Is on Windows.
var statuses = []status{
	{0, "ERROR_SUCCESS", "success", nil, nil},
	{1, "ERROR_INVALID_FUNCTION", "function not valid for the device", nil, []error{syscall.ENOSYS, errors.ErrUnsupported}},
	{2, "ERROR_FILE_NOT_FOUND", "file not found", []error{syscall.ENOENT, os.ErrNotExist}, nil},
	// Package syscall of Windows defines ENOTDIR as this number.
	{3, "ERROR_PATH_NOT_FOUND", "path not found", []error{syscall.ENOTDIR}, []error{syscall.ENOENT, os.ErrNotExist}},
	{4, "ERROR_TOO_MANY_OPEN_FILES", "too many open files", []error{syscall.EMFILE, syscall.ENFILE}, nil},
	{5, "ERROR_ACCESS_DENIED", "access denied", []error{syscall.EACCES, syscall.EPERM, os.ErrPermission}, nil},
	{6, "ERROR_INVALID_HANDLE", "invalid handle", []error{syscall.EBADF}, []error{syscall.EINVAL}},
	{8, "ERROR_NOT_ENOUGH_MEMORY", "not enough memory", []error{syscall.ENOMEM}, nil},
	{13, "ERROR_INVALID_DATA", "invalid data", nil, []error{syscall.EINVAL}},
	{14, "ERROR_OUTOFMEMORY", "out of memory", nil, []error{syscall.ENOMEM}},
	{17, "ERROR_NOT_SAME_DEVICE", "not on the same device", []error{syscall.EXDEV}, nil},
	{19, "ERROR_WRITE_PROTECT", "medium is write-protected", []error{syscall.EROFS}, nil},
	{21, "ERROR_NOT_READY", "device not ready", nil, []error{syscall.EAGAIN}},
	{23, "ERROR_CRC", "data error (cyclic redundancy check)", nil, []error{syscall.EIO}},
	{29, "ERROR_WRITE_FAULT", "device cannot be written to", nil, []error{syscall.EIO}},
	{30, "ERROR_READ_FAULT", "device cannot be read from", nil, []error{syscall.EIO}},
	// StatusOf returns 31 for unknown errors, so 31 means no errno.
	{31, "ERROR_GEN_FAILURE", "general failure", nil, nil},
	{32, "ERROR_SHARING_VIOLATION", "file is in use by another process", nil, []error{syscall.EBUSY}},
	{33, "ERROR_LOCK_VIOLATION", "part of the file is locked by another process", nil, []error{syscall.EBUSY}},
	{38, "ERROR_HANDLE_EOF", "end of file", []error{io.EOF}, nil},
	{39, "ERROR_HANDLE_DISK_FULL", "disk is full", nil, []error{syscall.ENOSPC}},
	{50, "ERROR_NOT_SUPPORTED", "request not supported", []error{syscall.ENOTSUP, syscall.EOPNOTSUPP, errors.ErrUnsupported}, nil},
	{53, "ERROR_BAD_NETPATH", "network path not found", nil, []error{syscall.ENOENT, os.ErrNotExist}},
	{55, "ERROR_DEV_NOT_EXIST", "network resource or device no longer available", nil, []error{syscall.ENODEV}},
	// STATUS_CONNECTION_RESET, STATUS_LOCAL_DISCONNECT, STATUS_REMOTE_DISCONNECT.
	{64, "ERROR_NETNAME_DELETED", "connection reset", []error{syscall.ECONNRESET}, nil},
	{80, "ERROR_FILE_EXISTS", "file exists", []error{syscall.EEXIST, os.ErrExist}, nil},
	{87, "ERROR_INVALID_PARAMETER", "invalid parameter", []error{syscall.EINVAL, os.ErrInvalid}, nil},
	// WriteFile fails with 109 on an anonymous pipe without readers, hence EPIPE here and
	// not at 232. ReadFile fails with 109 on a pipe without writers; 109 is not io.EOF all
	// the same, or a failed write would be io.EOF too.
	{109, "ERROR_BROKEN_PIPE", "broken pipe", []error{syscall.EPIPE, io.ErrClosedPipe}, nil},
	{110, "ERROR_OPEN_FAILED", "device or file cannot be opened", nil, []error{syscall.EIO}},
	{111, "ERROR_BUFFER_OVERFLOW", "file name too long for the buffer", nil, []error{syscall.ENAMETOOLONG}},
	{112, "ERROR_DISK_FULL", "not enough space on the disk", []error{syscall.ENOSPC}, nil},
	{120, "ERROR_CALL_NOT_IMPLEMENTED", "function not implemented", []error{syscall.ENOSYS}, []error{errors.ErrUnsupported}},
	// 121 is STATUS_IO_TIMEOUT: an operation ran out of time. 258 and 1460 come from
	// STATUS_TIMEOUT, with which waits end and operations do not; STATUS_TIMEOUT is no
	// failure, and a port of Windows reports its packet as a success.
	{121, "ERROR_SEM_TIMEOUT", "operation timed out", []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded, context.DeadlineExceeded}, nil},
	{122, "ERROR_INSUFFICIENT_BUFFER", "buffer too small", []error{io.ErrShortBuffer}, []error{syscall.EINVAL}},
	{123, "ERROR_INVALID_NAME", "syntax of the name is not valid", nil, []error{syscall.EINVAL}},
	{131, "ERROR_NEGATIVE_SEEK", "seek before the beginning of the file", nil, []error{syscall.EINVAL}},
	{132, "ERROR_SEEK_ON_DEVICE", "device or file cannot seek", []error{syscall.ESPIPE}, nil},
	{145, "ERROR_DIR_NOT_EMPTY", "directory not empty", []error{syscall.ENOTEMPTY}, []error{os.ErrExist}},
	{170, "ERROR_BUSY", "resource is in use", []error{syscall.EBUSY}, nil},
	{183, "ERROR_ALREADY_EXISTS", "already exists", nil, []error{syscall.EEXIST, os.ErrExist}},
	// 192 has two names. This one is WaitForSingleObjectEx's, because Interrupt ends waits
	// with 192. An interrupted operation has 10004.
	{192, "WAIT_IO_COMPLETION", "wait was interrupted", nil, []error{syscall.EINTR, syscall.EAGAIN}},
	{206, "ERROR_FILENAME_EXCED_RANGE", "file name too long", []error{syscall.ENAMETOOLONG}, nil},
	{223, "ERROR_FILE_TOO_LARGE", "file too large", []error{syscall.EFBIG}, nil},
	{231, "ERROR_PIPE_BUSY", "all instances of the pipe are busy", nil, []error{syscall.EBUSY}},
	{232, "ERROR_NO_DATA", "pipe is being closed", nil, []error{syscall.EPIPE, io.ErrClosedPipe}},
	{233, "ERROR_PIPE_NOT_CONNECTED", "no process at the other end of the pipe", nil, []error{syscall.EPIPE, io.ErrClosedPipe}},
	{234, "ERROR_MORE_DATA", "message longer than the buffer", nil, []error{syscall.EMSGSIZE}},
	{258, "WAIT_TIMEOUT", "wait timed out", nil, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded, context.DeadlineExceeded}},
	// 267 is STATUS_NOT_A_DIRECTORY, hence ENOTDIR. The two libraries follow the text of
	// winerror.h, "the directory name is invalid".
	{267, "ERROR_DIRECTORY", "not a directory", nil, []error{syscall.ENOTDIR}},
	{336, "ERROR_DIRECTORY_NOT_SUPPORTED", "operation not supported on a directory", []error{syscall.EISDIR}, nil},
	{433, "ERROR_NO_SUCH_DEVICE", "no such device", []error{syscall.ENODEV}, nil},
	{735, "ERROR_ABANDONED_WAIT_0", "wait was abandoned", nil, []error{os.ErrClosed}},
	// closesocket completes pending operations with WSA_OPERATION_ABORTED, which is 995. Later
	// calls fail at once and leave no packet. Hence os.ErrClosed, and net.ErrClosed by its
	// text, are here and not at 6.
	{995, "ERROR_OPERATION_ABORTED", "operation aborted", []error{syscall.ECANCELED, context.Canceled, os.ErrClosed}, nil},
	{996, "ERROR_IO_INCOMPLETE", "operation not complete", nil, []error{syscall.EINPROGRESS}},
	{997, "ERROR_IO_PENDING", "operation in progress", nil, []error{syscall.EINPROGRESS}},
	// 998 is STATUS_ACCESS_VIOLATION: the operation had a bad buffer. No permission is
	// missing, so EFAULT and not EACCES.
	{998, "ERROR_NOACCESS", "invalid access to memory", []error{syscall.EFAULT}, nil},
	{1113, "ERROR_NO_UNICODE_TRANSLATION", "no mapping for the Unicode character", []error{syscall.EILSEQ}, nil},
	{1117, "ERROR_IO_DEVICE", "device error", []error{syscall.EIO}, nil},
	{1131, "ERROR_POSSIBLE_DEADLOCK", "possible deadlock", []error{syscall.EDEADLK}, nil},
	{1142, "ERROR_TOO_MANY_LINKS", "too many links", []error{syscall.EMLINK}, nil},
	{1168, "ERROR_NOT_FOUND", "not found", nil, nil},
	{1223, "ERROR_CANCELLED", "cancelled by the user", nil, []error{syscall.ECANCELED, context.Canceled}},
	{1225, "ERROR_CONNECTION_REFUSED", "connection refused", []error{syscall.ECONNREFUSED}, nil},
	{1226, "ERROR_GRACEFUL_DISCONNECT", "connection was closed gracefully", nil, []error{io.EOF}},
	{1227, "ERROR_ADDRESS_ALREADY_ASSOCIATED", "address already in use", []error{syscall.EADDRINUSE}, nil},
	{1229, "ERROR_CONNECTION_INVALID", "no such connection", nil, []error{syscall.ENOTCONN}},
	{1230, "ERROR_CONNECTION_ACTIVE", "connection is active", []error{syscall.EISCONN}, nil},
	{1231, "ERROR_NETWORK_UNREACHABLE", "network unreachable", []error{syscall.ENETUNREACH}, nil},
	{1232, "ERROR_HOST_UNREACHABLE", "host unreachable", []error{syscall.EHOSTUNREACH}, nil},
	{1233, "ERROR_PROTOCOL_UNREACHABLE", "protocol unreachable", nil, nil},
	// Linux and the BSDs report the same ICMP message as ECONNREFUSED: udp(7).
	{1234, "ERROR_PORT_UNREACHABLE", "port unreachable", nil, []error{syscall.ECONNREFUSED}},
	{1235, "ERROR_REQUEST_ABORTED", "request aborted", nil, []error{syscall.ECANCELED, context.Canceled}},
	{1236, "ERROR_CONNECTION_ABORTED", "connection aborted by the local system", []error{syscall.ECONNABORTED}, nil},
	{1237, "ERROR_RETRY", "operation could not be completed, try again", nil, []error{syscall.EAGAIN}},
	{1295, "ERROR_DISK_QUOTA_EXCEEDED", "disk quota exceeded", []error{syscall.EDQUOT}, nil},
	{1314, "ERROR_PRIVILEGE_NOT_HELD", "privilege not held", nil, []error{syscall.EPERM, os.ErrPermission}},
	{1450, "ERROR_NO_SYSTEM_RESOURCES", "not enough system resources", []error{syscall.ENOBUFS}, nil},
	{1460, "ERROR_TIMEOUT", "time-out expired", nil, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded, context.DeadlineExceeded}},
	{1921, "ERROR_CANT_RESOLVE_FILENAME", "name cannot be resolved", []error{syscall.ELOOP}, nil},
	{2250, "ERROR_NOT_CONNECTED", "not connected", []error{syscall.ENOTCONN}, nil},

	// Winsock. A row has a from here only if no system number above means the same.
	{10004, "WSAEINTR", "call was interrupted", []error{syscall.EINTR}, nil},
	{10009, "WSAEBADF", "bad socket handle", nil, []error{syscall.EBADF}},
	{10013, "WSAEACCES", "permission denied", nil, []error{syscall.EACCES, os.ErrPermission}},
	{10014, "WSAEFAULT", "bad address", nil, []error{syscall.EFAULT}},
	{10022, "WSAEINVAL", "invalid argument", nil, []error{syscall.EINVAL, os.ErrInvalid}},
	{10024, "WSAEMFILE", "too many open sockets", nil, []error{syscall.EMFILE}},
	// EWOULDBLOCK is not listed: it equals EAGAIN except on Windows, and wasip1 lacks it.
	{10035, "WSAEWOULDBLOCK", "operation would block", []error{syscall.EAGAIN}, nil},
	{10036, "WSAEINPROGRESS", "operation now in progress", []error{syscall.EINPROGRESS}, nil},
	{10037, "WSAEALREADY", "operation already in progress", []error{syscall.EALREADY}, nil},
	{10038, "WSAENOTSOCK", "not a socket", []error{syscall.ENOTSOCK}, nil},
	{10039, "WSAEDESTADDRREQ", "destination address required", []error{syscall.EDESTADDRREQ}, nil},
	{10040, "WSAEMSGSIZE", "message too long", []error{syscall.EMSGSIZE}, nil},
	{10041, "WSAEPROTOTYPE", "wrong protocol type for the socket", []error{syscall.EPROTOTYPE}, nil},
	{10042, "WSAENOPROTOOPT", "bad protocol option", []error{syscall.ENOPROTOOPT}, nil},
	{10043, "WSAEPROTONOSUPPORT", "protocol not supported", []error{syscall.EPROTONOSUPPORT}, nil},
	{10044, "WSAESOCKTNOSUPPORT", "socket type not supported", nil, nil}, // no errno in wasip1
	{10045, "WSAEOPNOTSUPP", "operation not supported on the socket", nil, []error{syscall.ENOTSUP, syscall.EOPNOTSUPP, errors.ErrUnsupported}},
	{10046, "WSAEPFNOSUPPORT", "protocol family not supported", nil, nil}, // no errno in wasip1
	{10047, "WSAEAFNOSUPPORT", "address family not supported", []error{syscall.EAFNOSUPPORT}, nil},
	{10048, "WSAEADDRINUSE", "address already in use", nil, []error{syscall.EADDRINUSE}},
	{10049, "WSAEADDRNOTAVAIL", "address not available", []error{syscall.EADDRNOTAVAIL}, nil},
	{10050, "WSAENETDOWN", "network is down", []error{syscall.ENETDOWN}, nil},
	{10051, "WSAENETUNREACH", "network unreachable", nil, []error{syscall.ENETUNREACH}},
	{10052, "WSAENETRESET", "connection dropped by the network on reset", []error{syscall.ENETRESET}, nil},
	{10053, "WSAECONNABORTED", "connection aborted by software on this host", nil, []error{syscall.ECONNABORTED}},
	{10054, "WSAECONNRESET", "connection reset by peer", nil, []error{syscall.ECONNRESET}},
	{10055, "WSAENOBUFS", "no buffer space available", nil, []error{syscall.ENOBUFS}},
	{10056, "WSAEISCONN", "socket is already connected", nil, []error{syscall.EISCONN}},
	{10057, "WSAENOTCONN", "socket is not connected", nil, []error{syscall.ENOTCONN}},
	{10058, "WSAESHUTDOWN", "socket was shut down", nil, nil}, // no errno in wasip1
	{10060, "WSAETIMEDOUT", "connection timed out", nil, []error{syscall.ETIMEDOUT, os.ErrDeadlineExceeded, context.DeadlineExceeded}},
	{10061, "WSAECONNREFUSED", "connection refused", nil, []error{syscall.ECONNREFUSED}},
	{10062, "WSAELOOP", "name cannot be translated", nil, []error{syscall.ELOOP}},
	{10063, "WSAENAMETOOLONG", "name too long", nil, []error{syscall.ENAMETOOLONG}},
	{10064, "WSAEHOSTDOWN", "host is down", nil, nil}, // no errno in wasip1
	{10065, "WSAEHOSTUNREACH", "no route to host", nil, []error{syscall.EHOSTUNREACH}},
	{10066, "WSAENOTEMPTY", "directory not empty", nil, []error{syscall.ENOTEMPTY, os.ErrExist}},
	{10069, "WSAEDQUOT", "quota exceeded", nil, []error{syscall.EDQUOT}},
	{10070, "WSAESTALE", "stale file handle", []error{syscall.ESTALE}, nil},
	{10101, "WSAEDISCON", "graceful shutdown in progress", nil, []error{io.EOF}},
	{10103, "WSAECANCELLED", "call was cancelled", nil, []error{syscall.ECANCELED, context.Canceled}},
}
