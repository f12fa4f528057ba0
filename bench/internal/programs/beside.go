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
