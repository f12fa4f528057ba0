package iocp

import (
	"fmt"
	"reflect"
)

// String shows the port in one line, for logs and debuggers:
//
//	iocp.Port[int]{Len: 3, Cap: 64, Waiting: 0, WaitingPosters: 0, Closed: false}
//	iocp.Port[int](nil)
//	iocp.Port[int](not made by New)
//
// The figures are those of Len, Cap and Stats, each read at an instant of its own. Any
// goroutine may ask for them at any time.
func (p *Port[T]) String() string {
	name := "iocp.Port[" + reflect.TypeFor[T]().String() + "]"
	switch p.valid() {
	case nil:
		return fmt.Sprintf("%s{Len: %d, Cap: %d, Waiting: %d, WaitingPosters: %d, Closed: %t}",
			name, p.Len(), p.Cap(), p.takers.Waiting(), p.posts.Waiting(), p.queue.Closed())
	case ErrNilPort:
		return name + "(nil)"
	}
	return name + "(not made by New)"
}

// Format implements [fmt.Formatter]: every verb and flag shows what String returns. Without
// this method package fmt would read the fields of the port, beside the calls that write
// them.
func (p *Port[T]) Format(f fmt.State, verb rune) {
	if verb != 'q' {
		verb = 's'
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), p.String())
}

// MarshalText implements [encoding.TextMarshaler] with what String returns. Package
// log/slog and encoders such as encoding/json show the port by this method.
func (p *Port[T]) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
