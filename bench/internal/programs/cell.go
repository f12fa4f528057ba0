// Package programs is the map: programs around a queue, drawn at random, each run on
// ports and on channels. Nobody can tune a port to what is drawn anew each time.
//
// A family (families.go) is a kind of program, written once over a queue (queue.go),
// which is a port or a channel. A cell is a family with all other parameters drawn.
package programs

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A Cell is one program. A parameter of cells has a field here, a draw in Draw, a
// word in String, and a use in run.go, measure.go or a family.
type Cell struct {
	Family   string        `json:"family"`
	Posters  int           `json:"posters"`
	Takers   int           `json:"takers"`
	Capacity int           `json:"capacity"`
	PostWork time.Duration `json:"post_work_ns"` // of a poster for each item, the mean
	TakeWork time.Duration `json:"take_work_ns"` // of a taker, likewise
	Varied   bool          `json:"varied"`       // work is distributed exponentially, not constant
	Element  string        `json:"element"`      // a key of elements
	Wait     string        `json:"wait"`         // plain, timeout, context
	Fresh    bool          `json:"fresh"`        // a slice has queues of its own; else they live on
	Procs    int           `json:"gomaxprocs"`
	Hogs     int           `json:"hogs"` // goroutines of the process that compute beside the program
}

// Draw is cell i of the map of a seed. No other cell has to be drawn before it.
func Draw(seed uint64, i int) Cell {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	work := func() time.Duration { return time.Duration(one(r, 0, 0, 30, 100, 300, 1000, 3000, 8000)) }
	var names []string
	for _, f := range families {
		for range f.weight {
			names = append(names, f.name)
		}
	}
	return Cell{
		Family:   one(r, names...),
		Posters:  one(r, 1, 1, 2, 3, 4, 8, 32, 64),
		Takers:   one(r, 1, 1, 2, 3, 4, 8, 32, 64),
		Capacity: one(r, 2, 4, 16, 64, 128, 1024, 4096, 16384),
		PostWork: work(),
		TakeWork: work(),
		Varied:   r.IntN(2) == 0,
		Element:  one(r, "Packet", "int", "*int", "64B"),
		Wait:     one(r, "plain", "plain", "plain", "timeout", "context"),
		Fresh:    r.IntN(3) == 0,
		Procs:    one(r, 1, 1, 2, 2, 2, 4),
		Hogs:     one(r, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 16),
	}
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (c Cell) String() string {
	s := fmt.Sprintf("%s %dx%d cap %d work %d/%d ns", c.Family, c.Posters, c.Takers, c.Capacity, c.PostWork, c.TakeWork)
	if c.Varied {
		s += " varied"
	}
	s += " " + c.Element + " " + c.Wait
	if c.Fresh {
		s += " fresh"
	}
	s += fmt.Sprintf(" procs %d", c.Procs)
	if c.Hogs > 0 {
		s += fmt.Sprintf(" hogs %d", c.Hogs)
	}
	return s
}

// Turns is how long it takes until each hog of c and a goroutine beside them have had
// a turn, of the 10 ms that Go gives to each.
func (c Cell) Turns() time.Duration {
	return time.Duration(c.Hogs+1) * 10 * time.Millisecond / time.Duration(c.Procs)
}
