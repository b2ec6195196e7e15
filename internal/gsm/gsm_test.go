package gsm

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestText_partsAndLengths: 160 septets or 70 units of UCS-2 are one message; a part of a longer one holds 153 or 67 (3GPP TS 23.040, 9.2.3.24.1:
// the header takes 6 octets of 140). Signs of the extension take two septets.
func TestText_partsAndLengths(t *testing.T) {
	for _, c := range []struct {
		text   string
		ucs2   bool
		length int
		parts  int
	}{
		{"", false, 0, 1}, {strings.Repeat("a", 160), false, 160, 1}, {strings.Repeat("a", 161), false, 161, 2}, {strings.Repeat("a", 306), false, 306, 2}, {strings.Repeat("a", 307), false, 307, 3},
		{strings.Repeat("€", 80), false, 160, 1}, {"a" + strings.Repeat("€", 80), false, 161, 2}, {strings.Repeat("€", 153), false, 306, 3}, // 76 signs a part: none is torn
		{strings.Repeat("ł", 70), true, 70, 1}, {strings.Repeat("ł", 71), true, 71, 2}, {strings.Repeat("ł", 134), true, 134, 2}, {strings.Repeat("ł", 135), true, 135, 3},
		{"€\u00a0", true, 2, 1}, {"ç", true, 1, 1}, {"Ç", false, 1, 1}, {"È", true, 1, 1}, {"É", false, 1, 1}, {"🛒", true, 2, 1},
	} {
		e := Encode(c.text)
		parts, err := e.Parts()
		counted, together := e.Count(0, 0)
		if err != nil || e.Unicode != c.ucs2 || e.Length() != c.length || len(parts) != c.parts || counted != c.parts || !together {
			t.Errorf("%.20q: UCS-2 %v, %d long, %d parts, counted %d, %v", c.text, e.Unicode, e.Length(), len(parts), counted, err)
		}
	}
	for at, whole := range map[int]bool{0: true, 133: true, 134: false, 152: false, 153: true} { // a word of 20 letters within 200
		if _, together := Encode(strings.Repeat("a", 200)).Count(at, at+20); together != whole {
			t.Errorf("at %d: whole %v", at, together)
		}
	}
}

// TestFold: what people write who write without marks, letter by letter; the alphabet's own letters stay.
func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Zapłać: ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ":                         "Zaplac: acelnoszz ACELNOSZZ",
		"áčďéěíňóřšťúůýž ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ ĺľŕô":                "acdéeinorstuuyz ACDÉEINORSTUUYZ llro",
		"áéíóöőúüű ÁÉÍÓÖŐÚÜŰ":                                 "aéioööuüü AÉIOÖÖUÜÜ",
		"ăâîșț ĂÂÎȘȚ şţ":                                      "aaist AAIST st",
		"àâæçéèêëîïôœùûüÿ ÈÊÇ":                                "àaæcéèeeiiooeùuüy EEÇ",
		"áéíóúñü¿¡ ÁÍÓÚÑ":                                     "aéiouñü¿¡ AIOUÑ",
		"ãõáâêíóôúç":                                          "aoaaeioouc",
		"àèéìòù ÀÈÉÌÒÙ":                                       "àèéìòù AEÉIOU",
		"åäöæøß ÅÄÖÆØ":                                        "åäöæøß ÅÄÖÆØ",
		"ë ï Ĳ ĳ":                                             "e i IJ ij",
		"ðþđħıŋ ẞ":                                            "dthdhin SS",
		"100,00\u00a0€ l\u2019été 9:00\u202fpm “a” «b» – — …": "100,00 € l'été 9:00 pm \"a\" \"b\" - - ...",
		"e\u0301 a\u0301 o\u0308":                             "é a ö",
		"Bike® Co™ 🚲 No\u200b!":                               "Bike Co  No!",
		"№ 1 ℡ ㎏ 1\ufe0f\u20e3 5 °C":                          "No 1 TEL kg 1 5 C",
		"ﬁ ½ Ｋａｆｆｅ":                                           "fi 1/2 Kaffe",
	} {
		got, ok := Fold(text)
		if !ok || got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"Кофе", "κωδικός", "الرمز", "קוד", "咖啡", "ƀ", "100 ₪"} {
		if got, ok := Fold(text); ok {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// The parts of any text put together are the text, no letter is torn, and none is too long.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{"", "a", Letters, strings.Repeat("€", 200), strings.Repeat("🛒ł", 100), "\x1b", "\xff", "a\x00b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e := Encode(text)
		parts, err := e.Parts()
		if err != nil {
			return // too long
		}
		var back strings.Builder
		for _, part := range parts {
			if len(parts) > 1 && len(part) > e.part || len(parts) == 1 && len(part) > e.whole {
				t.Fatalf("a part of %d octets", len(part))
			}
			back.WriteString(decode(t, e.Unicode, part))
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); back.String() != want && e.Unicode || !e.Unicode && back.String() != text {
			t.Fatalf("%q became %q", text, back.String())
		}
	})
}

// decode is the way back, written for the test.
func decode(t *testing.T, ucs2 bool, text []byte) string {
	t.Helper()
	if ucs2 {
		units := make([]uint16, len(text)/2)
		for i := range units {
			units[i] = uint16(text[2*i])<<8 | uint16(text[2*i+1])
		}
		decoded := utf16.Decode(units)
		if slices.Contains(decoded, 0xfffd) && !bytes.Contains(text, []byte{0xff, 0xfd}) {
			t.Fatalf("a pair is torn: %x", text)
		}
		return string(decoded)
	}
	alphabet := []rune(letters)
	var out []rune
	for i := 0; i < len(text); i++ {
		if text[i] != escape {
			out = append(out, alphabet[text[i]])
			continue
		}
		if i++; i == len(text) {
			t.Fatalf("an escape without its letter: %x", text)
		}
		for r, septet := range extension {
			if septet == text[i] {
				out = append(out, r)
			}
		}
	}
	return string(out)
}
