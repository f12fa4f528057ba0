package iocp

import (
	"os"
	"syscall"
	"time"
)

// The functions of this file have the names, parameters and results of
// golang.org/x/sys/windows, on every platform, and behave as Windows 10 does, but for these
// differences:
//
//   - There are no files yet.
//   - SetIoCompletion takes an Errno, and GetQueuedCompletionStatusEx shows an NTSTATUS made
//     from that. The functions of Windows pass an NTSTATUS through.
//   - A port has one handle: there is no DuplicateHandle, by which a port of Windows lives
//     until its last handle is closed.
//   - The depth of a port cannot be asked by its handle (NtQueryIoCompletion).

const (
	// InvalidHandle is INVALID_HANDLE_VALUE.
	InvalidHandle = ^Handle(0)
	// INFINITE is the timeout of a wait without limit. INFINITE - 1 is 49.7 days.
	INFINITE = 0xFFFFFFFF
)

// OverlappedEntry is the OVERLAPPED_ENTRY structure: a packet as
// [GetQueuedCompletionStatusEx] returns it. Internal is 0 if the operation succeeded, else
// an NTSTATUS that RtlNtStatusToDosError turns into the Status of the packet: the one that
// operations end with, of several, if the package knows it, else a code of
// FACILITY_NTWIN32.
type OverlappedEntry struct {
	CompletionKey    uintptr
	Overlapped       *Overlapped
	Internal         uintptr
	BytesTransferred uint32
}

var (
	// errClosedHandle is for a handle that was valid once.
	errClosedHandle error = &Error{"handle was closed", 6,
		[]error{ErrInvalidPort, syscall.EINVAL, syscall.EBADF, os.ErrClosed}}
	errNoFiles     = invalid("file is not InvalidHandle: files cannot be associated with a port yet")
	errNoFileGiven = invalid("file is InvalidHandle and port not 0: no file to associate with the port")
	// errNoHandles is for a table of handles that is full.
	errNoHandles error = &Error{"no handle is left, all of 1<<20 are in use or used up", 1450, []error{ErrFull, syscall.ENOBUFS}}
)

// CreateIoCompletionPort returns the handle of a new port, which grows without
// limit. file must be [InvalidHandle], and port 0: files cannot be associated yet.
// For any other combination the error is [ErrInvalidParameter], or [ErrNilPort] if file
// is 0. If 1<<20 handles are open the error is [ErrFull] by errors.Is. key is ignored.
// threads bounds the hand-offs in flight, as [WithConcurrency] does. The handle is good
// until [CloseHandle].
func CreateIoCompletionPort(file, port Handle, key uintptr, threads uint32) (Handle, error) {
	switch {
	case file == 0:
		return 0, ErrNilPort
	case file != InvalidHandle:
		return 0, errNoFiles
	case port != 0:
		return 0, errNoFileGiven
	}
	p, err := New[Packet](64, WithConcurrency(int(min(threads, 1<<30))), WithGrowth(0))
	if err != nil {
		return 0, err
	}
	return handles.open(p)
}

// PostQueuedCompletionStatus posts a packet with these three values, and neither
// validates nor follows the values. The call does not wait. The error is [ErrNilPort] for
// handle 0 and [ErrInvalidPort] for a handle that is not valid.
func PostQueuedCompletionStatus(port Handle, qty uint32, key uintptr, overlapped *Overlapped) error {
	o := handles.lookup(port)
	if o == nil {
		return handles.invalid(port)
	}
	return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty}))
}

// SetIoCompletion posts the packet of a finished operation, which failed if status
// is not 0. In all else SetIoCompletion is [PostQueuedCompletionStatus]. ([StatusOf] turns
// the error of an operation into its status.)
//
// NtSetIoCompletion of Windows differs: its status is an NTSTATUS, of which the classes
// success and information are no failure. Here status is what GetLastError would return,
// for that is what Go programs have, and 0 alone is no failure.
func SetIoCompletion(port Handle, key uintptr, overlapped *Overlapped, status Errno, qty uint32) error {
	o := handles.lookup(port)
	if o == nil {
		return handles.invalid(port)
	}
	return closedHandle(o.port.Post(Packet{Overlapped: overlapped, Key: key, Transferred: qty, Status: status}))
}

