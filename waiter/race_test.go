package waiter

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The forced ones: a waiter that wants to leave, and a hand-over, in each order.

// The hand-over has taken the waiter off the stack when its sleep ends early: it
// sleeps on, without deadline, until the token comes, and has the packet.
func TestLeaverWasHanded(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	posted := make(chan struct{})
	var second int64
	b.lot.onPark = func(p *chanParker, call, deadline int64) (ok, answer bool) {
		if call == 1 {
			<-posted
			return false, true // the token stays
		}
		second = deadline
		return false, false
	}
	for i, done := range []chan struct{}{nil, make(chan struct{})} {
		b.lot.parks.Store(0)
		b.wait(i, Now()+int64(time.Hour), done)
		await(t, "the waiter to park", func() bool { return b.lot.parks.Load() == 1 })
		b.post(1)
		posted <- struct{}{}
		r := b.next()
		require.Equal(t, i, r.who)
		handed(t, r, 1)
		require.Equal(t, Forever, second)
		require.EqualValues(t, 2, b.lot.parks.Load())
		require.Zero(t, b.Stats().Timeouts)
		b.check(t)
		// A fresh parker, so that call begins at 1 again.
		b.Stack = Stack[*int]{}
		b.Init(&b.q, NewestFirst, 1, ParkGoroutine, b.lot.parkers())
	}
}

// The hand-over holds the lock and is about to take when the sleep ends.
func TestLeaverMeetsHandOver(t *testing.T) {
	for _, found := range []bool{true, false} {
		b := newBed(t, NewestFirst, 1)
		taking, take := make(chan struct{}), make(chan struct{})
		expired := make(chan struct{})
		b.lot.onPark = func(_ *chanParker, call, _ int64) (ok, answer bool) {
			if call > 1 {
				return false, false
			}
			<-expired
			return false, true
		}
		b.wait(0, Now()+int64(time.Hour), nil)
		await(t, "the waiter to park", func() bool { return b.lot.parks.Load() == 1 })
		if found {
			b.q.put(1)
		}
		b.q.onIdle = func() { taking <- struct{}{}; <-take; b.q.onIdle = nil }
		handedOver := make(chan struct{})
		go func() { b.HandOver(); close(handedOver) }()
		<-taking
		close(expired)
		b.none() // it cannot leave now
		close(take)
		<-handedOver
		if r := b.next(); found {
			handed(t, r, 1)
		} else {
			require.Equal(t, result{0, nil, Expired}, r)
		}
		b.check(t)
	}
}

// A poster makes its packet just after the waiter has looked at the queue: it finds the
// waiter registered, and waits for the lock until that sleeps.
func TestPostBetweenLookAndSleep(t *testing.T) {
	for why, f := range map[Outcome]func(b *bed){
		Handed:      func(b *bed) { b.post(1) },
		Interrupted: func(b *bed) { b.Interrupt() },
		Closed:      func(b *bed) { b.q.close(); b.Settle() },
	} {
		b := newBed(t, NewestFirst, 1)
		var once sync.Once
		b.q.onIdle = func() {
			once.Do(func() {
				require.True(t, b.HasWaiters(), "registered before it looks")
				go f(b)
			})
		}
		_, got := b.Wait(nil, Forever, nil)
		require.Equal(t, why, got)
		b.check(t)
	}
}

// And the ones that are left to chance.

func TestLeaversRaceHandOvers(t *testing.T) {
	b := newBed(t, NewestFirst, 1)
	counts := map[Outcome]int{}
	for round := range 5000 {
		done := make(chan struct{})
		before := b.lot.parks.Load()
		deadline := Forever
		if round%4 == 0 {
			deadline = Now() + 5000
		}
		b.wait(round, deadline, done)
		if round%8 < 4 { // else race with the registration too
			await(t, "the waiter to park", func() bool { return b.lot.parks.Load() > before })
		}
		go close(done)
		if round%3 == 0 {
			runtime.Gosched()
		}
		b.post(round)
		r := b.next()
		counts[r.why]++
		if r.why == Handed {
			handed(t, r, round)
			require.Empty(t, b.q.left())
		} else {
			require.Contains(t, []Outcome{Retry, Expired, Canceled}, r.why)
			require.Nil(t, r.v)
			require.Equal(t, []int{round}, b.q.left(), "neither taken nor left")
			b.q.take()
		}
		require.Zero(t, b.Waiting())
		require.Zero(t, flights(b.state.Load()))
	}
	b.check(t)
	t.Log("handed, retry, expired, canceled:", counts[Handed], counts[Retry], counts[Expired], counts[Canceled])
}

