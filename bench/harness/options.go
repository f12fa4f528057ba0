package harness

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/iocp-go/iocp/bench/internal/pairs"
)

// options are the flags of the command, each a list.
type options struct {
	shape, capacity, size, work, gap, form, with string
}

func defaults() options {
	return options{shape: "solo,1x1,4x4", capacity: "1024", size: "24", work: "0", gap: "20us", form: plain, with: "port,channel"}
}

func (o *options) flags(fs *flag.FlagSet) {
	fs.StringVar(&o.shape, "shape", o.shape, "`shapes`, posters x takers, as in 1x1,4x4; solo is one goroutine that does both, closed loop")
	fs.StringVar(&o.capacity, "cap", o.capacity, "`elements` that a queue holds")
	fs.StringVar(&o.size, "size", o.size, "`bytes` of an element: 8, 24, 64, 256")
	fs.StringVar(&o.work, "work", o.work, "`time` that posters and takers compute for each element, or posters:takers: 0,200ns,0:5us")
	fs.StringVar(&o.gap, "gap", o.gap, "`time` between two arrivals, of all posters together, in open loops; 0 leaves out the open loops")
	fs.StringVar(&o.form, "form", o.form, "`form` of the calls: plain, batch, timeout, context; a queue without the form is left out")
	fs.StringVar(&o.with, "with", o.with, "`names` of what to measure beside one's own: port, port-thread, port-goroutine, ring, mutex, channel; all; none")
}

// chosen are the contenders: one's own, then those that come with the harness and are named.
func (o options) chosen(own []Contender) ([]Contender, error) {
	all := slices.Clone(own)
	with := strings.Split(o.with, ",")
	for _, c := range Contenders() {
		if i := slices.Index(with, c.name); i >= 0 || o.with == "all" {
			all = append(all, c)
			with = slices.DeleteFunc(with, func(name string) bool { return name == c.name })
		}
	}
	if len(with) > 0 && o.with != "all" && o.with != "none" {
		return nil, fmt.Errorf("-with: no %s", with[0])
	}
	names := map[string]bool{}
	for _, c := range all {
		switch {
		case c.name == "" || strings.ContainsAny(c.name, "/ \t\n"):
			return nil, fmt.Errorf("a contender named %q: no word", c.name)
		case names[c.name]:
			return nil, fmt.Errorf("two contenders named %s", c.name)
		case c.e8 == nil || c.e24 == nil || c.e64 == nil || c.e256 == nil:
			return nil, fmt.Errorf("%s: make it with New", c.name)
		}
		names[c.name] = true
	}
	if len(all) == 0 {
		return nil, errors.New("-with none leaves nothing to measure")
	}
	return all, nil
}

// list reads the values of a flag.
func list[T any](flag, values string, read func(string) (T, error)) ([]T, error) {
	var all []T
	for value := range strings.SplitSeq(values, ",") {
		v, err := read(strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("-%s %s: %q: %w", flag, values, value, err)
		}
		all = append(all, v)
	}
	return all, nil
}

type shape struct{ posters, takers int }

func (s shape) String() string {
	if s.posters == 0 {
		return "solo"
	}
	return fmt.Sprintf("%dx%d", s.posters, s.takers)
}

func readShape(s string) (shape, error) {
	if s == "solo" {
		return shape{}, nil
	}
	a, b, two := strings.Cut(s, "x")
	if !two {
		return shape{}, errors.New("neither solo nor posters x takers, as 4x1")
	}
	posters, err := count(a)
	if err != nil {
		return shape{}, fmt.Errorf("posters: %w", err)
	}
	takers, err := count(b)
	if err != nil {
		return shape{}, fmt.Errorf("takers: %w", err)
	}
	return shape{posters, takers}, nil
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxPosts {
		return 0, fmt.Errorf("%q is no number from 1 to %d", s, maxPosts)
	}
	return n, nil
}

func readCapacity(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && n < 2 {
		err = errors.New("below 2")
	}
	return n, err
}

func readSize(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err == nil && !slices.Contains(sizes, n) {
		err = fmt.Errorf("none of %v", sizes)
	}
	return n, err
}

// readTime reads a time; 0 needs no unit.
func readTime(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err == nil && (d < 0 || d > time.Second) {
		err = errors.New("not between 0 and a second")
	}
	return d, err
}

type labour struct{ post, take time.Duration }

func (l labour) String() string {
	if l.post == l.take {
		return l.post.String()
	}
	return l.post.String() + ":" + l.take.String()
}

func readLabour(s string) (labour, error) {
	a, b, two := strings.Cut(s, ":")
	post, err := readTime(a)
	if err != nil || !two {
		return labour{post, post}, err
	}
	take, err := readTime(b)
	return labour{post, take}, err
}

func readForm(s string) (string, error) {
	if !slices.Contains(forms, s) {
		return "", fmt.Errorf("none of %v", forms)
	}
	return s, nil
}

// scenarios are all combinations of the options, closed loops first.
func (o options) scenarios(own []Contender) ([]pairs.Scenario, error) {
	contenders, err := o.chosen(own)
	shapes, err1 := list("shape", o.shape, readShape)
	capacities, err2 := list("cap", o.capacity, readCapacity)
	bytes, err3 := list("size", o.size, readSize)
	works, err4 := list("work", o.work, readLabour)
	gaps, err5 := list("gap", o.gap, readTime)
	fs, err6 := list("form", o.form, readForm)
	for _, err := range []error{err, err1, err2, err3, err4, err5, err6} {
		if err != nil {
			return nil, err
		}
	}
	var closed, open []pairs.Scenario
	for _, form := range fs {
		for _, size := range bytes {
			for _, capacity := range capacities {
				for _, work := range works {
					for _, shape := range shapes {
						w := workload{
							posters: shape.posters, takers: shape.takers, capacity: capacity, form: form,
							postWork: work.post, takeWork: work.take, stalled: time.Second,
						}
						params := fmt.Sprintf("shape=%v/cap=%d/size=%d", shape, capacity, size)
						if work != (labour{}) {
							params += "/work=" + work.String()
						}
						if form != plain {
							params += "/form=" + form
						}
						closed = append(closed, closedScenario(params, w, size, contenders))
						for _, gap := range gaps {
							if gap > 0 && shape.posters > 0 {
								w.gap = gap
								open = append(open, openScenario(params+"/gap="+gap.String(), w, size, contenders))
							}
						}
					}
				}
			}
		}
	}
	all := slices.DeleteFunc(append(closed, open...), func(s pairs.Scenario) bool { return len(s.Sides) == 0 })
	if len(all) == 0 {
		return nil, errors.New("nothing has that form of calls")
	}
	for i := range all {
		for j := range all[i].Measures {
			all[i].Measures[j].Row = i + 1
		}
	}
	return all, nil
}
