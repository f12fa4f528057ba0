package programs

// Beside are the cells of row 21: programs that hand over an item at a time, beside
// goroutines of the same process that compute.
func Beside() []Cell {
	var all []Cell
	for _, c := range []Cell{
		{Family: "pingpong", Posters: 1, Takers: 1, Capacity: 1024},
		{Family: "pipeline", Posters: 1, Takers: 1, Capacity: 1024},
		{Family: "flow", Posters: 4, Takers: 1, Capacity: 16}, // posters at a full queue
		{Family: "request", Posters: 4, Takers: 1, Capacity: 1024},
	} {
		c.Element, c.Wait = "Packet", "plain"
		for _, c.Hogs = range []int{1, 2, 4, 16} {
			for _, c.Procs = range []int{1, 2} {
				all = append(all, c)
			}
		}
	}
	return all
}

// Crowds are programs with many goroutines on both sides, beside a few that compute. If one of
// the many is woken and others wait for that one, all have a turn only as often as those that
// compute leave a processor: a few thousand items a second.
func Crowds() []Cell {
	var all []Cell
	for _, c := range []Cell{
		{Family: "flow", Posters: 16, Takers: 16, Capacity: 2},
		{Family: "flow", Posters: 32, Takers: 2, Capacity: 16},
		{Family: "request", Posters: 32, Takers: 4, Capacity: 1024},
	} {
		c.Element, c.Wait = "int", "plain"
		c.Procs, c.Hogs = 1, 1
		all = append(all, c)
		c.Procs, c.Hogs = 2, 4
		all = append(all, c)
	}
	return all
}
