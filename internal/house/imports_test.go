package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "kassa"

// goPackage is what `go list -json` says of one package, as far as we look.
type goPackage struct {
	Dir        string
	ImportPath string
	Name       string
	Standard   bool
	Module     *struct{ Path string }
	GoFiles    []string
	Imports    []string
	Deps       []string
}

// pkg is the path within the module: "internal/pay".
func (p *goPackage) pkg() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// list runs go list in the module's root and returns every package it names.
func list(t *testing.T, args ...string) []*goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=Dir,ImportPath,Name,Standard,Module,GoFiles,Imports,Deps"}, args...)...)
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v\n%s", args, err, stderr.String())
	}
	var all []*goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(goPackage)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("read go list's answer: %v", err)
		}
		all = append(all, p)
	}
}

// root is the directory of go.mod: two above this package.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// standard is the set of the standard library's packages, by import path.
func standard(all []*goPackage) map[string]bool {
	std := map[string]bool{"C": true}
	for _, p := range all {
		if p.Standard {
			std[p.ImportPath] = true
		}
	}
	return std
}

func TestImports_followTheTable(t *testing.T) {
	rows := map[string]row{}
	for _, r := range table {
		if _, twice := rows[r.pkg]; twice {
			t.Errorf("the table has two rows for %s", r.pkg)
		}
		rows[r.pkg] = r
	}
	std := standard(list(t, "-deps", "./..."))
	packages := list(t, "./...")
	if len(packages) < 2 {
		t.Fatalf("go list found %d packages: the test looks at the wrong place", len(packages))
	}
	for _, p := range packages {
		r, known := rows[p.pkg()]
		if !known {
			t.Errorf("package %s has no row in internal/house/table_test.go: decide on which floor it lives", p.pkg())
			continue
		}
		for _, broken := range violations(r, p, std) {
			t.Errorf("%s %s (%s)", p.pkg(), broken, r.why)
		}
	}
}

func TestArchitecture_namesEveryPackage(t *testing.T) {
	text := string(read(t, "ARCHITECTURE.md"))
	for _, p := range list(t, "./...") {
		if p.pkg() != module && !strings.Contains(text, "`"+p.pkg()+"`") {
			t.Errorf("ARCHITECTURE.md does not name %s: add it to the table of packages", p.pkg())
		}
	}
}

// violations says how the package breaks its row, one line each.
func violations(r row, p *goPackage, std map[string]bool) []string {
	var broken []string
	for _, path := range p.Imports {
		own, inside := strings.CutPrefix(path, module+"/")
		switch {
		case std[path]:
		case inside:
			if !slices.Contains(r.own, own) {
				broken = append(broken, "imports "+own)
			}
		case !slices.ContainsFunc(r.modules, func(m string) bool { return within(path, m) }):
			broken = append(broken, "imports "+path)
		}
	}
	for _, path := range p.Deps {
		if slices.Contains(r.not, path) {
			broken = append(broken, "reaches "+path)
		}
		if own, inside := strings.CutPrefix(path, module+"/"); inside && len(r.own) == 0 {
			broken = append(broken, "depends on "+own)
		}
	}
	return broken
}

// within says whether the package path belongs to the module.
func within(path, module string) bool { return path == module || strings.HasPrefix(path, module+"/") }

func TestViolations_areSeen(t *testing.T) {
	std := map[string]bool{"fmt": true, "net/http": true}
	r := row{pkg: "internal/pay", own: []string{"internal/clock"}, modules: []string{"example.org/a"}, not: []string{"net/http"}}
	for _, c := range []struct {
		name string
		p    goPackage
		want string
	}{
		{"allowed", goPackage{Imports: []string{"fmt", "kassa/internal/clock", "example.org/a/b"}, Deps: []string{"fmt", "kassa/internal/clock"}}, ""},
		{"own", goPackage{Imports: []string{"kassa/internal/api"}}, "imports internal/api"},
		{"module", goPackage{Imports: []string{"example.org/ab"}}, "imports example.org/ab"},
		{"standard through others", goPackage{Imports: []string{"fmt"}, Deps: []string{"net/http"}}, "reaches net/http"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(violations(r, &c.p, std), "; "); got != c.want {
				t.Errorf("violations = %q, want %q", got, c.want)
			}
		})
	}
}
