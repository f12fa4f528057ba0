package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the table in README.md")

// The table in README.md is what the command in the comment before it prints.
func TestReadmeTable(t *testing.T) {
	t.Chdir("..") // where the command runs
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	readme := string(text)
	at := regexp.MustCompile(`(?s)<!-- table: go run \./bench (-from (\S+) -markdown [^\n]*) -->\n\n(.*?)\n<!-- /table -->`).FindStringSubmatchIndex(readme)
	require.NotNil(t, at, "no table between <!-- table: go run ./bench -from FILE -markdown ROWS --> and <!-- /table -->")
	args, file, is := readme[at[2]:at[3]], readme[at[4]:at[5]], readme[at[6]:at[7]]
	require.Contains(t, readme, "["+file+"]("+file+")", "the text names the file that the table was read from")
	table := run(t, strings.Fields(args)...)
	switch {
	case *update:
		require.NoError(t, os.WriteFile("README.md", []byte(readme[:at[6]]+table+readme[at[7]:]), 0o666))
	case is != table:
		t.Fatalf("the table in README.md is not what go run ./bench %s prints; to put that there:\n\tgo test ./bench -run TestReadmeTable -update", args)
	}
}
