package harness

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// A flaw is done to the elements of one put, the countth of the queue.
type flaw func(v E24, count int64, put func(E24))

// flawed is a channel with a flaw.
func flawed(f flaw) func(capacity int) Queue[E24] {
	return func(capacity int) Queue[E24] {
		q := channel[E24](capacity)
		var count atomic.Int64
		return Queue[E24]{
			Put: func(vs []E24) {
				for _, v := range vs {
					f(v, count.Add(1), func(v E24) { q.Put([]E24{v}) })
				}
			},
			Get: q.Get,
		}
	}
}

// of passes all puts on but the one with that count.
func of(count int64, f func(v E24, put func(E24))) flaw {
	return func(v E24, i int64, put func(E24)) {
		if i == count {
			f(v, put)
		} else {
			put(v)
		}
	}
}

// swapped holds an element back until after the next.
func swapped(count int64) flaw {
	var held E24
	return func(v E24, i int64, put func(E24)) {
		switch i {
		case count:
			held = v
		case count + 1:
			put(v)
			put(held)
		default:
			put(v)
		}
	}
}

var flaws = map[string]func(count int64) flaw{
	"loses elements: ":               func(n int64) flaw { return of(n, func(E24, func(E24)) {}) },
	"doubles elements: ":             func(n int64) flaw { return of(n, func(v E24, put func(E24)) { put(v); put(v) }) },
	"returns a wrong element: ":      func(n int64) flaw { return of(n, func(_ E24, put func(E24)) { put(E24{1, 2, 3}) }) },
	"returns a wrong element: one t": func(n int64) flaw { return of(n, func(v E24, put func(E24)) { v[0] ^= 4; put(v) }) },
	"returns a wrong element: one":   func(n int64) flaw { return of(n, func(v E24, put func(E24)) { v[2]++; put(v) }) },
	"reorders elements: ":            swapped,
}

func small(posters, takers int) workload {
	return workload{posters: posters, takers: takers, capacity: 128, form: plain, ordered: true, gap: time.Microsecond, stalled: 10 * time.Millisecond}
}

// A queue that breaks a promise once is named for it, wherever that happens.
func TestFlaws(t *testing.T) {
	for want, make := range flaws {
		for _, w := range []workload{small(0, 0), small(1, 1), small(3, 2)} {
			if w.posters > 1 && want == "reorders elements: " {
				continue // the next element may be another poster's
			}
			s := newStand(w, flawed(make(7))(w.capacity))
			require.Contains(t, fault(s.prove), want, "in the proof, %dx%d", w.posters, w.takers)

			s = newStand(w, flawed(make(proof+70))(w.capacity))
			require.Empty(t, fault(s.prove))
			require.Contains(t, fault(func() { s.closed(1000) }), want, "in a slice, %dx%d", w.posters, w.takers)

			if w.posters > 0 {
				s = newStand(w, flawed(make(70))(w.capacity))
				require.Contains(t, fault(func() { s.open(500) }), want, "in an open loop, %dx%d", w.posters, w.takers)
			}
		}
	}
}

// A word between the first and the last is looked at by the proof.
func TestTorn(t *testing.T) {
	s := newStand(small(1, 1), flawed(of(9, func(v E24, put func(E24)) { v[1]++; put(v) }))(64))
	require.Equal(t, "returns a wrong element: one that nobody put", fault(s.prove))
}

// An element that comes once more in the last moment comes in the next run.
func TestDoubledLast(t *testing.T) {
	s := newStand(small(1, 1), flawed(of(1000, func(v E24, put func(E24)) { put(v); put(v) }))(64))
	require.Empty(t, fault(func() { s.closed(1000) }))
	require.Contains(t, fault(func() { s.closed(1000) }), "doubles elements: number 999 of poster 0 came once more, a run later")
}

func TestUnordered(t *testing.T) {
	w := small(1, 1)
	w.ordered = false
	s := newStand(w, flawed(swapped(7))(64))
	require.Empty(t, fault(s.prove))
}

// Takers that are only slow are not taken for takers that lack elements.
func TestSlow(t *testing.T) {
	w := small(2, 2)
	w.stalled = time.Microsecond // fillers are put at once
	for range 20 {
		s := newStand(w, channel[E24](w.capacity))
		require.Empty(t, fault(func() { s.closed(5000) }))
		require.Empty(t, fault(func() { s.closed(5000) }), "no filler is left")
	}
}

// fault is what f says of the queue.
func fault(f func()) (said string) {
	defer func() {
		if v := recover(); v != nil {
			said = string(v.(pairs.Fault))
		}
	}()
	f()
	return ""
}

// The command names a queue with a flaw, goes on with the others, and fails.
func TestFlawedCommand(t *testing.T) {
	lossy := New("lossy", channel, flawed(flaws["doubles elements: "](200)), channel, channel)
	var out, said bytes.Buffer
	require.Equal(t, 1, command([]Contender{lossy}).Run(t.Context(), []string{"-quick", "-time=1ms", "-shape=1x1", "-gap=0"}, &out, &said))
	require.Contains(t, out.String(), "\nBROKEN: closed/shape=1x1/cap=1024/size=24: lossy: doubles elements: ")
	require.Regexp(t, `(?m)^  1  closed/shape=1x1/cap=1024/size=24 +ns/op +– +\d\S* \S+ +\d\S* \S+ .* lossy doubles elements: `, out.String())
	require.Contains(t, said.String(), ": closed/shape=1x1/cap=1024/size=24: lossy: doubles elements: ")
}
