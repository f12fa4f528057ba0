package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table in the tree is of the mutants in the list, ten times each, all caught.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("table.md")
	require.NoError(t, err)
	rows := strings.Split(strings.TrimSpace(string(text)), "\n")[2:]
	require.Len(t, rows, len(mutants))
	for i, m := range mutants {
		require.True(t, strings.HasPrefix(rows[i], "| "+m.name+" | "+m.file+" | "+cell(m.by)+" | 10 | "), rows[i])
	}
}

// Each mutant finds its code, once.
func TestApplies(t *testing.T) {
	for _, m := range mutants {
		text, err := os.ReadFile("../../" + m.file)
		require.NoError(t, err)
		assert.Equal(t, 1, strings.Count(string(text), m.old), m.name)
	}
}
