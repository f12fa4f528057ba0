package iocp

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/waiter"
)

// robbing is the packets of a port from which others take each packet before those who wait
// come to it.
type robbing struct {
	*packets[Packet]
	early int           // how many packets are gone when a caller that is about to sleep looks
	takes time.Duration // how long each of them takes
	half  atomic.Bool   // a packet is there, and not published
}

func (r *robbing) Idle() bool {
	if r.early > 0 {
		r.early--
		time.Sleep(r.takes)
		synctest.Wait() // for a context that ends at this instant
		return false
	}
	return !r.half.Load() && r.packets.Idle()
}

func (r *robbing) Move(v *Packet) bool { return !r.half.Load() && r.packets.Move(v) }

// look wakes a caller that sleeps for a packet which is not published yet, and gone when the
// caller comes.
func (r *robbing) look() {
	r.half.Store(true)
	r.takers.HandOver()
	r.half.Store(false)
}

// rob makes p a port whose takers are robbed.
func rob(p *Port[Packet], parking Parking) *robbing {
	r := &robbing{packets: (*packets[Packet])(p)}
	p.takers.Init(r, waiter.NewestFirst, 0, parking, parkers)
	return r
}

// A call whose packets others take, before it sleeps and after, ends when it would have
// alone. It also ends if it never comes to sleep.
func TestDeadline_Robbed(t *testing.T) {
	for _, c := range []struct {
		early int           // before it sleeps, ten minutes each
		takes time.Duration // each
		looks []time.Duration
	}{
		{looks: []time.Duration{time.Minute, 30 * time.Minute, time.Hour - 1}},
		{early: 3, takes: 10 * time.Minute, looks: []time.Duration{40 * time.Minute, 50 * time.Minute}},
		{early: 1, takes: time.Hour - 2, looks: []time.Duration{time.Hour - 1}},
		{early: 100, takes: 10 * time.Minute},
		{early: 100, takes: time.Hour},
	} {
		eachTimed(t, func(t *testing.T, m timed, p *Port[Packet], h Handle) {
			if m.posts {
				return
			}
			r := rob(p, ParkAuto)
			for range 2 { // the second time with the alarm of the first
				r.early, r.takes = c.early, c.takes
				start := time.Now()
				call := rig.Async(func() (time.Duration, error) {
					_, err := m.call(p, h, time.Hour)
					return time.Since(start), err
				})
				for _, at := range c.looks {
					time.Sleep(at - time.Since(start))
					synctest.Wait()
					require.Equal(t, 1, p.Stats().Waiting)
					r.look()
					synctest.Wait()
				}
				got := <-call
				require.Equal(t, m.end, got.Err)
				require.Equal(t, time.Hour, got.V)
				r.early = 0
			}
		})
	}
}

// A poster for which there was room that others took ends when it would have alone.
func TestDeadline_RobbedPoster(t *testing.T) {
	eachTimed(t, func(t *testing.T, m timed, p *Port[Packet], h Handle) {
		if !m.posts {
			return
		}
		rig.Lasts(t, time.Hour, func() {
			call := rig.Async(func() (int, error) { return m.call(p, h, time.Hour) })
			for range 5 {
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				_, ok := p.queue.TryPop()
				require.True(t, ok)
				require.True(t, p.queue.TryPush(Packet{}))
				p.freed()
			}
			require.Equal(t, m.end, (<-call).Err)
		})
	})
}

// Whoever has put a packet into the queue, or taken one, may be stopped before it tells
// those who wait. At its deadline a call looks for itself. A context that has ended is no
// deadline.
func TestDeadline_LastLook(t *testing.T) {
	eachTimed(t, func(t *testing.T, m timed, p *Port[Packet], h Handle) {
		for range 2 {
			rig.Lasts(t, time.Hour, func() {
				call := rig.Async(func() (int, error) { return m.call(p, h, time.Hour) })
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				if m.posts {
					_, ok := p.queue.TryPop()
					require.True(t, ok)
				} else {
					require.True(t, p.queue.TryPush(Packet{}))
				}
				require.Equal(t, 1, m.left(p))
				r := <-call
				if m.end != ErrTimeout {
					require.Equal(t, m.end, r.Err)
					m.restore(t, p)
				} else {
					require.NoError(t, r.Err)
					require.Equal(t, 1, r.V)
				}
				require.Zero(t, m.left(p))
			})
		}
	})
}

