package pairs

import (
	"bytes"
	"fmt"
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
}

func thisMachine() machine {
	return machine{
		Go:     runtime.Version(),
		GOOS:   runtime.GOOS,
		GOARCH: runtime.GOARCH,
		CPUs:   runtime.NumCPU(),
		Procs:  runtime.GOMAXPROCS(0),
		CPU:    cpuModel(),
		Date:   time.Now().UTC().Format(time.RFC3339),
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%s %s/%s, %d CPUs (%s), GOMAXPROCS %d, %s", m.Go, m.GOOS, m.GOARCH, m.CPUs, m.CPU, m.Procs, m.Date)
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
