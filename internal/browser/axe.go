package browser

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/chromedp/chromedp"
)

// axePackage names the version of axe-core, and its checksum.
//
//go:embed testdata/axe/package.json testdata/axe/package-lock.json
var axePackage embed.FS

// axeSource is axe-core's script, brought by npm for the first test that asks.
var axeSource = sync.OnceValues(func() (string, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return "", fmt.Errorf("npm is missing: scripts/install-tools brings it: %w", err)
	}
	dir, err := os.MkdirTemp("", "kassa-axe-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, axePackage); err != nil {
		return "", err
	}
	at := filepath.Join(dir, "testdata", "axe")
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")
	cmd.Dir = at
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	source, err := os.ReadFile(filepath.Join(at, "node_modules", "axe-core", "axe.min.js"))
	return string(source), err
})

// axeRun has axe-core look at the page by the rules of WCAG 2.2 AA and its best practices.
const axeRun = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]})
 .then(r => ({rules: r.violations.length + r.passes.length, found: r.violations.flatMap(v =>
  v.nodes.map(n => v.id + ": " + n.html.slice(0, 160) + ": " + n.failureSummary.replace(/\s+/g, " ")))}))`

// axeReport is what axeRun gives.
type axeReport struct {
	Rules int      `json:"rules"` // that had something to look at
	Found []string `json:"found"`
}

// Axe lists what axe-core finds wrong with the page for people who cannot see it well, hear it or use a mouse. The tab runs scripts.
func (tab *Tab) Axe() []string {
	tab.t.Helper()
	source, err := axeSource()
	if err != nil {
		tab.t.Fatal(err)
	}
	if here := run(tab, "look for axe-core", chromedp.Evaluate[bool](`typeof axe === "object"`)); !here {
		run(tab, "load axe-core", chromedp.Evaluate[string](source+`;axe.version`))
	}
	report := run(tab, "run axe-core", chromedp.Evaluate[axeReport](axeRun, chromedp.EvalAwaitPromise))
	if report.Rules == 0 {
		tab.t.Fatal("axe-core applied no rule: it did not see the page")
	}
	return report.Found
}