// GetQueuedCompletionStatus takes the oldest packet. If there is none the call waits
// for one, timeout milliseconds at most, or without limit if timeout is [INFINITE].
//
// With a nil error the packet is that of an operation that succeeded, and its
// values are stored. With an error and *overlapped not nil the packet is that of an
// operation that failed, its values are stored too, and the error is its [Errno]. With any
// other error *overlapped is set to nil, *qty and *key are left alone and nothing was
// taken: [ErrTimeout]; [ErrNilPort], [ErrInvalidPort]; [ErrClosed] if the handle
// was closed during the wait; [ErrInvalidParameter] if a pointer is nil.
//
// A failed packet that was posted with a nil overlapped cannot be told from no packet
// by *overlapped, on Windows either. The type of the error tells: the error of such a
// packet is an Errno, and its qty and key are stored.
func GetQueuedCompletionStatus(port Handle, qty *uint32, key *uintptr, overlapped **Overlapped, timeout uint32) error {
	if overlapped != nil {
		*overlapped = nil
	}
	if qty == nil || key == nil || overlapped == nil {
		return ErrInvalidParameter
	}
	o := handles.lookup(port)
	if o == nil {
		return handles.invalid(port)
	}
	v, err := o.port.Get(milliseconds(timeout))
	if err != nil {
		return abandoned(err, timeout)
	}
	*qty, *key, *overlapped = v.Transferred, v.Key, v.Overlapped
	if v.Status != 0 {
		return v.Status
	}
	return nil
}

// GetQueuedCompletionStatusEx takes up to len(entries) packets, the oldest first,
// and returns their number. The call waits, as [GetQueuedCompletionStatus] does, for
// one packet, never for more, and takes a batch at one instant as [Port.GetBatch] does;
// after a wait the batch may end at 64. Packets of failed operations are no error here:
// their Internal is not 0. Entries past n are left alone. If entries is empty the error is
// [ErrInvalidParameter]. alertable is ignored: there are no asynchronous procedure calls.
func GetQueuedCompletionStatusEx(port Handle, entries []OverlappedEntry, timeout uint32, alertable bool) (n int, err error) {
	if len(entries) == 0 {
		return 0, ErrInvalidParameter
	}
	p, err := handles.port(port)
	if err != nil {
		return 0, err
	}
	var buf [64]Packet
	c := call[Packet]{most: len(entries)}
	c.begin(milliseconds(timeout))
	p.get(&c, buf[:min(len(buf), len(entries))])
	for got := c.n; got != 0; got = c.rest.Recycle(buf[:]) {
		for _, v := range buf[:got] {
			entries[n] = OverlappedEntry{v.Key, v.Overlapped, v.Status.ntstatus(), v.Transferred}
			n++
		}
	}
	// No poster waits for the room that Recycle makes: the port grows without limit.
	_, err = p.result(&c)
	return n, abandoned(err, timeout)
}

// CloseHandle closes a port. Waits that have begun end with [ErrClosed], whatever
// their timeout; later calls find the handle invalid, now and for ever; packets
// that are queued are dropped. For a handle that is not valid the error is that of
// [PostQueuedCompletionStatus].
func CloseHandle(h Handle) error {
	p, err := handles.close(h)
	if err != nil {
		return err
	}
	return p.Close()
}

func milliseconds(timeout uint32) time.Duration {
	if timeout == INFINITE {
		return Infinite
	}
	return time.Duration(timeout) * time.Millisecond
}

// abandoned is the error of a function whose Get failed with err. A Get that does not wait
// has no wait to be abandoned: on a closed port its handle is invalid.
func abandoned(err error, timeout uint32) error {
	if timeout == 0 {
		return closedHandle(err)
	}
	return err
}

// closedHandle translates ErrClosed, of a port whose handle was closed between lookup and
// call, to the error for a closed handle. Any other err it returns as is.
func closedHandle(err error) error {
	if err == ErrClosed {
		return errClosedHandle
	}
	return err
}

