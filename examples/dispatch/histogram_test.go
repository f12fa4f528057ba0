package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHistogram(t *testing.T) {
	h := newHistogram()
	assert.Empty(t, h.curve())
	for ns := range int64(10000) {
		h.record(1000 * ns)
	}
	assert.InEpsilon(t, 5_000_000, h.at(50), 0.002)
	assert.InEpsilon(t, 9_990_000, h.at(99.9), 0.002)
	assert.EqualValues(t, 9_999_000, h.max, "exactly")
	assert.EqualValues(t, 9_999_000, h.at(100), "never above the maximum")

	curve := h.curve()
	assert.Equal(t, point{4, 9_999_000}, curve[len(curve)-1])
	for i := range curve[1:] {
		assert.Less(t, curve[i].nines, curve[i+1].nines)
		assert.LessOrEqual(t, curve[i].ns, curve[i+1].ns)
	}

	sent, err := json.Marshal(h.snapshot())
	require.NoError(t, err)
	var s snapshot
	require.NoError(t, json.Unmarshal(sent, &s))
	got := s.histogram()
	assert.Equal(t, h.curve(), got.curve())
	assert.Equal(t, h.count(), got.count())

	got.merge(h)
	assert.EqualValues(t, 20000, got.count())
	assert.Equal(t, h.max, got.max)

	h.record(-5) // a clock that goes back
	h.record(3 * longest)
	assert.EqualValues(t, 10002, h.count())
	assert.EqualValues(t, 3*longest, h.max)
}

func TestSpan(t *testing.T) {
	for ns, want := range map[int64]string{
		0: "0 ns", 999: "999 ns", 1000: "1.00 µs", 12_345: "12.3 µs", 999_900: "1000 µs", 1_500_000: "1.50 ms", 2e9: "2.00 s",
	} {
		assert.Equal(t, want, span(oneTime(), ns))
	}
	assert.Equal(t, "-", span(newHistogram(), 0))
}
