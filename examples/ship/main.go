package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/iocp-go/iocp"
)

func main() {
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	// On Windows Ctrl-C and Ctrl-Break are os.Interrupt, the end of the session is SIGTERM.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	if err := run(ctx, os.Args[1:]); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("ship", flag.ExitOnError)
	listen := f.String("listen", "127.0.0.1:7070", "take records from producers at this `address`")
	to := f.String("to", "127.0.0.1:7071", "deliver batches to the receiver at this `address`")
	room := f.Int("room", 4096, "have room for `n` records in memory, beside one batch")
	full := f.String("full", "wait", "what a producer's record does when there is no room: wait, drop, or a `duration` to wait before it is dropped")
	batch := f.Int("batch", 500, fmt.Sprintf("deliver `n` records at once at most, %d at most", maxBatch))
	delay := f.Duration("delay", 50*time.Millisecond, "let a record wait for others this long at most")
	grace := f.Duration("grace", 10*time.Second, "after a signal, go on for so long if the receiver is away")
	patience := f.Duration("patience", 5*time.Second, "give the receiver so long to answer")
	receiver := f.String("receive", "", "be the receiver, at this `address`")
	spool := f.String("spool", "records", "the receiver's `file`")
	show := f.String("cat", "", "print the records of this `file`")
	f.Parse(args)

	if *show != "" {
		return cat(os.Stdout, *show)
	}
	if *receiver != "" {
		file, last, err := openSpool(*spool)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", *receiver)
		if err != nil {
			return err
		}
		fmt.Println("listening at", l.Addr())
		return receive(ctx, l, file, last)
	}

	if *batch < 1 || *batch > maxBatch {
		return fmt.Errorf("-batch is %d, not in [1, %d]", *batch, maxBatch)
	}
	port, err := iocp.New[record](*room)
	if err != nil {
		return fmt.Errorf("-room: %w", err)
	}
	wait, err := patienceOf(*full)
	if err != nil {
		return fmt.Errorf("-full: %w", err)
	}
	link := &link{address: *to, patience: *patience}
	s := &shipper{port: port, full: wait, batch: *batch, delay: *delay, send: link.send, producers: map[string]*producer{}}
	// Producers are told where to resume, so the receiver comes first.
	err = retry(ctx, func() error {
		last, err := link.dial()
		for name, n := range last {
			s.producers[name] = &producer{name: name, last: n, durable: n}
		}
		return err
	})
	if ctx.Err() != nil {
		return nil // nothing was accepted
	}
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	fmt.Println("listening at", l.Addr())
	return ship(ctx, s, l, *grace)
}

// patienceOf is the timeout of a post: 0 for Post, negative for no limit.
func patienceOf(full string) (time.Duration, error) {
	switch full {
	case "wait":
		return iocp.Infinite, nil
	case "drop":
		return 0, nil
	}
	d, err := time.ParseDuration(full)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%v is no time to wait", d)
	}
	return d, err
}
