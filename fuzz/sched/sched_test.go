package sched

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// none is a program that cannot fail by itself.
func none(threads ...func()) Program {
	return Program{
		Threads: threads,
		Idle: func(asleep []int) error {
			if len(asleep) != 0 {
				return fmt.Errorf("asleep for ever: %v", asleep)
			}
			return nil
		},
		Check: func() error { return nil },
	}
}

// Each of two threads stores, then loads the other's variable. With atomics at least one sees
// the other's store; with plain stores both may see none.
func dekker(store func(*Uint64, uint64)) func() Program {
	return func() Program {
		var x, y Uint64
		var a, b uint64
		p := none(
			func() { store(&x, 1); a = y.Load() },
			func() { store(&y, 1); b = x.Load() })
		p.Check = func() error {
			if a == 0 && b == 0 {
				return errors.New("both saw nothing")
			}
			return nil
		}
		return p
	}
}

func TestStoreBuffer(t *testing.T) {
	r := Exhaust(dekker((*Uint64).Store), 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	require.ErrorContains(t, Exhaust(dekker((*Uint64).StoreRelease), 9, 1e6).Failure, "both saw nothing")
	require.ErrorContains(t, Sample(dekker((*Uint64).StoreRelease), 1, 10_000).Failure, "both saw nothing")
	// A read-modify-write drains the buffer.
	fenced := func(x *Uint64, v uint64) {
		x.StoreRelease(v)
		var other Uint64
		other.Add(0)
	}
	r = Exhaust(dekker(fenced), 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
}

// A thread sees its own store at once, and stores arrive in order.
func TestStoresArriveInOrder(t *testing.T) {
	r := Exhaust(func() Program {
		var x, y Uint64
		return none(func() {
			x.StoreRelease(1)
			y.StoreRelease(1)
			if x.Load() != 1 || y.Load() != 1 {
				panic("its own store")
			}
		}, func() {
			if y.Load() == 1 && x.Load() == 0 {
				panic("out of order")
			}
		})
	}, 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
}

// Data published by an atomic is ordered; other shared data is a race.
func TestRaces(t *testing.T) {
	program := func(publish func(*Uint64), early bool) func() Program {
		return func() Program {
			var flag Uint64
			val := new(int)
			return none(func() {
				if early {
					publish(&flag)
				}
				Write(val)
				publish(&flag)
			}, func() {
				if flag.Load() != 0 {
					Write(val)
				}
			})
		}
	}
	for _, publish := range []func(*Uint64){
		func(f *Uint64) { f.Store(1) },
		func(f *Uint64) { f.StoreRelease(1) },
		func(f *Uint64) { f.CompareAndSwap(0, 1) },
	} {
		require.NoError(t, Exhaust(program(publish, false), 9, 1e6).Failure)
		require.ErrorContains(t, Exhaust(program(publish, true), 9, 1e6).Failure, "data race")
	}
	// Two writes that nothing orders.
	require.ErrorContains(t, Exhaust(func() Program {
		val := new(int)
		return none(func() { Call(); Write(val) }, func() { Call(); Write(val) })
	}, 9, 1e6).Failure, "data race")
}

// The waker looks before the sleeper has registered, and the sleeper does not look again: the
// wake-up is lost, with one preemption and not without.
func TestLostWakeUp(t *testing.T) {
	program := func(again bool) func() Program {
		return func() Program {
			var work, sleeps Uint64
			var p Parker
			return none(func() {
				if work.Load() == 0 {
					sleeps.Store(1)
					if again && work.Load() != 0 {
						return
					}
					p.Park(nil, Forever, nil)
				}
			}, func() {
				work.Store(1)
				if sleeps.Load() != 0 {
					p.Unpark()
				}
			})
		}
	}
	r := Exhaust(program(true), 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	r = Exhaust(program(false), 0, 1e6)
	require.NoError(t, r.Failure)
	r = Exhaust(program(false), 1, 1e6)
	require.ErrorContains(t, r.Failure, "asleep for ever: [0]")

	trace, err := Replay(program(false), r.Schedule)
	require.EqualError(t, err, r.Failure.Error())
	require.Contains(t, trace, "sched_test.go")
	require.Contains(t, trace, "load 0")
	require.ErrorContains(t, Sample(program(false), 1, 10_000).Failure, "asleep for ever")
}

// With a deadline the sleep ends; Idle is called before that.
func TestDeadlineHidesNothing(t *testing.T) {
	r := Exhaust(func() Program {
		var p Parker
		return none(func() { p.Park(nil, 5, nil) })
	}, 0, 1e6)
	require.ErrorContains(t, r.Failure, "asleep for ever")

	woken, expired, canceled := 0, 0, 0
	Exhaust(func() Program {
		var p Parker
		done := make(chan struct{})
		q := none(func() {
			switch {
			case p.Park(nil, 5, done):
				woken++
			case Now() >= 5:
				expired++
			}
			if !p.Idle() {
				canceled++ // the token came as well
			}
		}, p.Unpark, func() { Cancel(func() { close(done) }) })
		q.Idle = func([]int) error { return nil }
		return q
	}, 9, 1e6)
	require.Positive(t, woken)
	require.Positive(t, expired)
	require.Positive(t, canceled)
}

func TestDeadlocks(t *testing.T) {
	r := Exhaust(func() Program {
		var a, b Mutex
		return none(
			func() { a.Lock(); b.Lock(); Note("both"); b.Unlock(); a.Unlock() },
			func() { b.Lock(); a.Lock(); Note("both"); a.Unlock(); b.Unlock() })
	}, 9, 1e6)
	require.ErrorContains(t, r.Failure, "waits for a mutex for ever")
	r = Exhaust(func() Program {
		var m Mutex
		n := new(int)
		add := func() { m.Lock(); Write(n); m.Unlock() }
		return none(add, add, add)
	}, 9, 1e6)
	require.NoError(t, r.Failure, "what a mutex guards is ordered")
	require.True(t, r.Complete)
	r = Exhaust(func() Program {
		var x Uint64
		return none(func() {
			for x.Load() == 0 {
				Spin()
			}
		})
	}, 9, 1e6)
	require.ErrorContains(t, r.Failure, "spins for ever")
	r = Exhaust(func() Program {
		var x Uint64
		return none(func() {
			for x.Load() == 0 {
				Spin()
			}
		}, func() { Yield(); x.Store(1) })
	}, 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
}

// Cutting schedules at states seen before must not lose an outcome: three threads that append to
// a list give all six orders, and an unguarded increment loses an update.
func TestExhaustsAll(t *testing.T) {
	ends := map[string]bool{}
	r := Exhaust(func() Program {
		var m Mutex
		var order []int
		add := func(i int) func() {
			return func() { m.Lock(); order = append(order, i); m.Unlock() }
		}
		p := none(add(0), add(1), add(2))
		p.Check = func() error { ends[fmt.Sprint(order)] = true; return nil }
		return p
	}, 9, 1e6)
	require.True(t, r.Complete)
	require.Len(t, ends, 6)

	sums := map[uint64]bool{}
	r = Exhaust(func() Program {
		var x Uint64
		add := func() { x.Store(x.Load() + 1) }
		p := none(add, add, add)
		p.Check = func() error { sums[x.Load()] = true; return nil }
		return p
	}, 9, 1e6)
	require.True(t, r.Complete)
	require.Equal(t, map[uint64]bool{1: true, 2: true, 3: true}, sums)
	require.Positive(t, r.Cut)
}

func TestCounts(t *testing.T) {
	var a Int32
	var b Int64
	var p Pointer[int]
	v := 3
	require.EqualValues(t, -1, a.Add(-1))
	a.Store(-7)
	require.EqualValues(t, -7, a.Load())
	b.Store(-8)
	require.EqualValues(t, -6, b.Add(2))
	require.True(t, p.CompareAndSwap(nil, &v))
	require.False(t, p.CompareAndSwap(nil, &v))
	require.Same(t, &v, p.Load())
	var u Uint64
	require.EqualValues(t, 0, u.Or(5))
	require.EqualValues(t, 5, u.Swap(9))
	require.EqualValues(t, 10, u.Add(1))
	require.EqualValues(t, 10, u.And(^uint64(2)))
	require.EqualValues(t, 8, u.Load())
	require.True(t, a.CompareAndSwap(-7, 3))
	require.False(t, a.CompareAndSwap(-7, 4))
	require.EqualValues(t, 3, a.Load())
}

func BenchmarkSchedules(b *testing.B) {
	for b.Loop() {
		once(dekker((*Uint64).Store), nil, func(*world, []choice) int { return 0 })
	}
}

// A timer goes off only when it is set, once, not before its time; it may be set again while
// its function runs, and who sleeps for it alone is seen to sleep.
func TestTimer(t *testing.T) {
	ends := map[string]bool{}
	program := func(set func(*Timer)) func() Program {
		return func() Program {
			var p Parker
			var fired, stopped Uint64
			m := AfterFunc(func() {
				if Now() < 7 {
					panic("too early")
				}
				if fired.Add(1) == 1 {
					p.Unpark()
				}
			})
			q := none(func() {
				set(m)
				p.Park(nil, Forever, nil)
			}, func() {
				m.Stop()
				stopped.Store(fired.Load())
			})
			q.Check = func() error {
				ends[fmt.Sprint(fired.Load(), stopped.Load())] = true
				return nil
			}
			q.Idle = func([]int) error { return nil }
			return q
		}
	}
	r := Exhaust(program(func(m *Timer) { m.Reset(7) }), 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	require.Equal(t, map[string]bool{"0 0": true, "1 0": true, "1 1": true}, ends)

	r = Exhaust(program(func(m *Timer) { m.Reset(7); m.Reset(9) }), 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	require.True(t, ends["2 0"])
	require.True(t, ends["2 2"])

	r = Exhaust(program(func(*Timer) {}), 9, 1e6)
	require.NoError(t, r.Failure)
	r = Exhaust(func() Program {
		var p Parker
		m := AfterFunc(p.Unpark)
		return none(func() { m.Reset(7); p.Park(nil, Forever, nil) })
	}, 9, 1e6)
	require.ErrorContains(t, r.Failure, "asleep for ever: [0]", "before the timer goes off")

	// A firing may overtake the one before it, whose function is not done.
	orders := map[string]bool{}
	r = Exhaust(func() Program {
		var n Uint64
		var order []uint64
		m := AfterFunc(func() {
			i := n.Add(1)
			Call()
			order = append(order, i)
			Return()
		})
		q := none(func() { m.Reset(7); Call(); m.Reset(9) })
		q.Check = func() error { orders[fmt.Sprint(order)] = true; return nil }
		return q
	}, 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	require.Equal(t, map[string]bool{"[1]": true, "[1 2]": true, "[2 1]": true}, orders)
}

// Whoever is woken finds the clock no earlier than who woke.
func TestClockOfTheWoken(t *testing.T) {
	r := Exhaust(func() Program {
		var p Parker
		woke := int64(0)
		q := none(func() {
			p.Park(nil, Forever, nil)
			if Now() <= woke {
				panic("earlier")
			}
		}, func() {
			Now()
			woke = Now()
			p.Unpark()
		})
		q.Idle = func([]int) error { return nil }
		return q
	}, 9, 1e6)
	require.NoError(t, r.Failure)
}

// Both answers to each question are tried, and to answer costs no preemption.
func TestChoose(t *testing.T) {
	ends := map[string]bool{}
	program := func() Program {
		said := ""
		q := none(func() {
			for range 2 {
				said += fmt.Sprint(Choose(), " ")
			}
		})
		q.Check = func() error {
			ends[said] = true
			if said == "true true " {
				return errors.New("both")
			}
			return nil
		}
		return q
	}
	r := Exhaust(program, 0, 1e6)
	require.ErrorContains(t, r.Failure, "both")
	require.Len(t, ends, 4)
	trace, err := Replay(program, r.Schedule)
	require.EqualError(t, err, "both")
	require.Contains(t, trace, "true")
}

// What Go runs is ordered after what came before, and beside what comes after.
func TestGo(t *testing.T) {
	ends := map[uint64]bool{}
	r := Exhaust(func() Program {
		var x Uint64
		val := new(int)
		q := none(func() {
			Write(val)
			Go(func() { Write(val); x.Add(1) })
			x.Store(5)
		})
		q.Check = func() error { ends[x.Load()] = true; return nil }
		return q
	}, 9, 1e6)
	require.NoError(t, r.Failure)
	require.True(t, r.Complete)
	require.Equal(t, map[uint64]bool{5: true, 6: true}, ends)
	require.ErrorContains(t, Exhaust(func() Program {
		val := new(int)
		return none(func() { Go(func() { Write(val) }); Call(); Write(val) })
	}, 9, 1e6).Failure, "data race")
}
