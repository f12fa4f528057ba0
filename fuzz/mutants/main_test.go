package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table in the tree is of the mutants in the list, each caught as often as tried.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("table.md")
	require.NoError(t, err)
	rows := strings.Split(strings.TrimSpace(string(text)), "\n")
	var n int
	_, err = fmt.Sscanf(rows[0], "| bug | in | caught by | of %d |", &n)
	require.NoError(t, err)
	rows = rows[2:]
	require.Len(t, rows, len(mutants))
	for i, m := range mutants {
		require.True(t, strings.HasPrefix(rows[i], "| "+m.name+" | "+m.file+fmt.Sprintf(" | %s | %d | ", cell(m.by), n)), rows[i])
	}
}

// Each promise is still made in these words, and its table is up to date.
func TestPromises(t *testing.T) {
	said := map[string]string{}
	for _, p := range promises {
		if said[p.in] == "" {
			text, err := os.ReadFile("../../" + p.in)
			require.NoError(t, err)
			said[p.in] = prose(string(text))
		}
		assert.Contains(t, said[p.in], p.says, p.in)
	}
	want, err := promisesTable()
	require.NoError(t, err)
	got, err := os.ReadFile("promises.md")
	require.NoError(t, err)
	require.Equal(t, want, string(got), "go run ./fuzz/mutants -promises fuzz/mutants/promises.md")
}

// Each mutant finds its code, once.
func TestApplies(t *testing.T) {
	for _, m := range mutants {
		text, err := os.ReadFile("../../" + m.file)
		require.NoError(t, err)
		_, err = m.apply(string(text))
		assert.NoError(t, err)
	}
}

// What is no token does not matter, and what is replaced keeps its surroundings.
func TestApply(t *testing.T) {
	const code = "func f() {\n\tg(1) // one\n\n\t/* two */ g( 2 )\n\treturn \"a // b\"\n}\n"
	for _, c := range []struct{ old, new, want, err string }{
		{old: "g(1)\ng(2)", new: "h()", want: "func f() {\n\th()\n\treturn \"a // b\"\n}\n"},
		{old: "g(1); g(2)", new: "", want: "func f() {\n\t\n\treturn \"a // b\"\n}\n"},
		{old: "g(2) // another\n", new: "h()", want: "func f() {\n\tg(1) // one\n\n\t/* two */ h()\n\treturn \"a // b\"\n}\n"},
		{old: "f() {", new: "f(int) {", want: strings.Replace(code, "f()", "f(int)", 1)},
		{old: "\"a // b\"", new: "nil", want: strings.Replace(code, "\"a // b\"", "nil", 1)},
		{old: "g(", err: "twice"},
		{old: "g(3)", err: "no such code"},
		{old: "// one", err: "has no code"},
		{old: "g(1) g(2)", err: "no such code"},
	} {
		got, err := mutant{old: c.old, new: c.new}.apply(code)
		if c.err != "" {
			require.ErrorContains(t, err, c.err, c.old)
			continue
		}
		require.NoError(t, err, c.old)
		require.Equal(t, c.want, got)
	}
}
