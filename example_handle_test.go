package iocp_test

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/iocp-go/iocp"
)

// request is an operation under way. The Overlapped comes first, so that a worker
// gets from the one to the other.
type request struct {
	iocp.Overlapped
	buf [4]byte
}

// A server in the style of Windows: workers take the packets of finished reads
// from a port. What a driver does there, a goroutine per connection does here: it
// reads, and posts how the read ended.
//
// On Windows serve is the same for the port of the system, if the import is
//
//	import iocp "golang.org/x/sys/windows"
//
// and the reads are of the system, started with WSARecv on a socket that
// CreateIoCompletionPort has associated with the port.
func Example_server() {
	const workers = 3
	var received, ended atomic.Int64

	serve := func(port iocp.Handle) {
		for {
			var (
				qty        uint32
				key        uintptr
				overlapped *iocp.Overlapped
			)
			err := iocp.GetQueuedCompletionStatus(port, &qty, &key, &overlapped, iocp.INFINITE)
			switch {
			case overlapped != nil && err != nil: // an operation that failed, on connection key
				ended.Add(1)
			case err != nil: // the port itself
				return
			case overlapped == nil: // a stop packet
				return
			default:
				r := (*request)(unsafe.Pointer(overlapped))
				for _, b := range r.buf[:qty] {
					received.Add(int64(b))
				}
			}
		}
	}

	port := must(iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, workers))
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() { serve(port) })
	}

	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	sent := make(chan error)
	go func() {
		client, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			var hundred [100]byte
			for i := range hundred {
				hundred[i] = byte(i)
			}
			_, err = client.Write(hundred[:])
			err = errors.Join(err, client.Close())
		}
		sent <- err
	}()

	// The reader of connection 1.
	conn := must(listener.Accept())
	for over := false; !over; {
		r := new(request)
		n, err := conn.Read(r.buf[:])
		over = err != nil // io.EOF is status 38
		iocp.SetIoCompletion(port, 1, &r.Overlapped, iocp.StatusOf(err), uint32(n))
	}
	conn.Close()
	listener.Close()

	for range workers { // behind all the work
		iocp.PostQueuedCompletionStatus(port, 0, 0, nil)
	}
	pool.Wait()
	fmt.Println("sent:", <-sent)
	fmt.Println("received:", received.Load(), "connections that ended:", ended.Load())
	fmt.Println("closed:", iocp.CloseHandle(port))
	// Output:
	// sent: <nil>
	// received: 4950 connections that ended: 1
	// closed: <nil>
}

// The error says which packet it is, and whether there is one: a packet of a failed
// operation comes with its Overlapped, and a wait that ended without one does not.
func ExampleGetQueuedCompletionStatus() {
	port := must(iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0))
	defer iocp.CloseHandle(port)
	operation := new(iocp.Overlapped)
	iocp.PostQueuedCompletionStatus(port, 512, 7, operation)
	iocp.SetIoCompletion(port, 7, operation, 109, 0)

	for range 3 {
		var (
			qty        uint32
			key        uintptr
			overlapped *iocp.Overlapped
		)
		err := iocp.GetQueuedCompletionStatus(port, &qty, &key, &overlapped, 1)
		fmt.Println(overlapped == operation, key, qty, err)
	}
	// Output:
	// true 7 512 <nil>
	// true 7 0 broken pipe (ERROR_BROKEN_PIPE, 109)
	// false 0 0 iocp: timed out
}

func ExampleGetQueuedCompletionStatusEx() {
	port := must(iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0))
	defer iocp.CloseHandle(port)
	for key := range uintptr(3) {
		iocp.PostQueuedCompletionStatus(port, uint32(10*key), key, nil)
	}
	iocp.SetIoCompletion(port, 3, nil, 995, 0)

	entries := make([]iocp.OverlappedEntry, 8)
	n, err := iocp.GetQueuedCompletionStatusEx(port, entries, iocp.INFINITE, false)
	fmt.Println(n, err)
	for _, e := range entries[:n] {
		fmt.Printf("%d %d %#x\n", e.CompletionKey, e.BytesTransferred, e.Internal)
	}
	// Output:
	// 4 <nil>
	// 0 0 0x0
	// 1 10 0x0
	// 2 20 0x0
	// 3 0 0xc0000120
}
