// Dispatch is a UDP packet dispatcher: a reader takes datagrams from a socket in batches and
// hands them to workers, which answer. A generator sends at times fixed beforehand. The same
// program runs on a port, on a port whose workers have their threads, and on a channel, and
// every packet is accounted for.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	if os.Getenv(apart) != "" {
		os.Exit(beGenerator(os.Stdin, os.Stdout, os.Stderr))
	}
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, restore) // a second Ctrl-C ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command is the program. The status is 2 for arguments that cannot be used, 1 for a run that
// has failed. If ctx ends, command prints what there is.
func command(ctx context.Context, args []string, out, errs io.Writer) (status int) {
	c, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	var files []*page
	if err == nil {
		files, err = openPages(c) // before a minute is spent
	}
	if err != nil {
		fmt.Fprintf(errs, "dispatch: %v\nfor the flags: go run . -h\n", err)
		return 2
	}
	results, err := measure(ctx, c, errs)
	if err == nil && len(results) == 0 {
		err = errors.New("stopped before there was anything to show")
	}
	if err == nil {
		s := newSummary(c, results)
		if ctx.Err() != nil {
			fmt.Fprintln(errs, "stopped: this is what there is")
		}
		err = s.print(out)
		for _, f := range files {
			err = errors.Join(err, f.write(s))
		}
	}
	if err != nil {
		fmt.Fprintf(errs, "dispatch: %v\n", err)
		return 1
	}
	return 0
}
