package iocp

// Packet is one completion packet: what PostQueuedCompletionStatus takes, and
// why the operation failed, if it did. A Packet has 24 bytes on 64-bit machines. A port
// hands over its values as they are, and neither validates nor follows them.
type Packet struct {
	Overlapped  *Overlapped // identifies the operation; may be nil
	Key         uintptr     // identifies the file or the socket
	Transferred uint32      // bytes
	Status      Errno       // 0 if the operation succeeded
}

// Handle stands for a port in the functions that have the names of Windows'.
type Handle uintptr

// Overlapped is the OVERLAPPED structure. A port does not touch an Overlapped: embed
// it as the first field of a structure of your own, or leave it empty.
//
// A *Overlapped is a pointer of Go, on Windows too: nil, or the address of a variable. A
// small number converted to one ends the process when a stack that holds the number next
// grows or shrinks ("invalid pointer found on stack"). Numbers belong in the key of a packet.
type Overlapped struct {
	Internal     uintptr
	InternalHigh uintptr
	Offset       uint32
	OffsetHigh   uint32
	HEvent       Handle
}
