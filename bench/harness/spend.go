package harness

import "github.com/iocp-go/iocp/bench/internal/pairs"

// costs are what every scenario measures of the whole process in each slice, beside its own
// measures, and process what it measures of a process for each queue. The memory includes
// the audit's, eight bytes for each element of a slice.
var (
	costs   = []pairs.Measure{{Unit: pairs.CPUPerOp}, {Unit: pairs.Switches}}
	process = []pairs.Measure{{Unit: pairs.Threads, Apart: true}, {Unit: pairs.Peak, Apart: true}}
)

// spend adds costs to the values of run. The first call proves the queue before.
func (s *stand[T]) spend(run pairs.Side) pairs.Side {
	return func(n int) []float64 {
		if s.runs == 0 {
			s.prove()
		}
		before := pairs.Spent()
		values := run(n)
		cpu, switches := pairs.Spent().Since(before)
		return append(values, cpu/float64(n), switches/float64(n))
	}
}

// proof is how many elements a queue must bring through before it is measured.
const proof = 4096

// prove runs a closed loop without work, and checks all words of each element.
func (s *stand[T]) prove() {
	w := s.workload
	s.careful, s.postWork, s.takeWork = true, 0, 0
	s.closed(proof)
	s.careful, s.workload = false, w
}
