package pairs

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJudgeRatio(t *testing.T) {
	ones := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	for _, test := range []struct {
		name           string
		port           []float64
		goal           float64
		relation, want string
	}{
		{"clearly faster", []float64{.3, .3, .3, .4, .4, .4, .4, .5, .5, .5}, 0.45, "faster", "goal met"},
		{"faster, not enough", []float64{.6, .6, .6, .6, .6, .6, .6, .6, .6, .6}, 0.45, "faster", "short of goal"},
		{"interval reaches 1", []float64{.3, .3, .3, .3, .3, .3, .3, .3, 1, 1}, 0.45, "no difference shown", "goal met"},
		{"interval below 1", []float64{.3, .3, .3, .3, .3, .3, .3, .3, .99, 9}, 0.45, "faster", "goal met"},
		{"slower", []float64{.1, 2, 2, 2, 2, 2, 2, 2, 2, 2}, 1, "slower", "short of goal"},
		{"interval includes 1", []float64{.1, .9, 2, 2, 2, 2, 2, 2, 2, 2}, 1, "no difference shown", "short of goal"},
		{"equal", ones, 1, "no difference shown", "goal met"},
	} {
		o := judge(Ratio, PerOp, test.port, ones)
		require.Equal(t, test.relation, o.relation, "%s: %+v", test.name, o)
		require.Equal(t, test.want, verdict(Measure{Unit: PerOp, Goal: test.goal}, o.value), "%s: %+v", test.name, o)
	}
}

// A time that grows less may be the longer one.
func TestJudgeGrowth(t *testing.T) {
	ones, twos := []float64{1, 1, 1, 1, 1, 1}, []float64{2, 2, 2, 2, 2, 2}
	require.Equal(t, "grows less", judge(Ratio, Growth, ones, twos).relation)
	require.Equal(t, "grows more", judge(Ratio, Growth, twos, ones).relation)
	require.Equal(t, "no difference shown", judge(Ratio, Growth, ones, ones).relation)
}

// The ratio is the median of the pairs' ratios, not the ratio of the medians.
func TestJudgePairs(t *testing.T) {
	port := []float64{1, 2, 3, 4, 5, 6}
	channel := []float64{2, 4, 6, 8, 10, 12}
	o := judge(Ratio, PerOp, port, channel)
	require.Equal(t, []float64{0.5, 0.5, 0.5}, []float64{o.value, o.lo, o.hi})
	require.Equal(t, []float64{3.5, 7}, []float64{o.median, judge(Ratio, PerOp, channel, channel).median})
	require.Equal(t, []float64{1, 2, 3, 4, 5, 6}, port, "the order of the pairs stays")
	o = judge(Ratio, PerOp, port, []float64{12, 10, 8, 6, 4, 2})
	require.InDelta(t, (3./8+4./6)/2, o.value, 1e-9)
}

func TestJudgeFewPairs(t *testing.T) {
	for n := 2; n <= leastPairs; n++ {
		port, channel := make([]float64, n), make([]float64, n)
		for i := range port {
			port[i], channel[i] = 1, 10
		}
		o := judge(Ratio, PerOp, port, channel)
		require.Equal(t, n == leastPairs, o.relation == "faster", "%d pairs: %+v", n, o)
	}
}

func TestJudgeOthers(t *testing.T) {
	o := judge(Excess, PerWaiter, []float64{300, 300, 300}, []float64{100, 100, 100})
	require.Equal(t, 200.0, o.value)
	require.Empty(t, o.relation)
	require.Equal(t, 17.0, judge(Alone, Threads, []float64{17}, nil).value)
	require.Empty(t, judge(Ratio, PerOp, []float64{math.NaN()}, []float64{1}).relation)
}

func TestVerdict(t *testing.T) {
	strict := Measure{Unit: Threads, By: Alone, Goal: 18, Strict: true}
	require.Equal(t, "short of goal", verdict(strict, 18))
	require.Equal(t, "goal met", verdict(strict, 17))
	require.Equal(t, "not measured", verdict(strict, math.NaN()))
	require.Equal(t, "goal met", verdict(Measure{Unit: Allocs, By: Alone}, 0.004))
	require.Equal(t, "short of goal", verdict(Measure{Unit: Allocs, By: Alone}, 0.01))
}

func TestPercentile(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(i + 1)
	}
	require.Equal(t, 50.0, Percentile(hundred, 0.50))
	require.Equal(t, 99.0, Percentile(hundred, 0.99))
	require.Equal(t, 7.0, Percentile([]float64{7}, 0.99))
	require.True(t, math.IsNaN(Percentile(nil, 0.5)))
}
