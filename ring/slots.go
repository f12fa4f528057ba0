package ring

import (
	"reflect"
	"unsafe"
)

const line = 64 // bytes of a cache line, which slots should not straddle

// newSlots allocates n slots, a power of two, from the beginning of a cache line. Then slots
// whose size divides the line never straddle lines, such as the 32 bytes of a 24-byte element
// and its seq.
//
// Go's allocator aligns every block of a power of two bytes, except blocks between 512 bytes
// and 32 KiB that hold pointers. Those begin with a header of 8 bytes, and 56 bytes of padding
// bring the slots to the next line. TestSlotsAligned pins the alignment; if an allocator
// breaks it, slots straddle lines and nothing else is wrong.
func newSlots[T any](n int) []Slot[T] {
	s := make([]Slot[T], n)
	p, size := unsafe.Pointer(unsafe.SliceData(s)), unsafe.Sizeof(s[0])
	if line%size != 0 || uintptr(p)%size == 0 {
		return s
	}
	// The block's type tells the collector where the pointers are, and n is part of it. n is
	// known at run time only, hence reflect. (Types declared for every n up to 1024 would not
	// compile for a large T.)
	block := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Pad", Type: reflect.TypeFor[[line - 8]byte]()},
		{Name: "Slots", Type: reflect.ArrayOf(n, reflect.TypeFor[Slot[T]]())},
	}))
	return unsafe.Slice((*Slot[T])(unsafe.Add(block.UnsafePointer(), line-8)), n)
}
