package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// most is how many packets a mode may send: the generator keeps some bytes for each.
const most = 20_000_000

type config struct {
	rate     float64
	duration time.Duration
	workers  int
	capacity int
	batch    int
	work     time.Duration
	busy     time.Duration
	late     time.Duration
	receive  int
	together bool
	svg      string
	html     string
}

const usage = `usage: go run . [flags]

Dispatches UDP packets on the loopback interface through a port, a port whose workers have
their threads, and a channel, and prints what was lost and how long the rest took.

`

// parse returns the configuration; flag.ErrHelp, or an error to show.
func parse(args []string, errs io.Writer) (config, error) {
	var c config
	f := flag.NewFlagSet("dispatch", flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are the caller's to print
	f.Float64Var(&c.rate, "rate", 20000, "packets `a second`, at random times")
	f.DurationVar(&c.duration, "duration", 12*time.Second, "how long each mode is measured")
	f.IntVar(&c.workers, "workers", 4, "goroutines that answer")
	f.IntVar(&c.capacity, "capacity", 1024, "`packets` that the queue has room for; rounded up to a power of two")
	f.IntVar(&c.batch, "batch", 32, "`packets` read at once, at most; a worker takes its part of as many")
	f.DurationVar(&c.work, "work", 5*time.Microsecond, "work of a worker for each packet")
	f.DurationVar(&c.busy, "busy", 10*time.Microsecond, "work of the reader for each packet, once it is handed on")
	f.DurationVar(&c.late, "late", 10*time.Millisecond, "answers that take longer count as late")
	f.IntVar(&c.receive, "socket", 1<<20, "`bytes` of a socket's receive buffer, of which the system may give less; 0 leaves it to the system")
	f.BoolVar(&c.together, "together", false, "run the generator in the dispatcher's process")
	f.StringVar(&c.svg, "svg", "", "write the curves to `file`")
	f.StringVar(&c.html, "html", "", "write the table and the curves to `file`")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(errs, usage)
			f.SetOutput(errs)
			f.PrintDefaults()
		}
		return c, err
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("%q is no flag", f.Arg(0))
	}
	return c.checked()
}

// checked returns c with the capacity rounded up, or what is wrong with a flag.
func (c config) checked() (config, error) {
	packets := c.rate * c.duration.Seconds()
	switch {
	case !(c.rate > 0):
		return c, fmt.Errorf("-rate is %v, not above 0", c.rate)
	case c.duration <= 0:
		return c, fmt.Errorf("-duration is %v, not above 0", c.duration)
	case !(packets <= most):
		return c, fmt.Errorf("-rate %v and -duration %v make %.3g packets, more than %d", c.rate, c.duration, packets, most)
	case packets < turns:
		return c, fmt.Errorf("-rate %v and -duration %v make no packet for each of %d turns", c.rate, c.duration, turns)
	case c.workers < 1 || c.workers > 1000:
		return c, fmt.Errorf("-workers is %d, not in [1, 1000]", c.workers)
	case c.capacity < 1 || c.capacity > 1<<20:
		return c, fmt.Errorf("-capacity is %d, not in [1, %d]", c.capacity, 1<<20)
	case c.batch < 1 || c.batch > 1024:
		return c, fmt.Errorf("-batch is %d, not in [1, 1024]", c.batch)
	case c.work < 0 || c.work > time.Second:
		return c, fmt.Errorf("-work is %v, not in [0s, 1s]", c.work)
	case c.busy < 0 || c.busy > time.Second:
		return c, fmt.Errorf("-busy is %v, not in [0s, 1s]", c.busy)
	case c.late <= 0:
		return c, fmt.Errorf("-late is %v, not above 0", c.late)
	case c.receive < 0 || c.receive > 1<<30:
		return c, fmt.Errorf("-socket is %d, not in [0, %d]", c.receive, 1<<30)
	}
	var err error
	c.capacity, err = roundUp(c.capacity)
	return c, err
}
