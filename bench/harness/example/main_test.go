package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp/bench/harness"
)

func BenchmarkMine(b *testing.B) { harness.Benchmark(b, harness.New("mine", mine, mine, mine, mine)) }

// The page about the benchmarks shows this program.
func TestShown(t *testing.T) {
	program, err := os.ReadFile("main.go")
	require.NoError(t, err)
	page, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, shown, _ := strings.Cut(string(program), "package main\n")
	require.Contains(t, string(page), "```go\npackage main\n"+shown+"```\n")
}
