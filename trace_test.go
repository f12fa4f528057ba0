package iocp

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A trace is what the functions of kernel32 answered, call by call, with up to six
// goroutines waiting. It was recorded under Wine 10 through x/sys/windows.
type traceStep struct {
	I    int
	Op   string // post; get0, ex0: a look; wait, waitex: slot parks; expire: a wait that times out; close
	Slot int
	N    int // room for packets
	Key  uintptr
	Done []traceDone // the calls that returned by it, in the order of their slots
}

type traceDone struct {
	Slot int // -1 for a look
	OK   bool
	Err  uint32
	Keys []uintptr
}

func TestTraces(t *testing.T) {
	files, err := filepath.Glob("testdata/trace-*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { replay(t, file) })
	}
}

func replay(t *testing.T, file string) {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	h, err := CreateIoCompletionPort(InvalidHandle, 0, 0, 0)
	require.NoError(t, err)
	o := handles.lookup(h)
	require.NotNil(t, o)
	var (
		results = make(chan traceDone, 64)
		waiting = 0
		steps   = 0
	)
	// take is a call with room for n, a Get if ex is false.
	take := func(slot, n int, ex bool, timeout uint32) traceDone {
		if ex {
			entries := make([]OverlappedEntry, n)
			got, err := GetQueuedCompletionStatusEx(h, entries, timeout, false)
			d := traceDone{Slot: slot, OK: err == nil, Err: number(err)}
			for _, e := range entries[:got] {
				d.Keys = append(d.Keys, e.CompletionKey)
			}
			return d
		}
		qty, key, overlapped := uint32(0xDEADBEEF), uintptr(0xDEAD), new(Overlapped)
		err := GetQueuedCompletionStatus(h, &qty, &key, &overlapped, timeout)
		d := traceDone{Slot: slot, OK: err == nil, Err: number(err)}
		if err == nil {
			d.Keys = []uintptr{key}
		} else if overlapped != nil || qty != 0xDEADBEEF || key != 0xDEAD {
			d.Err = ^uint32(0)
		}
		return d
	}
	// settle returns the calls that have returned, when all others sleep.
	settle := func() (done []traceDone) {
		for end := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
			for len(results) != 0 {
				done = append(done, <-results)
				waiting--
			}
			if o.port.Stats().Waiting == waiting && len(results) == 0 && sleepers() >= waiting {
				return done
			}
			require.True(t, time.Now().Before(end), "%d wait, %d should", o.port.Stats().Waiting, waiting)
		}
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s traceStep
		require.NoError(t, json.Unmarshal(lines.Bytes(), &s))
		var done []traceDone
		switch s.Op {
		case "": // the first and the last line are about the recording
			continue
		case "post":
			require.NoError(t, PostQueuedCompletionStatus(h, uint32(s.Key), s.Key, nil))
		case "get0", "ex0":
			done = append(done, take(-1, max(s.N, 1), s.Op == "ex0", 0))
		case "wait", "waitex", "expire":
			timeout := uint32(INFINITE)
			if s.Op == "expire" {
				timeout = 1
			}
			waiting++
			go func() { results <- take(s.Slot, s.N, s.Op == "waitex", timeout) }()
			if s.Op == "expire" {
				done = append(done, <-results)
				waiting--
			}
		case "close":
			require.NoError(t, CloseHandle(h))
		default:
			t.Fatalf("step %d: %q is not known", s.I, s.Op)
		}
		done = append(done, settle()...)
		bySlot := func(a, b traceDone) int { return a.Slot - b.Slot }
		slices.SortFunc(done, bySlot)
		slices.SortFunc(s.Done, bySlot)
		if len(s.Done) != 0 || len(done) != 0 {
			require.Equal(t, s.Done, done, "step %d: %s", s.I, lines.Text())
		}
		steps++
	}
	require.NoError(t, lines.Err())
	require.Greater(t, steps, 100)
	require.Zero(t, waiting)
}

// number is what GetLastError would answer.
func number(err error) uint32 {
	switch err := err.(type) {
	case nil:
		return 0
	case Errno:
		return uint32(err)
	case *Error:
		return err.Errno()
	}
	return ^uint32(0)
}
