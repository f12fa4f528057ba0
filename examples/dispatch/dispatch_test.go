package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is set in the environment of a test binary that is the program.
const program = "DISPATCH_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(apart) != "" || os.Getenv(program) != "" {
		main()
	}
	os.Setenv("GORACE", "atexit_sleep_ms=10") // of the other processes: a second each, otherwise
	os.Exit(m.Run())
}

// roomy is a configuration in which the queue is never full: it has room for all.
func roomy() config {
	return config{
		rate: 20000, duration: 50 * time.Millisecond, workers: 3, capacity: 4096, batch: 16,
		late: time.Hour, receive: 1 << 20,
	}
}

// play runs a turn and requires that the books balance.
func play(t *testing.T, c config, m mode, launch launcher) *result {
	t.Helper()
	in, out, err := turn(t.Context(), c, m, launch)
	require.NoError(t, err)
	r := &result{mode: m.name, in: in, out: out}
	require.NoError(t, r.balance())
	return r
}

func eachMode(t *testing.T, test func(t *testing.T, m mode)) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) { test(t, m) })
	}
}

func TestEveryPacketIsAccountedFor(t *testing.T) {
	eachMode(t, func(t *testing.T, m mode) {
		c := roomy()
		r := play(t, c, m, generate)
		assert.Greater(t, r.out.Planned, uint64(800)) // of 1,000 on average
		assert.Equal(t, r.out.Planned, r.out.Sent)
		assert.NotZero(t, r.out.Seen)
		assert.Zero(t, r.in.Full)
		assert.Zero(t, r.out.Late)
	})
}

// Far more packets than a worker can answer, and room for two: most are dropped, and each is
// counted.
func TestFullQueueIsCounted(t *testing.T) {
	eachMode(t, func(t *testing.T, m mode) {
		c := roomy()
		c.workers, c.capacity, c.work = 1, 2, time.Millisecond
		r := play(t, c, m, generate)
		assert.NotZero(t, r.in.Full)
		assert.NotZero(t, r.out.Seen)
	})
}

// A reader that takes a millisecond for each packet, and the smallest socket.
func TestFullSocketIsCounted(t *testing.T) {
	eachMode(t, func(t *testing.T, m mode) {
		c := roomy()
		c.busy, c.receive = time.Millisecond, 1
		r := play(t, c, m, generate)
		there, _ := r.lost()
		assert.NotZero(t, there)
	})
}

func TestLateAnswersAreCounted(t *testing.T) {
	c := roomy()
	c.late = 1
	r := play(t, c, modes[0], generate)
	assert.NotZero(t, r.out.Seen)
	assert.Equal(t, r.out.Seen, r.out.Late)
}

// Workers that take a millisecond for each packet cannot answer the last of n before n
// milliseconds, however late the generator sends it: no omission is coordinated.
func TestLatencyIsOfAnOpenLoop(t *testing.T) {
	c := roomy()
	c.workers, c.work = 1, time.Millisecond
	r := play(t, c, modes[0], generate)
	least := time.Duration(r.out.Seen)*time.Millisecond - c.duration
	assert.GreaterOrEqual(t, time.Duration(r.out.whole.max), least)
}

// A packet that leaves late is measured from when it was due.
func TestLatencyIsFromTheTimeOfThePlan(t *testing.T) {
	overdue := func(ctx context.Context, stop <-chan struct{}, p plan) (*generated, error) {
		at := make([]int64, 100)
		for i := range at {
			at[i] = -int64(time.Hour)
		}
		return p.carryOut(ctx, stop, at)
	}
	c := roomy()
	c.late = time.Minute
	r := play(t, c, modes[0], overdue)
	require.Equal(t, uint64(100), r.out.Sent)
	assert.Equal(t, r.out.Seen, r.out.Late)
	assert.GreaterOrEqual(t, r.out.whole.max, int64(time.Hour))
	assert.GreaterOrEqual(t, r.out.behind.max, int64(time.Hour))
	assert.InEpsilon(t, longest, r.out.whole.hdr.ValueAtPercentile(0), 0.01, "what is longer than a histogram tells apart is the longest")
}

func TestSchedule(t *testing.T) {
	p := plan{Rate: 50000, Duration: time.Second}
	at := p.schedule()
	assert.InDelta(t, 50000, len(at), 1500) // more than six standard deviations
	assert.IsNonDecreasing(t, at)
	assert.Less(t, at[len(at)-1], int64(p.Duration))
	assert.Equal(t, at, p.schedule(), "the same for every mode")
}

// The generator in its own process gives the same account.
func TestGeneratorApart(t *testing.T) {
	c := roomy()
	r := play(t, c, modes[0], generateApart)
	assert.Equal(t, uint64(len(plan{Rate: c.rate, Duration: c.duration}.schedule())), r.out.Planned)
	assert.NotZero(t, r.out.Seen)
	assert.NotZero(t, r.out.whole.max)
}

func TestMeasureTakesTurns(t *testing.T) {
	c := roomy()
	c.together = true
	var log countingWriter
	results, err := measure(t.Context(), c, &log)
	require.NoError(t, err)
	require.Len(t, results, len(modes))
	assert.Equal(t, turns*len(modes), log.n)
	for i, r := range results {
		assert.Equal(t, modes[i].name, r.mode)
		assert.Equal(t, turns, r.turns)
		assert.NoError(t, r.balance())
		assert.Equal(t, results[0].out.Planned, r.out.Planned, "the same load")
	}
}

type countingWriter struct{ n int }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n++
	return len(p), nil
}
