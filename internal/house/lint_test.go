package house

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the depguard rules of .golangci.yml from the table")

// The rules stand between these two lines of .golangci.yml.
const (
	rulesBegin = "        # written from internal/house/table_test.go by go test ./internal/house -update\n"
	rulesEnd   = "        # end of the table\n"
)

func TestLinterRules_areThoseOfTheTable(t *testing.T) {
	name := filepath.Join(root(t), ".golangci.yml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), rulesBegin)
	if !ok {
		t.Fatalf("%s lacks the line %q", name, rulesBegin)
	}
	have, after, ok := strings.Cut(rest, rulesEnd)
	if !ok {
		t.Fatalf("%s lacks the line %q", name, rulesEnd)
	}
	want := depguardRules()
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("the depguard rules of %s differ from the table; run go test ./internal/house -update", name)
	}
	if err := os.WriteFile(name, []byte(before+rulesBegin+want+rulesEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// depguardRules renders the table as depguard's rules: one strict allow list a package, for its non-test files.
func depguardRules() string {
	var b strings.Builder
	for _, r := range table {
		fmt.Fprintf(&b, "        %s:\n", strings.ReplaceAll(strings.TrimPrefix(r.pkg, "internal/"), "/", "-"))
		b.WriteString("          list-mode: strict\n")
		fmt.Fprintf(&b, "          files: ['**/%s/*.go', '!$test']\n", r.pkg)
		b.WriteString("          allow:\n            - $gostd\n")
		for _, own := range r.own {
			fmt.Fprintf(&b, "            - %s/%s$\n", module, own)
		}
		for _, m := range r.modules {
			fmt.Fprintf(&b, "            - %s\n", m)
		}
		if len(r.not) == 0 {
			continue
		}
		b.WriteString("          deny:\n")
		for _, not := range r.not {
			fmt.Fprintf(&b, "            - {pkg: %s, desc: '%s'}\n", not, strings.ReplaceAll(r.why, "'", "''"))
		}
	}
	return b.String()
}