// ntstatus is an NTSTATUS that RtlNtStatusToDosError turns into e: the system's own if
// listed here, else e as a code of FACILITY_NTWIN32.
func (e Errno) ntstatus() uintptr {
	switch e {
	case 0:
		return 0
	case 5: // ERROR_ACCESS_DENIED
		return 0xC0000022
	case 6: // ERROR_INVALID_HANDLE
		return 0xC0000008
	case 38: // ERROR_HANDLE_EOF
		return 0xC0000011
	case 64: // ERROR_NETNAME_DELETED
		return 0xC000020D
	case 87: // ERROR_INVALID_PARAMETER
		return 0xC000000D
	case 109: // ERROR_BROKEN_PIPE
		return 0xC000014B
	case 121: // ERROR_SEM_TIMEOUT
		return 0xC00000B5
	case 234: // ERROR_MORE_DATA
		return 0x80000005
	case 995: // ERROR_OPERATION_ABORTED
		return 0xC0000120
	case 1225: // ERROR_CONNECTION_REFUSED
		return 0xC0000236
	case 1236: // ERROR_CONNECTION_ABORTED
		return 0xC0000241
	}
	return 0xC0070000 | uintptr(e&0xFFFF)
}

// A handle has three parts, from its lowest bit: two bits of 0, as on Windows; an index into
// the table; the generation of that entry, counted from 1. An entry whose generations are
// used up stays empty, so no handle ever stands for two ports. Small numbers have
// generation 0 and are never valid.
const (
	indexShift   = 2
	genShift     = indexShift + indexBits
	chunkHandles = 1 << chunkBits
)

// openPort is an entry of the table. Immutable: a lookup that finds its handle in an entry
// has found the port of that handle.
type openPort struct {
	handle Handle
	port   *Port[Packet]
}

type chunk struct {
	open [chunkHandles]atomicPointer[openPort]
	gen  [chunkHandles]Handle // of the open handle, else of the next; guarded by the table's mu
}

// handleTable maps handles to ports. A lookup takes no lock.
type handleTable struct {
	chunks [1 << (indexBits - chunkBits)]atomicPointer[chunk]

	mu   mutex
	used Handle   // entries ever used; guarded by mu
	free []Handle // indices of closed handles, to be used again; guarded by mu
}

var handles handleTable

// lookup returns the entry of h, or nil if h is not open.
func (t *handleTable) lookup(h Handle) *openPort {
	index := h >> indexShift & (1<<indexBits - 1)
	c := t.chunks[index>>chunkBits].Load()
	if c == nil {
		return nil
	}
	o := c.open[index%chunkHandles].Load()
	if o == nil || o.handle != h {
		return nil
	}
	return o
}

func (t *handleTable) port(h Handle) (*Port[Packet], error) {
	if o := t.lookup(h); o != nil {
		return o.port, nil
	}
	return nil, t.invalid(h)
}

// invalid is the error for an h that lookup has not found.
func (t *handleTable) invalid(h Handle) error {
	if h == 0 {
		return ErrNilPort
	}
	index := h >> indexShift & (1<<indexBits - 1)
	c := t.chunks[index>>chunkBits].Load()
	if gen := h >> genShift; c != nil && gen != 0 && h&(1<<indexShift-1) == 0 {
		t.mu.Lock()
		defer t.mu.Unlock()
		writes(&c.gen[index%chunkHandles])
		if gen < c.gen[index%chunkHandles] {
			return errClosedHandle
		}
	}
	return ErrInvalidPort
}

func (t *handleTable) open(p *Port[Packet]) (Handle, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	writes(&t.free)
	var index Handle
	if n := len(t.free); n != 0 {
		index = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		if t.used == 1<<indexBits {
			return 0, errNoHandles
		}
		index = t.used
		t.used++
	}
	c := t.chunks[index>>chunkBits].Load()
	if c == nil {
		c = new(chunk)
		t.chunks[index>>chunkBits].Store(c)
	}
	writes(&c.gen[index%chunkHandles])
	gen := max(c.gen[index%chunkHandles], 1)
	c.gen[index%chunkHandles] = gen
	h := gen<<genShift | index<<indexShift
	c.open[index%chunkHandles].Store(&openPort{h, p})
	return h, nil
}

func (t *handleTable) close(h Handle) (*Port[Packet], error) {
	t.mu.Lock()
	o := t.lookup(h)
	if o != nil {
		index := h >> indexShift & (1<<indexBits - 1)
		c := t.chunks[index>>chunkBits].Load()
		c.open[index%chunkHandles].Store(nil)
		writes(&c.gen[index%chunkHandles])
		writes(&t.free)
		if c.gen[index%chunkHandles]++; c.gen[index%chunkHandles] <= maxGen {
			t.free = append(t.free, index)
		}
	}
	t.mu.Unlock()
	if o == nil {
		return nil, t.invalid(h)
	}
	return o.port, nil
}
