package channels

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/iocp-go/iocp"
)

func newPort[T any](capacity int, opts ...iocp.Option) *iocp.Port[T] {
	port, err := iocp.New[T](capacity, opts...)
	if err != nil {
		log.Fatal(err)
	}
	return port
}

// select with default, on either side.
func Example_selectDefault() {
	c := make(chan int, 2)
	p := newPort[int](2)

	for v := range 3 {
		select {
		case c <- v:
		default:
			fmt.Println("channel: dropped", v)
		}
		if err := p.Post(v); err != nil { // ErrFull, or ErrClosed
			fmt.Println("port: dropped", v)
		}
	}

	for range 3 {
		select {
		case v := <-c:
			fmt.Println("channel:", v)
		default:
			fmt.Println("channel: nothing there")
		}
		v, err := p.Get(0)
		if err == nil {
			fmt.Println("port:", v)
		} else { // ErrTimeout, or ErrClosed
			fmt.Println("port: nothing there")
		}
	}
	// Output:
	// channel: dropped 2
	// port: dropped 2
	// channel: 0
	// port: 0
	// channel: 1
	// port: 1
	// channel: nothing there
	// port: nothing there
}

// select with time.After.
func Example_selectTimeout() {
	c := make(chan int, 2)
	p := newPort[int](2)
	const d = time.Millisecond

	select {
	case v := <-c:
		fmt.Println("channel:", v)
	case <-time.After(d):
		fmt.Println("channel: timeout")
	}

	v, err := p.Get(d) // allocates nothing
	switch err {
	case nil:
		fmt.Println("port:", v)
	case iocp.ErrTimeout:
		fmt.Println("port: timeout")
	default: // ErrClosed, ErrInterrupted
		fmt.Println("port:", err)
	}
	// Output:
	// channel: timeout
	// port: timeout
}

// One deadline for many receives: a duration below 0 is no limit, so it must not come from
// a subtraction.
func Example_deadline() {
	p := newPort[int](4)
	p.PostBatch([]int{1, 2, 3})
	deadline := time.Now().Add(time.Millisecond)

	for {
		v, err := p.Get(max(time.Until(deadline), 0)) // without max: for ever, once it has passed
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(v)
	}
	// Output:
	// 1
	// 2
	// 3
	// iocp: timed out
}

// select with ctx.Done.
func Example_selectContext() {
	c := make(chan int, 2)
	p := newPort[int](2)
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("the server stops"))

	select {
	case v := <-c:
		fmt.Println("channel:", v)
	case <-ctx.Done():
		fmt.Println("channel:", context.Cause(ctx))
	}

	v, err := p.GetContext(ctx)
	if err == nil {
		fmt.Println("port:", v)
	} else {
		fmt.Println("port:", err) // context.Cause(ctx), or the port's error
	}
	// Output:
	// channel: the server stops
	// port: the server stops
}

// A timeout of the port and the deadline of a context are different errors.
func Example_contextsAndTimeouts() {
	p := newPort[int](2)
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()

	_, timeout := p.Get(time.Millisecond)
	_, deadline := p.GetContext(ctx)
	fmt.Println(errors.Is(timeout, iocp.ErrTimeout), errors.Is(deadline, iocp.ErrTimeout))
	fmt.Println(errors.Is(timeout, context.DeadlineExceeded), errors.Is(deadline, context.DeadlineExceeded))
	for _, err := range []error{timeout, deadline} { // what both are
		fmt.Println(err.(interface{ Timeout() bool }).Timeout())
	}
	fmt.Println(errors.Is(timeout, os.ErrDeadlineExceeded))
	// Output:
	// true false
	// false true
	// true
	// true
	// true
}

