package main

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
)

func newShipper(t *testing.T, room int) *shipper {
	port, err := iocp.New[record](room)
	require.NoError(t, err)
	return &shipper{port: port, full: iocp.Infinite, batch: 500, delay: time.Millisecond, producers: map[string]*producer{}}
}

// sent is a batch as a receiver of the bubble sees it.
type sent struct {
	at    time.Duration
	lines int
}

// A batch goes out when it is full, or when its first record is as old as the delay.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var batches []sent
		var slow time.Duration
		s := newShipper(t, 64)
		s.batch, s.delay = 4, 100*time.Millisecond
		s.send = func(frame []byte) error {
			payload, err := readFrame(bytes.NewReader(frame))
			batches = append(batches, sent{time.Since(start), bytes.Count(payload, []byte("\n"))})
			time.Sleep(slow)
			return err
		}
		p := &producer{name: "p"}
		number := uint64(0)
		post := func(at time.Duration) {
			time.Sleep(time.Until(start.Add(at)))
			number++
			require.NoError(t, s.port.Post(record{from: p, number: number, since: time.Now()}))
		}
		done := make(chan error)
		go func() { done <- s.collect(t.Context()) }()

		const ms = time.Millisecond
		post(0)
		post(40 * ms)
		post(99 * ms) // 3 at 100, when the first is due
		for range 4 {
			post(200 * ms) // 4 at once
		}
		synctest.Wait()
		slow = 300 * ms
		post(300 * ms) // 1 at 400; the receiver takes until 700
		for range 6 {
			post(410 * ms) // 4 at 700; 2 more at 1,000: they were due at 510
		}
		time.Sleep(time.Second)
		s.port.Close()
		require.NoError(t, <-done)
		assert.Equal(t, []sent{{100 * ms, 3}, {200 * ms, 4}, {400 * ms, 1}, {700 * ms, 4}, {1000 * ms, 2}}, batches)
		assert.Equal(t, uint64(14), s.durable.Load())
		assert.Equal(t, uint64(14), p.durable)
	})
}

// Close sends out at once what waits for others, and what is queued behind it.
func TestCloseFlushes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var batches []sent
		s := newShipper(t, 64)
		s.batch, s.delay = 4, time.Hour
		s.send = func(frame []byte) error {
			payload, err := readFrame(bytes.NewReader(frame))
			batches = append(batches, sent{time.Since(start), bytes.Count(payload, []byte("\n"))})
			return err
		}
		for n := range uint64(7) {
			require.NoError(t, s.port.Post(record{from: &producer{name: "p"}, number: n + 1, since: time.Now()}))
		}
		done := make(chan error)
		go func() { done <- s.collect(t.Context()) }()
		synctest.Wait()
		assert.Equal(t, []sent{{0, 4}}, batches)
		s.port.Close()
		require.NoError(t, <-done)
		assert.Equal(t, []sent{{0, 4}, {0, 3}}, batches)
	})
}

// The pauses grow from the first to the last, start anew with the next batch, and end with
// the context.
func TestBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("away")
		ctx, cancel := context.WithCancelCause(t.Context())
		for range 2 {
			var tries []time.Time
			require.NoError(t, retry(ctx, func() error {
				if tries = append(tries, time.Now()); len(tries) <= 10 {
					return away
				}
				return nil
			}))
			for i, pause := range []time.Duration{50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000} {
				got := tries[i+1].Sub(tries[i])
				assert.LessOrEqual(t, got, pause*time.Millisecond)
				assert.Greater(t, got, pause*time.Millisecond/2)
			}
		}
		over := errors.New("over")
		time.AfterFunc(time.Minute, func() { cancel(over) })
		start := time.Now()
		err := retry(ctx, func() error { return away })
		assert.ErrorIs(t, err, away)
		assert.ErrorIs(t, err, over)
		assert.Equal(t, time.Minute, time.Since(start))
	})
}
