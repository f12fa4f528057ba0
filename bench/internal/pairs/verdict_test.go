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
		o := judge(Measure{Unit: PerOp, Goal: test.goal}, test.port, ones)
		require.Equal(t, test.relation, o.relation, "%s: %+v", test.name, o)
		require.Equal(t, test.want, o.goal, "%s: %+v", test.name, o)
	}
}

// A time that grows less may be the longer one.
func TestJudgeGrowth(t *testing.T) {
	ones, twos := []float64{1, 1, 1, 1, 1, 1}, []float64{2, 2, 2, 2, 2, 2}
	growth := Measure{Unit: Growth, Goal: 1}
	require.Equal(t, "grows less", judge(growth, ones, twos).relation)
	require.Equal(t, "grows more", judge(growth, twos, ones).relation)
	require.Equal(t, "no difference shown", judge(growth, ones, ones).relation)
}

// The ratio is the median of the pairs' ratios, not the ratio of the medians.
func TestJudgePairs(t *testing.T) {
	port := []float64{1, 2, 3, 4, 5, 6}
	channel := []float64{2, 4, 6, 8, 10, 12}
	o := judge(Measure{Unit: PerOp, Goal: 0.5}, port, channel)
	require.Equal(t, []float64{0.5, 0.5, 0.5}, []float64{o.value, o.lo, o.hi})
	require.Equal(t, []float64{3.5, 7}, []float64{o.port, o.channel})
	require.Equal(t, []float64{1, 2, 3, 4, 5, 6}, port, "the order of the pairs stays")
	o = judge(Measure{Unit: PerOp, Goal: 0.5}, port, []float64{12, 10, 8, 6, 4, 2})
	require.InDelta(t, (3./8+4./6)/2, o.value, 1e-9)
}

func TestJudgeFewPairs(t *testing.T) {
	for n := 2; n <= leastPairs; n++ {
		port, channel := make([]float64, n), make([]float64, n)
		for i := range port {
			port[i], channel[i] = 1, 10
		}
		o := judge(Measure{Unit: PerOp, Goal: 1}, port, channel)
		require.Equal(t, n == leastPairs, o.relation == "faster", "%d pairs: %+v", n, o)
	}
}

func TestJudgeOthers(t *testing.T) {
	o := judge(Measure{Unit: PerWaiter, By: Excess, Goal: 256}, []float64{300, 300, 300}, []float64{100, 100, 100})
	require.Equal(t, 200.0, o.value)
	require.Equal(t, "goal met", o.goal)
	require.Empty(t, o.relation)

	strict := Measure{Unit: Threads, By: Alone, Goal: 18, Strict: true}
	require.Equal(t, "short of goal", judge(strict, []float64{18}, nil).goal)
	require.Equal(t, "goal met", judge(strict, []float64{17}, nil).goal)

	none := judge(Measure{Unit: CPUTime, By: Alone, Goal: 1}, []float64{math.NaN()}, []float64{math.NaN()})
	require.Equal(t, "not measured", none.goal)

	require.Equal(t, "goal met", judge(Measure{Unit: Allocs, By: Alone}, []float64{0.004}, nil).goal)
	require.Equal(t, "short of goal", judge(Measure{Unit: Allocs, By: Alone}, []float64{0.01}, nil).goal)
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
