package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// site is one change that can be made to the code.
type site struct {
	id   int
	file string
	line int
	in   string // the function
	code string // the line, without its spaces at the ends
	what string // the operator
	nth  int    // of those with the same function, code and operator, from 0
}

func (s site) String() string {
	return fmt.Sprintf("%s:%d: %s: %s (%s, %d)", s.file, s.line, s.what, s.code, s.in, s.nth)
}

// The operators.
const (
	negated  = "condition negated"
	boundary = "boundary moved"
	swapped  = "+ and - exchanged"
	deleted  = "statement deleted"
)

// support is what the rewritten code calls. A site is active if the environment says so.
// The first visit of each site is written to a file, if the environment names one.
const support = `package PACKAGE

import (
	"cmp"
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantActive  = func() int { n, _ := strconv.Atoi(os.Getenv("MUTANT")); return n }()
	mutantVisits  = os.Getenv("MUTANT_VISITS")
	mutantVisited [COUNT]atomic.Bool
)

func mutantIs(id int) bool {
	if mutantVisits != "" && !mutantVisited[id].Swap(true) {
		f, err := os.OpenFile(mutantVisits, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			panic(err)
		}
		f.WriteString(strconv.Itoa(id) + "\n")
		f.Close()
	}
	return id == mutantActive
}

func mutantNot(id int, c bool) bool { return c != mutantIs(id) }

func mutantLess[T cmp.Ordered](id int, x, y T) bool    { return x < y || mutantIs(id) && x == y }
func mutantLessEq[T cmp.Ordered](id int, x, y T) bool  { return x < y || !mutantIs(id) && x == y }

type mutantNumber interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float64
}

func mutantSum[T mutantNumber](id int, x, y T) T {
	if mutantIs(id) {
		return x - y
	}
	return x + y
}

func mutantDifference[T mutantNumber](id int, x, y T) T {
	if mutantIs(id) {
		return x + y
	}
	return x - y
}
`

// rewriter puts the sites of one package into its code, none of them active.
type rewriter struct {
	sites  *[]site
	skip   map[int]bool // sites that do not compile
	fset   *token.FileSet
	file   string
	lines  []string
	in     string
	consts map[string]bool
	times  map[string]int
}

// add counts a site, and reports whether it is to be in the code.
func (r *rewriter) add(pos token.Pos, what string) (id int, ok bool) {
	line := r.fset.Position(pos).Line
	s := site{
		id: len(*r.sites) + 1, file: r.file, line: line, in: r.in,
		code: strings.TrimSpace(r.lines[line-1]), what: what,
	}
	key := s.file + s.in + s.code + s.what
	s.nth = r.times[key]
	r.times[key]++
	*r.sites = append(*r.sites, s)
	return s.id, !r.skip[s.id]
}

// rewrite returns the code of a file with its sites.
func (r *rewriter) rewrite(file string, text []byte) ([]byte, error) {
	r.file, r.lines = file, strings.Split(string(text), "\n")
	f, err := parser.ParseFile(r.fset, file, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(f.Decls, func(d ast.Decl) bool { _, ok := d.(*ast.FuncDecl); return ok }) {
		return text, nil // a test may read its comments
	}
	// Comments are kept by position, which the rewriting moves: only directives matter.
	directives := map[string]string{}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Doc != nil {
			for _, c := range fn.Doc.List {
				if strings.HasPrefix(c.Text, "//go:") {
					directives[name(fn)] += c.Text + "\n"
				}
			}
		}
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			r.in = name(fn)
			r.block(fn.Body.List)
		}
	}
	var out bytes.Buffer
	for _, c := range f.Comments {
		if c.Pos() < f.Package {
			for _, l := range c.List {
				if strings.HasPrefix(l.Text, "//go:build") {
					fmt.Fprintf(&out, "%s\n\n", l.Text)
				}
			}
		}
	}
	fmt.Fprintf(&out, "package %s\n\n", f.Name.Name)
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			out.WriteString(directives[name(fn)])
			fn.Doc = nil
		}
		// A file set of its own for each declaration: nothing depends on positions.
		if err := format.Node(&out, token.NewFileSet(), d); err != nil {
			return nil, err
		}
		out.WriteString("\n\n")
	}
	return out.Bytes(), nil
}

