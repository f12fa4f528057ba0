package iocp_test

import (
	"expvar"
	"fmt"

	"github.com/iocp-go/iocp"
)

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
