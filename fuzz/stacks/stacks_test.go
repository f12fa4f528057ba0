package stacks

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type chanParker chan struct{}

//go:noinline
func (p chanParker) Park() { <-p }

type otherParker struct{ chanParker }

func (p *otherParker) Park() { p.chanParker.Park() }

// Each goroutine counts once: beside others at the same place, at a place of its own,
// and with two Parks on its stack.
func TestParked(t *testing.T) {
	const same = 3
	p := make(chanParker)
	require.Zero(t, Parked())
	for range same {
		go p.Park()
	}
	go func() { p.Park() }()
	go (&otherParker{p}).Park()
	eventually(t, same+2)
	for left := same + 1; left >= 0; left-- {
		p <- struct{}{}
		eventually(t, left)
	}
	require.Contains(t, string(All()), "stacks.TestParked+")
}

func eventually(t *testing.T, n int) {
	for end := time.Now().Add(time.Minute); Parked() != n; runtime.Gosched() {
		require.True(t, time.Now().Before(end), "not %d in Park:\n%s", n, All())
	}
}
