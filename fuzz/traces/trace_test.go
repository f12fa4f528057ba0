package traces

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/fuzz/ports"
	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
)

// A trace is what the functions of kernel32 answered, call by call, with up to six
// goroutines waiting. It was recorded under Wine 10 through x/sys/windows.
type traceStep struct {
	I    int
	Op   string // post; get0, ex0: a look; wait, waitex: slot parks; expire: a wait that times out; under; close
	Slot int
	Over int // under: a wait in this slot begins above that of Slot, which times out then
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
		t.Run(filepath.Base(file), func(t *testing.T) {
			steps := readTrace(t, file)
			require.Greater(t, len(steps), 10)
			replay(t, steps)
		})
	}
}

func readTrace(t *testing.T, file string) (steps []traceStep) {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var s traceStep
		require.NoError(t, json.Unmarshal(lines.Bytes(), &s))
		if s.Op != "" { // the first and the last line are about the recording
			steps = append(steps, s)
		}
	}
	require.NoError(t, lines.Err())
	return steps
}

func replay(t *testing.T, steps []traceStep) {
	h, err := iocp.CreateIoCompletionPort(iocp.InvalidHandle, 0, 0, 0)
	require.NoError(t, err)
	defer iocp.CloseHandle(h)
	var (
		results = make(chan traceDone, 64)
		waiting = 0
	)
	// take is a call with room for n, a Get if ex is false.
	take := func(slot, n int, ex bool, timeout uint32) traceDone {
		if ex {
			entries := make([]iocp.OverlappedEntry, n)
			got, err := iocp.GetQueuedCompletionStatusEx(h, entries, timeout, false)
			d := traceDone{Slot: slot, OK: err == nil, Err: ports.Number(err)}
			for _, e := range entries[:got] {
				d.Keys = append(d.Keys, e.CompletionKey)
			}
			return d
		}
		qty, key, overlapped := uint32(0xDEADBEEF), uintptr(0xDEAD), new(iocp.Overlapped)
		err := iocp.GetQueuedCompletionStatus(h, &qty, &key, &overlapped, timeout)
		d := traceDone{Slot: slot, OK: err == nil, Err: ports.Number(err)}
		if err == nil {
			d.Keys = []uintptr{key}
		} else if overlapped != nil || qty != 0xDEADBEEF || key != 0xDEAD {
			d.Err = ^uint32(0)
		}
		return d
	}
	// settle waits until n calls have returned and all others sleep, and returns what has
	// returned. A call that returns without reason and later than that is found by the next
	// settle, or at the end.
	settle := func(n int) (done []traceDone) {
		rig.Eventually(t, "the calls return or sleep", func() bool {
			for len(results) != 0 {
				done = append(done, <-results)
				waiting--
			}
			return len(done) >= n && (waiting == 0 || stacks.Parked() >= waiting)
		})
		return done
	}
	begin := func(slot, n int, ex bool, timeout uint32) {
		waiting++
		go func() { results <- take(slot, n, ex, timeout) }()
	}
	for _, s := range steps {
		var done []traceDone
		left := func() int { return len(s.Done) - len(done) } // calls that are to return by this step
		// call is one that returns nothing unless it fails.
		call := func(err error) {
			if err != nil {
				done = append(done, traceDone{Slot: -1, Err: ports.Number(err)})
			}
		}
		switch s.Op {
		case "post":
			call(iocp.PostQueuedCompletionStatus(h, uint32(s.Key), s.Key, nil))
		case "get0", "ex0":
			done = append(done, take(-1, max(s.N, 1), s.Op == "ex0", 0))
		case "wait", "waitex":
			begin(s.Slot, s.N, s.Op == "waitex", iocp.INFINITE)
		case "expire":
			begin(s.Slot, s.N, false, 1)
			done = append(done, <-results)
			waiting--
		case "under":
			begin(s.Slot, s.N, false, 2)
			done = append(done, settle(0)...) // it sleeps, or is back already
			begin(s.Over, s.N, false, iocp.INFINITE)
			if len(done) == 0 {
				done = append(done, <-results)
				waiting--
			}
		case "close":
			call(iocp.CloseHandle(h))
		default:
			t.Fatalf("step %d: %q is not known", s.I, s.Op)
		}
		done = append(done, settle(left())...)
		sameDone(t, s, done)
	}
	require.NoError(t, closing(h))
	for range waiting {
		require.Equal(t, ports.Number(iocp.ERROR_ABANDONED_WAIT_0), (<-results).Err)
	}
}

// sameDone requires that step s has made these calls return.
func sameDone(t *testing.T, s traceStep, done []traceDone) {
	t.Helper()
	bySlot := func(a, b traceDone) int { return a.Slot - b.Slot }
	slices.SortFunc(done, bySlot)
	slices.SortFunc(s.Done, bySlot)
	if len(s.Done) != 0 || len(done) != 0 {
		require.Equal(t, s.Done, done, "step %d: %+v", s.I, s)
	}
}

// closing closes a handle that may have been closed.
func closing(h iocp.Handle) error {
	if err := iocp.CloseHandle(h); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
