//go:build !iocp_portable

package iocp

import (
	"bytes"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/iocp-go/iocp/fuzz/rig"
	"github.com/iocp-go/iocp/fuzz/stacks"
	"github.com/iocp-go/iocp/waiter"
)

// eachWidth runs f for both widths of the kernel's time, where there are two.
func eachWidth(t *testing.T, f func(t *testing.T)) {
	if math.MaxUint == math.MaxUint64 {
		require.True(t, wideTime)
		f(t)
		return
	}
	old := wideTime
	defer func() { wideTime = old }()
	for name, wide := range map[string]bool{"narrow": false, "wide": true} {
		t.Run(name, func(t *testing.T) {
			wideTime = wide
			var word atomic.Uint32
			if futexWait(&word, 1, waiter.Forever) == unix.ENOSYS {
				t.Skip("the kernel has no such call")
			}
			f(t)
		})
	}
}

func TestFutex_Wait(t *testing.T) {
	eachWidth(t, func(t *testing.T) {
		var word atomic.Uint32
		require.Equal(t, unix.EAGAIN, futexWait(&word, 1, waiter.Forever), "not the value expected")
		require.Equal(t, unix.ETIMEDOUT, futexWait(&word, 0, 0), "long past")
		for _, d := range []time.Duration{1, time.Microsecond, time.Millisecond, 30 * time.Millisecond} {
			deadline := in(d)
			for waiter.Now() < deadline { // a signal of the runtime's own may end it
				err := futexWait(&word, 0, deadline)
				require.Contains(t, []syscall.Errno{unix.ETIMEDOUT, unix.EINTR}, err)
				if err == unix.ETIMEDOUT {
					require.GreaterOrEqual(t, waiter.Now(), deadline, "the two clocks differ")
				}
			}
		}
	})
}

func TestFutex_Wake(t *testing.T) {
	eachWidth(t, func(t *testing.T) {
		for _, deadline := range []int64{
			waiter.Forever, in(time.Hour), in(100 * 365 * 24 * time.Hour),
			waiter.Forever - 1, waiter.Forever - clockOffset, waiter.Forever - clockOffset - 1,
		} {
			var word atomic.Uint32
			woken := rig.Async(func() (int, error) {
				for word.Load() == 0 {
					if err := futexWait(&word, 0, deadline); err == unix.ETIMEDOUT {
						return 0, err
					}
				}
				return 1, nil
			})
			rig.Eventually(t, "asleep", func() bool { return len(woken) != 0 || inFutexWait() })
			word.Store(1)
			futexWake(&word)
			rig.Took(t, 1, woken)
		}
	})
}

func TestFutex_ParkerOfEachWidth(t *testing.T) {
	if math.MaxUint == math.MaxUint64 {
		return // there is one, and the tests named below have used it
	}
	eachWidth(t, func(t *testing.T) {
		t.Run("never early", TestPark_NeverEarly)
		t.Run("past", TestPark_DeadlineInThePast)
		t.Run("forever", TestPark_Forever)
	})
}

// A storm of signals to the thread that sleeps: each ends its futex call with
// EINTR, and none ends the Park.
func TestFutex_Signals(t *testing.T) {
	eachWidth(t, func(t *testing.T) {
		p := newFutexParker()
		tid := make(chan int)
		deadlines := make(chan int64)
		woken := make(chan bool)
		go func() {
			runtime.LockOSThread() // not unlocked: the thread ends with its goroutine
			tid <- unix.Gettid()
			for deadline := range deadlines {
				woken <- p.Park(nil, deadline, nil)
			}
		}()
		target := <-tid
		signal := func() {
			require.NoError(t, unix.Tgkill(unix.Getpid(), target, unix.SIGURG))
			require.NoError(t, unix.Kill(unix.Getpid(), unix.SIGURG))
		}

		for _, d := range []time.Duration{50 * time.Microsecond, 3 * time.Millisecond, 50 * time.Millisecond} {
			deadline := in(d)
			deadlines <- deadline
			for over := false; !over; {
				select {
				case ok := <-woken:
					require.False(t, ok, "nobody left a token")
					require.GreaterOrEqual(t, waiter.Now(), deadline)
					over = true
				default:
					signal()
					runtime.Gosched()
				}
			}
		}
		for _, deadline := range []int64{waiter.Forever, in(time.Hour)} {
			deadlines <- deadline
			for range 2000 {
				signal()
				select {
				case <-woken:
					t.Fatal("ended by a signal")
				default:
				}
			}
			p.Unpark()
			require.True(t, <-woken)
		}
		close(deadlines)
	})
}

