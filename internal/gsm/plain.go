package gsm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Plain writes typographic blanks and apostrophes as the plain ones: no reader of a text message misses them, and one of them alone makes
// two messages out of one.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u2018', '\u2019', '\u02bb', '\u02bc', '\u2032', '\u00b4', '`':
			return '\''
		case '\u2010', '\u2011', '\u2012', '\u2013', '\u2212':
			return '-'
		}
		if r != ' ' && unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, text)
}

// instead are letters and marks that the alphabet lacks and that no table of Unicode takes apart, or takes apart in another way than
// people do who write without them.
var instead = map[rune]string{
	'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D", 'ħ': "h", 'Ħ': "H", 'ı': "i", 'þ': "th", 'Þ': "Th", 'ð': "d", 'Ð': "D", 'œ': "oe", 'Œ': "OE", 'ŋ': "n", 'Ŋ': "N", 'ẞ': "SS",
	'ő': "ö", 'Ő': "Ö", 'ű': "ü", 'Ű': "Ü",
	'\u201c': "\"", '\u201d': "\"", '\u201e': "\"", '\u00ab': "\"", '\u00bb': "\"", '\u201a': "'", '\u2039': "'", '\u203a': "'",
	'\u2014': "-", '\u2015': "-", '\u2022': "-", '\u00b7': "-", '\u2043': "-", '\u2026': "...", '\u2044': "/", '\u2215': "/", '\u00d7': "x",
	'®': "", '™': "", '©': "", '℠': "", '\t': " ",
}

// Fold writes a text in the default alphabet: letters that it lacks lose their marks, as texts to phones are written in the languages
// that have them. What is no letter and has no plain form, like a picture, is left out. It reports false when a letter remains that the
// alphabet lacks: of Greek, Cyrillic, Arabic and the like.
func Fold(text string) (folded string, ok bool) {
	var b strings.Builder
	for _, r := range norm.NFC.String(Plain(text)) {
		if !fold(&b, r) {
			return "", false
		}
	}
	return b.String(), true
}

func fold(b *strings.Builder, r rune) bool {
	if Has(r) {
		b.WriteRune(r)
		return true
	}
	if plain, found := instead[r]; found {
		b.WriteString(plain)
		return true
	}
	apart := []rune(norm.NFKD.String(string(r)))
	whole := len(apart) == 1 && apart[0] == r
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Sk, unicode.Cc) || whole && unicode.Is(unicode.So, r) {
		return true
	}
	if whole {
		return false
	}
	for _, base := range apart {
		if !fold(b, base) {
			return false
		}
	}
	return true
}
