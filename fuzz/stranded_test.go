package fuzz

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

// Callers wait while packets are posted and a caller that does not wait takes some of them.
// The packets that it leaves are handed over: none stays in the queue while a caller waits. The
// test waits for the stack to say so. A later Post would hide a stranded packet, so there is
// none.
func TestNothingStranded(t *testing.T) {
	for name, opts := range map[string][]iocp.Option{
		"goroutines":       {iocp.WithParking(iocp.ParkGoroutine)},
		"auto":             nil,
		"one at a time":    {iocp.WithParking(iocp.ParkGoroutine), iocp.WithConcurrency(1)},
		"threads, limited": {iocp.WithParking(iocp.ParkThread), iocp.WithConcurrency(1)},
	} {
		t.Run(name, func(t *testing.T) {
			const waiters = 3
			port, err := iocp.New[int](16, opts...)
			require.NoError(t, err)
			var taken atomic.Int64
			var wg sync.WaitGroup
			defer wg.Wait()
			defer port.Close()
			for range waiters {
				wg.Go(func() {
					for {
						if _, err := port.Get(iocp.Infinite); err != nil {
							return
						}
						taken.Add(1)
					}
				})
			}
			settled := func() bool { return port.Len() == 0 && port.Stats().Waiting == waiters }
			posted, until := int64(0), time.Now().Add(500*time.Millisecond)
			for round := 0; time.Now().Before(until); round++ {
				var begun, over atomic.Bool
				var thief sync.WaitGroup
				thief.Go(func() {
					begun.Store(true)
					for booty := 0; booty <= round%2 && !over.Load(); {
						if _, err := port.Get(0); err == nil {
							taken.Add(1)
							booty++
						} else if round%8 == 0 {
							runtime.Gosched()
						}
					}
				})
				for !begun.Load() {
					runtime.Gosched()
				}
				n, err := port.PostBatch([]int{1, 2, 3}[:1+round%3])
				require.NoError(t, err)
				posted += int64(n)
				over.Store(true)
				thief.Wait()
				for giveUp := time.Now().Add(patience); !settled(); runtime.Gosched() {
					if time.Now().After(giveUp) {
						t.Fatalf("round %d: %d packets in the queue and %d callers waiting", round, port.Len(), port.Stats().Waiting)
					}
				}
				require.Equal(t, posted, taken.Load())
			}
		})
	}
}
