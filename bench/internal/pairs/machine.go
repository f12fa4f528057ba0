package pairs

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"runtime"
	"time"
)

// machine is where and when the figures were measured.
type machine struct {
	Go     string `json:"go"`
	GOOS   string `json:"goos"`
	GOARCH string `json:"goarch"`
	CPUs   int    `json:"cpus"`
	Procs  int    `json:"gomaxprocs"`
	CPU    string `json:"cpu"`
	Date   string `json:"date"`

	ClockNS float64  `json:"clock_ns,omitempty"` // a reading of the clock
	Command []string `json:"command,omitempty"`
}

func thisMachine(command []string) machine {
	return machine{
		Go:     runtime.Version(),
		GOOS:   runtime.GOOS,
		GOARCH: runtime.GOARCH,
		CPUs:   runtime.NumCPU(),
		Procs:  runtime.GOMAXPROCS(0),
		CPU:    cpuModel(),
		Date:   time.Now().UTC().Format(time.RFC3339),

		ClockNS: math.Round(10*ClockCost()) / 10,
		Command: command,
	}
}

func (m machine) String() string {
	s := fmt.Sprintf("%s %s/%s, %d CPUs (%s), GOMAXPROCS %d, %s", m.Go, m.GOOS, m.GOARCH, m.CPUs, m.CPU, m.Procs, m.Date)
	if m.ClockNS > 0 {
		s += fmt.Sprintf("\na reading of the clock takes %.1f ns; a latency contains two", m.ClockNS)
	}
	return s
}

// cpuModel is what Linux says the processor is.
func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range bytes.Lines(info) {
			if key, value, ok := bytes.Cut(line, []byte(":")); ok && string(bytes.TrimSpace(key)) == "model name" {
				return string(bytes.TrimSpace(value))
			}
		}
	}
	return "model unknown"
}
