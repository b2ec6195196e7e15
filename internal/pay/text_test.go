package pay

import (
	"testing"
	"unicode"
)

func TestPlain(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"what is plain stays":                  {"Lindenweg 3-5", "Lindenweg 3-5"},
		"a mark after a copied number":         {"+46701740615\u200e", "+46701740615"},
		"a copied number between two":          {"\u202a+46 70 174 06 15\u202c", "+46 70 174 06 15"},
		"isolates":                             {"\u2066Kim\u2069", "Kim"},
		"zero-width blanks and joiners":        {"Ki\u200bm\u200c \u200dBo\u2060", "Kim Bo"},
		"a byte-order mark":                    {"\ufeffKim", "Kim"},
		"a soft hyphen":                        {"Donau\u00addampf", "Donaudampf"},
		"no-break blanks":                      {"155\u00a000\u202f1\u20072", "155 00 1 2"},
		"other widths":                         {"SW1A\u20091AA\u30001", "SW1A 1AA 1"},
		"longer dashes":                        {"Lindenweg 3\u20145 \u2015 6", "Lindenweg 3-5 - 6"},
		"quotes":                               {"Haus \u201eSonne\u201c \u00abA\u00bb \u201aB\u2018 O\u2032Hara", "Haus \"Sonne\" \"A\" 'B' O'Hara"},
		"a slash of fractions":                 {"3\u20442", "3/2"},
		"an end of line":                       {"Kim\u2028Bo", "Kim Bo"},
		"a selector after a digit":             {"07\ufe0f", "07"},
		"an en dash":                           {"Lindenweg 3–5", "Lindenweg 3-5"},
		"hyphens":                              {"a\u2010b\u2011c\u2012d\u2013e\u2212f", "a-b-c-d-e-f"},
		"apostrophes":                          {"O\u2019Brien D\u2018Arc Hawai\u02bbi \u02bcn", "O'Brien D'Arc Hawai'i 'n"},
		"blanks around":                        {"\u00a0 Kim \u00a0", "Kim"},
		"nothing but what cannot be seen":      {"\u200b\u200e", ""},
		"letters stay":                         {"Þórður Łukasz Ștefan Ελένη Gómez-Ñandú Sørensen Ž", "Þórður Łukasz Ștefan Ελένη Gómez-Ñandú Sørensen Ž"},
		"the Catalan dot and accents stay":     {"Marcel·lí d`Or Cañón´s", "Marcel·lí d`Or Cañón´s"},
		"a decomposed letter stays":            {"Zoe\u0308", "Zoe\u0308"},
		"digits of other scripts are no marks": {"٣", "٣"},
		"full width":                           {"kim＠example．com", "kim@example.com"},
	} {
		if got := Plain(tc.in); got != tc.want {
			t.Errorf("%s: %q gives %q, want %q", name, tc.in, got, tc.want)
		}
	}
}

func TestPlainNumber(t *testing.T) {
	for in, want := range map[string]string{
		"٠٧٠١٧٤٠٦١٥": "0701740615", "۰۷۰": "070", "＋４６ ７０": "+46 70", "१२३": "123", "12\u201334": "12-34", "𝟏𝟐": "12", "a1": "a1", "\u200e123456\u200f": "123456",
	} {
		if got := PlainNumber(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

// TestPlainDigit_everyScript: the value of each digit is that of Unicode's table, in which each script's ten stand in a row.
func TestPlainDigit_everyScript(t *testing.T) {
	seen := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsDigit(r) {
			continue
		}
		if want := '0' + rune(seen%10); plainDigit(r) != want {
			t.Errorf("%U gives %q, want %q", r, plainDigit(r), want)
		}
		seen++
	}
	if seen == 0 || seen%10 != 0 {
		t.Errorf("%d digits", seen)
	}
}

func BenchmarkPlain(b *testing.B) {
	for name, s := range map[string]string{"ascii": "Lindenweg 3-5", "letters": "Götgatan 5", "dash": "Lindenweg 3–5"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Plain(s)
			}
		})
	}
}
