package channels

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
)

// Send, receive, receive with ok, range, close.
func Example_basics() {
	c := make(chan int, 4)
	c <- 1
	c <- 2
	close(c)
	v, ok := <-c
	fmt.Println("channel:", v, ok, len(c), cap(c))
	for v := range c {
		fmt.Println("channel:", v)
	}
	_, ok = <-c
	fmt.Println("channel:", ok)

	p := newPort[int](4)
	p.PostTimeout(1, iocp.Infinite)
	p.PostTimeout(2, iocp.Infinite)
	p.Close()
	v, err := p.Get(iocp.Infinite)
	fmt.Println("port:", v, err, p.Len(), p.Cap())
	for v := range p.All(context.Background()) {
		fmt.Println("port:", v)
	}
	_, err = p.Get(iocp.Infinite)
	fmt.Println("port:", errors.Is(err, iocp.ErrClosed))
	// Output:
	// channel: 1 true 1 4
	// channel: 2
	// channel: false
	// port: 1 <nil> 1 4
	// port: 2
	// port: true
}

// A channel panics, a port returns an error.
func Example_closed() {
	p := newPort[int](2)
	fmt.Println(p.Close())
	fmt.Println(p.Post(1))
	fmt.Println(p.Close())
	var none *iocp.Port[int]
	fmt.Println(none.Post(1)) // does not block, as a nil channel does
	// Output:
	// <nil>
	// iocp: port is closed
	// iocp: port is closed
	// iocp: port is nil, or the handle 0
}

// All ends when its wait is interrupted. A worker that is to go on has a loop over Get.
func Example_interrupt() {
	p := newPort[int](2)
	done := make(chan bool)

	go func() { // every worker looks up after an Interrupt: for a new configuration, say
		for {
			v, err := p.Get(iocp.Infinite)
			switch err {
			case nil:
				fmt.Println("packet", v)
			case iocp.ErrInterrupted:
				fmt.Println("interrupted")
			default:
				fmt.Println(err)
				close(done)
				return
			}
		}
	}()

	for p.Interrupt() == 0 { // ends the waits of those who sleep, so until one sleeps
		time.Sleep(time.Millisecond)
	}
	p.Post(1)
	p.Close()
	<-done
	// Output:
	// interrupted
	// packet 1
	// iocp: port is closed
}

// Fan-in: many posters. Whoever comes last closes; a Post that is late has an error, and
// does not panic.
func Example_fanIn() {
	p := newPort[int](2)
	var posters sync.WaitGroup
	for i := range 3 {
		posters.Go(func() { p.PostTimeout(i, iocp.Infinite) })
	}
	go func() {
		posters.Wait()
		p.Close()
	}()
	for v := range p.All(context.Background()) {
		fmt.Println(v)
	}
	// Unordered output:
	// 0
	// 1
	// 2
}

// Fan-out: many takers of one port, and a second port for what they produce.
func Example_fanOut() {
	in, out := newPort[int](2), newPort[int](2)
	var workers sync.WaitGroup
	for range 3 {
		workers.Go(func() {
			for v := range in.All(context.Background()) {
				out.PostTimeout(v*v, iocp.Infinite)
			}
		})
	}
	go func() {
		for v := range 4 {
			in.PostTimeout(v, iocp.Infinite)
		}
		in.Close()
		workers.Wait()
		out.Close()
	}()
	for v := range out.All(context.Background()) {
		fmt.Println(v)
	}
	// Unordered output:
	// 0
	// 1
	// 4
	// 9
}

// A semaphore: n packets that stand for n permits. Not room for n, which New rounds up.
func Example_semaphore() {
	const n = 3
	permits := newPort[struct{}](n) // has room for 4, and gets 3
	for range n {
		permits.Post(struct{}{})
	}

	acquire := func(d time.Duration) bool { _, err := permits.Get(d); return err == nil }
	release := func() { permits.Post(struct{}{}) } // there is room: the permit was taken from it

	for range n {
		fmt.Println(acquire(0))
	}
	fmt.Println(acquire(time.Millisecond))
	release()
	fmt.Println(acquire(0))
	// Output:
	// true
	// true
	// true
	// false
	// true
}

// A bound that is no power of two.
func Example_exactCapacity() {
	fmt.Println(newPort[int](3).Cap())
	p := newPort[int](2, iocp.WithGrowth(3)) // room for 2, which grows to exactly 3
	n, err := p.PostBatch([]int{1, 2, 3, 4})
	fmt.Println(n, err)
	// Output:
	// 4
	// 3 iocp: port is full
}

// One result: a channel. A port costs more memory, and there is no stream to speed up.
func Example_future() {
	type call struct {
		n     int
		reply chan int
	}
	p := newPort[call](16)
	go func() {
		for c := range p.All(context.Background()) {
			c.reply <- c.n * c.n
		}
	}()

	c := call{n: 7, reply: make(chan int, 1)}
	p.PostTimeout(c, iocp.Infinite)
	fmt.Println(<-c.reply)
	p.Close()
	// Output: 49
}

// What chan<- T and <-chan T are to a channel: interfaces with the methods that a function
// may call.
type (
	poster[T any] interface {
		Post(T) error
		PostTimeout(T, time.Duration) error
	}
	taker[T any] interface {
		Get(time.Duration) (T, error)
	}
)

func Example_directions() {
	p := newPort[int](2)
	produce := func(out poster[int]) { out.Post(1) }
	consume := func(in taker[int]) { fmt.Println(in.Get(0)) }
	produce(p)
	consume(p)
	// Output: 1 <nil>
}
