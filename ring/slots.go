package ring

import (
	"reflect"
	"unsafe"
)

const line = 64 // bytes; of the cache lines that slots should not straddle

// newSlots allocates n slots, a power of two, so that they begin on a cache
// line: then a slot whose size divides the line, such as the 32 bytes of a
// 24-byte element and its sequence, never straddles one.
//
// Go's allocator aligns every block of a power of two bytes but for those
// between 512 bytes and 32 KiB that hold pointers. They begin behind a header of
// 8 bytes, and 56 more bring the slots to the next line. TestSlotsAligned pins
// that; if it stops being true, slots straddle lines and nothing else breaks.
func newSlots[T any](n int) []Slot[T] {
	s := make([]Slot[T], n)
	p, size := unsafe.Pointer(unsafe.SliceData(s)), unsafe.Sizeof(s[0])
	if line%size != 0 || uintptr(p)%size == 0 {
		return s
	}
	// The number of slots is part of the type that tells the collector where the
	// pointers are. What is only known here needs reflect: types for 1024 slots cannot
	// be declared where one slot is large.
	block := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "Pad", Type: reflect.TypeFor[[line - 8]byte]()},
		{Name: "Slots", Type: reflect.ArrayOf(n, reflect.TypeFor[Slot[T]]())},
	}))
	return unsafe.Slice((*Slot[T])(unsafe.Add(block.UnsafePointer(), line-8)), n)
}