// looksParker is robbed of some packets, and then comes to its deadline.
type looksParker struct {
	waiter.Parker
	robbed    *robbing
	deadlines *[]int64
}

func (l looksParker) Park(mu sync.Locker, deadline int64, done <-chan struct{}) bool {
	if mu == nil {
		return l.Parker.Park(mu, deadline, done)
	}
	mu.Unlock()
	*l.deadlines = append(*l.deadlines, deadline)
	if len(*l.deadlines) == 4 {
		return false
	}
	l.robbed.look()
	return l.Parker.Park(nil, waiter.Forever, nil)
}

// A thread that sleeps again sleeps until the same deadline.
func TestDeadline_RobbedThread(t *testing.T) {
	for _, c := range timedCalls {
		if c.posts || c.end != ErrTimeout {
			continue // these sleep as goroutines
		}
		t.Run(c.name, func(t *testing.T) {
			for _, limit := range []time.Duration{time.Millisecond, time.Hour, (1<<32 - 2) * time.Millisecond} {
				p := open[Packet](t, 2)
				var deadlines []int64
				var r *robbing
				withParker(t, func() waiter.Parker { return looksParker{newTimedDone(), r, &deadlines} })
				r = rob(p, ParkThread)
				h, err := handles.open(p)
				require.NoError(t, err)
				before := waiter.Now()
				_, err = c.call(p, h, limit)
				require.Equal(t, c.end, err)
				require.Len(t, deadlines, 4)
				for _, d := range deadlines {
					require.Equal(t, deadlines[0], d)
				}
				require.GreaterOrEqual(t, deadlines[0], before+int64(limit))
				require.LessOrEqual(t, deadlines[0], waiter.Now()+int64(limit))
				require.NoError(t, CloseHandle(h))
			}
		})
	}
}

// A call whose context ends while others take its packets has the context's cause too.
func TestDeadline_RobbedHasTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[Packet](t, 2)
		r := rob(p, ParkAuto)
		r.early, r.takes = 1, time.Hour
		why := errors.New("why")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(why) })
		_, err := p.GetContext(ctx)
		require.Equal(t, why, err)
	})
}

// busy is the queue of a port on which a caller that is about to sleep always finds others at
// work: it comes back, a minute later.
type busy struct {
	*packets[int]
	at func() // a waiter's last look before its sleep
}

func (b busy) Idle() bool {
	time.Sleep(time.Minute)
	if b.at != nil {
		b.at()
	}
	return false
}

// The deadline of a call that is woken in vain stays what it was, and the call ends at it,
// though it never sleeps.
func TestDeadlineOutlastsRetries(t *testing.T) {
	for name, get := range map[string]func(p *Port[int], limit time.Duration) (int, error){
		"Get":      func(p *Port[int], limit time.Duration) (int, error) { return p.Get(limit) },
		"GetBatch": func(p *Port[int], limit time.Duration) (int, error) { return p.GetBatch(make([]int, 3), limit) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := open[int](t, 2)
				looks := 0
				p.takers.Init(busy{(*packets[int])(p), func() { looks++ }}, waiter.NewestFirst, 1, ParkGoroutine, waiter.Parkers{})
				for _, limit := range []time.Duration{time.Second, 3 * time.Minute, 150 * time.Second} {
					looks = 0
					want := (limit + time.Minute - 1) / time.Minute
					rig.Lasts(t, want*time.Minute, func() {
						n, err := get(p, limit)
						require.Equal(t, ErrTimeout, err)
						require.Zero(t, n)
					})
					require.EqualValues(t, want, looks)
				}
			})
		})
	}
}

// A call that comes back at its deadline looks once more: a packet that came meanwhile is
// taken, and no timeout is told of.
func TestLastLookAfterRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open[int](t, 2)
		post := func() { require.True(t, p.queue.TryPush(7)) }
		p.takers.Init(busy{(*packets[int])(p), post}, waiter.NewestFirst, 1, ParkGoroutine, waiter.Parkers{})
		v, err := p.Get(time.Second)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}
