// Perturb runs the tests of a package again and again with random pauses before statements,
// of the code and of the tests. The pauses are as long as those for which a busy machine takes
// a processor away, in places where it seldom does.
//
//	go run ./fuzz/perturb -n 20 ./waiter -short -cpu 1,4
//
// Arguments after the package go to go test; build tags go into GOFLAGS. One in -one of the
// first executions of a statement has a pause, and later ones have fewer and fewer, so that
// loops do not slow down the rest. A fake clock sees the pauses: of ./fuzz/waits skip
// TestBubbleNeverEarly.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

func main() {
	n := flag.Int("n", 10, "how often to run the tests")
	one := flag.Int("one", 6, "a pause before one in how many early executions of a statement")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "perturb: no package")
		os.Exit(2)
	}
	if err := run(max(*n, 1), max(*one, 1), flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "perturb:", err)
		os.Exit(1)
	}
}

func run(n, one int, args []string) error {
	dir, err := os.MkdirTemp("", "perturb")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := perturbed(dir, args[0], one)
	if err != nil {
		return err
	}
	failed := 0
	for i := range n {
		cmd := exec.Command("go", append([]string{"test", "-vet=off", "-count=1", "-overlay", overlay}, slices.Concat(args[1:], args[:1])...)...)
		text, err := cmd.CombinedOutput()
		if err != nil {
			failed++
			os.Stdout.Write(text)
		}
		fmt.Printf("%d of %d, %d failed\n", i+1, n, failed)
	}
	if failed != 0 {
		return fmt.Errorf("%d of %d failed", failed, n)
	}
	return nil
}

// perturbed writes the files of a package, with pauses, into dir. It returns the name of the
// overlay file for go test.
func perturbed(dir, pkg string, one int) (overlay string, err error) {
	cmd := exec.Command("go", "list", "-json=Dir,Name,GoFiles,TestGoFiles,XTestGoFiles", pkg)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	var p struct {
		Dir, Name                          string
		GoFiles, TestGoFiles, XTestGoFiles []string
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", fmt.Errorf("go list of %s, which has to be one package: %w", pkg, err)
	}
	replace, pauses := map[string]string{}, 0
	write := func(name string, text []byte) error {
		to := filepath.Join(dir, fmt.Sprint(len(replace), filepath.Base(name)))
		replace[filepath.Join(p.Dir, name)] = to
		return os.WriteFile(to, text, 0o644)
	}
	for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
		text, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return "", err
		}
		if text, err = paused(text, &pauses); err != nil {
			return "", err
		}
		if err := write(name, text); err != nil {
			return "", err
		}
	}
	for name, pkg := range map[string]string{"perturb.go": p.Name, "perturb_x_test.go": p.Name + "_test"} {
		if pkg == p.Name || len(p.XTestGoFiles) != 0 {
			if err := write(name, fmt.Appendf(nil, pauseText, pkg, pauses+1, one)); err != nil {
				return "", err
			}
		}
	}
	text, err = json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o644)
}

const pauseText = `package %s

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"
)

// perturbations counts the executions of each statement. Atomic, for it is everybody's;
// that it orders what comes before with what comes after may hide a data race.
var perturbations [%d]atomic.Uint32

// perturb pauses for 10 µs to 5 ms, or lets others run, or does neither.
func perturb(statement int) {
	n := float64(perturbations[statement].Add(1))
	switch r := rand.Float64() * %d; {
	case r < min(1, 20/n):
		time.Sleep(time.Duration(10_000 * math.Exp(6.2*rand.Float64())))
	case r < min(2, 100/n):
		for range rand.IntN(20) {
			runtime.Gosched()
		}
	}
}
`

// paused returns the text of a Go file with a call of perturb, numbered from *n on,
// before each statement of a function. Lines stay what they are.
func paused(text []byte, n *int) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	before := map[int]bool{}
	ast.Inspect(file, func(x ast.Node) bool {
		var list []ast.Stmt
		switch x := x.(type) {
		case *ast.BlockStmt:
			list = x.List
		case *ast.CaseClause:
			list = x.Body
		case *ast.CommClause:
			list = x.Body
		}
		for _, s := range list {
			switch s.(type) {
			case *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt:
			default:
				before[files.Position(s.Pos()).Offset] = true
			}
		}
		return true
	})
	var out bytes.Buffer
	for i, b := range text {
		if before[i] {
			*n++
			fmt.Fprintf(&out, "perturb(%d);", *n)
		}
		out.WriteByte(b)
	}
	return out.Bytes(), nil
}
