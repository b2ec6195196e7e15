package page

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Whatever colour a merchant has: what is written can be read, and a button can be seen.
func TestPalette_everyColourCanBeRead(t *testing.T) {
	check := func(m colour) {
		for _, s := range []scheme{lightScheme, darkScheme} {
			p := s.palette(m)
			edge := p.accent
			if p.rim != "transparent" {
				edge, _ = parseColour(p.rim)
			}
			for what, pair := range map[string]struct {
				a, b colour
				want float64
			}{
				"text on a button": {p.on, p.accent, 4.5}, "link on paper": {p.link, s.paper, 4.5}, "link on card": {p.link, s.card, 4.5},
				"link on tint": {p.link, p.tint, 4.5}, "ink on tint": {s.ink, p.tint, 8.9}, "soft on tint": {s.soft, p.tint, 4.5},
				"button on paper": {edge, s.paper, 3}, "button on card": {edge, s.card, 3},
			} {
				if got := pair.a.against(pair.b); got < pair.want {
					t.Errorf("%s, dark %v, %s: %.2f, want %.1f", m, s.dark, what, got, pair.want)
				}
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				check(colour{uint8(r), uint8(g), uint8(b)})
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		check(colour{uint8(random.UintN(256)), uint8(random.UintN(256)), uint8(random.UintN(256))})
	}
}

func TestPalette_examples(t *testing.T) {
	for _, tc := range []struct {
		colour string
		scheme scheme
		want   string
	}{
		{"#ffd21f", lightScheme, "--link:#856a00;--accent:#ffd21f;--on:#211c16;--rim:#856a00"},
		{"#2d4a63", darkScheme, "--link:#6693b9;--accent:#6693b9"},
		{"#d0552f", lightScheme, "--accent:#bf4e2b;--on:#ffffff"},
	} {
		m, ok := parseColour(tc.colour)
		if got := tc.scheme.palette(m).css(); !ok || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s, want %s", tc.colour, got, tc.want)
		}
	}
	for _, bad := range []string{"", "#", "red", "#12345", "#1234567", "123456#", "#12345g", "+123456", "#-12345"} {
		if c, ok := parseColour(bad); ok {
			t.Errorf("%q is %s", bad, c)
		}
	}
}
