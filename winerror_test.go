package iocp

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each name stands for the number that winerror.h has under it.
func TestWinerrorNames(t *testing.T) {
	for name, err := range map[string]error{
		"ERROR_INVALID_HANDLE": ERROR_INVALID_HANDLE, "ERROR_INVALID_PARAMETER": ERROR_INVALID_PARAMETER,
		"WAIT_TIMEOUT": WAIT_TIMEOUT, "ERROR_ABANDONED_WAIT_0": ERROR_ABANDONED_WAIT_0,
		"ERROR_ACCESS_DENIED": ERROR_ACCESS_DENIED, "ERROR_GEN_FAILURE": ERROR_GEN_FAILURE,
		"ERROR_HANDLE_EOF": ERROR_HANDLE_EOF, "ERROR_NETNAME_DELETED": ERROR_NETNAME_DELETED,
		"ERROR_BROKEN_PIPE": ERROR_BROKEN_PIPE, "ERROR_SEM_TIMEOUT": ERROR_SEM_TIMEOUT,
		"ERROR_NO_DATA": ERROR_NO_DATA, "ERROR_PIPE_NOT_CONNECTED": ERROR_PIPE_NOT_CONNECTED,
		"ERROR_MORE_DATA": ERROR_MORE_DATA, "ERROR_OPERATION_ABORTED": ERROR_OPERATION_ABORTED,
		"ERROR_IO_INCOMPLETE": ERROR_IO_INCOMPLETE, "ERROR_IO_PENDING": ERROR_IO_PENDING,
		"ERROR_NOT_FOUND": ERROR_NOT_FOUND, "ERROR_CONNECTION_REFUSED": ERROR_CONNECTION_REFUSED,
		"ERROR_CONNECTION_ABORTED": ERROR_CONNECTION_ABORTED, "ERROR_NOT_CONNECTED": ERROR_NOT_CONNECTED,
	} {
		row := StatusOf(err).row()
		require.NotNil(t, row, name)
		require.Equal(t, name, row.name)
		require.ErrorIs(t, err, row.number)
	}
}

// A ported program compares what the functions return by ==, by the cases of a switch and
// by errors.Is.
func TestWinerrorComparisons(t *testing.T) {
	which := func(err error) string {
		switch err {
		case nil:
			return "nil"
		case WAIT_TIMEOUT:
			return "WAIT_TIMEOUT"
		case ERROR_ABANDONED_WAIT_0:
			return "ERROR_ABANDONED_WAIT_0"
		case ERROR_INVALID_HANDLE:
			return "ERROR_INVALID_HANDLE"
		case ERROR_INVALID_PARAMETER:
			return "ERROR_INVALID_PARAMETER"
		case ERROR_OPERATION_ABORTED:
			return "ERROR_OPERATION_ABORTED"
		case ERROR_NETNAME_DELETED:
			return "ERROR_NETNAME_DELETED"
		}
		return "another"
	}
	h := create(t)
	require.Equal(t, "WAIT_TIMEOUT", which(dequeue(h, 0).err))
	require.Equal(t, "WAIT_TIMEOUT", which(dequeue(h, 1).err))
	_, err := dequeueEx(t, h, 3, 1)
	require.Equal(t, "WAIT_TIMEOUT", which(err))
	require.ErrorIs(t, err, Errno(258))
	require.NoError(t, SetIoCompletion(h, 1, new(Overlapped), ERROR_OPERATION_ABORTED, 0))
	require.NoError(t, SetIoCompletion(h, 2, nil, ERROR_NETNAME_DELETED, 0))
	require.Equal(t, "ERROR_OPERATION_ABORTED", which(dequeue(h, 0).err))
	require.Equal(t, "ERROR_NETNAME_DELETED", which(dequeue(h, 0).err))
	require.Equal(t, "ERROR_INVALID_PARAMETER", which(GetQueuedCompletionStatus(h, nil, nil, nil, 0)))
	_, err = dequeueEx(t, h, 0, 0)
	require.Equal(t, "ERROR_INVALID_PARAMETER", which(err))

	wait := asyncDequeue(h, INFINITE)
	parked(t, behind(t, h), 1)
	require.NoError(t, CloseHandle(h))
	g, _ := await(t, wait)
	require.Equal(t, "ERROR_ABANDONED_WAIT_0", which(g.err))
	require.ErrorIs(t, g.err, Errno(735))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(dequeue(h, INFINITE).err))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(PostQueuedCompletionStatus(h, 0, 0, nil)))
	require.Equal(t, "ERROR_INVALID_HANDLE", which(CloseHandle(h)))

	// The errors that say more are the named ones by errors.Is.
	for _, of := range []Handle{h, 0, InvalidHandle, 4} {
		require.ErrorIs(t, CloseHandle(of), ERROR_INVALID_HANDLE)
		require.NotErrorIs(t, CloseHandle(of), ERROR_INVALID_PARAMETER)
	}
	for _, file := range []Handle{4, InvalidHandle} {
		_, err := CreateIoCompletionPort(file, 4, 0, 0)
		require.ErrorIs(t, err, ERROR_INVALID_PARAMETER)
		require.NotErrorIs(t, err, ERROR_INVALID_HANDLE)
	}
	require.NotErrorIs(t, ErrTimeout, ERROR_INVALID_HANDLE)
	require.False(t, errors.Is(Errno(6), ERROR_INVALID_HANDLE), "a packet's status")
}
