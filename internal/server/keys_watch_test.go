package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kassa/internal/keyring"
)

// TestKeyWatch_findsAnotherLastLine walks one file through what people do to it.
func TestKeyWatch_findsAnotherLastLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kassa.key")
	keys, err := keyring.LoadOrCreate(path, strings.NewReader(strings.Repeat("a", 100)))
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := func(letter string) string {
		return keyring.Line(keyring.Material([]byte(strings.Repeat(letter, keyring.MaterialSize)))) + "\n"
	}
	w := keyWatch{path: path, begins: keys.Begins}
	for _, step := range []struct {
		what    string
		content string // "": removed
		changed []bool // of looks one after the other
		trouble []bool
	}{
		{"as it was made", string(first), []bool{false, false}, []bool{false, false}},
		{"a new line on top", line("b") + string(first), []bool{false, false}, []bool{false, false}},
		{"half written", "kas", []bool{false, false}, []bool{true, false}},
		{"whole again", line("b") + string(first), []bool{false}, []bool{false}},
		{"removed", "", []bool{false, false}, []bool{true, false}},
		{"brought back", string(first), []bool{false}, []bool{false}},
		{"a line below", string(first) + line("c"), []bool{false}, []bool{false}},
		{"back in time", string(first), []bool{false, false}, []bool{false, false}},
		{"another file", line("d"), []bool{false, true}, []bool{false, false}},
	} {
		if step.content == "" {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path+".new", []byte(step.content), 0o600)
			if err == nil {
				err = os.Rename(path+".new", path)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range step.changed {
			changed, trouble := w.look()
			if changed != step.changed[i] || (trouble != nil) != step.trouble[i] {
				t.Errorf("%s, look %d: changed %v, trouble %v", step.what, i+1, changed, trouble)
			}
		}
	}
}
