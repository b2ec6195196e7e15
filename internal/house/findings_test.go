package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A finding is run by its name, and its first lines say what it shows.
func TestFindings_canBeRunAndSayWhatTheyShow(t *testing.T) {
	scripts := 0
	for _, name := range tracked(t) {
		if !strings.HasPrefix(name, "findings/") || name == "findings/README.md" {
			continue
		}
		if !strings.HasSuffix(name, ".sh") || strings.Count(name, "/") != 1 {
			t.Errorf("%s: a finding is one script, findings/NAME.sh", name)
			continue
		}
		scripts++
		text := string(read(t, name))
		if text == "" {
			continue // gone from the work tree
		}
		info, err := os.Stat(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o111 == 0 {
			t.Errorf("%s is not executable", name)
		}
		head, rest, _ := strings.Cut(text, "\n")
		if !strings.HasPrefix(head, "#!/") {
			t.Errorf("%s does not say which program runs it", name)
		}
		comment := 0
		for line := range strings.Lines(rest) {
			if !strings.HasPrefix(line, "#") {
				break
			}
			comment++
		}
		if comment < 3 {
			t.Errorf("%s: its first lines must say what was found, in which versions, and what was seen", name)
		}
		if !strings.Contains(text, "mktemp -d") {
			t.Errorf("%s does not work in a temporary folder", name)
		}
		if strings.Contains(text, "kassa serve") || strings.Contains(text, "kassa demo") || strings.Contains(text, "go run ./cmd/kassa") {
			t.Errorf("%s runs Kassa: what it shows must be true without it", name)
		}
	}
	if scripts == 0 {
		t.Error("no finding was looked at: the test looks at the wrong place")
	}
}
