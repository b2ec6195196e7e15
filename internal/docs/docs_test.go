package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kassa/internal/servertest"
)

// block is one fenced block of a page.
type block struct {
	line     int
	language string
	text     string
}

// blocks reads the fenced blocks of a page.
func blocks(t *testing.T, path string) []block {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	open := false
	for i, line := range strings.Split(string(page), "\n") {
		switch {
		case strings.HasPrefix(line, "```") && !open:
			out = append(out, block{line: i + 1, language: strings.TrimPrefix(line, "```")})
			open = true
		case line == "```":
			open = false
		case open:
			out[len(out)-1].text += line + "\n"
		}
	}
	return out
}

// TestPages_examplesRunAsPrinted runs every sh block of a page in one shell, one after the other, against a sandbox of its own.
// A json block right behind one is what the block prints, but for ids, times, tokens and addresses. xdg-open, with which a
// reader opens the page in a browser, is a consumer here who pays.
func TestPages_examplesRunAsPrinted(t *testing.T) {
	pages, err := filepath.Glob("../../docs/api/*.md")
	if err != nil || len(pages) < 4 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, path := range pages {
		t.Run(filepath.Base(path), func(t *testing.T) { runPage(t, path) })
	}
}

func runPage(t *testing.T, path string) {
	all := blocks(t, path)
	if !slices.ContainsFunc(all, func(b block) bool { return b.language == "sh" }) {
		return // a page of words
	}
	s := servertest.Start(t)
	consumer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tab := s.Open(t, r.FormValue("link")).Pay("pay_later")
		if _, err := fmt.Fprintln(w, tab.PageStatus()); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(consumer.Close)
	dir := t.TempDir()
	browser := "#!/bin/sh\nexec curl -fsS -o /dev/null --get --data-urlencode \"link=$1\" " + consumer.URL + "\n"
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(browser), 0o700); err != nil {
		t.Fatal(err)
	}
	script, wanted := "set -euo pipefail\n", []block{}
	for i, b := range all {
		if b.language != "sh" {
			continue
		}
		if i+1 < len(all) && all[i+1].language == "json" {
			script += fmt.Sprintf("{\n%s\n} >%d.json\n", strings.ReplaceAll(b.text, "http://127.0.0.1:8080", s.URL()), len(wanted))
			wanted = append(wanted, all[i+1])
			continue
		}
		script += strings.ReplaceAll(strings.ReplaceAll(b.text, "http://127.0.0.1:8080", s.URL()), "http://127.0.0.1:8081", s.AdminURL()) + "\n"
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, want := range wanted {
		got, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.json", i)))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, fmt.Sprintf("%s:%d", path, want.line), want.text, got)
	}
}

// compare holds what was printed against what a page says.
func compare(t *testing.T, where, want string, got []byte) {
	t.Helper()
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Errorf("%s: not JSON: %v", where, err)
		return
	}
	if err := json.Unmarshal(got, &g); err != nil {
		t.Errorf("%s: prints %q", where, got)
		return
	}
	if diff := differ("", w, g); diff != "" {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, got, "", "  ")
		t.Errorf("%s: %s; it prints\n%s", where, diff, pretty.String())
	}
}

// varies matches texts that are others each time: ids, times, tokens, cursors and addresses of ours.
var varies = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT.*Z|eyJ.*|http://127\.0\.0\.1.*|[2-9A-Z]{8}(-\d+)?|e\d+-[0-9a-f]+)$`)

func differ(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return path + " is no object"
		}
		for name := range g {
			if _, ok := w[name]; !ok {
				return path + "." + name + " is not on the page"
			}
		}
		for name := range w {
			if _, ok := g[name]; !ok {
				return path + "." + name + " is missing"
			}
			if d := differ(path+"."+name, w[name], g[name]); d != "" {
				return d
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s is another list", path)
		}
		for i := range w {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); d != "" {
				return d
			}
		}
	case string:
		g, ok := got.(string)
		if !ok || g != w && !(varies.MatchString(w) && varies.MatchString(g)) {
			return fmt.Sprintf("%s is %v, not %q", path, got, w)
		}
	default:
		if want != got {
			return fmt.Sprintf("%s is %v, not %v", path, got, want)
		}
	}
	return ""
}
