package pool_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The code in README.md is that of the examples.
func TestPageShowsExamples(t *testing.T) {
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	text, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	examples := unindented(string(text))
	blocks := strings.Split(string(page), "```go\n")[1:]
	require.Len(t, blocks, 2)
	for _, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		require.Contains(t, examples, "\n"+unindented(code))
	}
}

func unindented(code string) string { return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(code, "") }