// A port beside channels in one select.
func Example_selectBridge() {
	work, reload := newPort[string](16), make(chan int)
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	loop := func() {
		look := work.NewNotifier()
		defer look.Stop()
		for {
			select {
			case <-look.Arm(): // in the case: each turn arms again
				switch v, err := work.Get(0); err {
				case nil:
					fmt.Println("work:", v)
				case iocp.ErrTimeout: // another goroutine was quicker
				default: // ErrClosed
					return
				}
			case config := <-reload:
				fmt.Println("reload:", config)
			case <-ticker.C:
				fmt.Println("tick")
			case <-ctx.Done():
				fmt.Println(ctx.Err())
				return
			}
		}
	}

	done := make(chan bool)
	go func() { defer close(done); loop() }()
	reload <- 1
	work.Post("a")
	for work.Len() != 0 {
		time.Sleep(time.Millisecond)
	}
	reload <- 2
	cancel()
	<-done
	// Output:
	// reload: 1
	// work: a
	// reload: 2
	// context canceled
}

// A wait with a context and a timeout.
func Example_contextAndTimeout() {
	p := newPort[int](2)
	ctx := context.Background() // the caller's

	wait, cancel := context.WithTimeoutCause(ctx, time.Millisecond, iocp.ErrTimeout)
	_, err := p.GetContext(wait)
	cancel()
	fmt.Println(err == iocp.ErrTimeout)
	// Output: true
}

// select over two sources: one port for both, and packets that say what they are.
func Example_selectTwoSources() {
	type job string
	type reload struct{}

	jobs, reloads := make(chan job, 2), make(chan reload, 2)
	jobs <- "a"
	close(jobs)
	reloads <- reload{}
	for range 2 {
		select {
		case <-reloads:
			fmt.Println("channels: reload")
			reloads = nil
		case j := <-jobs:
			fmt.Println("channels: job", j)
			jobs = nil
		}
	}

	p := newPort[any](2)
	p.Post(job("a"))
	p.Post(reload{})
	for range 2 {
		v, err := p.Get(iocp.Infinite)
		if err != nil {
			break
		}
		switch v := v.(type) {
		case reload:
			fmt.Println("port: reload")
		case job:
			fmt.Println("port: job", v)
		}
	}
	// Unordered output:
	// channels: reload
	// channels: job a
	// port: job a
	// port: reload
}

// A source that is a channel already (a signal, a ticker, somebody else's API): a goroutine
// that forwards it.
func Example_forward() {
	type event struct {
		signal os.Signal
		job    string
	}
	signals := make(chan os.Signal, 1) // signal.Notify(signals, os.Interrupt)
	p := newPort[event](16)

	go func() {
		for s := range signals {
			p.PostTimeout(event{signal: s}, iocp.Infinite)
		}
	}()

	p.Post(event{job: "a"})
	e, err := p.Get(iocp.Infinite)
	fmt.Println(e.job, err)
	signals <- os.Interrupt
	e, err = p.Get(iocp.Infinite)
	fmt.Println(e.signal, err)
	close(signals)
	// Output:
	// a <nil>
	// interrupt <nil>
}

// A ticker beside work needs no second source: the timeout is the time until the next tick.
func Example_ticker() {
	p := newPort[string](16)
	p.PostBatch([]string{"a", "b"})

	const every = time.Millisecond
	next := time.Now().Add(every)
	for ticks := 0; ticks < 2; {
		if v, err := p.Get(max(time.Until(next), 0)); err == nil {
			fmt.Println(v)
		} else if err != iocp.ErrTimeout {
			break
		}
		if now := time.Now(); !now.Before(next) {
			fmt.Println("tick")
			ticks++
			next = now.Add(every)
		}
	}
	// Unordered output:
	// a
	// b
	// tick
	// tick
}

// A done channel becomes Close, or a context.
func Example_done() {
	p := newPort[int](2)
	done := make(chan struct{})

	go func() {
		<-done
		p.Close() // takers finish what is queued, then stop
	}()

	var takers sync.WaitGroup
	for range 2 {
		takers.Go(func() {
			for v := range p.All(context.Background()) {
				fmt.Println(v)
			}
		})
	}
	p.Post(1)
	close(done)
	takers.Wait()
	// Output: 1
}
