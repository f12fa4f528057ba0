package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func spooled(t *testing.T, name string) string {
	var out bytes.Buffer
	require.NoError(t, cat(&out, name))
	return out.String()
}

// openReceiver returns a receiver over a file, which it closes with the test.
func openReceiver(t *testing.T, name string) *receiver {
	file, last, err := openSpool(name)
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	return &receiver{fail: func(error) {}, file: file, last: last}
}

// What is not newer than what the file has is left out, by itself or among others, after a
// restart as well.
func TestNothingIsStoredTwice(t *testing.T) {
	name := filepath.Join(t.TempDir(), "spool")
	for range 2 {
		r := openReceiver(t, name)
		session, _ := r.begin()
		require.NoError(t, r.store(session, []byte("a 1 x\nb 1 y\na 2 \n")))
		require.NoError(t, r.store(session, []byte("a 1 x\nb 1 y\na 2 \n")))
		require.NoError(t, r.store(session, []byte("a 2 \nb 1 y\nb 5 z\na 3 w\nb 5 z\n")))
		require.Error(t, r.store(session, []byte("a 4 x\na five\n")))
		assert.Equal(t, "a 1 x\nb 1 y\na 2 \nb 5 z\na 3 w\n", spooled(t, name))
	}
	_, table := openReceiver(t, name).begin()
	assert.ElementsMatch(t, []string{"a 3", "b 5"}, bytesLines(table))
}

func bytesLines(b []byte) (lines []string) {
	for line := range bytes.Lines(b) {
		lines = append(lines, string(bytes.TrimSpace(line)))
	}
	return lines
}

// A killed shipper's batch that is read after its successor's connection is not stored: a
// record that it dropped may have been sent again.
func TestFormerSessionStoresNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "spool")
	r := openReceiver(t, name)
	former, _ := r.begin()
	session, _ := r.begin()
	assert.ErrorIs(t, r.store(former, []byte("a 7 x\n")), errFenced)
	require.NoError(t, r.store(session, []byte("a 6 x\n")))
	assert.Equal(t, "a 6 x\n", spooled(t, name))
}

// A receiver killed while it wrote leaves a part of a frame, which is cut off. Any other
// damage is an error, and the file stays as it is.
func TestSpoolIsCutAtItsLastWholeFrame(t *testing.T) {
	name := filepath.Join(t.TempDir(), "spool")
	r := openReceiver(t, name)
	session, _ := r.begin()
	require.NoError(t, r.store(session, []byte("a 1 x\n")))
	one, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, r.store(session, []byte("a 2 yyyyyyyyyyyy\n")))
	two, err := os.ReadFile(name)
	require.NoError(t, err)

	for n := len(one); n < len(two); n++ {
		require.NoError(t, os.WriteFile(name, two[:n], 0o644))
		if n > len(one) {
			require.ErrorIs(t, cat(io.Discard, name), io.ErrUnexpectedEOF, n)
		}
		r := openReceiver(t, name)
		session, _ := r.begin()
		require.NoError(t, r.store(session, []byte("a 1 x\na 2 z\n")), n) // shorter than what may be left
		require.Equal(t, "a 1 x\na 2 z\n", spooled(t, name), n)
	}
	for i := range one {
		damaged := bytes.Clone(two)
		damaged[i] ^= 0x10
		require.NoError(t, os.WriteFile(name, damaged, 0o644))
		_, _, err := openSpool(name)
		require.ErrorIs(t, err, errFrame, i)
		require.ErrorIs(t, cat(io.Discard, name), errFrame, i)
		after, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, damaged, after, i)
	}
}

// journal is a file, and a connection, that notes what is done in which order.
type journal struct {
	net.Conn
	done    []string
	failing string
}

func (j *journal) note(what string) error {
	j.done = append(j.done, what)
	if what == j.failing {
		return errors.New("no " + what)
	}
	return nil
}

type journalFile struct{ *journal }

func (f journalFile) Write(b []byte) (int, error) { return len(b), f.note("write") }
func (f journalFile) Sync() error                 { return f.note("sync") }

func (j *journal) Write(b []byte) (int, error) {
	if string(b) == stored {
		j.note("answer")
	}
	return j.Conn.Write(b)
}

// The answer follows fsync. Without fsync there is none, and nothing is stored any more.
func TestAnswerFollowsSync(t *testing.T) {
	for failing, want := range map[string][]string{
		"":      {"write", "sync", "answer", "write", "sync", "answer"},
		"write": {"write"},
		"sync":  {"write", "sync"},
	} {
		near, far := net.Pipe()
		j := &journal{Conn: far, failing: failing}
		var failed error
		r := &receiver{fail: func(err error) { failed = err }, file: journalFile{j}, last: map[string]uint64{}}
		done := make(chan error)
		go func() { done <- r.serve(j) }()
		k := &link{conn: near, patience: time.Minute}
		_, err := readFrame(near)
		require.NoError(t, err)
		err = k.send(appendFrame(nil, []byte("a 1 x\n")))
		assert.Equal(t, failing == "", err == nil, failing)
		if failing == "" {
			assert.NoError(t, k.send(appendFrame(nil, []byte("a 2 x\n"))))
			near.Close()
			assert.ErrorIs(t, <-done, io.EOF)
			assert.NoError(t, failed)
		} else {
			assert.EqualError(t, <-done, "no "+failing)
			assert.EqualError(t, failed, "no "+failing)
			session, _ := r.begin()
			assert.EqualError(t, r.store(session, []byte("a 1 x\n")), "no "+failing)
		}
		assert.Equal(t, want, j.done, failing)
	}
}

// deaf are connections whose first answer is lost, with the connection.
type deaf struct {
	net.Listener
	lost atomic.Bool
}

type deafConn struct {
	net.Conn
	l *deaf
}

func (l *deaf) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return deafConn{conn, l}, err
}

func (c deafConn) Write(b []byte) (int, error) {
	if string(b) == stored && c.l.lost.CompareAndSwap(false, true) {
		return 0, errors.Join(io.ErrClosedPipe, c.Close())
	}
	return c.Conn.Write(b)
}

// A batch whose answer was lost is sent again, and is in the file once.
func TestLostAnswer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "spool")
	file, last, err := openSpool(name)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- receive(ctx, &deaf{Listener: l}, file, last) }()

	k := &link{address: l.Addr().String(), patience: time.Minute}
	last, err = k.dial()
	require.NoError(t, err)
	assert.Empty(t, last)
	tries := 0
	require.NoError(t, retry(t.Context(), func() error {
		tries++
		return k.send(appendFrame(nil, []byte("a 1 x\nb 4 y\n")))
	}))
	assert.Equal(t, 2, tries)
	assert.Equal(t, "a 1 x\nb 4 y\n", spooled(t, name))
	last, err = k.dial()
	require.NoError(t, err)
	assert.Equal(t, map[string]uint64{"a": 1, "b": 4}, last)
	cancel()
	assert.NoError(t, <-done)
}

// Another answer than the receiver's is an error, and the connection is not used again.
func TestWrongAnswer(t *testing.T) {
	near, far := net.Pipe()
	go func() {
		readFrame(far)
		io.WriteString(far, "no\n")
	}()
	k := &link{conn: near, patience: time.Minute}
	assert.ErrorContains(t, k.send(appendFrame(nil, []byte("a 1 x\n"))), `"no\n"`)
	assert.Nil(t, k.conn)
}