func name(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + fn.Name.Name
		}
	}
}

// block rewrites statements in their places.
func (r *rewriter) block(list []ast.Stmt) {
	for i, s := range list {
		list[i] = r.stmt(s)
	}
}

func (r *rewriter) stmt(s ast.Stmt) ast.Stmt {
	pos := s.Pos()
	removable := false
	switch s := s.(type) {
	case *ast.BlockStmt:
		r.block(s.List)
	case *ast.IfStmt:
		if s.Init != nil {
			r.within(s.Init)
		}
		s.Cond = r.operand(s.Cond)
		r.block(s.Body.List)
		if s.Else != nil {
			s.Else = r.stmt(s.Else)
		}
	case *ast.ForStmt:
		if s.Cond != nil {
			s.Cond = r.operand(s.Cond)
		}
		r.block(s.Body.List)
	case *ast.LabeledStmt:
		s.Stmt = r.stmt(s.Stmt)
	case *ast.RangeStmt:
		s.X = r.expr(s.X)
		r.block(s.Body.List)
	case *ast.SwitchStmt:
		for _, c := range s.Body.List {
			c := c.(*ast.CaseClause)
			if s.Tag == nil {
				for i := range c.List {
					c.List[i] = r.operand(c.List[i])
				}
			}
			r.block(c.Body)
		}
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			r.block(c.(*ast.CommClause).Body)
		}
	case *ast.ReturnStmt:
		for i := range s.Results {
			s.Results[i] = r.cond(s.Results[i])
		}
		removable = len(s.Results) == 0
	case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		removable = true
		r.within(s)
	case *ast.BranchStmt:
		removable = s.Tok != token.FALLTHROUGH
	case *ast.AssignStmt:
		removable = s.Tok != token.DEFINE && !blank(s.Lhs)
		r.within(s)
	case *ast.DeclStmt:
		// Constants and types stay.
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && s.Decl.(*ast.GenDecl).Tok == token.VAR {
				for i := range v.Values {
					v.Values[i] = r.expr(v.Values[i])
				}
			}
		}
	}
	if !removable {
		return s
	}
	if id, ok := r.add(pos, deleted); ok {
		return &ast.IfStmt{
			Cond: &ast.UnaryExpr{Op: token.NOT, X: call("mutantIs", id)},
			Body: &ast.BlockStmt{List: []ast.Stmt{s}},
		}
	}
	return s
}

// within rewrites the expressions of a simple statement.
func (r *rewriter) within(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.ExprStmt:
		s.X = r.expr(s.X)
	case *ast.AssignStmt:
		for i := range s.Rhs {
			s.Rhs[i] = r.expr(s.Rhs[i])
		}
	case *ast.DeferStmt:
		r.args(s.Call)
	case *ast.GoStmt:
		r.args(s.Call)
	}
}

func (r *rewriter) args(c *ast.CallExpr) {
	if fn, ok := c.Fun.(*ast.FuncLit); ok {
		r.block(fn.Body.List)
	}
	if id, ok := c.Fun.(*ast.Ident); ok && (id.Name == "new" || id.Name == "make") {
		return
	}
	for i := range c.Args {
		c.Args[i] = r.expr(c.Args[i])
	}
	if fn, ok := c.Fun.(*ast.SelectorExpr); ok {
		fn.X = r.expr(fn.X)
	}
}

// cond rewrites an expression that may be a condition as a whole.
func (r *rewriter) cond(e ast.Expr) ast.Expr {
	pos := e.Pos()
	isCond := false
	switch x := e.(type) {
	case *ast.BinaryExpr:
		isCond = x.Op == token.EQL || x.Op == token.NEQ || x.Op == token.LSS || x.Op == token.GTR ||
			x.Op == token.LEQ || x.Op == token.GEQ || x.Op == token.LAND || x.Op == token.LOR
	case *ast.UnaryExpr:
		isCond = x.Op == token.NOT
	case *ast.Ident:
		isCond = x.Name == "true" || x.Name == "false"
	}
	e = r.expr(e)
	if !isCond {
		return e
	}
	if b, ok := e.(*ast.BinaryExpr); ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return e // its operands are negated
	}
	if id, ok := r.add(pos, negated); ok {
		return call("mutantNot", id, e)
	}
	return e
}

