package ring

import "unsafe"

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
	if uintptr(unsafe.Pointer(unsafe.SliceData(s)))%line == 0 {
		return s
	}
	// The number of slots is part of the type that tells the collector where
	// the pointers are, so each needs its own.
	switch n {
	case 8:
		return new(struct {
			_ [line - 8]byte
			s [8]Slot[T]
		}).s[:]
	case 16:
		return new(struct {
			_ [line - 8]byte
			s [16]Slot[T]
		}).s[:]
	case 32:
		return new(struct {
			_ [line - 8]byte
			s [32]Slot[T]
		}).s[:]
	case 64:
		return new(struct {
			_ [line - 8]byte
			s [64]Slot[T]
		}).s[:]
	case 128:
		return new(struct {
			_ [line - 8]byte
			s [128]Slot[T]
		}).s[:]
	case 256:
		return new(struct {
			_ [line - 8]byte
			s [256]Slot[T]
		}).s[:]
	case 512:
		return new(struct {
			_ [line - 8]byte
			s [512]Slot[T]
		}).s[:]
	case 1024:
		return new(struct {
			_ [line - 8]byte
			s [1024]Slot[T]
		}).s[:]
	}
	return s
}
