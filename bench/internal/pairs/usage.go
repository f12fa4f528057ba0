package pairs

// Usage is what a process has used: processor time in nanoseconds, and context switches of
// its threads.
type Usage struct{ CPU, Switches float64 }

// Since is what has been used since before.
func (u Usage) Since(before Usage) (cpu, switches float64) {
	return u.CPU - before.CPU, u.Switches - before.Switches
}

// ProcessTime is the processor time of the process so far, in nanoseconds, not a number
// where it is not known.
func ProcessTime() float64 { return Spent().CPU }
