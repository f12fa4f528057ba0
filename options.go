package iocp

import "github.com/iocp-go/iocp/waiter"

type options struct {
	concurrency int
	parking     Parking
	grows       bool
	max         int // packets to grow to; 0 is no limit
}

// Option changes a default of [New].
type Option func(*options) error

// WithConcurrency bounds the hand-offs in flight: packets handed to a waiting
// caller that has not begun to run. Packets beyond the bound queue, and each waiter
// that returns passes on what it finds. How many callers work on packets that they have
// taken is not bounded. 0 and below mean GOMAXPROCS, and no bound for some time after a caller
// had to wait 5 ms for a processor, behind goroutines that compute, with a packet handed over.
// Any value is accepted.
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
	// ParkAuto lets a caller look again before it sleeps as a goroutine, as long as no
	// other goroutine wants to run: see the package's documentation. ParkAuto is the default.
	ParkAuto = waiter.ParkAuto
	// ParkThread puts the thread to sleep at once, in the kernel, where the platform has a
	// way (Linux: a futex, for up to a second at a time). ParkThread suits goroutines
	// locked to their thread. A wait sleeps as a goroutine all the same if it has a context
	// that can be canceled, if a thousand waits of the process sleep as threads, if one more
	// would bring the process within 32 threads of debug.SetMaxThreads, or in a bubble of
	// testing/synctest.
	//
	// A goroutine dump shows such a wait in the state syscall, and the block profile lacks
	// the wait. All other waits have the state sync.Cond.Wait, or select with a context, and
	// are in the profile.
	ParkThread = waiter.ParkThread
	// ParkGoroutine puts the goroutine to sleep at once and leaves the thread to others,
	// as a channel does.
	ParkGoroutine = waiter.ParkGoroutine
)

// WithParking forces one way to sleep. For a value that is none of the constants New
// returns [ErrInvalidParameter].
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
// [New], as New rounds it, is above max already: then the port does not grow. For a max
// below the capacity as given, except 0, New returns [ErrInvalidParameter].
//
// A port that is full seals its ring and links a larger one behind it: that Post
// allocates, and other calls may wait until the ring is linked. The last ring that a port
// comes to near its max holds all of max. There a Post and its Get cost about half as much
// again, for the comparison with max, and allocate nothing.
//
// The memory of a burst goes back within a second of the port being empty, whether or
// not the port is used meanwhile, and when a Get finds the port empty or, closed,
// drained. Memory of the last 5 ms is kept, so that bursts which follow each other closely
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