// Everything at once; afterwards each packet was handed to one waiter or is left.
func TestEverythingAtOnce(t *testing.T) {
	for _, limit := range []int{1, 2, 100} {
		for _, parking := range []Parking{ParkAuto, ParkThread, ParkGoroutine} {
			b := newBedOf(t, NewestFirst, limit, parking)
			b.parkers.Thread, b.parkers.Claim, b.parkers.Release = b.lot.newParker, b.lot.claim, b.lot.release
			var got [3000]atomic.Int32
			var waiters, others sync.WaitGroup
			var stop atomic.Bool
			for who := range 8 {
				waiters.Go(func() {
					rng := rand.New(rand.NewPCG(3, uint64(who)))
					for {
						deadline, done := Forever, (chan struct{})(nil)
						switch rng.IntN(4) {
						case 0:
							deadline = Now() + rng.Int64N(20_000)
						case 1:
							done = make(chan struct{})
							go close(done)
						}
						switch v, why := b.Wait(nil, deadline, done); why {
						case Handed, Look:
							if v != nil {
								got[*v].Add(1)
							}
						case Closed:
							return
						case Retry:
							if v, ok := b.q.take(); ok {
								got[*v].Add(1)
							} else if b.q.Over() {
								return
							}
							runtime.Gosched()
						}
					}
				})
			}
			others.Go(func() {
				for !stop.Load() {
					b.Interrupt()
					b.check(t)
					time.Sleep(50 * time.Microsecond) // let something happen between two
				}
			})
			var posting sync.WaitGroup
			for p := range 2 {
				posting.Go(func() {
					for i := p; i < len(got); i += 2 {
						if i%5 == 0 {
							publish := b.q.putHalf(i)
							runtime.Gosched()
							publish()
							if b.Due() {
								b.HandOver()
							}
						} else {
							b.post(i)
						}
					}
				})
			}
			posting.Wait()
			stop.Store(true)
			others.Wait()
			b.q.close()
			b.Settle()
			released := make(chan struct{})
			go func() { waiters.Wait(); close(released) }()
			select {
			case <-released:
			case <-time.After(time.Minute):
				t.Fatalf("limit %d: %d waiters stranded, %d packets left", limit, b.Waiting(), len(b.q.left()))
			}
			b.check(t)
			require.Zero(t, b.Waiting())
			require.Zero(t, flights(b.state.Load()))
			require.Zero(t, b.lot.claimed.Load())
			for i := range got {
				require.EqualValues(t, 1, got[i].Load(), "packet %d", i)
			}
		}
	}
}

// Random operations on the list, with a slice as the model.
func TestListAgainstModel(t *testing.T) {
	for _, order := range []Order{NewestFirst, OldestFirst} {
		var s Stack[*int]
		s.Init(nil, order, 1, ParkGoroutine, Parkers{})
		var model []*Waiter[*int] // the one released next first
		rng := rand.New(rand.NewPCG(4, uint64(order)))
		for range 5000 {
			s.mu.Lock()
			if len(model) == 0 || len(model) < 20 && rng.IntN(2) == 0 {
				w := new(Waiter[*int])
				s.insert(w)
				if order == NewestFirst {
					model = append([]*Waiter[*int]{w}, model...)
				} else {
					model = append(model, w)
				}
			} else {
				i := rng.IntN(len(model))
				w := s.release(model[i], Interrupted)
				require.Same(t, model[i], w)
				require.False(t, w.listed)
				require.Nil(t, w.next)
				require.Nil(t, w.prev)
				require.Equal(t, Interrupted, w.outcome)
				model = append(model[:i:i], model[i+1:]...)
			}
			w := s.first
			for i := range model {
				require.Same(t, model[i], w)
				w = w.next
			}
			require.Nil(t, w)
			s.mu.Unlock()
			s.check(t)
		}
	}
}

// Posters and takers of one queue, with deadlines, interrupts, and at the end a close:
// each packet whose poster was told that it was moved is taken once, the others never.
func TestPostersAtOnce(t *testing.T) {
	for _, limit := range []int{1, 2, 100} {
		b := newBedOf(t, OldestFirst, limit, ParkGoroutine)
		b.free()
		b.q.room = 2
		var moved, taken [2000]atomic.Int32
		var posters, takers sync.WaitGroup
		for p := range 4 {
			posters.Go(func() {
				rng := rand.New(rand.NewPCG(5, uint64(p)))
				for i := p; i < len(moved); i += 4 {
					deadline := Forever
					if rng.IntN(4) == 0 {
						deadline = Now() + rng.Int64N(20_000)
					}
					if _, why := b.Wait(&i, deadline, nil); why == Handed {
						moved[i].Add(1)
					}
				}
			})
		}
		over := make(chan struct{})
		takers.Go(func() {
			for n := 0; ; n++ {
				if v, ok := b.q.take(); ok {
					taken[*v].Add(1)
					if b.Due() {
						b.HandOver()
					}
				} else {
					select {
					case <-over:
						return
					default:
						runtime.Gosched()
					}
				}
				if n%100 == 99 {
					b.Interrupt()
					b.check(t)
				}
			}
		})
		gone := make(chan struct{})
		go func() { posters.Wait(); close(gone) }()
		select {
		case <-gone:
		case <-time.After(time.Minute):
			t.Fatalf("limit %d: %d posters stranded, %d packets left", limit, b.Waiting(), len(b.q.left()))
		}
		close(over)
		takers.Wait()
		b.check(t)
		require.Zero(t, b.state.Load())
		n := 0
		for i := range moved {
			require.Equal(t, moved[i].Load(), taken[i].Load(), "packet %d", i)
			n += int(taken[i].Load())
		}
		require.EqualValues(t, b.Stats().HandOffs, n)
	}
}
