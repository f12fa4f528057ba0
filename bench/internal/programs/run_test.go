package programs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A cell follows from the seed and its number alone.
func TestDraw(t *testing.T) {
	seen := map[string]bool{}
	for i := range 500 {
		c := Draw(7, i)
		require.Equal(t, c, Draw(7, i))
		require.NotNil(t, familyOf(c.Family).run, c.Family)
		require.Contains(t, elements, c.Element)
		seen[c.Family] = true
	}
	require.Len(t, seen, len(families))
	require.NotEqual(t, Draw(7, 3), Draw(8, 3))
	require.NotEqual(t, Draw(7, 3), Draw(7, 4))
}

// Every family loses nothing, with any number of items, and at the least capacity;
// a run checks that itself.
func TestFamilies(t *testing.T) {
	for _, f := range families {
		for i, element := range []string{"Packet", "int", "*int", "64B"} {
			wait := []string{"plain", "timeout", "context", "plain"}[i]
			for _, capacity := range []int{2, 64} {
				c := Cell{Family: f.name, Posters: 1 + 2*i, Takers: 4 - i, Capacity: capacity, Element: element, Wait: wait, Varied: i == 0, Fresh: i == 1, TakeWork: 30}
				port, channel := c.sides()
				for _, n := range []int{1, 64, 500} {
					for _, s := range []*side{port, channel} {
						r := s.next(n)
						r.do()
						require.Greater(t, r.wall, 0.0)
					}
				}
			}
		}
	}
}

func TestAges(t *testing.T) {
	if !stamped {
		t.Skip("words of 32 bits")
	}
	c := Cell{Family: "flow", Posters: 2, Takers: 2, Capacity: 64, Element: "*int", Wait: "plain"}
	port, _ := c.sides()
	r := port.next(3100)
	r.do()
	require.InDelta(t, 100, len(r.ages), 2, "one in 31")
	for _, age := range r.ages {
		require.Positive(t, age)
	}
}

// A run that takes too long is broken off and leaves no goroutines at work, and the
// next has queues of its own.
func TestBrokenOff(t *testing.T) {
	for _, f := range families {
		c := Cell{Family: f.name, Posters: 3, Takers: 2, Capacity: 16, TakeWork: 8 * time.Microsecond, Element: "Packet", Wait: "plain"}
		port, _ := c.sides()
		got, ok := port.within(time.Millisecond, 1<<20)
		require.False(t, ok, f.name)
		require.Equal(t, float64(time.Millisecond)/(1<<20), got.wall)
		_, ok = port.within(time.Minute, 10)
		require.True(t, ok, f.name)
	}
}

func TestItem(t *testing.T) {
	v := item(stop)
	require.Equal(t, stop, v.id())
	require.Zero(t, v.stamp())
	if stamped {
		v = item(5) | item(time.Hour)<<idBits
		require.Equal(t, 5, v.id())
		require.Equal(t, int64(time.Hour), v.stamp())
	}
}
