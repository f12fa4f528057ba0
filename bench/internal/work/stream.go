package work

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Loops are what the goroutines of a stream run on one implementation. They are
// written out for each, so that nothing stands between them and its calls.
type Loops struct {
	Post func(n int)                  // n packets with keys 1 to n
	End  func()                       // one packet with key 0
	Take func() (n int, keys uintptr) // until a packet with key 0
}

// Shape is how many goroutines a stream has.
type Shape struct{ Posters, Takers int }

// Shapes are those of rows 2 and 17.
var Shapes = []Shape{{1, 1}, {1, 4}, {4, 1}, {2, 2}, {8, 8}, {64, 64}}

func (s Shape) String() string { return fmt.Sprintf("shape=%dx%d", s.Posters, s.Takers) }

// Stream measures from the start of the goroutines until the last packet is
// taken. The posters share the packets evenly; a taker ends when it meets the end
// of the stream, so all of them work until then.
func Stream(s Shape, l Loops) pairs.Side {
	return func(n int) []float64 {
		var (
			posters, takers sync.WaitGroup
			taken           atomic.Int64
			keys            atomic.Uintptr
			want            uintptr
		)
		start := pairs.Now()
		for range s.Takers {
			takers.Go(func() {
				n, sum := l.Take()
				taken.Add(int64(n))
				keys.Add(sum)
			})
		}
		for i := range s.Posters {
			share := (n + i) / s.Posters // adds up to n
			want += uintptr(share) * uintptr(share+1) / 2
			posters.Go(func() { l.Post(share) })
		}
		posters.Wait()
		for range s.Takers {
			l.End()
		}
		takers.Wait()
		elapsed := pairs.Now() - start
		pairs.Whole("stream", n, int(taken.Load()))
		if keys.Load() != want {
			panic("stream: keys do not add up")
		}
		return []float64{float64(elapsed) / float64(n)}
	}
}

// PortLoops waits without limit for room and for packets.
//
//go:noinline
func PortLoops(p *iocp.Port[iocp.Packet]) Loops {
	return Loops{
		Post: func(n int) {
			for i := range n {
				pairs.Must(p.PostTimeout(iocp.Packet{Key: uintptr(i + 1)}, iocp.Infinite))
			}
		},
		End: func() { pairs.Must(p.PostTimeout(iocp.Packet{}, iocp.Infinite)) },
		Take: func() (n int, keys uintptr) {
			for {
				v, err := p.Get(iocp.Infinite)
				pairs.Must(err)
				if v.Key == 0 {
					return n, keys
				}
				n++
				keys += v.Key
			}
		},
	}
}
