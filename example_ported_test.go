package iocp_test

import (
	"fmt"

	windows "github.com/iocp-go/iocp" // was "golang.org/x/sys/windows"
)

// A loop that was written for Windows, its import changed and nothing else. Its
// comparisons are by switch and ==.
func Example_ported() {
	port, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	loop := func() {
		for {
			var qty uint32
			var key uintptr
			var overlapped *windows.Overlapped
			err := windows.GetQueuedCompletionStatus(port, &qty, &key, &overlapped, 10)
			switch err {
			case nil:
				fmt.Println("key", key, "bytes", qty)
			case windows.ERROR_OPERATION_ABORTED:
				fmt.Println("key", key, "was canceled")
			case windows.WAIT_TIMEOUT:
				fmt.Println("idle")
				windows.CloseHandle(port)
			case windows.ERROR_ABANDONED_WAIT_0, windows.ERROR_INVALID_HANDLE:
				fmt.Println("closed")
				return
			default:
				fmt.Println("key", key, err)
			}
		}
	}

	operation := new(windows.Overlapped)
	windows.PostQueuedCompletionStatus(port, 512, 1, operation)
	windows.SetIoCompletion(port, 2, operation, windows.ERROR_OPERATION_ABORTED, 0)
	windows.SetIoCompletion(port, 3, operation, windows.ERROR_BROKEN_PIPE, 0)
	loop()
	// Output:
	// key 1 bytes 512
	// key 2 was canceled
	// key 3 broken pipe (ERROR_BROKEN_PIPE, 109)
	// idle
	// closed
}
