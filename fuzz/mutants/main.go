// Mutants puts bugs into copies of the tree, one at a time, and checks that the test named for
// each bug catches it every time.
//
//	go run ./fuzz/mutants               each once; again, twice at most, while it is missed
//	go run ./fuzz/mutants -n 10 -o fuzz/mutants/table.md
//	go run ./fuzz/mutants -run chain    those whose names match
//	go run ./fuzz/mutants -steps        those that the gate runs
//	go run ./fuzz/mutants -promises fuzz/mutants/promises.md
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	work "github.com/iocp-go/iocp/fuzz/tree"
)

func main() {
	n := flag.Int("n", 1, "how often to run the check of each")
	p := flag.Int("p", runtime.GOMAXPROCS(0), "how many at a time")
	run := flag.String("run", "", "only mutants whose names match this regular expression")
	out := flag.String("o", "", "write the table to this file")
	steps := flag.Bool("steps", false, "only mutants of the library's steps and rules, not those of single promises")
	table := flag.String("promises", "", "only write the table of promises to this file")
	flag.Parse()
	if *table != "" {
		text, err := promisesTable()
		if err == nil {
			err = os.WriteFile(*table, []byte(text), 0o644)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutants:", err)
			os.Exit(1)
		}
		return
	}
	if err := all(max(*n, 1), max(*p, 1), *run, *out, *steps); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// A check that hangs has caught its mutant. A check hangs when it takes longer than limit and
// than slack times its time without the mutant.
const (
	limit = 5 * time.Second
	slack = 10
)

func all(n, p int, run, out string, steps bool) error {
	only, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	type result struct {
		trial
		err error
	}
	var results []chan result
	next := make(chan func(*tree))
	for range p {
		dir, err := os.MkdirTemp("", "mutants")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := work.Export(dir); err != nil {
			return err
		}
		go func() {
			t := &tree{dir: dir, limits: map[[2]string]time.Duration{}, built: map[string]string{}}
			for f := range next {
				f(t)
			}
		}()
	}
	var selected []mutant
	from := mutants
	if steps {
		from = ofSteps
	}
	for _, m := range from {
		if only.MatchString(m.name) {
			selected = append(selected, m)
			results = append(results, make(chan result, 1))
		}
	}
	go func() {
		defer close(next)
		for i, m := range selected {
			next <- func(t *tree) {
				got, err := t.try(m, n)
				results[i] <- result{got, err}
			}
		}
	}()

	var table bytes.Buffer
	fmt.Fprintf(&table, "| bug | in | caught by | of %d | median |\n|---|---|---|--:|--:|\n", n)
	missed := 0
	for i, m := range selected {
		r := <-results[i]
		if r.err != nil {
			fmt.Printf("ERROR  %s: %v\n", m.name, r.err)
			missed++
			continue
		}
		verdict, how := "caught", ""
		if r.caught < n {
			verdict = "MISSED"
			missed++
		}
		if r.hung != 0 {
			how = ", hung"
		}
		fmt.Printf("%-6s %2d of %d  %6s%s  %s: %s\n", verdict, r.caught, r.runs, r.took, how, m.name, strings.Join(m.by[:], " "))
		fmt.Fprintf(&table, "| %s | %s | %s | %d | %s%s |\n", m.name, m.file, cell(m.by), r.caught, r.took, how)
	}
	if out != "" {
		if err := os.WriteFile(out, table.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if missed != 0 {
		return fmt.Errorf("%d missed", missed)
	}
	return nil
}

// tree is a copy of the code.
type tree struct {
	dir    string
	limits map[[2]string]time.Duration // time limits of the checks that passed without a mutant
	built  map[string]string           // test binaries without a mutant, by what they are built of
}

// trial is the result of one mutant.
type trial struct {
	runs         int
	caught, hung int           // hung runs count as caught too
	took         time.Duration // the median
}

// try puts m into the tree and runs its check n times.
func (t *tree) try(m mutant, n int) (got trial, err error) {
	path := filepath.Join(t.dir, m.file)
	was, err := os.ReadFile(path)
	if err != nil {
		return got, err
	}
	text, err := m.apply(string(was))
	if err != nil {
		return got, err
	}
	if t.limits[m.by] == 0 {
		// A check proves something only if it passes without the mutant.
		what := m.by[0]
		if models[what] != "" {
			what = "model" // all models are in one binary
		}
		bin := t.built[what]
		if bin == "" {
			bin = filepath.Join(t.dir, fmt.Sprintf("whole%d.test", len(t.built)))
			if err := build(t.dir, m.by, bin); err != nil {
				return got, err
			}
			t.built[what] = bin
		}
		c := checkOf(t.dir, m.by, bin)
		start := time.Now()
		if text, caught := c.run(10 * time.Minute); caught {
			return got, fmt.Errorf("%v fails without a mutant:\n%s", m.by, text)
		}
		t.limits[m.by] = max(limit, slack*time.Since(start)).Round(time.Second)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, was, 0o644)) }()
	bin := filepath.Join(t.dir, "check.test")
	if err := build(t.dir, m.by, bin); err != nil {
		return got, err
	}
	c := checkOf(t.dir, m.by, bin)
	var took []time.Duration
	// Some checks of memory and time are random: a single run may miss, and two more runs show
	// whether the check is blind.
	for got.runs < n || n == 1 && got.caught == 0 && got.runs < 3 {
		got.runs++
		start := time.Now()
		said, caught := c.run(t.limits[m.by])
		took = append(took, time.Since(start))
		if caught {
			got.caught++
		}
		if strings.Contains(said, "panic: test timed out") {
			got.hung++
		}
	}
	got.took = median(took)
	return got, nil
}

// apply puts m into the text of a Go file. It compares tokens only, not comments or spaces.
func (m mutant) apply(text string) (string, error) {
	in, old := tokens(text), tokens(m.old)
	if len(old) == 0 {
		return "", fmt.Errorf("%q has no code", m.name)
	}
	at := -1
	for i := 0; i+len(old) <= len(in); i++ {
		if !slices.EqualFunc(in[i:i+len(old)], old, func(a, b word) bool { return a.text == b.text }) {
			continue
		}
		if at >= 0 {
			return "", fmt.Errorf("%s has the code of %q twice", m.file, m.name)
		}
		at = i
	}
	if at < 0 {
		return "", fmt.Errorf("%s has no such code as %q", m.file, m.name)
	}
	return text[:in[at].from] + m.new + text[in[at+len(old)-1].to:], nil
}

// word is a token and its place.
type word struct {
	text     string
	from, to int
}

// tokens returns the tokens of Go code, which need not be complete. A semicolon that Go inserts
// at the end of a line is a token, except at the end of code.
func tokens(code string) (words []word) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(code))
	s.Init(file, []byte(code), nil, 0)
	for {
		pos, tok, text := s.Scan()
		from := file.Offset(pos)
		switch {
		case tok == token.EOF:
			if n := len(words); n != 0 && words[n-1].from == words[n-1].to {
				words = words[:n-1]
			}
			return words
		case tok == token.SEMICOLON && text == "\n":
			words = append(words, word{";", from, from})
		default:
			if text == "" {
				text = tok.String()
			}
			words = append(words, word{text, from, from + len(text)})
		}
	}
}

