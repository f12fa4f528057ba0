package pairs

import (
	"fmt"
	"os"
)

// progress is a line on the terminal that says what is being measured. A nil
// progress says nothing.
type progress struct {
	f          *os.File
	done, want int
}

// newProgress returns nil unless f is a terminal.
func newProgress(f *os.File, want int) *progress {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &progress{f: f, want: want}
}

func (p *progress) show(s Scenario, what string) {
	if p != nil {
		fmt.Fprintf(p.f, "\r%d/%d  %s  %s\x1b[K", p.done+1, p.want, s.Full(), what)
	}
}

// clear takes the line away, for output that may share the terminal.
func (p *progress) clear() {
	if p != nil {
		p.done++
		fmt.Fprint(p.f, "\r\x1b[K")
	}
}
