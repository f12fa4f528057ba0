package pairs

import (
	"io"
	"os"
	"os/exec"
	"runtime"
)

// burnEnv makes the process a burner instead of a benchmark.
const burnEnv = "IOCP_BENCH_BURN"

// A burner is another process that keeps every core busy.
type burner struct {
	cmd   *exec.Cmd
	alive io.Closer // the write end of its standard input
}

func startBurner() (*burner, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), burnEnv+"=1")
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	ready, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b := &burner{cmd: cmd, alive: alive}
	if _, err := ready.Read(make([]byte, 1)); err != nil {
		b.stop()
		return nil, err
	}
	return b, nil
}

func (b *burner) stop() {
	b.alive.Close()
	b.cmd.Process.Kill()
	b.cmd.Wait()
}

// Burn does not return if the process was started as a burner. It is the first
// call of a main or a TestMain that may run crowded scenarios: the process that
// is started is another of the same program. A burner's standard input ends when
// its parent does, however that comes about.
func Burn() {
	if os.Getenv(burnEnv) == "" {
		return
	}
	// One processor more than burns, for the goroutine that reads.
	runtime.GOMAXPROCS(runtime.NumCPU() + 1)
	for range runtime.NumCPU() {
		go func() {
			for {
				_ = Spin(1_000_000)
			}
		}()
	}
	os.Stdout.Write([]byte{'.'})
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
