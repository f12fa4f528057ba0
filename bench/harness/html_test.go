package harness

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The report is one page with the parts that a reader looks for, and a browser shows it.
func TestHTML(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.html")
	run(t, "-quick", "-time=1ms", "-shape=1x1,2x2", "-html", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	page := string(text)
	for _, part := range []string{"SMOKE RUN", `id="summary"`, `id="throughput"`, `id="latency"`, `id="ratios"`, `id="machine"`, "-html " + file, "prefers-color-scheme: dark", "@media print", "port ÷ channel", "99.9 %"} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, page, "ZgotmplZ", "what the template refuses to print")
	require.NotContains(t, page, "NaN")
	require.NotContains(t, page, "http://")
	require.NotContains(t, page, "https://")

	var out, said bytes.Buffer
	require.Equal(t, 2, command(nil).Run(t.Context(), []string{"-html", filepath.Join(file, "none")}, &out, &said))
	require.Empty(t, out.String())

	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("no Chromium to show the page in")
	}
	dom, err := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=360,800", "--dump-dom", "file://"+file).Output()
	require.NoError(t, err)
	require.Contains(t, string(dom), "<polyline")
	require.Contains(t, string(dom), `id="machine"`)
}
