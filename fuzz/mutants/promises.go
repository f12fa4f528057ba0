package main

import (
	"fmt"
	"slices"
	"strings"
)

// A promise is a sentence of the documentation, or a part of one, and the bug that breaks it.
type promise struct {
	in   string // the file that says so
	says string // in these words, whatever the line breaks and comment signs between
	bug  string // the name of a mutant
}

// promises are all of them, in the order of their table.
var promises = slices.Concat(ofMethodsPromised, ofPackagesPromised)

// prose is the text of a file without line breaks and comment signs.
func prose(text string) string {
	var words []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "//")
		words = append(words, strings.Fields(line)...)
	}
	return strings.Join(words, " ")
}

// promisesTable is the table of promises.
func promisesTable() (string, error) {
	var b strings.Builder
	b.WriteString("| promise | in | bug | caught by |\n|---|---|---|---|\n")
	for _, p := range promises {
		i := slices.IndexFunc(mutants, func(m mutant) bool { return m.name == p.bug })
		if i < 0 {
			return "", fmt.Errorf("no mutant %q, for %q", p.bug, p.says)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.ReplaceAll(p.says, "|", `\|`), p.in, p.bug, cell(mutants[i].by))
	}
	return b.String(), nil
}
