package iocp_test

import (
	"context"
	"fmt"
	"time"

	"github.com/iocp-go/iocp"
)

// A port beside channels in one select: work, a new configuration, a ticker, and the end.
func ExampleNotifier() {
	work := must(iocp.New[string](16))
	reload := make(chan int)
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan bool)

	go func() {
		defer close(done)
		look := work.NewNotifier()
		defer look.Stop()
		for {
			select {
			case <-look.Arm(): // in the case, so that each turn arms again
				switch v, err := work.Get(0); err {
				case nil:
					fmt.Println("work:", v)
				case iocp.ErrTimeout: // another goroutine was quicker
				default: // ErrClosed
					fmt.Println(err)
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
	}()

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

// One select over two ports.
func ExampleNotifier_ports() {
	urgent, routine := must(iocp.New[string](4)), must(iocp.New[string](4))
	a, b := urgent.NewNotifier(), routine.NewNotifier()
	defer a.Stop()
	defer b.Stop()

	routine.Post("dust")
	for range 2 {
		select {
		case <-a.Arm():
			v, err := urgent.Get(0)
			fmt.Println("urgent:", v, err)
		case <-b.Arm():
			v, err := routine.Get(0)
			fmt.Println("routine:", v, err)
			urgent.Post("fire")
		}
	}
	// Output:
	// routine: dust <nil>
	// urgent: fire <nil>
}

// A select that posts as soon as there is room, and has that case only while there is something
// to post.
func ExamplePort_NewRoomNotifier() {
	port := must(iocp.New[int](2))
	in := make(chan int, 3)
	for v := range 3 {
		in <- v
	}
	close(in)

	go func() {
		defer port.Close()
		room := port.NewRoomNotifier()
		defer room.Stop()
		var next int
		var full *iocp.Notifier // nil: no case
		for from := in; ; {
			select {
			case v, ok := <-from:
				if !ok {
					return
				}
				next, full, from = v, room, nil
			case <-full.Arm():
				if err := port.Post(next); err != iocp.ErrFull { // else another was quicker
					full, from = nil, in
				}
			}
		}
	}()
	for v := range port.All(context.Background()) {
		fmt.Println(v)
	}
	// Output:
	// 0
	// 1
	// 2
}
