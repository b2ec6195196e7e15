package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxLines is the length at which a file that is not a test rings a bell: split it by noun or by flow.
const maxLines = 500

// tracked returns the paths of all files that git knows or would add, relative to the root.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if len(names) < 10 {
		t.Fatalf("git ls-files found %d files: the test looks at the wrong place", len(names))
	}
	return names
}

// read returns the file's bytes, or nil when it is in the index but gone from the work tree.
func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return data
}

func TestPackages_haveADocFile(t *testing.T) {
	for _, p := range list(t, "./...") {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "doc.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Errorf("%s: %v", p.pkg(), err)
			continue
		}
		if problem := docProblem(p, file); problem != "" {
			t.Errorf("%s/doc.go: %s", p.pkg(), problem)
		}
	}
}

// docProblem says what is wrong with a package's doc comment, or "".
func docProblem(p *goPackage, file *ast.File) string {
	begin := "Package " + p.Name + " "
	if p.Name == "main" {
		begin = strings.ToUpper(filepath.Base(p.Dir)[:1]) + filepath.Base(p.Dir)[1:] + " "
	}
	switch doc := file.Doc.Text(); {
	case !strings.HasPrefix(doc, begin):
		return "the comment must begin with " + begin
	case len(strings.Fields(doc)) < 15:
		return "the comment must say what the package owns, what it does not, and where to start reading"
	}
	return ""
}

func TestFiles_areShortEnoughToRead(t *testing.T) {
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if lines := bytes.Count(read(t, name), []byte("\n")); lines > maxLines {
			t.Errorf("%s has %d lines: split it by noun or by flow (at most %d)", name, lines, maxLines)
		}
	}
}

// foreign are texts that belong to one developer's machine, or to the way the work is done, not to the product.
// Each is put together here so that this file does not contain it.
var foreign = map[string]*regexp.Regexp{
	"a path of one machine":     regexp.MustCompile(`(^|[\s"'` + "`" + `(=:])/(work|home/\w+|Users/\w+|root)/`),
	"a scratch directory":       regexp.MustCompile(`["'` + "`" + `\s]/tmp/[A-Za-z0-9]`),
	"a package registry's host": regexp.MustCompile(`proxy\.` + `golang\.org|registry\.` + `npmjs|deb\.` + `debian\.org|sum\.` + `golang\.org`),
	"work left undone":          regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`),
	"a text that is not here":   regexp.MustCompile(`\bcon` + `tract \d|\bdec` + `isions "`),
	"a merge left undone":       regexp.MustCompile(`(?m)^(<` + `<<<<<< |>` + `>>>>>> )`),
}

func TestFiles_speakOfTheProjectAlone(t *testing.T) {
	for _, name := range tracked(t) {
		data := read(t, name)
		if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
			continue
		}
		for what, pattern := range foreign {
			if at := pattern.FindIndex(data); at != nil {
				line := 1 + bytes.Count(data[:at[0]], []byte("\n"))
				t.Errorf("%s:%d: %s: %q", name, line, what, data[at[0]:at[1]])
			}
		}
	}
}

func TestForeign_isSeen(t *testing.T) {
	for what, text := range map[string]string{
		"a path of one machine":     `open("` + "/home/" + `ann/kassa")`,
		"a scratch directory":       `"` + "/tmp/" + `x"`,
		"a package registry's host": "proxy." + "golang.org",
		"work left undone":          "// TO" + "DO: later",
		"a text that is not here":   "// maxBody bounds a body (con" + "tract 1.6)",
		"a merge left undone":       "<<<<" + "<<< HEAD",
	} {
		if !foreign[what].MatchString(text) {
			t.Errorf("%s: %q is not seen", what, text)
		}
	}
	if text := "https://example.com/work/x and templates/home/x"; foreign["a path of one machine"].MatchString(text) {
		t.Errorf("%q is taken for a path of one machine", text)
	}
}

func TestModules_areExplained(t *testing.T) {
	doc := string(read(t, "docs/dependencies.md"))
	used := map[string]bool{}
	for _, p := range list(t, "./...") {
		for _, path := range p.Imports {
			used[path] = true
		}
	}
	checked := 0
	for _, p := range list(t, "-deps", "./...") {
		if !used[p.ImportPath] || p.Module == nil || p.Module.Path == module {
			continue
		}
		checked++
		if !strings.Contains(doc, "`"+p.Module.Path+"`") {
			t.Errorf("docs/dependencies.md has no line for %s", p.Module.Path)
		}
	}
	if checked == 0 {
		t.Error("no module found: the test looks at the wrong place")
	}
}
