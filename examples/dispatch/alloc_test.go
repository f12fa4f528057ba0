//go:build linux && !race

package main

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

// In steady state nothing allocates, neither the reader nor the workers nor the queue nor the
// free list nor x/net; and as nothing is lost, no buffer is either. (With the race detector
// sync.Pool, which x/net uses, forgets at random; other systems read one datagram a call, and
// x/net allocates for each.)
func TestSteadyStateDoesNotAllocate(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties sync.Pool
	eachMode(t, func(t *testing.T, m mode) {
		c := roomy()
		c.capacity = 32 // few buffers, so that each goes round many times
		d, err := newDispatcher(c, m, 7)
		require.NoError(t, err)
		defer d.sock.Close()
		served := make(chan error, 1)
		go func() { served <- d.serve() }()

		g, err := newGenerator(plan{To: d.addr(), Turn: 7, Receive: c.receive}, nil)
		require.NoError(t, err)
		sock := g.sock
		defer sock.Close()
		require.NoError(t, g.introduce())

		const some = 16
		out, in := messages(some, nil), messages(some, nil)
		for i := range some {
			out[i].Buffers[0] = make([]byte, datagram)
			encode(out[i].Buffers[0], 7, uint64(i))
			in[i].Buffers[0] = make([]byte, datagram+1)
		}
		round := func() {
			if sock.write(out) != 0 {
				t.Fatal("a datagram was refused")
			}
			for got := 0; got < some; {
				n, err := sock.in.ReadBatch(in, 0)
				if err != nil {
					t.Fatal(err)
				}
				got += n
			}
		}
		for range 100 { // until every worker has slept and taken
			round()
		}
		require.Zero(t, testing.AllocsPerRun(1000, round))

		require.NoError(t, g.sign(end))
		require.NoError(t, <-served)
		require.EqualValues(t, 1101*some, d.Answered)
		require.Equal(t, c.capacity+c.workers*d.share, freeBuffers(d), "all but the reader's are in the free list")
	})
}

func freeBuffers(d *dispatcher) int {
	return d.free.poll(make([]*packet, 1000))
}
