package iocp

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
)

// told takes the token of a notifier and reports whether there was one.
func told(n *Notifier) bool {
	select {
	case <-n.of.C():
		return true
	default:
		return false
	}
}

// Whatever queues a packet, closes or interrupts leaves one token before it returns.
func TestNotifierIsTold(t *testing.T) {
	for name, call := range map[string]func(p *Port[int]) error{
		"Post":        func(p *Port[int]) error { return p.Post(1) },
		"PostTimeout": func(p *Port[int]) error { return p.PostTimeout(1, Infinite) },
		"PostContext": func(p *Port[int]) error { return p.PostContext(t.Context(), 1) },
		"PostBatch":   func(p *Port[int]) error { _, err := p.PostBatch([]int{1, 2}); return err },
		"growth":      func(p *Port[int]) error { _, err := p.PostBatch([]int{1, 2, 3, 4}); return err },
		"Close":       func(p *Port[int]) error { return p.Close() },
		"Interrupt": func(p *Port[int]) error {
			require.Zero(t, p.Interrupt(), "an armed notifier does not count")
			return nil
		},
	} {
		p := open[int](t, 2, WithGrowth(4))
		n := p.NewNotifier()
		require.NoError(t, call(p), name)
		require.False(t, told(n), "%s: not armed yet", name)

		p = open[int](t, 2, WithGrowth(4))
		n = p.NewNotifier()
		n.Arm()
		require.False(t, told(n), "%s: nothing is there", name)
		require.Zero(t, p.Stats().Waiting, "%s: nobody sleeps", name)
		require.NoError(t, call(p), name)
		require.True(t, told(n), name)
	}
}

// A notifier is told once for each Arm.
func TestNotifierOnce(t *testing.T) {
	p := open[int](t, 8)
	n := p.NewNotifier()
	n.Arm()
	fill(t, p, 3)
	require.True(t, told(n))
	fill(t, p, 3)
	require.False(t, told(n), "not armed again")

	n.Arm()
	require.True(t, told(n), "six packets are queued")
	for range 6 {
		_, err := p.Get(0)
		require.NoError(t, err)
	}
	c := n.Arm()
	require.Equal(t, c, n.Arm(), "armed already")
	require.False(t, told(n))
	fill(t, p, 1)
	require.Equal(t, c, n.Arm(), "a token is there already")
	require.True(t, told(n))
	require.False(t, told(n))
}

// A token may be stale: another caller was quicker.
func TestNotifierStale(t *testing.T) {
	p := open[int](t, 2)
	n := p.NewNotifier()
	n.Arm()
	fill(t, p, 1)
	_, err := p.Get(0)
	require.NoError(t, err)
	<-n.Arm()
	_, err = p.Get(0)
	require.Equal(t, ErrTimeout, err)
	n.Arm()
	require.False(t, told(n))
}

// A sleeping Get comes first. The notifier stays armed for what is left.
func TestNotifierBesideASleeper(t *testing.T) {
	for name, post := range map[string]func(p *Port[int], n int) error{
		"Post": func(p *Port[int], n int) error {
			for i := range n {
				if err := p.Post(i); err != nil {
					return err
				}
			}
			return nil
		},
		"PostBatch": func(p *Port[int], n int) error { _, err := p.PostBatch(make([]int, n)); return err },
	} {
		synctest.Test(t, func(t *testing.T) {
			p := open[int](t, 8)
			n := p.NewNotifier()
			for _, first := range []bool{true, false} { // the sleeper, then the notifier
				if !first {
					n.Arm()
				}
				got := rig.Async(func() (int, error) { return p.Get(Infinite) })
				synctest.Wait()
				n.Arm()
				require.NoError(t, post(p, 1))
				require.False(t, told(n), "%s: the sleeper has the packet", name)
				rig.Took(t, 0, got)
				synctest.Wait()

				got = rig.Async(func() (int, error) { return p.Get(Infinite) })
				synctest.Wait()
				require.NoError(t, post(p, 2))
				rig.Took(t, 0, got)
				synctest.Wait()
				require.True(t, told(n), "%s: the second packet is left", name)
				_, err := p.Get(0)
				require.NoError(t, err)
			}
		})
	}
}

