package pay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sameTable holds a table of docs/data against what the tests that make it say; -update writes it.
func sameTable(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("..", "..", "docs", "data", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(path); err != nil || string(have) != text {
		t.Errorf("%s is not what the tests say; go test ./internal/pay -update writes it (%v)", path, err)
	}
}

// tableRow is a row of a Markdown table.
func tableRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
