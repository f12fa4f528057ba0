package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

const stored = "ok\n" // the receiver's answer to a frame that is in its file

var errFenced = errors.New("a newer shipper has connected")

// receiver appends what the shipper sends to a file.
type receiver struct {
	fail context.CancelCauseFunc // called when the file cannot be written

	mu   sync.Mutex // guards the rest
	file interface {
		io.Writer
		Sync() error
	}
	last    map[string]uint64 // producer: the newest number in the file
	session int               // the newest connection's; no other may store
	err     error             // the file's; it may end inside a frame, and nothing is stored any more
}

// openSpool opens a spool file at its end, and returns the newest numbers in it. A last
// frame that is not whole is cut off: the receiver was killed while it wrote, and has not
// answered. Damage before the last frame is an error.
func openSpool(name string) (*os.File, map[string]uint64, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, err
	}
	last, end := map[string]uint64{}, int64(0)
	for in := bufio.NewReader(file); ; {
		payload, err := readFrame(in)
		if err != nil {
			if _, more := in.Peek(1); more == nil {
				return nil, nil, errors.Join(fmt.Errorf("%s, at byte %d: %w", name, end, err), file.Close())
			}
			break
		}
		newest(last, payload, func([]byte) {}) // an error was one before the frame was written
		end += frameHead + int64(len(payload))
	}
	err = file.Truncate(end)
	if err == nil {
		_, err = file.Seek(end, io.SeekStart)
	}
	if err == nil {
		err = file.Sync()
	}
	if err == nil && runtime.GOOS != "windows" { // where a new name in a folder needs it
		var dir *os.File
		if dir, err = os.Open(filepath.Dir(name)); err == nil {
			err = errors.Join(dir.Sync(), dir.Close())
		}
	}
	return file, last, err
}

// receive serves the connections of l until ctx is done or the file fails.
func receive(ctx context.Context, l net.Listener, file *os.File, last map[string]uint64) error {
	ctx, fail := context.WithCancelCause(ctx)
	r := &receiver{fail: fail, file: file, last: last}
	context.AfterFunc(ctx, func() { l.Close() })
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		}
		if err != nil {
			return err
		}
		go func() { log.Printf("receiver: %v: %v", conn.RemoteAddr(), r.serve(conn)) }()
	}
}

// serve sends the newest numbers, and then stores a frame after another.
func (r *receiver) serve(conn net.Conn) error {
	defer conn.Close()
	session, table := r.begin()
	if _, err := conn.Write(appendFrame(nil, table)); err != nil {
		return err
	}
	for in := bufio.NewReader(conn); ; {
		payload, err := readFrame(in)
		if err != nil {
			return err
		}
		if err := r.store(session, payload); err != nil {
			return err
		}
		if _, err := io.WriteString(conn, stored); err != nil {
			return err
		}
	}
}

// begin ends all sessions before this one: what a killed shipper has left in a socket is
// not stored after the table was read, which tells producers where to resume.
func (r *receiver) begin() (session int, table []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.session++
	for name, n := range r.last {
		table = fmt.Appendf(table, "%s %d\n", name, n)
	}
	return r.session, table
}

// store appends the records of payload that are not in the file yet, and returns nil when
// the file has them all for good.
func (r *receiver) store(session int, payload []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	if session != r.session {
		return errFenced
	}
	var fresh []byte
	last := maps.Clone(r.last)
	if err := newest(last, payload, func(line []byte) { fresh = append(fresh, line...) }); err != nil || fresh == nil {
		return err
	}
	_, err := r.file.Write(appendFrame(nil, fresh))
	if err == nil {
		err = r.file.Sync()
	}
	if err != nil {
		r.err = err
		r.fail(err)
		return err
	}
	r.last = last
	return nil
}

// cat prints the records of a spool file.
func cat(out io.Writer, spool string) error {
	file, err := os.Open(spool)
	if err != nil {
		return err
	}
	defer file.Close()
	for in := bufio.NewReader(file); ; {
		payload, err := readFrame(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := out.Write(payload); err != nil {
			return err
		}
	}
}