// expr rewrites an expression and what is in it.
func (r *rewriter) expr(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.ParenExpr:
		x.X = r.expr(x.X)
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			x.X = r.expr(x.X)
		}
	case *ast.CallExpr:
		r.args(x)
	case *ast.FuncLit:
		r.block(x.Body.List)
	case *ast.IndexExpr:
		x.Index = r.expr(x.Index)
	case *ast.SliceExpr:
		for _, i := range []*ast.Expr{&x.Low, &x.High, &x.Max} {
			if *i != nil {
				*i = r.expr(*i)
			}
		}
	case *ast.CompositeLit:
		for i, v := range x.Elts {
			if kv, ok := v.(*ast.KeyValueExpr); ok {
				kv.Value = r.expr(kv.Value)
			} else {
				x.Elts[i] = r.expr(v)
			}
		}
	case *ast.BinaryExpr:
		return r.binary(x)
	}
	return e
}

func (r *rewriter) binary(x *ast.BinaryExpr) ast.Expr {
	pos := x.OpPos
	if r.constant(x.X) && r.constant(x.Y) {
		return x
	}
	if x.Op == token.LAND || x.Op == token.LOR {
		x.X, x.Y = r.operand(x.X), r.operand(x.Y)
		return x
	}
	x.X, x.Y = r.expr(x.X), r.expr(x.Y)
	fn, what := "", boundary
	switch x.Op {
	case token.LSS:
		fn = "mutantLess"
	case token.LEQ:
		fn = "mutantLessEq"
	case token.GTR:
		fn = "mutantLess"
		x.X, x.Y = x.Y, x.X
	case token.GEQ:
		fn = "mutantLessEq"
		x.X, x.Y = x.Y, x.X
	case token.ADD:
		fn, what = "mutantSum", swapped
	case token.SUB:
		fn, what = "mutantDifference", swapped
	default:
		return x
	}
	if text(x.X) || text(x.Y) {
		return x
	}
	back := x.Op == token.GTR || x.Op == token.GEQ
	if id, ok := r.add(pos, what); ok {
		return call(fn, id, x.X, x.Y)
	}
	if back {
		x.X, x.Y = x.Y, x.X
	}
	return x
}

// operand rewrites an operand of && or ||, which is a condition.
func (r *rewriter) operand(e ast.Expr) ast.Expr {
	pos := e.Pos()
	e = r.expr(e)
	if b, ok := e.(*ast.BinaryExpr); ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return e
	}
	if id, ok := r.add(pos, negated); ok {
		return call("mutantNot", id, e)
	}
	return e
}

// constant reports whether e is made of constants.
func (r *rewriter) constant(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return r.consts[x.Name]
	case *ast.ParenExpr:
		return r.constant(x.X)
	case *ast.UnaryExpr:
		return r.constant(x.X)
	case *ast.BinaryExpr:
		return r.constant(x.X) && r.constant(x.Y)
	case *ast.SelectorExpr:
		id, ok := x.X.(*ast.Ident)
		return ok && id.Name == "math"
	}
	return false
}

// text reports whether e has a string in it.
func text(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			found = true
		}
		return !found
	})
	return found
}

func blank(lhs []ast.Expr) bool {
	id, ok := lhs[0].(*ast.Ident)
	return ok && id.Name == "_"
}

func call(fn string, id int, args ...ast.Expr) *ast.CallExpr {
	lit := &ast.BasicLit{Kind: token.INT, Value: fmt.Sprint(id)}
	return &ast.CallExpr{Fun: ast.NewIdent(fn), Args: append([]ast.Expr{lit}, args...)}
}
