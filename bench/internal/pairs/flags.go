package pairs

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
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
	command    Command
	args       []string
	invocation []string
	rows       []int            // all if there are neither rows nor names
	names      []*regexp.Regexp // match from the start of a scenario's name
	procs      []int
	pairs      int
	slice      time.Duration
	base       string // "" for each scenario's own
	goals      bool
	html       string // the file of a report, "" for none
	again      bool   // a base is measured beside itself in every scenario
	quick      bool
	list       bool
	from       *report // what to print instead of measuring, or nil
	compare    *report // what is compared with from, or nil
	format     string  // table, json, markdown, benchfmt
}

// parse reads the arguments. Names may stand before, between and after flags. An
// error has been said on w already, with the usage if it was a flag.
func (command Command) parse(args []string, w io.Writer) (config, error) {
	c := config{command: command, slice: 20 * time.Millisecond, format: "table"}
	c.args = args
	c.invocation = append([]string{"go", "run", command.Package}, args...)
	procsFlag, sliceFlag := cmp.Or(command.Procs, "cpu"), cmp.Or(command.Slice, "slice")
	fs := flag.NewFlagSet(path.Base(command.Package), flag.ContinueOnError)
	fs.SetOutput(w)
	fs.Usage = func() {
		fmt.Fprint(w, command.Usage)
		Plain(fs).PrintDefaults()
	}
	row := fs.String("row", "", "`rows` by number, separated by commas")
	cpu := fs.String(procsFlag, "", "`values` of GOMAXPROCS, separated by commas (default: as it is)")
	fs.IntVar(&c.pairs, "count", 10, fmt.Sprintf("`pairs` of slices for each scenario, %d at least; of a tail more", leastPairs))
	fs.DurationVar(&c.slice, sliceFlag, c.slice, "`length` of a slice")
	fs.StringVar(&c.base, "base", command.Base, "`name` of the implementation that the others are divided by (default: the last of each scenario)")
	fs.BoolVar(&c.goals, "goals", false, "print the project's goals, and whether they are met")
	fs.StringVar(&c.html, "html", "", "write a report for browsers to `file` as well")
	fs.BoolVar(&c.again, "again", false, "measure the base beside itself in every scenario, not in the first alone")
	fs.BoolVar(&c.quick, "quick", false, "a smoke run, too short to conclude from: short slices, few pairs, small crowds, no verdicts")
	fs.BoolVar(&c.list, "list", false, "print the names and stop")
	asJSON := fs.Bool("json", false, "print JSON")
	asMarkdown := fs.Bool("markdown", false, "print a table for GitHub")
	asBenchfmt := fs.Bool("benchfmt", false, "print every slice as a benchmark line, for benchstat -col /impl")
	from := fs.String("from", "", "measure nothing, print what is in `file`, which -json has printed")
	compare := fs.String("compare", "", "measure nothing, compare what is in `file` with a later one: -compare OLD NEW")
	if command.Flags != nil {
		command.Flags(fs)
	}
	Once(fs)

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
		if !set[sliceFlag] {
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
		return config{}, command.say(w, fmt.Errorf("-%s %v: not above 0 and at most a second", sliceFlag, c.slice))
	}
	if err := Writable(c.html); err != nil {
		return config{}, command.say(w, err)
	}
	var err error
	if c.procs, err = numbers("-"+procsFlag, *cpu); err != nil {
		return config{}, command.say(w, err)
	}
	if len(c.procs) == 0 {
		c.procs = []int{runtime.GOMAXPROCS(0)}
	}
	if c.rows, err = numbers("-row", *row); err != nil {
		return config{}, command.say(w, err)
	}
	if set["compare"] {
		if err := c.readOld(*compare, set, &words, from); err != nil {
			return config{}, command.say(w, err)
		}
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
	if *from != "" || set["from"] {
		if err := c.read(*from, set); err != nil {
			return config{}, command.say(w, err)
		}
		return c, nil
	}
	all, err := command.Scenarios(c.quick)
	if err != nil {
		return config{}, command.say(w, err)
	}
	if set["base"] && !slices.ContainsFunc(all, func(s Scenario) bool { return s.side(c.base) >= 0 }) {
		return config{}, command.say(w, fmt.Errorf("-base %s: nothing of that name is measured", c.base))
	}
	var there []figure
	for _, s := range all {
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
	printed := []string{"base", "benchfmt", "compare", "from", "goals", "html", "json", "markdown", "row"}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(printed, name) {
			return fmt.Errorf("-%s: what is in a file has been measured", name)
		}
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
	if set["base"] && !slices.ContainsFunc(c.from.Results, func(e entry) bool { return e.column(c.base) != nil }) {
		return fmt.Errorf("-base %s: %s has nothing of that name", c.base, file)
	}
	return nil
}

// readOld takes the files of -compare: its value, and the first of the words.
func (c *config) readOld(old string, set map[string]bool, words *[]string, later *string) error {
	switch {
	case set["from"] || c.format != "table":
		return errors.New("-compare prints a table of two files; no -from, -json, -markdown, -benchfmt")
	case len(*words) == 0:
		return errors.New("-compare takes two files: -compare OLD NEW")
	}
	var err error
	c.compare, err = readReport(old)
	*later, *words = (*words)[0], (*words)[1:]
	return err
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
	scenarios, err := c.command.Scenarios(c.quick)
	Must(err) // parse has asked for them
	return slices.DeleteFunc(scenarios, func(s Scenario) bool {
		return all && s.OnCall || !slices.ContainsFunc(s.Measures, func(m Measure) bool { return c.wants(m.Row, s.Full()) })
	})
}
