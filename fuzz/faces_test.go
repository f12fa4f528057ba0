package fuzz

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// A program for FuzzFaces is two bytes for the options of the ports, then two bytes for each
// call. The first has the call in its low four bits, and its target in the next two: every
// side, the Port, the first handle, the second. The second byte is the argument n.
const (
	facePost     = iota
	faceFail     // a packet of an operation that failed, with status n
	faceBurst    // n posts in a row, or a PostBatch
	faceGet      // a Get that does not wait
	faceGetBatch // a batch that does not wait, with room for n
	faceWait     // a call that is to sleep: a Get, or a batch with room for n
	faceExpire   // a call that is to sleep for a millisecond
	faceUnder    // a call that is to sleep for a millisecond, with a newer sleeper above
	faceCancel   // the end of waiter n's context; a Port's only
	faceInterrupt
	faceNil     // nil where a pointer belongs; a handle's only
	faceInvalid // an invalid handle: one of a list, or the next eight bytes
	faceCreate  // CreateIoCompletionPort with wrong arguments
	faceClose   // only where n is below 64: else a get
	faceReopen  // a new handle in place of a closed one
	faceLook    // Len and Stats of a Port
)

// sleeps bounds the slow calls of a program, expiries the slowest.
const sleeps, expiries = 40, 4

func FuzzFaces(f *testing.F) {
	for _, program := range facePrograms() {
		f.Add(program)
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		runFaces(t, program[:min(len(program), 500)])
	})
}

// call makes a call on every side.
func call(op, n byte) []byte { return []byte{op, n} }

func program(about [2]byte, calls ...[]byte) []byte {
	p := about[:]
	for _, c := range calls {
		p = append(p, c...)
	}
	return p
}

// facePrograms are the seeds: each call, on ports of each kind.
func facePrograms() (programs [][]byte) {
	for about := range byte(64) {
		kind := [2]byte{about, about >> 4}
		var queue, wait, burst, end [][]byte
		for n := byte(1); n < 80; n += 9 {
			queue = append(queue, call(faceBurst, n), call(facePost, 0), call(faceFail, n), call(faceGetBatch, n/2), call(faceGet, 0), call(faceLook, 0))
		}
		for n := range byte(4) {
			wait = append(wait, call(faceWait, n), call(faceWait, 0), call(facePost, 0), call(faceWait, 3-n), call(faceGet, 0), call(faceFail, n),
				call(faceCancel, n), call(faceLook, 0), call(facePost, 0), call(facePost, 0))
			burst = append(burst, call(faceWait, 0), call(faceWait, 2*n), call(faceWait, n), call(faceBurst, 2*n+1), call(faceGetBatch, 40), call(faceInterrupt, 0))
			end = append(end, call(faceNil, n), call(faceInvalid, n), call(faceInvalid, 0xFF), []byte{n, 1, 2, 3, 4, 5, 6, 7}, call(faceCreate, n))
		}
		end = append(end, call(faceWait, 0), call(faceWait, 2), call(faceClose, 0), call(faceGet, 0), call(facePost, 0), call(faceWait, 1), call(faceNil, 0), call(faceClose, 0),
			call(faceReopen, 0), call(faceInvalid, 7), call(faceGet, 0), call(faceBurst, 9), call(faceClose, 0), call(faceGetBatch, 9), call(faceReopen, 0), call(faceGetBatch, 9))
		switch about % 4 {
		case 0:
			programs = append(programs, program(kind, queue...), program(kind, append(wait, end...)...))
		case 1:
			programs = append(programs, program(kind, append(burst, queue...)...))
		case 2:
			programs = append(programs, program(kind, append(end, append(burst, end...)...)...))
		case 3:
			programs = append(programs, program(kind, call(faceWait, 1), call(faceUnder, 0), call(facePost, 0), call(faceExpire, 1), call(facePost, 0), call(faceGet, 0), call(faceUnder, 3), call(faceClose, 0)))
		}
	}
	return programs
}

// The seeds have every kind of call.
func TestFacePrograms(t *testing.T) {
	did := map[byte]int{}
	for _, p := range facePrograms() {
		for op, n := range runFaces(t, p) {
			did[op] += n
		}
	}
	for op := range byte(16) {
		require.NotZero(t, did[op], "call %d", op)
	}
}

// runFaces runs a program and returns how often it made each call.
func runFaces(t *testing.T, program []byte) map[byte]int {
	did := map[byte]int{}
	if len(program) < 2 {
		return did
	}
	m := newMachine(t, program[0], program[1])
	defer m.end()
	var slept, expired int
	for program = program[2:]; len(program) >= 2 && !t.Failed(); program = program[2:] {
		op, to, n := program[0]&15, program[0]>>4&3, program[1]
		if op == faceInvalid {
			garbage := uint64(n) << 20
			if n == 0xFF && len(program) >= 10 {
				garbage = binary.LittleEndian.Uint64(program[2:])
				program = program[8:]
			}
			m.invalid(n, iocp.Handle(garbage))
		}
		for i, s := range m.sides {
			if to != 0 && i != int(to-1) {
				continue
			}
			switch op {
			case faceWait:
				slept++
			case faceExpire, faceUnder:
				expired++
			}
			if slept > sleeps && op == faceWait || expired > expiries && (op == faceExpire || op == faceUnder) {
				continue
			}
			m.do(s, op, int(n))
			did[op]++
		}
	}
	m.drain()
	return did
}

func (m *machine) do(s *side, op byte, n int) {
	switch op {
	case facePost:
		s.post(m.packet(0))
	case faceFail:
		s.post(m.packet(failures[n%len(failures)]))
	case faceBurst:
		vs := make([]iocp.Packet, n%97)
		for i := range vs {
			vs[i] = m.packet(0)
		}
		s.post(vs...)
	case faceGet:
		s.get()
	case faceGetBatch:
		s.getBatch(n % 80)
	case faceWait:
		m.wait(s, n%6)
	case faceExpire:
		m.expire(s, n%6, false)
	case faceUnder:
		m.expire(s, n%6, true)
	case faceCancel:
		s.cancel(n)
	case faceInterrupt:
		s.interrupt()
	case faceNil:
		s.nilPointers()
	case faceCreate:
		m.create(s, n)
	case faceClose:
		if n < 64 {
			s.close()
		} else {
			s.get()
		}
	case faceReopen:
		m.reopen(s)
	case faceLook:
		s.look()
	}
}
