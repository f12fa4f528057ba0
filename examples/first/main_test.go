package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What README shows first is this program, to the letter.
func TestReadmeShowsIt(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, shown, _ := strings.Cut(string(readme), "\n```go examples/first/main.go\n")
	shown, _, _ = strings.Cut(shown, "```")
	require.Equal(t, string(program), shown)
}

func Example() {
	main()
	// Unordered output:
	// hello, Ada
	// hello, Grace
	// hello, Edsger
}
