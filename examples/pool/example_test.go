package pool_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/iocp-go/iocp/examples/pool"
)

// A group: each function writes to a place of its own.
func Example() {
	p, err := pool.New(4, 64) // 4 workers, room for 64 functions
	if err != nil {
		log.Fatal(err)
	}
	names := []string{"Ada", "Grace", "Edsger"}
	sums := make([][32]byte, len(names))
	g, ctx := p.Group(context.Background())
	for i, name := range names {
		g.Go(func() error {
			sums[i] = sha256.Sum256([]byte(name))
			return ctx.Err() // a long function looks at ctx: another has failed
		})
	}
	if err := g.Wait(); err != nil {
		log.Fatal(err)
	}
	for i, name := range names {
		fmt.Printf("%x %s\n", sums[i][:4], name)
	}
	p.Close()
	p.Wait(context.Background())
	// Output:
	// 99a563ab Ada
	// f2465f78 Grace
	// 8707016b Edsger
}

// A result, waited for until a context is done.
func ExampleSubmit() {
	p, err := pool.New(2, 16)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := pool.Submit(ctx, p, func() (int, error) { return 6 * 7, nil })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Wait(ctx))

	bad, err := pool.Submit(ctx, p, func() (int, error) { panic("no answer") })
	if err != nil {
		log.Fatal(err)
	}
	_, err = bad.Wait(ctx)
	if panicked := new(pool.PanicError); errors.As(err, &panicked) {
		fmt.Println("panic:", panicked.Value)
	}
	// Output:
	// 42 <nil>
	// panic: no answer
}

// A server that is full says so, instead of letting callers wait.
func ExamplePool_TryGo() {
	p, err := pool.New(1, 2)
	if err != nil {
		log.Fatal(err)
	}
	started, end := make(chan bool), make(chan bool)
	p.Go(func() { started <- true; <-end })
	<-started // the worker is busy
	for range 3 {
		if err := p.TryGo(func() { fmt.Println("served") }); errors.Is(err, pool.ErrFull) {
			fmt.Println("busy, try later")
		}
	}
	close(end)
	p.Close()
	p.Wait(context.Background())
	// Output:
	// busy, try later
	// served
	// served
}

// A stop that finishes what was accepted, for ten seconds at most.
func ExamplePool_Wait() {
	p, err := pool.New(2, 16)
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		p.Go(func() { fmt.Println("done") })
	}

	p.Close()
	fmt.Println(p.TryGo(func() {}))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := p.Wait(ctx); err != nil {
		log.Print("functions still run: ", err)
	}
	// Unordered output:
	// done
	// done
	// pool: closed: iocp: port is closed
	// done
}

// More workers for a while.
func ExamplePool_Resize() {
	p, err := pool.New(1, 16)
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	fmt.Println(p.Resize(8), p.Workers())
	fmt.Println(p.Resize(0), p.Workers())
	// Output:
	// <nil> 8
	// pool: 0 workers, not 1 or more 8
}