// Nobody sleeps beside a packet because of a notifier that nobody looks at.
func TestNotifierThatNobodyLooksAt(t *testing.T) {
	p := open[int](t, 2)
	n := p.NewNotifier()
	for i := range 4 {
		n.Arm()
		require.NoError(t, p.Post(i))
		v, err := p.Get(Infinite)
		require.NoError(t, err)
		require.Equal(t, i, v)
	}
}

// All armed notifiers of a port are told, in whatever order they were armed and stopped.
func TestNotifierAllAreTold(t *testing.T) {
	for out := range 4 {
		p := open[int](t, 2)
		var ns []*Notifier
		for range 3 {
			n := p.NewNotifier()
			n.Arm()
			ns = append(ns, n)
		}
		if out < 3 {
			ns[out].Stop()
		}
		require.NoError(t, p.Post(1))
		for i, n := range ns {
			require.Equal(t, i != out, told(n), "%d of 3, %d stopped", i, out)
		}
	}
}

// After Stop there is no token, and none comes.
func TestNotifierStop(t *testing.T) {
	p := open[int](t, 2)
	n := p.NewNotifier()
	n.Stop()
	n.Arm()
	n.Stop()
	n.Stop()
	require.NoError(t, p.Post(1))
	require.False(t, told(n))
	n.Arm()
	n.Stop()
	require.False(t, told(n), "the token that was there")
	n.Arm()
	require.True(t, told(n), "armed again")
}

// A port that cannot be used has a token each time: the look says why.
func TestNotifierOfNoPort(t *testing.T) {
	closed := open[int](t, 2)
	require.NoError(t, closed.Close())
	for p, want := range map[*Port[int]]error{nil: ErrNilPort, new(Port[int]): ErrInvalidPort, closed: ErrClosed} {
		for _, n := range []*Notifier{p.NewNotifier(), p.NewRoomNotifier()} {
			for range 3 {
				n.Arm()
				require.True(t, told(n))
				_, err := p.Get(0)
				require.Equal(t, want, err)
				require.Equal(t, want, p.Post(1))
			}
			n.Arm()
			n.Stop()
			require.False(t, told(n), "Stop takes the token back")
		}
	}
	// No notifier is no case.
	for _, n := range []*Notifier{nil, {}} {
		require.Nil(t, n.Arm())
		require.NotPanics(t, n.Stop)
	}
}

// A closed port that is not drained has a token for each packet, and then for the end.
func TestNotifierDrains(t *testing.T) {
	p := open[int](t, 2)
	fill(t, p, 2)
	require.NoError(t, p.Close())
	n := p.NewNotifier()
	for _, want := range []error{nil, nil, ErrClosed, ErrClosed} {
		<-n.Arm()
		_, err := p.Get(0)
		require.Equal(t, want, err)
	}
}

// Room is told of as packets are.
func TestRoomNotifier(t *testing.T) {
	for name, call := range map[string]func(p *Port[int]) error{
		"Get":        func(p *Port[int]) error { _, err := p.Get(Infinite); return err },
		"GetContext": func(p *Port[int]) error { _, err := p.GetContext(t.Context()); return err },
		"GetBatch":   func(p *Port[int]) error { _, err := p.GetBatch(make([]int, 4), 0); return err },
		"Close":      func(p *Port[int]) error { return p.Close() },
		"Interrupt":  func(p *Port[int]) error { require.Zero(t, p.Interrupt()); return nil },
	} {
		p := open[int](t, 2)
		n := p.NewRoomNotifier()
		defer n.Stop()
		n.Arm()
		require.True(t, told(n), "there is room")
		fill(t, p, 2)
		n.Arm()
		require.False(t, told(n), name)
		require.Zero(t, p.Stats().WaitingPosters)
		require.NoError(t, call(p), name)
		require.True(t, told(n), name)
	}
	// Posters that sleep come first.
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 2)
		fill(t, p, 2)
		n := p.NewRoomNotifier()
		n.Arm()
		post := rig.AsyncErr(func() error { return p.PostTimeout(2, Infinite) })
		synctest.Wait()
		for i, want := range []bool{false, true} {
			_, err := p.Get(0)
			require.NoError(t, err)
			synctest.Wait()
			require.Equal(t, want, told(n), i)
		}
		require.NoError(t, (<-post).Err)
	})
}

