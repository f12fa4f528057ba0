package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/iocp-go/iocp"
)

// Pool: one goroutine submits functions, workers call them. An operation is one
// function; the time ends when all have been called and the workers sleep.
func poolScenarios() []scenario {
	goals := []struct {
		work time.Duration
		goal float64
	}{{0, 0.30}, {500 * time.Nanosecond, 0.95}, {5 * time.Microsecond, 1.00}}
	var all []scenario
	for _, g := range goals {
		for _, workers := range []int{4, 64, 1000} {
			all = append(all, scenario{
				name:     "pool",
				params:   fmt.Sprintf("work=%dns/workers=%d", g.work.Nanoseconds(), workers),
				least:    4 * workers, // some for each
				measures: []measure{{row: 8, unit: perOp, goal: g.goal}},
				port:     func() side { return pool(workers, task(g.work), poolPort(newPort[func()](capacity))) },
				channel:  func() side { return pool(workers, task(g.work), poolChan(make(chan func(), capacity))) },
			})
		}
	}
	return all
}

// task is a function that computes for d.
func task(d time.Duration) func() {
	if d == 0 {
		return func() {}
	}
	turns := turnsFor(d)
	return func() { _ = spin(turns) }
}

type poolLoops struct {
	submit func(n int, f func())
	work   func() (done int) // until a nil function
}

func pool(workers int, f func(), l poolLoops) side {
	return func(n int) []float64 {
		var (
			wg   sync.WaitGroup
			done atomic.Int64
		)
		for range workers {
			wg.Go(func() { done.Add(int64(l.work())) })
		}
		settle()
		start := now()
		l.submit(n-1, f)
		last := make(chan struct{})
		l.submit(1, func() { close(last) })
		<-last
		elapsed := settle() - start
		l.submit(workers, nil)
		wg.Wait()
		whole("pool", n, int(done.Load()))
		return []float64{float64(elapsed) / float64(n)}
	}
}

//go:noinline
func poolPort(p *iocp.Port[func()]) poolLoops {
	return poolLoops{
		submit: func(n int, f func()) {
			for range n {
				must(p.PostTimeout(f, iocp.Infinite))
			}
		},
		work: func() (done int) {
			for {
				f, err := p.Get(iocp.Infinite)
				must(err)
				if f == nil {
					return done
				}
				f()
				done++
			}
		},
	}
}

func poolChan(c chan func()) poolLoops {
	return poolLoops{
		submit: func(n int, f func()) {
			for range n {
				c <- f
			}
		},
		work: func() (done int) {
			for {
				f := <-c
				if f == nil {
					return done
				}
				f()
				done++
			}
		},
	}
}
