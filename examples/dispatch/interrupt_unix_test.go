//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ctrl-C at the terminal goes to every process of the program. In the second mode's turn it
// leaves two columns, and a generator that goes on until its answers are there.
func TestInterruptFromTheTerminal(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-duration", "3s", "-rate", "1000")
	cmd.Env = append(os.Environ(), program+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that the test itself is spared
	var out bytes.Buffer
	cmd.Stdout = &out
	log, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := ""
	for lines := bufio.NewScanner(log); lines.Scan(); {
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "turn 1 of 3: port+thread") {
			require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
		}
	}
	require.NoError(t, cmd.Wait(), said)
	assert.Contains(t, said, "stopped")
	assert.Contains(t, out.String(), "port+thread")
	assert.NotContains(t, out.String(), "channel", "had no turn")
}
