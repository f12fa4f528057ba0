package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// client is a producer that sends records without end and keeps what it is told.
type client struct {
	name string

	mu             sync.Mutex // guards the rest while run runs
	answer         *sync.Cond
	begun, ended   bool            // the newest connection: it was told where to resume; it ended
	sent, answered uint64          // the newest of each
	open           int             // sent and not answered
	accepted       map[uint64]bool // told so, and not looked up in the file yet
	dropped        map[uint64]bool // told so, above what the file has
	durable        uint64          // the newest told
	resume         uint64          // told at least, next time
	lost           int             // accepted, and gone with a killed shipper
	wrong          error           // a broken promise
}

func newClient(name string) *client {
	c := &client{name: name, accepted: map[uint64]bool{}, dropped: map[uint64]bool{}}
	c.answer = sync.NewCond(&c.mu)
	return c
}

// text is what the record of that number says.
func (c *client) text(n uint64) string {
	return strings.Repeat(fmt.Sprintf("%s%d;", c.name, n), int(n*n%19))
}

// run returns when the connection ends.
func (c *client) run(address string) {
	c.begun = false
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer conn.Close()
	in := bufio.NewScanner(conn)
	fmt.Fprintln(conn, c.name)
	if !in.Scan() {
		return
	}
	var writer sync.WaitGroup
	c.mu.Lock()
	c.begin(in.Text())
	writer.Go(func() { c.write(conn) })
	for c.wrong == nil {
		c.mu.Unlock()
		ok := in.Scan()
		c.mu.Lock()
		if !ok {
			break
		}
		if verb, n, ok := strings.Cut(in.Text(), " "); !ok || !c.hears(verb, n) {
			c.wrong = fmt.Errorf("%s hears %q; %d are sent, %d answered, %d durable", c.name, in.Text(), c.sent, c.answered, c.durable)
		}
		c.answer.Signal()
	}
	c.ended = true
	c.answer.Signal()
	c.mu.Unlock()
	conn.Close()
	writer.Wait()
}

func (c *client) begin(line string) {
	var resume, durable uint64
	if n, err := fmt.Sscanf(line, "resume %d %d", &resume, &durable); n != 2 || resume < c.resume || durable < c.durable || resume > c.sent {
		c.wrong = fmt.Errorf("%s hears %q (%v); %d are durable, %d must be known", c.name, line, err, c.durable, c.resume)
	}
	for n := range c.accepted {
		if n > resume {
			delete(c.accepted, n)
			c.lost++
		}
	}
	c.sent, c.answered, c.durable, c.open = resume, resume, durable, 0
	c.begun, c.ended = true, false
}

func (c *client) hears(verb, number string) bool {
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || n > c.sent {
		return false
	}
	if verb == "durable" {
		ok := n > c.durable
		c.durable = n
		return ok
	}
	ok := n > c.answered && !c.dropped[n]
	c.answered = n
	c.open--
	switch verb {
	case "accepted":
		c.accepted[n] = true
	case "dropped":
		c.dropped[n] = true
	default:
		return false
	}
	return ok
}

// write sends up to 100 records ahead of the answers, at most 8 in a write.
func (c *client) write(conn net.Conn) {
	for {
		var lines []byte
		c.mu.Lock()
		for !c.ended && c.open >= 100 {
			c.answer.Wait()
		}
		ended := c.ended
		for range c.sent%8 + 1 {
			if c.sent++; !c.dropped[c.sent] {
				c.open++
				lines = fmt.Appendf(lines, "%d %s\n", c.sent, c.text(c.sent))
			}
		}
		c.mu.Unlock()
		if ended {
			return
		}
		conn.Write(lines)
	}
}

// sink reads the receiver's file, as far as it has whole frames, on from where it was.
type sink struct {
	file *os.File
	last map[string]uint64
}

// check fails if a record is in the file twice or not in order, or has another text; if one
// is missing though nothing is dropped; if one is there that was dropped. Records that were
// accepted must be there if they are durable, and if all says so; not if the shipper before
// accepted them, was killed, and the producer was not told by the next.
func (s *sink) check(t *testing.T, clients map[string]*client, drops, all bool) {
	there := map[string]map[uint64]bool{}
	for name := range clients {
		there[name] = map[uint64]bool{}
	}
	for {
		at, err := s.file.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		payload, err := readFrame(s.file)
		if err != nil {
			_, err = s.file.Seek(at, io.SeekStart)
			require.NoError(t, err)
			break
		}
		for line := range bytes.Lines(payload) {
			words := strings.SplitN(strings.TrimSuffix(string(line), "\n"), " ", 3)
			name := words[0]
			n, err := strconv.ParseUint(words[1], 10, 64)
			require.NoError(t, err)
			if n <= s.last[name] || !drops && n != s.last[name]+1 {
				require.Failf(t, "order", "%s %d after %d", name, n, s.last[name])
			}
			c := clients[name]
			require.Equal(t, c.text(n), words[2])
			require.False(t, c.dropped[n], "%s %d was dropped", name, n)
			there[name][n] = true
			s.last[name] = n
		}
	}
	for name, c := range clients {
		for n := range c.accepted {
			switch {
			case there[name][n]:
				delete(c.accepted, n)
			case all && c.begun || n <= c.durable:
				require.Failf(t, "lost", "%s %d; %d are durable", name, n, c.durable)
			}
		}
		require.GreaterOrEqual(t, s.last[name], c.durable, name)
		for n := range c.dropped {
			if n < s.last[name] {
				delete(c.dropped, n)
			}
		}
	}
}
