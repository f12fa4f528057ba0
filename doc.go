// Package iocp is an I/O completion port in user space: a FIFO queue for many
// goroutines on both sides.
//
//	port, err := iocp.New[string](1024) // room for 1,024 packets
//	if err != nil {
//		return err
//	}
//	err = port.Post("a")               // never waits: nil, ErrFull or ErrClosed
//	err = port.PostTimeout("b", d)     // waits for room, d at most
//	v, err := port.Get(iocp.Infinite)  // waits for a packet
//	v, err = port.GetContext(ctx)      // the same, until ctx is done
//	v, err = port.Get(0)               // a look: ErrTimeout if there is nothing
//	n, err := port.GetBatch(buf, d)    // up to len(buf) of what is there, one at least
//	port.Close()                       // no Post after it; what was accepted can be taken
//	for v := range port.All(ctx) {     // until the port is closed and drained
//		fmt.Println(v)
//	}
//
// Look at the error of every Post: [ErrFull] means that the packet was dropped. A negative
// timeout, such as [Infinite], has no limit.
//
// # Two faces
//
// [Port] is the face for Go: generic, bounded unless [WithGrowth] says otherwise.
//
// The functions around [GetQueuedCompletionStatus] are the face for code written for
// golang.org/x/sys/windows: the functions that Windows documents, over handles, on every
// platform. Such code needs another import, and no other change: where it compares errors,
// [WAIT_TIMEOUT], [ERROR_ABANDONED_WAIT_0], [ERROR_OPERATION_ABORTED] and their like are here.
//
// # What holds
//
// Packets leave in the one order in which they were accepted, each exactly once. Empty
// and full are exact: a Get finds what a Post that has returned left. Callers that sleep
// are released newest first, each by the Post that brings its packet; [Port] names the
// exceptions. A timeout is never early. Nothing allocates in steady state.
//
// What a goroutine does before a Post synchronizes before the return of the Get that
// takes the packet, as with a channel. In a bubble of testing/synctest every method waits
// by the bubble's clock.
//
// # Waiting
//
// A caller that finds nothing may look again for up to 50 µs, as long as that keeps no
// other goroutine from running; then it sleeps as a goroutine does on a channel.
// [WithParking] changes that. A poster that waits for room sleeps beside its packet, and
// whoever makes room moves the packet into the queue. Package waiter says more.
package iocp
