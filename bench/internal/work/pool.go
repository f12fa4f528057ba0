package work

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// Task is a function that computes for d.
func Task(d time.Duration) func() {
	if d == 0 {
		return func() {}
	}
	turns := pairs.TurnsFor(d)
	return func() { _ = pairs.Spin(turns) }
}

// A Crew is workers that call functions.
type Crew struct {
	Submit func(n int, f func()) // f, n times
	Stop   func() (done int)     // sends the workers home and returns how many functions they called
}

// Pool has a crew call f. An operation is one call; the time ends when the last has
// been made and the workers sleep. Each slice has a crew of its own.
func Pool(f func(), hire func() Crew) pairs.Side {
	return func(n int) []float64 {
		crew := hire()
		pairs.Settle()
		start := pairs.Now()
		crew.Submit(n-1, f)
		last := make(chan struct{})
		crew.Submit(1, func() { close(last) })
		<-last
		elapsed := pairs.Settle() - start
		pairs.Whole("pool", n, crew.Stop())
		return []float64{float64(elapsed) / float64(n)}
	}
}

// PoolLoops are what submits to a crew of goroutines and what these run.
type PoolLoops struct {
	Submit func(n int, f func())
	Work   func() (done int) // until a nil function
}

// Goroutines hires so many goroutines.
func Goroutines(workers int, l PoolLoops) (hire func() Crew) {
	return func() Crew {
		var (
			wg   sync.WaitGroup
			done atomic.Int64
		)
		for range workers {
			wg.Go(func() { done.Add(int64(l.Work())) })
		}
		return Crew{Submit: l.Submit, Stop: func() int {
			l.Submit(workers, nil)
			wg.Wait()
			return int(done.Load())
		}}
	}
}

// PortPool waits without limit for room and for functions.
//
//go:noinline
func PortPool(p *iocp.Port[func()]) PoolLoops {
	return PoolLoops{
		Submit: func(n int, f func()) {
			for range n {
				pairs.Must(p.PostTimeout(f, iocp.Infinite))
			}
		},
		Work: func() (done int) {
			for {
				f, err := p.Get(iocp.Infinite)
				pairs.Must(err)
				if f == nil {
					return done
				}
				f()
				done++
			}
		},
	}
}
