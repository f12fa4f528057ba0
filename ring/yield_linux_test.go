package ring

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// A caller that waits for a claim keeps its place in Go's scheduler at first. The scheduler may
// stop a goroutine at any time, so one try in a hundred is enough.
func TestWaitKeepsItsPlace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	kept := false
	for n := 0; n < 100 && !kept; n++ {
		ran := make(chan struct{})
		go func() { close(ran) }()
		for try := range 9 {
			wait(try)
		}
		select {
		case <-ran:
		default:
			kept = true
		}
		<-ran
	}
	require.True(t, kept)
}
