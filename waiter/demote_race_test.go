package waiter

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// onceThen is a hook that calls f the first time.
func onceThen(f func()) func() {
	var once atomic.Bool
	return func() {
		if once.CompareAndSwap(false, true) {
			f()
		}
	}
}

// turns is an onPark hook that does in its n-th turn what the n-th function says,
// and later sleeps until the token.
func turns(fs ...func() (ok, answer bool)) func(*chanParker, int64, int64) (bool, bool) {
	var n atomic.Int64
	return func(p *chanParker, call, deadline int64) (bool, bool) {
		if i := int(n.Add(1)) - 1; i < len(fs) {
			if ok, answer := fs[i](); answer {
				return ok, answer
			}
		}
		return untilToken(p, call, deadline)
	}
}

// kicked starts waiter 0, lets it sleep as a thread, and starts waiter 1.
func (s *twoLots) kicked(deadline int64) {
	s.start(0, deadline)
	s.sleep(1, 0)
	s.start(1, Forever)
}

// Whenever the end of a wait comes, the demoted waiter sees it, and consumes the
// token that it was woken with, so that the next wait begins with none. The newcomer
// sleeps by then, or is the one that kicks: one that still looks may find what there is.
func TestDemotionRaces(t *testing.T) {
	for name, race := range map[string]func(s *twoLots, end func()) (n int){
		"the end before the kick": func(s *twoLots, end func()) int {
			s.threads.onUnpark = onceThen(end)
			s.kicked(Forever)
			return 2
		},
		"the end between the kick and the wake": func(s *twoLots, end func()) int {
			s.threads.woken = onceThen(func() { s.sleep(2, 0); end() })
			s.kicked(Forever)
			return 2
		},
		"the end between the wake and the next sleep": func(s *twoLots, end func()) int {
			s.goroutine.onPark = turns(func() (bool, bool) { s.sleep(1, 1); end(); return false, false })
			s.kicked(Forever)
			return 2
		},
		// The thread has slept its time when it is demoted; the kick comes after
		// it has found that out.
		"the kick after the brief sleep": func(s *twoLots, end func()) int {
			kick, wake := make(chan struct{}), make(chan struct{})
			s.threads.onUnpark = onceThen(func() { close(kick); <-wake })
			s.threads.onPark = turns(
				func() (bool, bool) { <-kick; return false, true },
				func() (bool, bool) { close(wake); return false, false })
			s.kicked(Forever)
			s.sleep(1, 1)
			end()
			return 2
		},
		"the end, then the kick, after the brief sleep": func(s *twoLots, end func()) int {
			kick, wake := make(chan struct{}), make(chan struct{})
			s.threads.onUnpark = onceThen(func() { close(kick); <-wake })
			s.threads.onPark = turns(
				func() (bool, bool) { <-kick; return false, true },
				func() (bool, bool) { end(); close(wake); return false, false })
			s.kicked(Forever)
			return 2
		},
		"the end with the end of the brief sleep": func(s *twoLots, end func()) int {
			s.threads.onPark = turns(func() (bool, bool) { end(); return false, true })
			s.start(0, Forever)
			return 1
		},
		"the end with the deadline, within the brief sleep": func(s *twoLots, end func()) int {
			s.threads.onPark = turns(func() (bool, bool) { end(); return false, true })
			s.start(0, Deadline(0))
			return 1
		},
		"the end after the brief sleep": func(s *twoLots, end func()) int {
			s.threads.onPark = turns(func() (bool, bool) { return false, true })
			s.goroutine.onPark = turns(func() (bool, bool) { end(); return false, false })
			s.start(0, Forever)
			return 1
		},
		"the end with the deadline, after the brief sleep": func(s *twoLots, end func()) int {
			s.threads.onPark = turns(func() (bool, bool) { return false, true })
			s.goroutine.onPark = turns(func() (bool, bool) { end(); return false, true })
			s.start(0, Deadline(time.Hour))
			return 1
		},
		"the end with the deadline, after the kick": func(s *twoLots, end func()) int {
			s.goroutine.onPark = turns(func() (bool, bool) { s.sleep(1, 1); end(); return false, true })
			s.kicked(Deadline(time.Hour))
			return 2
		},
	} {
		t.Run(name, func(t *testing.T) {
			for what, end := range map[Outcome]func(s *twoLots){
				Handed:      (*twoLots).both,
				Interrupted: func(s *twoLots) { s.Interrupt() },
				Closed:      func(s *twoLots) { s.q.close(); s.Settle() },
			} {
				s := newAuto(t)
				for range 8 {
					n := race(s, func() { end(s) })
					for who, why := range s.over(n) {
						require.Equal(t, what, why, "waiter %d", who)
					}
					if what == Closed {
						break
					}
					s.q.items = nil // what was there for a second waiter
					s.again()
				}
			}
		})
	}
}

