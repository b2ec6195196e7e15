package keyring

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with a key file is said with what to do about it.
func TestLoadOrCreate_saysWhatToDo(t *testing.T) {
	dir := t.TempDir()
	line := Line(Material{7}) + "\n"
	for name, tc := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"twice":    {line + line, 0o600, "is in the ring twice: take the upper one of its two lines out"},
		"empty":    {"# nothing\n", 0o600, "no key in it: bring the file back from your copy; only for a database that is new, delete it"},
		"words":    {"hello\n", 0o600, `line 1 does not begin with "kassa-key-1": bring the file back from your copy`},
		"short":    {"kassa-key-1 abc\n", 0o600, "line 1 is not 32 bytes in base64: bring the file back from your copy"},
		"readable": {line, 0o644, "it must be readable by its owner alone (chmod 600 "},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(tc.text), tc.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadOrCreate(file, rand.Reader); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if _, err := LoadOrCreate(filepath.Join(dir, "none", "keys"), rand.Reader); err == nil || !strings.Contains(err.Error(), ": make the directory first, or name a file in another one") {
		t.Errorf("no directory: %v", err)
	}
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreate(folder, rand.Reader); err == nil || !strings.Contains(err.Error(), "name a file, not a directory") {
		t.Errorf("a directory: %v", err)
	}
}
