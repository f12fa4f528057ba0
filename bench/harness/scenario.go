package harness

import (
	"slices"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// closedScenario measures the time of an element where nobody waits for a timetable.
func closedScenario(params string, w workload, size int, contenders []Contender) pairs.Scenario {
	s := pairs.Scenario{
		Name: "closed", Params: params, Measures: slices.Concat([]pairs.Measure{{Unit: pairs.PerOp}}, costs, process),
		Least: chunk * max(1, w.posters, w.takers),
	}
	for _, c := range contenders {
		if open := c.stands(w, size); open != nil {
			s.Sides = append(s.Sides, pairs.Contestant{Name: c.name, Open: func() pairs.Side {
				t := open()
				return t.spend(func(n int) []float64 { return []float64{float64(t.closed(n)) / float64(n)} })
			}})
		}
	}
	return s
}

// stands returns what makes a stand for a queue of c, nil if c has no such form of calls.
func (c Contender) stands(w workload, size int) func() tested {
	w.ordered = !c.unordered
	switch size {
	case 8:
		return standsOf(w, c.e8)
	case 24:
		return standsOf(w, c.e24)
	case 64:
		return standsOf(w, c.e64)
	}
	return standsOf(w, c.e256)
}

func standsOf[T element](w workload, open func(int) Queue[T]) func() tested {
	if put, get := open(w.capacity).loops(w.form); put == nil || get == nil {
		return nil
	}
	return func() tested { return newStand(w, open(w.capacity)) }
}

// tested is a stand of any element.
type tested interface {
	closed(n int) (elapsed int64)
	open(n int) arrivals
	prove()
	spend(run pairs.Side) pairs.Side
}
