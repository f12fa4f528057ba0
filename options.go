package iocp

import "github.com/iocp-go/iocp/waiter"

type options struct {
	concurrency int
	parking     Parking
	grows       bool
	max         int // packets to grow to; 0 is no limit
}

// Option sets what New leaves at its default.
type Option func(*options) error

// WithConcurrency bounds the hand-offs in flight: packets handed to a waiting
// caller that has not begun to run. Packets beyond them queue, and each waiter
// that returns passes on what it finds. It does not bound how many callers work on what
// they took. 0 and below mean GOMAXPROCS; any value is accepted.
// (CreateIoCompletionPort: NumberOfConcurrentThreads.)
func WithConcurrency(n int) Option {
	return func(o *options) error {
		o.concurrency = n
		return nil
	}
}

// Parking says how callers that wait for packets sleep.
type Parking = waiter.Parking

const (
	// ParkAuto lets a caller look again before it sleeps as a goroutine, as long as that
	// keeps nobody from running: see the package's documentation. It is the default.
	ParkAuto = waiter.ParkAuto
	// ParkThread puts the thread to sleep at once, in the kernel, where the platform has a
	// way (Linux: a futex, for up to a second at a time). It suits goroutines
	// locked to their thread. A wait with a context that can be canceled sleeps as a
	// goroutine all the same, and so do waits beyond a thousand in the process, those
	// that would bring it within 32 threads of debug.SetMaxThreads, and those in a
	// bubble of testing/synctest.
	//
	// A goroutine dump shows such a wait in the state syscall, and the block profile lacks
	// the wait. All other waits have the state sync.Cond.Wait, or select with a context, and
	// are in the profile.
	ParkThread = waiter.ParkThread
	// ParkGoroutine puts the goroutine to sleep at once and leaves the thread to others,
	// as a channel does.
	ParkGoroutine = waiter.ParkGoroutine
)

// WithParking forces one way to sleep. A value that is none of the constants is
// [ErrInvalidParameter].
func WithParking(m Parking) Option {
	return func(o *options) error {
		if m > ParkGoroutine {
			return invalid("parking is %v, not ParkAuto, ParkThread or ParkGoroutine", m)
		}
		o.parking = m
		return nil
	}
}

// WithGrowth lets the port grow to max packets instead of being full; 0 is no
// limit but memory. The port then holds exactly max, unless the capacity given to
// [New], as New rounds it, is above that already: then it does not grow. A max below
// that capacity as given, 0 left aside, is [ErrInvalidParameter].
//
// A port that is full seals its ring and links a larger one behind it: that Post
// allocates, and other calls may wait until it has. The last ring that a port comes to
// near its max holds all of max. There a Post and its Get cost about half as much again,
// for the comparison with max, and allocate nothing.
//
// The memory of a burst goes back within a second of the port being empty, whether or
// not the port is used meanwhile, and when a Get finds that it is empty or, closed,
// drained. That of the last 5 ms is kept, so that bursts which follow each other closely
// do not allocate each time. A port that is closed and drained, or dropped, keeps none.
// Order and exactness are those of a fixed port.
func WithGrowth(max int) Option {
	return func(o *options) error {
		if max < 0 {
			return invalid("growth is to %d packets, not to 0 for no limit, or more", max)
		}
		o.grows, o.max = true, max
		return nil
	}
}
