package iocp

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// The structures have the layout of minwinbase.h, so that one that a Windows program
// embeds, or reads by offset, is the same here. Byte counts: of a word, of a DWORD.
func TestLayout(t *testing.T) {
	const word, dword = unsafe.Sizeof(uintptr(0)), 4
	var o Overlapped
	require.Equal(t, []uintptr{0, word, 2 * word, 2*word + dword, 2*word + 2*dword, 3*word + 2*dword}, []uintptr{
		unsafe.Offsetof(o.Internal), unsafe.Offsetof(o.InternalHigh), unsafe.Offsetof(o.Offset),
		unsafe.Offsetof(o.OffsetHigh), unsafe.Offsetof(o.HEvent), unsafe.Sizeof(o),
	})
	var e OverlappedEntry
	require.Equal(t, []uintptr{0, word, 2 * word, 3 * word, 4 * word}, []uintptr{
		unsafe.Offsetof(e.CompletionKey), unsafe.Offsetof(e.Overlapped), unsafe.Offsetof(e.Internal),
		unsafe.Offsetof(e.BytesTransferred), unsafe.Sizeof(e), // filled up to a word
	})
	require.Equal(t, 2*word+2*dword, unsafe.Sizeof(Packet{}), "24 bytes on 64-bit machines")
	require.Equal(t, word, unsafe.Sizeof(Handle(0)))
}
