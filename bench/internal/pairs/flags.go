package pairs

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// config is what the command line asks for.
type config struct {
	command Command
	rows    []int            // all if there are neither rows nor names
	names   []*regexp.Regexp // match from the start of a scenario's name
	procs   []int
	pairs   int
	slice   time.Duration
	quick   bool
	list    bool
	from    *report // what to print instead of measuring, or nil
	format  string  // table, json, markdown, benchfmt
}

// parse reads the arguments. Names may stand before, between and after flags. An
// error has been said on w already, with the usage if it was a flag.
func (command Command) parse(args []string, w io.Writer) (config, error) {
	c := config{command: command, slice: 20 * time.Millisecond, format: "table"}
	fs := flag.NewFlagSet(path.Base(command.Package), flag.ContinueOnError)
	fs.SetOutput(w)
	fs.Usage = func() {
		fmt.Fprint(w, command.Usage)
		fs.PrintDefaults()
	}
	row := fs.String("row", "", "`rows` by number, separated by commas")
	cpu := fs.String("cpu", "", "`values` of GOMAXPROCS, separated by commas (default: as it is)")
	fs.IntVar(&c.pairs, "count", 10, fmt.Sprintf("`pairs` of slices for each scenario, %d at least; of a tail more", leastPairs))
	fs.DurationVar(&c.slice, "slice", c.slice, "`length` of a slice")
	fs.BoolVar(&c.quick, "quick", false, "a smoke run, too short to conclude from: short slices, few pairs, small crowds")
	fs.BoolVar(&c.list, "list", false, "print the names and stop")
	asJSON := fs.Bool("json", false, "print JSON")
	asMarkdown := fs.Bool("markdown", false, "print a table for GitHub")
	asBenchfmt := fs.Bool("benchfmt", false, "print every slice as a benchmark line, for benchstat -col /impl")
	from := fs.String("from", "", "measure nothing, print what is in `file`, which -json has printed")

	var words []string
	for rest := args; ; {
		if err := fs.Parse(rest); err != nil {
			return config{}, err
		}
		if fs.NArg() == 0 {
			break
		}
		words = append(words, fs.Arg(0))
		rest = fs.Args()[1:]
	}
	set := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if c.quick {
		if !set["slice"] {
			c.slice = 3 * time.Millisecond
		}
		if !set["count"] {
			c.pairs = 10
		}
	}
	for format, asked := range map[string]bool{"json": *asJSON, "markdown": *asMarkdown, "benchfmt": *asBenchfmt} {
		switch {
		case !asked:
		case c.format != "table":
			return config{}, command.say(w, errors.New("-json, -markdown, -benchfmt: one at a time"))
		default:
			c.format = format
		}
	}
	if c.pairs < leastPairs {
		return config{}, command.say(w, fmt.Errorf("-count %d: the median of fewer than %d pairs has no interval", c.pairs, leastPairs))
	}
	if c.slice <= 0 || c.slice > time.Second {
		return config{}, command.say(w, fmt.Errorf("-slice %v: not above 0 and at most a second", c.slice))
	}
	var err error
	if c.procs, err = numbers("-cpu", *cpu); err != nil {
		return config{}, command.say(w, err)
	}
	if len(c.procs) == 0 {
		c.procs = []int{runtime.GOMAXPROCS(0)}
	}
	if c.rows, err = numbers("-row", *row); err != nil {
		return config{}, command.say(w, err)
	}
	for _, word := range words {
		if n, err := strconv.Atoi(word); err == nil {
			c.rows = append(c.rows, n)
			continue
		}
		if _, err := regexp.Compile(word); err != nil || word == "" {
			return config{}, command.say(w, fmt.Errorf("name %q: %w", word, cmp.Or(err, errors.New("empty"))))
		}
		re := regexp.MustCompile("^(?:" + word + ")")
		c.names = append(c.names, re)
	}
	if set["from"] {
		if err := c.read(*from, set); err != nil {
			return config{}, command.say(w, err)
		}
		return c, nil
	}
	var there []figure
	for _, s := range command.Scenarios(c.quick) {
		for _, m := range s.Measures {
			there = append(there, figure{m.Row, s.Full()})
		}
	}
	if err := c.known(there); err != nil {
		return config{}, command.say(w, fmt.Errorf("%w; -list prints what there is", err))
	}
	return c, nil
}

// read takes what is printed from a file. set are the flags of the command line.
func (c *config) read(file string, set map[string]bool) error {
	for _, name := range []string{"count", "cpu", "list", "quick", "slice"} {
		if set[name] {
			return fmt.Errorf("-from and -%s: what is in a file has been measured", name)
		}
	}
	if c.format == "benchfmt" {
		return errors.New("-from and -benchfmt: a file has the medians, not the slices")
	}
	var err error
	if c.from, err = readReport(file); err != nil {
		return err
	}
	var there []figure
	for _, e := range c.from.Results {
		there = append(there, figure{e.Row, e.Scenario})
	}
	if err := c.known(there); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// numbers reads positive numbers separated by commas.
func numbers(flag, list string) ([]int, error) {
	if list == "" {
		return nil, nil
	}
	var out []int
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%s %s: %q is not a positive number", flag, list, word)
		}
		out = append(out, n)
	}
	return out, nil
}

// figure is what a row or a name selects.
type figure struct {
	row  int
	name string
}

// known reports a row or a name that selects nothing of what is there.
func (c config) known(there []figure) error {
	for _, row := range c.rows {
		if row == 0 || !slices.ContainsFunc(there, func(f figure) bool { return f.row == row }) {
			return fmt.Errorf("no row %d", row)
		}
	}
	for _, name := range c.names {
		if !slices.ContainsFunc(there, func(f figure) bool { return name.MatchString(f.name) }) {
			word := strings.TrimSuffix(strings.TrimPrefix(name.String(), "^(?:"), ")")
			return fmt.Errorf("no scenario's name begins with %q", word)
		}
	}
	return nil
}

// wants reports whether a measure of row was asked for, of the scenario of that name.
func (c config) wants(row int, name string) bool {
	if row == 0 {
		return false
	}
	if len(c.rows) == 0 && len(c.names) == 0 {
		return true
	}
	return slices.Contains(c.rows, row) ||
		slices.ContainsFunc(c.names, func(re *regexp.Regexp) bool { return re.MatchString(name) })
}

// selected are the scenarios with a measure that was asked for.
func (c config) selected() []Scenario {
	all := len(c.rows) == 0 && len(c.names) == 0
	return slices.DeleteFunc(c.command.Scenarios(c.quick), func(s Scenario) bool {
		return all && s.OnCall || !slices.ContainsFunc(s.Measures, func(m Measure) bool { return c.wants(m.Row, s.Full()) })
	})
}