// The same with the whole port in between.
func TestNeverEarlyUnderSignals(t *testing.T) {
	const wait = 30 * time.Millisecond
	p := open[int](t, 2, WithParking(ParkThread))
	tid := make(chan int, 1)
	start := time.Now()
	get := rig.Async(func() (int, error) {
		runtime.LockOSThread()
		tid <- unix.Gettid()
		_, err := p.Get(wait)
		if d := time.Since(start); d < wait {
			t.Errorf("%v after %v", err, d)
		}
		return 0, err
	})
	target := <-tid
	for len(get) == 0 {
		if err := unix.Tgkill(unix.Getpid(), target, unix.SIGURG); err != nil {
			break // it came home in between, and its thread with it
		}
	}
	_, err := rig.Await(t, get)
	require.Equal(t, ErrTimeout, err)
	require.Equal(t, uint64(1), p.Stats().Parks)
}

// A process that may have few threads more has waiters that sleep as goroutines, although
// they were to sleep as threads, and does not die. A waiter that may have a thread gets one.
func TestSetMaxThreadsIsKept(t *testing.T) {
	sample := []metrics.Sample{{Name: "/sched/threads/total:threads"}}
	metrics.Read(sample)
	limit := int(sample[0].Value.Uint64()) + spare + 20
	defer debug.SetMaxThreads(debug.SetMaxThreads(limit))

	waiters := limit + 50
	p := open[int](t, 2, WithParking(ParkThread))
	defer func() { _ = p.Close() }()
	gets := make([]<-chan rig.Result[int], waiters)
	for i := range gets {
		gets[i] = rig.Async(func() (int, error) { return p.Get(Infinite) })
	}
	rig.Eventually(t, "all wait", func() bool { return p.Stats().Waiting == waiters })
	require.NotZero(t, p.Stats().Threads)
	require.Less(t, p.Stats().Threads, uint64(waiters))
	metrics.Read(sample)
	require.LessOrEqual(t, int(sample[0].Value.Uint64()), limit-32+runtime.GOMAXPROCS(0)+4, "32 are left to others")
	require.NoError(t, p.Close())
	for _, get := range gets {
		_, err := rig.Await(t, get)
		require.ErrorIs(t, err, ErrClosed)
	}
	require.Zero(t, threads.Load())
}

// A thousand waiters may sleep as threads. Who asks in vain takes nobody's place, and whoever
// has slept gives its own back.
func TestThreadsAreGivenBack(t *testing.T) {
	require.Zero(t, threads.Load())
	require.Zero(t, sleeping.Load())
	claimed := 0
	for range 1100 {
		if claimThread() {
			claimed++
		}
	}
	require.Equal(t, 1000, claimed)
	require.EqualValues(t, claimed, threads.Load())
	for range claimed {
		releaseThread()
	}
	require.Zero(t, threads.Load())

	p := open[int](t, 2, WithParking(ParkThread))
	for range 3 {
		_, err := p.Get(1)
		require.Equal(t, ErrTimeout, err)
		get := park(t, p, 1)[0]
		require.EqualValues(t, 1, threads.Load())
		require.NoError(t, p.Post(7))
		rig.Took(t, 7, get)
		require.Zero(t, threads.Load())
		require.Zero(t, sleeping.Load())
	}
	require.EqualValues(t, 6, p.Stats().Threads)

	fill(t, p, 2)
	post := rig.AsyncErr(func() error { return p.PostTimeout(2, Infinite) })
	parkedPosters(t, p, 1)
	require.Zero(t, threads.Load(), "a poster does not sleep as a thread")
	_, err := p.Get(0)
	require.NoError(t, err)
	require.NoError(t, (<-post).Err)
}

// inFutexWait reports whether a goroutine is within the call that sleeps.
func inFutexWait() bool { return bytes.Contains(stacks.All(), []byte("iocp.futexWait+")) }
