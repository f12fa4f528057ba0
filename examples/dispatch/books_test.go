package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// balanced is a result with a packet in each column of the books.
func balanced() *result {
	times := func(n int) *histogram {
		h := newHistogram()
		for range n {
			h.record(1)
		}
		return h
	}
	// Sent: 1 lost there, 1 full, 1 refused, 1 lost on the way back, 2 answered.
	return &result{
		in:  &dispatched{Received: 5, Full: 1, Posted: 4, Taken: 4, Refused: 1, Answered: 3, InQueue: times(4), Dropped: 1, Counted: true},
		out: &generated{Planned: 8, Cut: 1, Refused: 1, Sent: 6, Seen: 2, Late: 1, Dropped: 1, Counted: true, whole: times(2), behind: times(7)},
	}
}

func TestBooksBalance(t *testing.T) {
	r := balanced()
	require.NoError(t, r.balance())
	there, back := r.lost()
	assert.EqualValues(t, 1, there)
	assert.EqualValues(t, 1, back)

	r.add(balanced().in, balanced().out)
	r.add(balanced().in, balanced().out)
	require.NoError(t, r.balance(), "the first turn replaces, the second adds")
	assert.EqualValues(t, 16, r.out.Planned)

	for name, change := range map[string]func(r *result){
		"a packet planned, and neither sent nor not":   func(r *result) { r.out.Planned++ },
		"one stopped that was not planned":             func(r *result) { r.out.Cut++ },
		"one refused that was not planned":             func(r *result) { r.out.Refused++ },
		"one sent, lost without the kernel's knowing":  func(r *result) { r.out.Planned++; r.out.Sent++ },
		"received, and neither posted nor dropped":     func(r *result) { r.in.Received++ },
		"received more than sent":                      func(r *result) { r.in.Received += 2; r.in.Full += 2 },
		"full, and not received":                       func(r *result) { r.in.Full++ },
		"posted, and not taken":                        func(r *result) { r.in.Received, r.in.Posted = 6, 5 },
		"taken, and not posted":                        func(r *result) { r.in.Taken, r.in.Answered = 5, 4; r.in.InQueue.record(1) },
		"taken, and neither answered nor refused":      func(r *result) { r.in.Refused-- },
		"taken without a time":                         func(r *result) { r.in.InQueue = newHistogram() },
		"answered, lost without the kernel's knowing":  func(r *result) { r.out.Seen--; r.out.whole = oneTime() },
		"more answers than were written":               func(r *result) { r.in.Refused, r.in.Answered = 3, 1 },
		"seen without a time":                          func(r *result) { r.out.whole = newHistogram() },
		"an answer twice":                              func(r *result) { r.out.Repeated++ },
		"the kernel has dropped less on the way there": func(r *result) { r.in.Dropped = 0 },
		"the kernel has dropped less on the way back":  func(r *result) { r.out.Dropped = 0 },
	} {
		r := balanced()
		change(r)
		assert.Error(t, r.balance(), name)
	}

	r = balanced()
	r.in.Dropped, r.in.Counted = 0, false
	r.out.Dropped, r.out.Counted = 0, false
	assert.NoError(t, r.balance(), "where the kernel's count is not to be had")
}

func oneTime() *histogram {
	h := newHistogram()
	h.record(1)
	return h
}