func TestNotifierAllocatesNothing(t *testing.T) {
	p := open[int](t, 2)
	n, room := p.NewNotifier(), p.NewRoomNotifier()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		c := n.Arm()
		if p.Post(1) != nil {
			t.Error("no room")
		}
		<-c
		<-room.Arm()
		if _, err := p.Get(0); err != nil {
			t.Error(err)
		}
		n.Arm()
		n.Stop()
		room.Stop()
	}))
}

// An armed notifier keeps no port alive, and a port keeps none that was told or stopped.
func TestNotifierKeepsNothing(t *testing.T) {
	p := open[int](t, 2)
	kept := func(let func(n *Notifier)) weak.Pointer[Notifier] {
		n := p.NewNotifier()
		n.Arm()
		let(n)
		return weak.Make(n) // n holds what the port keeps
	}
	posted := kept(func(*Notifier) { fill(t, p, 1) })
	_, err := p.Get(0)
	require.NoError(t, err)
	stopped := kept((*Notifier).Stop) // nothing is posted any more
	port := func() weak.Pointer[Port[int]] {
		p := open[int](t, 2)
		p.NewNotifier().Arm()
		return weak.Make(p)
	}()
	rig.Eventually(t, "collected", func() bool {
		runtime.GC()
		return stopped.Value() == nil && posted.Value() == nil && port.Value() == nil
	})
	runtime.KeepAlive(p)
}

// In a bubble a select with a notifier waits by the bubble's clock. The port may be older than
// the bubble, and outlive it.
func TestNotifierInABubble(t *testing.T) {
	p := open[int](t, 2)
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			n := p.NewNotifier()
			defer n.Stop()
			rig.Lasts(t, time.Hour, func() {
				select {
				case <-n.Arm():
					t.Error("a token from nowhere")
				case <-time.After(time.Hour):
				}
			})
			go func() {
				time.Sleep(time.Minute)
				p.Post(7)
			}()
			rig.Lasts(t, time.Minute, func() { <-n.Arm() })
			v, err := p.Get(0)
			require.NoError(t, err)
			require.Equal(t, 7, v)
			n.Arm()
		})
		fill(t, p, 1) // outside; the notifier was stopped
		_, err := p.Get(0)
		require.NoError(t, err)
	}
}

// Select loops, sleeping Gets and posters, some of which wait for room in a select, on one
// port: each packet is taken once, and all end with Close.
func TestNotifiersBesideAll(t *testing.T) {
	const posters, each = 4, 2000
	for _, opts := range [][]Option{nil, {WithConcurrency(1)}, {WithGrowth(9)}, {WithParking(ParkGoroutine)}} {
		p := open[int](t, 4, opts...)
		var posting, taking sync.WaitGroup
		var taken [posters * each]atomic.Int32
		for i := range posters {
			posting.Go(func() {
				room := p.NewRoomNotifier()
				defer room.Stop()
				for v := i * each; v < (i+1)*each; v++ {
					if i%2 == 0 {
						if err := p.PostTimeout(v, Infinite); err != nil {
							t.Error(err)
						}
						continue
					}
					for p.Post(v) != nil {
						<-room.Arm()
					}
				}
			})
		}
		for i := range 4 {
			taking.Go(func() {
				work := p.NewNotifier()
				defer work.Stop()
				for {
					wait := time.Duration(Infinite)
					if i%2 == 0 {
						<-work.Arm()
						wait = 0
					}
					v, err := p.Get(wait)
					if err == nil {
						taken[v].Add(1)
					} else if err == ErrClosed {
						return
					}
				}
			})
		}
		posting.Wait()
		require.NoError(t, p.Close())
		taking.Wait()
		for v := range taken {
			require.EqualValues(t, 1, taken[v].Load(), v)
		}
	}
}
