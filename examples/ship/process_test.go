package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests start the program as a process: the test binary, told by the environment.
func TestMain(m *testing.M) {
	if os.Getenv("SHIP_PROCESS") == "" {
		os.Exit(m.Run())
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the test is gone
	}()
	main()
	os.Exit(0)
}

type process struct {
	*exec.Cmd
	stdin  io.Closer
	stderr strings.Builder
	listen chan string // the address, or closed
}

func start(t *testing.T, args ...string) *process {
	exe, err := os.Executable()
	require.NoError(t, err)
	p := &process{Cmd: exec.Command(exe, args...), listen: make(chan string, 1)}
	prepare(p.Cmd)
	p.Env = append(os.Environ(), "SHIP_PROCESS=1")
	p.Stderr = &p.stderr
	p.stdin, err = p.StdinPipe()
	require.NoError(t, err)
	stdout, err := p.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.Start())
	go func() {
		defer close(p.listen)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if address, ok := strings.CutPrefix(lines.Text(), "listening at "); ok {
				p.listen <- address
				return
			}
		}
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process by SIGKILL, and returns when it is gone.
func (p *process) kill() {
	p.Process.Kill()
	p.end()
}

// end waits for the end of the process, and returns its status.
func (p *process) end() int {
	p.Wait()
	return p.ProcessState.ExitCode()
}

// A receiver that stays away after the signal: the status is 1, and the process says how
// much it had accepted.
func TestProcessNotDelivered(t *testing.T) {
	receiver := start(t, "-receive", "127.0.0.1:0", "-spool", filepath.Join(t.TempDir(), "spool"))
	shipper := start(t, "-listen", "127.0.0.1:0", "-to", <-receiver.listen, "-grace", "1ms")
	address := <-shipper.listen
	receiver.kill()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	fmt.Fprint(conn, "a\n1 x\n2 y\n")
	heard := bufio.NewReader(conn)
	for _, want := range []string{"resume 0 0\n", "accepted 1\n", "accepted 2\n"} {
		line, err := heard.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, want, line)
	}
	require.NoError(t, stop(shipper.Cmd))
	require.Equal(t, 1, shipper.end(), &shipper.stderr)
	require.Contains(t, shipper.stderr.String(), "2 records accepted and not delivered")
}

// relay is a receiver's address that stays when the receiver is started anew.
type relay struct {
	net.Listener
	to atomic.Pointer[string]
}

func newRelay(t *testing.T) *relay {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	r := &relay{Listener: l}
	nowhere := ""
	r.to.Store(&nowhere)
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", *r.to.Load())
			if err != nil {
				from.Close()
				continue
			}
			for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
				go func() {
					io.Copy(way[0], way[1])
					from.Close()
					to.Close()
				}()
			}
		}
	}()
	return r
}
