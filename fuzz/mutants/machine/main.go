// Machine changes the code of the library at every place where one of four operators
// applies, one change at a time, and sees whether a check fails: the negation of a
// condition, a boundary moved by one, + and - exchanged, a statement deleted. The code is
// built once for each check, with all changes in it, and an environment variable makes one of
// them active. A change that no check sees is a survivor; those that equivalent.go explains
// are no fault.
//
//	go run ./fuzz/mutants/machine -o fuzz/mutants/machine/table.md
//	go run ./fuzz/mutants/machine -run 'ring/chain.go'     those whose description matches
//
// gremlins, the mutation tester for Go, builds the tests for each change, has no judge but the
// tests of the package that it changed, and deletes no statements.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/iocp-go/iocp/fuzz/tree"
)

func main() {
	run := flag.String("run", "", "only changes whose description matches this regular expression")
	out := flag.String("o", "", "write the table to this file")
	p := flag.Int("p", runtime.GOMAXPROCS(0), "how many at a time")
	list := flag.Bool("list", false, "list the changes and stop")
	n := flag.Int("judges", len(judges()), "how many of the judges to ask, the quickest")
	most := flag.Duration("for", 24*time.Hour, "begin with no change later than this, and list those left")
	flag.Parse()
	if err := machine(*run, *out, max(*p, 1), *n, *list, time.Now().Add(*most)); err != nil {
		fmt.Fprintln(os.Stderr, "machine:", err)
		os.Exit(1)
	}
}

// judge is a check: a test binary and what it is run with.
type judge struct {
	name  string
	build []string // arguments of go test -c
	env   []string // for the build
	dir   string   // to run it in
	args  []string

	bin    string
	limit  time.Duration
	visits map[int]bool // sites that it comes to
}

// The judges, quick ones first. What the rewriting itself breaks is skipped: sizes of stacks
// and frames, what is inlined, and what counts system calls or starts go again.
const unfit = "-test.skip=" + "TestStackOfASleeperIsSmall|Inlin|Allocs|TestTraces|TestParkedGets|AllocatesNothing|TestLargePackets"

func judges() []*judge {
	return []*judge{
		{name: "waiter", build: []string{"./waiter"}, dir: "waiter", args: []string{"-test.short"}},
		{name: "model", build: []string{"-tags", "iocp_model", "./fuzz"}, dir: "fuzz",
			args: []string{"-test.run", "TestModel", "-model.most", "300", "-model.samples", "100"}},
		{name: "ring", build: []string{"./ring"}, dir: "ring", args: []string{"-test.short"}},
		{name: "port", build: []string{"."}, dir: ".", args: []string{"-test.short"}},
		{name: "answers", build: []string{"./fuzz/answers"}, dir: "fuzz/answers", args: []string{"-test.short"}},
		{name: "order", build: []string{"./fuzz/order"}, dir: "fuzz/order", args: []string{"-test.short"}},
		{name: "handles", build: []string{"./fuzz/handles"}, dir: "fuzz/handles", args: []string{"-test.short"}},
		{name: "growth", build: []string{"./fuzz/growth"}, dir: "fuzz/growth", args: []string{"-test.short"}},
		{name: "waits", build: []string{"./fuzz/waits"}, dir: "fuzz/waits", args: []string{"-test.short"}},
		{name: "leaks", build: []string{"./fuzz/leaks"}, dir: "fuzz/leaks", args: []string{"-test.short"}},
		{name: "stress", build: []string{"./fuzz/stress"}, dir: "fuzz/stress", args: []string{"-test.short"}},
		{name: "traces", build: []string{"./fuzz/traces"}, dir: "fuzz/traces", args: []string{"-test.short"}},
		{name: "faults", build: []string{"-tags", "iocp_faults", "."}, dir: ".", args: []string{"-test.short", "-test.run", "Fault|Futex|Park"}},
		// Natively: the kernel's calls for 32 bits.
		{name: "386", build: []string{"."}, env: []string{"GOARCH=386", "CGO_ENABLED=0"}, dir: ".",
			args: []string{"-test.short", "-test.run", "Futex|Park"}},
		{name: "fuzz", build: []string{"./fuzz"}, dir: "fuzz", args: []string{"-test.short"}},
		{name: "model, longer", build: []string{"-tags", "iocp_model", "./fuzz"}, dir: "fuzz",
			args: []string{"-test.run", "TestModel", "-model.most", "2000"}},
	}
}

var packages = []string{"ring", "waiter", "."}

