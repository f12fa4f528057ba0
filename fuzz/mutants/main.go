// Mutants puts bugs into copies of the tree, one at a time, and sees whether the
// check that is to catch each does, every time.
//
//	go run ./fuzz/mutants               each once
//	go run ./fuzz/mutants -n 10 -o table.md
//	go run ./fuzz/mutants -run chain    those whose names match
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	n := flag.Int("n", 1, "how often to run the check of each")
	run := flag.String("run", "", "only mutants whose names match this regular expression")
	out := flag.String("o", "", "write the table to this file")
	flag.Parse()
	if err := all(*n, *run, *out); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// limit is how long one run of a check may take with a mutant in it: one that
// hangs has caught it. Without it may take slack times as long, on a busy machine.
const (
	limit = 5 * time.Second
	slack = 60
)

func all(n int, run, out string) error {
	only, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := export(dir); err != nil {
		return err
	}
	// Without a mutant every check passes, or it says nothing. Checks that several
	// share are run once.
	sound := map[[2]string]bool{}
	var table bytes.Buffer
	fmt.Fprintf(&table, "| bug | in | caught by | of %d | median |\n|---|---|---|--:|--:|\n", n)
	missed := 0
	for _, m := range mutants {
		if !only.MatchString(m.name) {
			continue
		}
		path := filepath.Join(dir, m.file)
		was, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if c := strings.Count(string(was), m.old); c != 1 {
			return fmt.Errorf("%q: %s has the code %d times", m.name, m.file, c)
		}
		if !sound[m.by] {
			c, err := build(dir, m.by)
			if err != nil {
				return fmt.Errorf("%q: %w", m.name, err)
			}
			if text, caught := c.run(slack * limit); caught {
				return fmt.Errorf("%v fails without a mutant:\n%s", m.by, text)
			}
			sound[m.by] = true
		}
		now := strings.Replace(string(was), m.old, m.new, 1)
		if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			return err
		}
		caught, took := 0, []time.Duration(nil)
		c, err := build(dir, m.by)
		if err != nil {
			return fmt.Errorf("%q: %w", m.name, err)
		}
		for range n {
			start := time.Now()
			if _, ok := c.run(limit); ok {
				caught++
			}
			took = append(took, time.Since(start))
		}
		if err := os.WriteFile(path, was, 0o644); err != nil {
			return err
		}
		verdict := "caught"
		if caught != n {
			verdict = "MISSED"
			missed++
		}
		fmt.Printf("%-6s %2d of %d  %6s  %s: %s\n", verdict, caught, n, median(took), m.name, strings.Join(m.by[:], " "))
		fmt.Fprintf(&table, "| %s | %s | %s | %d | %s |\n", m.name, m.file, cell(m.by), caught, median(took))
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

func cell(by [2]string) string {
	if strings.HasPrefix(by[0], "model") {
		return by[0] + ": " + by[1]
	}
	return "`go test " + by[0] + " -run '" + strings.ReplaceAll(by[1], "|", `\|`) + "'`"
}

func median(d []time.Duration) time.Duration {
	for i := range d {
		for j := range i {
			if d[i] < d[j] {
				d[i], d[j] = d[j], d[i]
			}
		}
	}
	return d[len(d)/2].Round(10 * time.Millisecond)
}

// export copies what git does not ignore, as it is in the working tree.
func export(dir string) error {
	files, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for _, f := range strings.Split(strings.TrimRight(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// check is a test binary that was built with a mutant in it.
type check struct {
	dir  string
	args []string
}

func build(dir string, by [2]string) (check, error) {
	bin := filepath.Join(dir, "check.test")
	c := check{dir: dir}
	args := []string{"test", "-c", "-vet=off", "-o", bin}
	switch pkg := by[0]; {
	case strings.HasPrefix(pkg, "model"):
		of := "TestModel"
		if pkg != "model" {
			of = "TestModelRing"
		}
		args = append(args, "-tags", "iocp_model", "./fuzz")
		c.dir = filepath.Join(dir, "fuzz")
		c.args = []string{"-test.run", "^" + of + "$/^" + regexp.QuoteMeta(strings.ReplaceAll(by[1], " ", "_")) + "$"}
	default:
		args = append(args, strings.Fields(pkg)...)
		c.dir = filepath.Join(dir, strings.Fields(pkg)[len(strings.Fields(pkg))-1])
		c.args = []string{"-test.run", by[1]}
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		return c, fmt.Errorf("does not build: %v\n%s", err, text)
	}
	c.args = append([]string{bin}, c.args...)
	return c, nil
}

// run reports whether the check fails.
func (c check) run(limit time.Duration) (text string, caught bool) {
	cmd := exec.Command(c.args[0], append([]string{"-test.timeout", limit.String()}, c.args[1:]...)...)
	cmd.Dir = c.dir
	b, err := cmd.CombinedOutput()
	return string(b), err != nil || !bytes.Contains(b, []byte("PASS"))
}