func cell(by [2]string) string {
	if strings.HasPrefix(by[0], "model") {
		return by[0] + ": " + by[1]
	}
	return "`go test " + by[0] + " -run '" + strings.ReplaceAll(by[1], "|", `\|`) + "'`"
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2].Round(10 * time.Millisecond)
}

// check is a test binary and what it is run with.
type check struct {
	dir  string
	args []string
}

// build builds the test binary of a check.
func build(dir string, by [2]string, bin string) error {
	args := []string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", bin}
	if models[by[0]] != "" {
		args = append(args, "-tags", "iocp_model", "./fuzz")
	} else {
		args = append(args, strings.Fields(by[0])...)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("does not build: %v\n%s", err, text)
	}
	return nil
}

// models are the tests that run scenarios.
var models = map[string]string{
	"model": "TestModel", "model of the ring": "TestModelRing", "model of handles": "TestModelHandles",
}

// checkOf is a check that runs in a binary which build has built.
func checkOf(dir string, by [2]string, bin string) check {
	if of := models[by[0]]; of != "" {
		scenario := regexp.QuoteMeta(strings.ReplaceAll(by[1], " ", "_"))
		return check{filepath.Join(dir, "fuzz"), []string{bin, "-test.run", "^" + of + "$/^" + scenario + "$"}}
	}
	args := strings.Fields(by[0])
	return check{filepath.Join(dir, args[len(args)-1]), []string{bin, "-test.run", by[1]}}
}

// run reports whether the check fails.
func (c check) run(limit time.Duration) (text string, caught bool) {
	cmd := exec.Command(c.args[0], append([]string{"-test.timeout", limit.String()}, c.args[1:]...)...)
	cmd.Dir = c.dir
	b, err := cmd.CombinedOutput()
	return string(b), err != nil || !bytes.Contains(b, []byte("PASS"))
}
