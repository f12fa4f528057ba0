package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strconv"
)

const (
	maxLine   = 64 << 10 // of a producer, with its end
	maxBatch  = 1024
	maxFrame  = 2 * maxLine * maxBatch // a line and a name for each record
	frameHead = 12                     // bytes
)

var errFrame = errors.New("a damaged frame")

// appendFrame appends a batch as it is on the wire and in the spool: the payload's length
// and checksums of length and payload, four bytes each, and the payload, lines of
// "PRODUCER NUMBER TEXT". The length has a checksum of its own, so that a damaged one does
// not make the rest of a file look like a frame that was not written to its end.
func appendFrame(dst, payload []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, crc32.ChecksumIEEE(dst[len(dst)-4:]))
	dst = binary.LittleEndian.AppendUint32(dst, crc32.ChecksumIEEE(payload))
	return append(dst, payload...)
}

// readFrame returns the payload of the next frame. The error is io.EOF at the end of r,
// io.ErrUnexpectedEOF if r ends inside the frame, errFrame if the frame is damaged.
func readFrame(r io.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n > maxFrame || crc32.ChecksumIEEE(head[:4]) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errFrame
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(r, payload); err == io.EOF {
		return nil, io.ErrUnexpectedEOF
	} else if err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(payload) != binary.LittleEndian.Uint32(head[8:]) {
		return nil, errFrame
	}
	return payload, nil
}

// number cuts the number off the front of "NUMBER TEXT".
func number(line []byte) (n uint64, text []byte, err error) {
	digits, text, _ := bytes.Cut(line, []byte(" "))
	n, err = strconv.ParseUint(string(digits), 10, 64)
	return n, text, err
}

// newest sets last to the newest number of each producer of a payload, and calls fresh with
// the lines that are newer than what last had.
func newest(last map[string]uint64, payload []byte, fresh func(line []byte)) error {
	for line := range bytes.Lines(payload) {
		name, rest, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		n, _, err := number(rest)
		if err != nil {
			return err
		}
		if n > last[string(name)] {
			last[string(name)] = n
			fresh(line)
		}
	}
	return nil
}
