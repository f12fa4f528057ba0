package iocp_test

import (
	"context"
	"errors"
	"expvar"
	"fmt"
	"log"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A pool of workers: post, close, wait. What was accepted is worked off.
func Example_pool() {
	port, err := iocp.New[func()](1024) // room for 1,024 tasks
	if err != nil {
		log.Fatal(err)
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for task := range port.All(context.Background()) { // until Close, and then what is left
				task()
			}
		})
	}
	for i := range 3 {
		err := port.PostTimeout(func() { fmt.Println("task", i) }, iocp.Infinite) // waits for room
		if err != nil {
			log.Fatal(err)
		}
	}
	port.Close()
	workers.Wait()
	// Unordered output:
	// task 0
	// task 1
	// task 2
}

func ExamplePort() {
	port := must(iocp.New[iocp.Packet](16))
	op := new(iocp.Overlapped) // identifies the operation
	port.Post(iocp.Packet{Overlapped: op, Key: 7, Transferred: 512})

	packet, err := port.Get(iocp.Infinite)
	fmt.Println(packet.Overlapped == op, packet.Key, packet.Transferred, uint32(packet.Status), err)
	// Output: true 7 512 0 <nil>
}

func ExamplePort_Post() {
	port := must(iocp.New[string](2))
	fmt.Println(port.Post("a"), port.Post("b"))
	fmt.Println(port.Post("c")) // never waits
	// Output:
	// <nil> <nil>
	// iocp: port is full
}

func ExamplePort_Get() {
	port := must(iocp.New[string](2))
	_, err := port.Get(0) // a look
	fmt.Println(err)
	_, err = port.Get(time.Millisecond)
	fmt.Println(err == iocp.ErrTimeout, errors.Is(err, os.ErrDeadlineExceeded))

	go port.Post("hello")
	v, err := port.Get(iocp.Infinite)
	fmt.Println(v, err)
	// Output:
	// iocp: timed out
	// true true
	// hello <nil>
}

// A failed operation is a packet like any other: the error is the operation's,
// not the port's.
func ExamplePort_Get_failed() {
	port := must(iocp.New[iocp.Packet](2))
	port.Post(iocp.Packet{Key: 1, Status: 64})
	packet, err := port.Get(0)
	fmt.Println(err, packet.Key, uint32(packet.Status))
	// Output: <nil> 1 64
}

func ExamplePort_GetBatch() {
	port := must(iocp.New[int](8))
	n, err := port.PostBatch([]int{1, 2, 3, 4, 5, 6, 7, 8, 9})
	fmt.Println(n, err)

	buf := make([]int, 5)
	for port.Len() > 0 {
		n, err := port.GetBatch(buf, iocp.Infinite) // waits for one, never for more
		fmt.Println(buf[:n], err)
	}
	// Output:
	// 8 iocp: port is full
	// [1 2 3 4 5] <nil>
	// [6 7 8] <nil>
}

func ExamplePort_GetContext() {
	port := must(iocp.New[int](2))
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := port.GetContext(ctx)
	fmt.Println(err)
	// Output: context deadline exceeded
}

func ExamplePort_All() {
	port := must(iocp.New[string](4))
	port.PostBatch([]string{"oldest", "older", "old"})
	port.Close()
	for v := range port.All(context.Background()) { // until closed and drained
		fmt.Println(v)
	}
	// Output:
	// oldest
	// older
	// old
}

// Back-pressure: a poster that is ahead waits for room.
func ExamplePort_PostTimeout() {
	port := must(iocp.New[int](2))
	fmt.Println(port.PostTimeout(1, time.Millisecond), port.PostTimeout(2, time.Millisecond))
	fmt.Println(port.PostTimeout(3, time.Millisecond)) // nobody takes

	go func() {
		for n := 3; n <= 6; n++ {
			port.PostTimeout(n, iocp.Infinite)
		}
		port.Close()
	}()
	for n := range port.All(context.Background()) {
		fmt.Print(n, " ")
	}
	// Output:
	// <nil> <nil>
	// iocp: timed out
	// 1 2 3 4 5 6
}

// Interrupt ends the waits of this moment: to have every worker look up, and go
// on if it likes.
func ExamplePort_Interrupt() {
	port := must(iocp.New[int](2))
	done := make(chan error)
	go func() {
		_, err := port.Get(iocp.Infinite)
		done <- err
	}()
	for port.Interrupt() == 0 { // until it waits
		time.Sleep(time.Millisecond)
	}
	fmt.Println(<-done)
	// Output: iocp: wait was interrupted
}

func ExamplePort_Close() {
	port := must(iocp.New[int](4))
	port.Post(1)
	port.Post(2)
	fmt.Println(port.Close())
	fmt.Println(port.Post(3))
	for range 3 { // what was accepted can still be taken
		fmt.Println(port.Get(iocp.Infinite))
	}
	fmt.Println(port.Close())
	// Output:
	// <nil>
	// iocp: port is closed
	// 1 <nil>
	// 2 <nil>
	// 0 iocp: port is closed
	// iocp: port is closed
}

// A stop packet is behind all the work posted before it. Each worker that takes
// it posts it again, for the next.
func ExamplePort_Post_stopPacket() {
	const stop = -1
	port := must(iocp.New[int](16))
	var workers sync.WaitGroup
	var worked atomic.Int32
	for range 3 {
		workers.Go(func() {
			for {
				n, err := port.Get(iocp.Infinite)
				if err != nil || n == stop {
					port.Post(stop)
					return
				}
				worked.Add(1)
			}
		})
	}
	for n := range 10 {
		port.PostTimeout(n, iocp.Infinite)
	}
	port.PostTimeout(stop, iocp.Infinite)
	workers.Wait()
	fmt.Println(worked.Load(), port.Len())
	// Output: 10 1
}

func ExamplePort_Stats() {
	port := must(iocp.New[int](4))
	port.PostBatch([]int{1, 2, 3})
	port.Get(0)
	port.GetBatch(make([]int, 2), 0)
	port.Get(time.Microsecond)
	s := port.Stats()
	fmt.Println(s.Posted, s.Taken, s.Parks, s.Timeouts, s.Waiting)
	// Output: 3 3 1 1 0
}

// A port in a log line says whether callers wait, and for what.
func ExamplePort_String() {
	port := must(iocp.New[string](2))
	port.PostBatch([]string{"a", "b"})
	fmt.Println(port)
	port.Close()
	fmt.Printf("%+v\n", port)
	port = nil
	fmt.Printf("%#v\n", port)
	// Output:
	// iocp.Port[string]{Len: 2, Cap: 2, Waiting: 0, WaitingPosters: 0, Closed: false}
	// iocp.Port[string]{Len: 2, Cap: 2, Waiting: 0, WaitingPosters: 0, Closed: true}
	// iocp.Port[string](nil)
}

// The counts of a port as a variable of package expvar, which /debug/vars shows.
func ExamplePort_Stats_expvar() {
	port := must(iocp.New[string](2))
	expvar.Publish("jobs", expvar.Func(func() any { return port.Stats() }))

	port.Post("a")
	port.Post("b")
	fmt.Println(port.Post("c"))
	fmt.Println(expvar.Get("jobs"))
	// Output:
	// iocp: port is full
	// {"Posted":2,"Taken":0,"HandOffs":0,"Parks":0,"Threads":0,"Wakes":0,"Timeouts":0,"Spun":0,"Refused":1,"Waiting":0,"WaitingPosters":0,"Len":2,"Cap":2}
}
