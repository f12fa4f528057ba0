package main

import (
	"flag"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/iocp-go/iocp"
	"github.com/iocp-go/iocp/bench/internal/work"
)

var update = flag.Bool("update", false, "rewrite the tables in README.md and bench/README.md")

// shown are the pages with figures, and how many tables each has.
var shown = map[string]int{"README.md": 1, "bench/README.md": 2}

var (
	tables  = regexp.MustCompile(`(?s)<!-- table: go run \./bench (-from (\S+) -markdown [^\n]*) -->\n\n(.*?)\n<!-- /table -->`)
	figures = regexp.MustCompile(`(?m)^(.*) <!-- figures: ([^\n]*) -->$`)
)

// Each table is what the command in the comment before it prints, and the text names the
// file.
func TestReadmeTable(t *testing.T) {
	t.Chdir("..") // where the command runs
	for page, count := range shown {
		text := read(t, page)
		require.Equal(t, count, strings.Count(text, "<!-- table: "), page)
		found := tables.FindAllStringSubmatch(text, -1)
		require.Len(t, found, count, "%s: no <!-- table: go run ./bench -from FILE -markdown ROWS --> with <!-- /table -->", page)
		for _, m := range found {
			args, file, is := m[1], m[2], m[3]
			require.FileExists(t, file)
			require.Contains(t, text, "("+strings.TrimPrefix(file, path.Dir(page)+"/")+")", "%s: the text names the file that the table was read from", page)
			table := run(t, strings.Fields(args)...)
			if *update {
				text = strings.Replace(text, args+" -->\n\n"+is, args+" -->\n\n"+table, 1)
			} else if is != table {
				t.Errorf("a table in %s is not what go run ./bench %s prints; to put that there:\n\tgo test ./bench -run TestReadmeTable -update", page, args)
			}
		}
		if *update {
			require.NoError(t, os.WriteFile(page, []byte(text), 0o666))
		}
	}
	require.LessOrEqual(t, strings.Count(tables.FindString(read(t, "README.md")), "\n| "), 11, "at most ten rows of figures below the head")
}

// A line of text that ends with <!-- figures: SCENARIO ... --> has, of a row of each
// scenario, the ratio or both times, as the first table of bench/README.md prints them.
func TestReadmeFigures(t *testing.T) {
	t.Chdir("..")
	file := tables.FindStringSubmatch(read(t, "bench/README.md"))[2]
	for _, page := range []string{"README.md", "examples/tuning.md", "bench/README.md"} {
		text := read(t, page)
		require.Contains(t, text, file, page)
		found := figures.FindAllStringSubmatch(text, -1)
		require.NotEmpty(t, found, page)
		require.Equal(t, strings.Count(text, "<!-- figures: "), len(found), "%s: each at the end of its line", page)
		for _, m := range found {
			line := m[1]
			for scenario := range strings.FieldsSeq(m[2]) {
				rows := strings.Split(strings.TrimSpace(run(t, "-from", file, "-markdown", scenario)), "\n")[2:]
				assert.True(t, slices.ContainsFunc(rows, func(row string) bool { return tells(line, row) }),
					"%s: no figure of %s is in the text.\n%s\n%s", page, scenario, line, strings.Join(rows, "\n"))
			}
		}
	}
}

// tells reports whether a line of text has the figures of a row of a table.
func tells(line, row string) bool {
	cells := strings.Split(strings.ReplaceAll(row, "*", ""), " | ")
	port, channel, ratio := cells[2], cells[3], cells[4]
	return has(line, ratio) || has(line, port) && has(line, channel)
}

// has reports whether text has the figure, and not as a part of another.
func has(text, figure string) bool {
	return regexp.MustCompile(`(^|[^\d.])` + regexp.QuoteMeta(figure) + `([^\d]|$)`).MatchString(text)
}

// The memory of ports and channels is what the text says, on 64-bit machines.
func TestReadmeMemory(t *testing.T) {
	if strconv.IntSize != 64 {
		return
	}
	t.Chdir("..")
	said := regexp.MustCompile(`an empty port takes ([\d.]+) KB, a channel ([\d.]+) KB`)
	for _, page := range []string{"README.md", "examples/tuning.md", "examples/channels/README.md"} {
		m := said.FindStringSubmatch(read(t, page))
		require.NotNil(t, m, "%s: %s", page, said)
		assert.InEpsilon(t, allocated(func() any { return work.NewPort[int](2) }), 1000*number(m[1]), 0.1, page)
		assert.InEpsilon(t, allocated(func() any { return make(chan int, 2) }), 1000*number(m[2]), 0.3, page)
	}
	rows := regexp.MustCompile(`(?m)^\| ([\d,]+) \| (\S+).* \| ([\d,]+) \| ([\d,]+) \|$`).FindAllStringSubmatch(read(t, "examples/tuning.md"), -1)
	require.NotEmpty(t, rows)
	for _, row := range rows {
		capacity, port, channel := int(number(row[1])), 0.0, 0.0
		if row[2] == "`int`" {
			port = allocated(func() any { return work.NewPort[int](capacity) })
			channel = allocated(func() any { return make(chan int, capacity) })
		} else {
			port = allocated(func() any { return work.NewPort[iocp.Packet](capacity) })
			channel = allocated(func() any { return make(chan iocp.Packet, capacity) })
		}
		assert.InEpsilon(t, port, number(row[3]), 0.1, row[0])
		assert.InEpsilon(t, channel, number(row[4]), 0.1, row[0])
	}
}

// allocated is how many bytes f allocates.
func allocated(f func() any) float64 {
	const n = 100
	var before, after runtime.MemStats
	var keep [n]any
	runtime.ReadMemStats(&before)
	for i := range keep {
		keep[i] = f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / n
}

func number(text string) float64 {
	n, _ := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
	return n
}

// What the pages link to in the tree is there.
func TestLinks(t *testing.T) {
	t.Chdir("..")
	for _, page := range []string{
		"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md", "examples/debugging.md", "examples/tuning.md", "examples/channels/README.md",
		"examples/dispatch/README.md", "examples/pool/README.md", "examples/ship/README.md", "fuzz/behaviours.md",
	} {
		text := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`").ReplaceAllString(read(t, page), "") // without code
		for _, m := range regexp.MustCompile(`\]\(([^)\s]*)\)`).FindAllStringSubmatch(text, -1) {
			file, part, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			to := path.Join(path.Dir(page), file)
			if file == "" {
				to = page
			}
			if _, err := os.Stat(to); !assert.NoError(t, err, page) || part == "" {
				continue
			}
			assert.Contains(t, anchors(read(t, to)), part, "%s links to a part of %s", page, to)
		}
	}
}

// anchors are those that GitHub gives to the headings of a page.
func anchors(text string) (all []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		heading := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all = append(all, strings.ReplaceAll(heading, " ", "-"))
	}
	return all
}

func read(t *testing.T, page string) string {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	return string(text)
}
