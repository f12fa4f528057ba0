package pool_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/examples/pool"
)

// round is a pool with everything at once: functions given in every way, panics, Goexit,
// Resize, and a Close in the middle or at the end.
type round struct {
	p                *pool.Pool
	accepted, called atomic.Int64
	panics, reported atomic.Int64
}

// function ends in one of three ways.
func (r *round) function(kind int) func() {
	return func() {
		r.called.Add(1)
		switch kind {
		case 0:
			runtime.Goexit()
		case 1:
			r.panics.Add(1)
			panic("stress")
		case 2:
			runtime.Gosched()
		}
	}
}

func (r *round) submit(rnd *rand.Rand) error {
	kind := rnd.IntN(8)
	f := r.function(kind)
	var err error
	switch rnd.IntN(5) {
	case 0:
		err = r.p.Go(f)
	case 1:
		err = r.p.TryGo(f)
	case 2:
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rnd.IntN(100))*time.Microsecond)
		err = r.p.GoContext(ctx, f)
		cancel()
	case 3:
		var future *pool.Future[int]
		future, err = pool.Submit(context.Background(), r.p, func() (int, error) { f(); return 7, nil })
		if err == nil {
			v, result := future.Wait(context.Background())
			err = r.result(kind, result)
			if result == nil && v != 7 {
				err = fmt.Errorf("a result of %d", v)
			}
		}
	case 4:
		g, _ := r.p.Group(context.Background())
		g.Go(func() error { f(); return nil })
		result := g.Wait()
		if errors.Is(result, pool.ErrClosed) {
			err = result
		} else {
			err = r.result(kind, result)
		}
	}
	switch {
	case err == nil:
		r.accepted.Add(1)
	case err == pool.ErrFull, err == pool.ErrClosed, err == context.DeadlineExceeded:
		err = nil
	}
	return err
}

// result returns an error if result does not fit the kind of the function.
func (r *round) result(kind int, result error) error {
	panicked := new(pool.PanicError)
	switch {
	case kind == 0 && result == pool.ErrGoexit, kind > 1 && result == nil:
	case kind == 1 && errors.As(result, &panicked):
		r.reported.Add(1)
	default:
		return fmt.Errorf("a function of kind %d ended with %w", kind, result)
	}
	return nil
}

func TestStress(t *testing.T) {
	seed := rand.Uint64()
	start := time.Now()
	for n := uint64(0); time.Since(start) < time.Second; n++ {
		rnd := rand.New(rand.NewPCG(seed, n))
		p, err := pool.New(1+rnd.IntN(8), 1+rnd.IntN(32))
		require.NoError(t, err)
		r := &round{p: p}
		p.OnPanic = func(*pool.PanicError) { r.reported.Add(1) }
		early := rnd.IntN(2) == 0
		errs := make(chan error, 4)
		var all sync.WaitGroup
		for range cap(errs) {
			mine := rand.New(rand.NewPCG(rnd.Uint64(), 0))
			all.Go(func() {
				for range 200 {
					if err := r.submit(mine); err != nil {
						errs <- err
						return
					}
				}
			})
		}
		all.Go(func() {
			for range 20 {
				p.Resize(1 + rnd.IntN(8))
				runtime.Gosched()
			}
			if early {
				p.Close()
			}
		})
		all.Wait()
		p.Close()
		require.NoError(t, p.Wait(context.Background()))
		about := fmt.Sprintf("seed %d, round %d", seed, n)
		require.Empty(t, errs, about)
		require.Equal(t, r.accepted.Load(), r.called.Load(), "accepted, called: "+about)
		require.Equal(t, r.panics.Load(), r.reported.Load(), "panics, reported: "+about)
		require.Zero(t, p.Workers(), about)
	}
}

// A worker that waits keeps nothing of the function that it has called.
func TestWorkerKeepsNoFunction(t *testing.T) {
	p, err := pool.New(1, 2)
	require.NoError(t, err)
	defer p.Close()
	collected := make(chan struct{})
	func() {
		data := new([1 << 10]byte)
		runtime.AddCleanup(data, func(c chan struct{}) { close(c) }, collected)
		future, err := pool.Submit(context.Background(), p, func() (byte, error) { return data[0], nil })
		require.NoError(t, err)
		_, err = future.Wait(context.Background())
		require.NoError(t, err)
	}()
	for {
		runtime.GC()
		select {
		case <-collected:
			return
		default:
			runtime.Gosched()
		}
	}
}