func machine(run, out string, p, n int, list bool, end time.Time) error {
	only, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "machine")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := tree.Export(dir); err != nil {
		return err
	}
	sites, err := rewrite(dir, nil)
	if err != nil {
		return err
	}
	if list {
		for _, s := range sites {
			fmt.Println(s)
		}
		return nil
	}
	js := judges()
	js = js[:min(max(n, 1), len(js))]
	fit, err := prepare(dir, js, len(sites))
	if err != nil {
		return err
	}

	type verdict struct {
		site
		by string
	}
	var (
		mu       sync.Mutex
		verdicts []verdict
		wg       sync.WaitGroup
		next     = make(chan site)
	)
	for range p {
		wg.Go(func() {
			for s := range next {
				by, hung := killer(dir, js, s.id)
				mu.Lock()
				if hung {
					fmt.Printf("HUNG (%s) %v\n", by, s)
				}
				verdicts = append(verdicts, verdict{s, by})
				if by == "" && explained(s) == "" {
					fmt.Println("SURVIVED", s)
				}
				if len(verdicts)%50 == 0 {
					fmt.Printf("%d of %d\n", len(verdicts), len(sites))
				}
				mu.Unlock()
			}
		})
	}
	for _, s := range sites {
		switch {
		case fit[s.id] || !only.MatchString(s.String()):
		case time.Now().After(end):
			fmt.Println("NOT JUDGED", s)
		default:
			next <- s
		}
	}
	close(next)
	wg.Wait()

	var table bytes.Buffer
	table.WriteString("| in | change | made | seen by a check | equivalent | survived |\n|---|---|--:|--:|--:|--:|\n")
	survived := 0
	type row struct{ made, seen, equivalent, survived int }
	rows := map[[2]string]*row{}
	var keys [][2]string
	slices.SortFunc(verdicts, func(a, b verdict) int { return a.id - b.id })
	for _, v := range verdicts {
		key := [2]string{v.file, v.what}
		r := rows[key]
		if r == nil {
			r = new(row)
			rows[key] = r
			keys = append(keys, key)
		}
		r.made++
		switch {
		case v.by != "":
			r.seen++
		case explained(v.site) != "":
			r.equivalent++
		default:
			r.survived++
			survived++
		}
	}
	slices.SortStableFunc(keys, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	var all row
	for _, k := range keys {
		r := rows[k]
		fmt.Fprintf(&table, "| %s | %s | %d | %d | %d | %d |\n", k[0], k[1], r.made, r.seen, r.equivalent, r.survived)
		all = row{all.made + r.made, all.seen + r.seen, all.equivalent + r.equivalent, all.survived + r.survived}
	}
	fmt.Fprintf(&table, "| all | | %d | %d | %d | %d |\n", all.made, all.seen, all.equivalent, all.survived)
	fmt.Print(table.String())
	if out != "" {
		if err := os.WriteFile(out, table.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if survived != 0 {
		return fmt.Errorf("%d survived", survived)
	}
	return nil
}

// rewrite puts all sites into the code in dir, but for those to skip.
func rewrite(dir string, skip map[int]bool) ([]site, error) {
	var sites []site
	code := map[string][]byte{}
	for _, pkg := range packages {
		files, err := sources(pkg)
		if err != nil {
			return nil, err
		}
		r := &rewriter{sites: &sites, skip: skip, fset: token.NewFileSet(), consts: map[string]bool{}, times: map[string]int{}}
		name := ""
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if name, err = constants(string(text), r.consts); err != nil {
				return nil, err
			}
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if code[f], err = r.rewrite(filepath.ToSlash(f), text); err != nil {
				return nil, err
			}
		}
		code[filepath.Join(pkg, "zz_mutants.go")] = []byte(strings.Replace(support, "PACKAGE", name, 1))
	}
	for f, text := range code {
		text = bytes.Replace(text, []byte("COUNT"), []byte(strconv.Itoa(len(sites)+1)), 1)
		if err := os.WriteFile(filepath.Join(dir, f), text, 0o644); err != nil {
			return nil, err
		}
	}
	return sites, nil
}

// sources are the files of a package as they are built here.
func sources(pkg string) ([]string, error) {
	text, err := exec.Command("go", "list", "-f", "{{join .GoFiles \"\\n\"}}", "./"+pkg).Output()
	if err != nil {
		return nil, err
	}
	var files []string
	for _, f := range strings.Fields(string(text)) {
		files = append(files, filepath.Join(pkg, f))
	}
	return files, nil
}

// constants adds the constants of a file to names, and returns the name of its package.
func constants(text string, names map[string]bool) (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	if err != nil {
		return "", err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, s := range d.Specs {
				for _, id := range s.(*ast.ValueSpec).Names {
					names[id.Name] = true
				}
			}
		}
		return true
	})
	return f.Name.Name, nil
}

