package stress

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/fuzz/rig"
)

// stressed runs a test, TestStress or its like, in a process of its own, started by
// the command line before and with env beside the environment, and calls disturb
// again and again until it has ended.
func stressed(t *testing.T, test string, before, env []string, disturb func(child *os.Process)) {
	t.Helper()
	// Whatever becomes of this process, the other one dies with the thread that
	// started it, stopped or not.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	self, err := os.Executable()
	require.NoError(t, err)
	args := append(before, self, "-test.run=^"+test+"$", "-test.v",
		"-soak="+faultTime().String(), "-test.timeout="+(faultTime()+2*rig.Patience).String())
	cmd := exec.Command(args[0], args[1:]...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	ended := rig.AsyncErr(cmd.Wait)
	defer func() { _ = cmd.Process.Kill() }()
	for {
		select {
		case r := <-ended:
			require.NoError(t, r.Err, "%s", out.Bytes())
			require.Contains(t, out.String(), "--- PASS: "+test)
			return
		default:
			disturb(cmd.Process)
		}
	}
}

// idle is to disturb nobody.
func idle(*os.Process) { time.Sleep(time.Millisecond) }

// A storm of signals to the process and to each of its threads: a wait that they
// end goes on, to the same deadline.
func TestFaultsUnderSignals(t *testing.T) {
	sent := 0
	stressed(t, "TestStress", nil, nil, func(child *os.Process) {
		threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", child.Pid))
		for range 50 {
			for _, thread := range threads {
				tid, _ := strconv.Atoi(thread.Name())
				if unix.Tgkill(child.Pid, tid, unix.SIGURG) == nil {
					sent++
				}
			}
			if child.Signal(unix.SIGURG) == nil {
				sent++
			}
		}
	})
	t.Logf("%d signals", sent)
	require.NotZero(t, sent)
}

// All threads stop at once, anywhere, for longer than most waits, and go on in
// another order.
func TestFaultsUnderStops(t *testing.T) {
	stops := 0
	stressed(t, "TestStress", nil, nil, func(child *os.Process) {
		time.Sleep(time.Duration(rand.IntN(4_000_000)))
		if child.Signal(unix.SIGSTOP) != nil {
			return // it has ended
		}
		stops++
		time.Sleep(time.Duration(rand.IntN(6_000_000)))
		_ = child.Signal(unix.SIGCONT)
	})
	t.Logf("%d stops", stops)
	require.NotZero(t, stops)
}

// Others burn every core: a thread that is preempted in the middle of something
// stays away for milliseconds, while the rest goes on.
func TestFaultsUnderHogs(t *testing.T) {
	runtime.LockOSThread() // as in stressed
	defer runtime.UnlockOSThread()
	for range 2 * runtime.NumCPU() {
		hog := exec.Command("sh", "-c", fmt.Sprintf("ulimit -t %.0f; while :; do :; done", (faultTime()+rig.Patience).Seconds()))
		hog.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		require.NoError(t, hog.Start())
		t.Cleanup(func() {
			_ = hog.Process.Kill()
			var exit *exec.ExitError
			require.True(t, errors.As(hog.Wait(), &exit))
			require.Greater(t, exit.SystemTime()+exit.UserTime(), time.Duration(0), "it has burnt nothing")
		})
	}
	stressed(t, "TestStress", nil, nil, idle)
}

// The collector runs all the time, checks its own marks, and overwrites what it
// frees: a packet that it has missed shows.
func TestFaultsUnderCollector(t *testing.T) {
	for _, c := range []struct{ test, gogc, godebug string }{
		{"TestStress", "1", "clobberfree=1,gccheckmark=1"},
		{"TestStress", "1", "clobberfree=1,gcstoptheworld=1"},
		{"TestFaults_Collections", "100", "clobberfree=1"},
	} {
		t.Run(c.test+" "+c.godebug, func(t *testing.T) {
			stressed(t, c.test, nil, []string{"GOGC=" + c.gogc, "GODEBUG=" + c.godebug}, idle)
		})
	}
}

// Every few futex calls one begins late, those of Go's own runtime among them.
func TestFaultsUnderLateFutex(t *testing.T) {
	strace := []string{"strace", "-f", "-qq", "--seccomp-bpf", "-o", os.DevNull, "-e", "trace=futex"}
	if err := exec.Command(strace[0], append(strace[1:], "true")...).Run(); err != nil {
		t.Skipf("no strace: %v", err)
	}
	stressed(t, "TestStress", append(strace, "-e", "inject=futex:delay_enter=500:when=5+7"), nil, idle)
}
