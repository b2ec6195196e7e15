package pay

import (
	"strings"
	"testing"
	"time"
)

func TestIDs_rewindGivesTheSame(t *testing.T) {
	d := testIDs(1)
	draw := func() []string {
		return []string{d.UUID(), string(d.Token()), string(d.Link(7)), d.Reference(), string(d.Digits(6)), d.UUID()}
	}
	first := draw()
	d.Rewind()
	if second := draw(); strings.Join(first, " ") != strings.Join(second, " ") {
		t.Fatalf("%v, then %v", first, second)
	}
	if first[0] == first[5] || !ValidUUID(first[0]) || !ValidUUID(first[1]) || len(first[3]) != 8 || len(first[4]) != 6 {
		t.Fatalf("%v", first)
	}
}

func TestIDs_laterSortsLater(t *testing.T) {
	early := NewIDs([32]byte{255}, t0).UUID()
	late := NewIDs([32]byte{0}, t0.Add(time.Millisecond)).UUID()
	if early >= late {
		t.Fatalf("%s does not sort before %s", early, late)
	}
}

func TestSplitLink(t *testing.T) {
	link := testIDs(1).Link(42)
	number, key, ok := SplitLink(link)
	if !ok || number != 42 || len(key) != linkKeyLen || !strings.HasPrefix(string(link), "42-"+key) {
		t.Fatalf("%d %q %v", number, key, ok)
	}
	for _, bad := range []Secret{"", "42", "-", link + "x", link[1:] + "\x00", "0" + link, "+" + link, "x-" + link[3:], link[:len(link)-1] + "/", "99999999999999999999999-" + link[3:]} {
		if _, _, ok := SplitLink(bad); ok {
			t.Errorf("%q is taken for a link", string(bad))
		}
	}
}