// prepare builds the judges, without the sites that do not compile, runs each once with no
// site active, and returns those sites.
func prepare(dir string, js []*judge, n int) (skip map[int]bool, err error) {
	skip = map[int]bool{}
	for i := 0; i < len(js); {
		j := js[i]
		j.bin = filepath.Join(dir, fmt.Sprintf("judge%d.test", i))
		cmd := exec.Command("go", slices.Concat([]string{"test", "-c", "-vet=off", "-gcflags=-e", "-o", j.bin}, j.build)...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), j.env...)
		text, err := cmd.CombinedOutput()
		if err == nil {
			i++
			continue
		}
		was := len(skip)
		if err := broken(dir, string(text), skip); err != nil {
			return nil, err
		}
		if len(skip) == was {
			return nil, fmt.Errorf("does not build: %s", text)
		}
		if _, err := rewrite(dir, skip); err != nil {
			return nil, err
		}
		i = 0
	}
	for i, j := range js {
		visits := filepath.Join(dir, fmt.Sprintf("visits%d", i))
		start := time.Now()
		text, failed, _ := j.run(dir, 20*time.Minute, "MUTANT=0", "MUTANT_VISITS="+visits)
		if failed {
			return nil, fmt.Errorf("%s fails with nothing changed:\n%s", j.name, text)
		}
		took := time.Since(start)
		j.limit = max(10*time.Second, 3*took)
		j.visits = map[int]bool{}
		b, err := os.ReadFile(visits)
		if err != nil {
			return nil, err
		}
		for _, f := range strings.Fields(string(b)) {
			id, _ := strconv.Atoi(f)
			j.visits[id] = true
		}
		fmt.Printf("judge %s: %v, comes to %d of %d\n", j.name, took.Round(time.Millisecond), len(j.visits), n)
	}
	return skip, nil
}

var (
	place = regexp.MustCompile(`(?m)^(?:\./)?([\w./]+\.go):(\d+):`)
	calls = regexp.MustCompile(`mutant\w+\((\d+)`)
)

// broken adds the sites in the lines that the compiler complains of.
func broken(dir, said string, skip map[int]bool) error {
	for _, m := range place.FindAllStringSubmatch(said, -1) {
		text, err := os.ReadFile(filepath.Join(dir, m[1]))
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(m[2])
		lines := strings.Split(string(text), "\n")
		// What a line needs may be in the line before: the condition of a deleted statement.
		for at := n - 1; at >= max(n-2, 0); at-- {
			found := calls.FindAllStringSubmatch(lines[at], -1)
			for _, c := range found {
				id, _ := strconv.Atoi(c[1])
				skip[id] = true
			}
			if len(found) != 0 {
				break
			}
		}
	}
	return nil
}

// killer is the name of the first judge that sees the change, or nothing. A judge that hangs
// sees the change too, and is told apart: on a crowded machine one may only be slow.
func killer(dir string, js []*judge, id int) (by string, hung bool) {
	for _, j := range js {
		if j.visits[id] {
			if _, failed, hung := j.run(dir, j.limit, "MUTANT="+strconv.Itoa(id)); failed {
				return j.name, hung
			}
		}
	}
	return "", false
}

// run reports whether the check fails, and whether that is because it hangs.
func (j *judge) run(dir string, limit time.Duration, env ...string) (text string, failed, hung bool) {
	ctx, cancel := context.WithTimeout(context.Background(), limit+5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, j.bin, append([]string{"-test.failfast", "-test.timeout", limit.String(), unfit}, j.args...)...)
	cmd.Dir = filepath.Join(dir, j.dir)
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = time.Second
	b, err := cmd.CombinedOutput()
	hung = ctx.Err() != nil || bytes.Contains(b, []byte("panic: test timed out"))
	return string(b), err != nil, err != nil && hung
}

// explained is why nothing can see a change.
func explained(s site) string {
	for _, e := range equivalents {
		if e.file == s.file && e.in == s.in && e.code == s.code && e.what == s.what && e.nth == s.nth {
			return e.why
		}
	}
	return ""
}
