package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pause comes before each statement, and no line moves.
func TestPaused(t *testing.T) {
	n := 0
	got, err := paused([]byte(`package p

var f = func() { g() }

func g() int {
	x := 0 // a comment
again:
	for i := range 3 { x += i; continue again }
	switch x {
	case 1: x++; fallthrough
	default:
	}
	select {
	case <-c: return 1
	default:
		if x > 1 { x = 2 } else if x > 2 { defer f() }
	}
	return x
}
`), &n)
	require.NoError(t, err)
	require.Equal(t, `package p

var f = func() { perturb(1);g() }

func g() int {
	perturb(2);x := 0 // a comment
perturb(3);again:
	for i := range 3 { perturb(4);x += i; perturb(5);continue again }
	perturb(6);switch x {
	case 1: perturb(7);x++; perturb(8);fallthrough
	default:
	}
	perturb(9);select {
	case <-c: perturb(10);return 1
	default:
		perturb(11);if x > 1 { perturb(12);x = 2 } else if x > 2 { perturb(13);defer f() }
	}
	perturb(14);return x
}
`, string(got))
	require.Equal(t, 14, n)

	_, err = parser.ParseFile(token.NewFileSet(), "", fmt.Appendf(nil, pauseText, "p", n+1, 6), 0)
	require.NoError(t, err)
	_, err = paused([]byte("package"), &n)
	require.Error(t, err)
}