// A waiter that is demoted before it sleeps, and then looks again for itself,
// waits for the kick: the token must not outlive the wait.
func TestDemotedThenRetry(t *testing.T) {
	s := newAuto(t)
	for range 8 {
		s.q.put(1)
		kick, wake := make(chan struct{}), make(chan struct{})
		s.threads.onUnpark = onceThen(func() { close(kick); <-wake })
		s.threads.onPark = turns(func() (bool, bool) { close(wake); return false, false })
		s.q.onIdle = onceThen(func() { s.start(1, Forever); <-kick })
		s.start(0, Forever)
		require.Equal(t, map[int]Outcome{0: Retry, 1: Retry}, s.over(2))
		require.Equal(t, []int{1}, s.q.left())
		s.q.TryTake()
		require.Zero(t, s.goroutine.stale())
		s.again()
	}
	require.Zero(t, s.Stats().Timeouts)
}

// Likewise, and what it wants to take for itself has been handed to it.
func TestDemotedThenRetryAndHanded(t *testing.T) {
	s := newAuto(t)
	for range 8 {
		s.q.put(1)
		kick, wake := make(chan struct{}), make(chan struct{})
		s.threads.onUnpark = onceThen(func() { close(kick); <-wake })
		s.threads.onPark = turns(func() (bool, bool) { close(wake); return false, false })
		s.q.onIdle = onceThen(func() {
			s.start(1, Forever)
			<-kick
			s.q.put(2)
			s.HandOver()
		})
		s.start(0, Forever)
		require.Equal(t, map[int]Outcome{0: Handed, 1: Handed}, s.over(2))
		s.again()
	}
}

// The demoted waiter's deadline passes, and the newcomer stays the next.
func TestDemotedExpires(t *testing.T) {
	s := newAuto(t)
	for range 8 {
		s.goroutine.onPark = func(*chanParker, int64, int64) (ok, answer bool) { return false, true }
		s.kicked(Deadline(time.Hour))
		require.Equal(t, map[int]Outcome{0: Expired}, s.over(1))
		s.check(t)
		s.sleep(1, 0)
		require.EqualValues(t, 1, threads.Load())
		s.q.put(1)
		s.HandOver()
		require.Equal(t, map[int]Outcome{1: Handed}, s.over(1))
		s.again()
	}
}

// Newcomers upon newcomers: each demotes the one below, none is woken twice.
func TestDemotionChain(t *testing.T) {
	s := newAuto(t)
	const n = 20
	for who := range n {
		s.policy.crowd.Store(false)
		s.favour()
		s.start(who, Forever)
		s.sleep(1, int64(who))
		require.EqualValues(t, 1, threads.Load())
		require.EqualValues(t, who, s.threads.unparks.Load())
	}
	s.check(t)
	for i := range n {
		s.q.put(i)
		s.HandOver()
		require.Equal(t, map[int]Outcome{n - 1 - i: Handed}, s.over(1), "the newest first")
	}
	s.again()
}
