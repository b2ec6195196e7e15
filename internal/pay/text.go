package pay

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain gives a text about a person as it is judged, kept and sent on: without what cannot be seen and without blanks around it, and
// with typographic marks made plain where they mean the plain one. Phones, text processors and address books put such marks into what
// is typed, pasted or stored in a shop. Letters stay as they are.
func Plain(s string) string { return plain(s, plainRune) }

// PlainNumber is Plain for what is written in digits: a phone number, a date, a code, a postal code, a national id. Digits of every
// script (Unicode's category Nd) become 0 to 9.
func PlainNumber(s string) string {
	return plain(s, func(r rune) rune { return plainRune(plainDigit(r)) })
}

func plain(s string, each func(rune) rune) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			s = strings.Map(each, s)
			break
		}
	}
	return strings.TrimSpace(s)
}

// plainRune gives the plain form of one character, -1 for one that cannot be seen.
func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
	case invisible(r):
		return -1
	case unicode.Is(unicode.Zs, r): // blanks of every width, U+00A0, U+2007 and U+202F among them
		return ' '
	case r == '\u2028', r == '\u2029': // ends of lines and paragraphs
		return ' '
	case r >= '\u2010' && r <= '\u2015', r == '\u2212', r == '\uFE58', r == '\uFE63', r == '\uFF0D': // hyphens, the dashes of "3–5" and "3—5", the minus sign; small, full width
		return '-'
	case r == '\u02BB', r == '\u02BC', r >= '\u2018' && r <= '\u201B', r == '\u2032', r == '\uFF07': // apostrophes and single quotes, typographic and of phonetic alphabets, the prime; full width
		return '\''
	case r >= '\u201C' && r <= '\u201F', r == '\u00AB', r == '\u00BB', r == '\uFF02': // quotes
		return '"'
	case r == '\uFF0B', r == '\uFE62': // the plus before a calling code, full width and small
		return '+'
	case r == '\uFF20', r == '\uFE6B':
		return '@'
	case r == '\uFF0E', r == '\uFE52':
		return '.'
	case r == '\u2044', r == '\u2215', r == '\uFF0F': // of fractions and divisions; full width
		return '/'
	}
	return r
}

// invisible lists the marks that steer how text is drawn and are not drawn themselves: soft hyphen, zero-width blanks and joiners,
// direction marks and embeddings, selectors of a variant, byte-order mark.
func invisible(r rune) bool {
	switch {
	case r >= '\u200B' && r <= '\u200F', r >= '\u202A' && r <= '\u202E', r >= '\u2060' && r <= '\u2069':
		return true
	}
	return r == '\u00AD' || r == '\u034F' || r == '\u061C' || r == '\u180E' || r >= '\uFE00' && r <= '\uFE0F' || r == '\uFEFF'
}

// plainDigit turns a decimal digit of any script into 0 to 9. Unicode encodes each script's digits in ascending order without a gap.
func plainDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return r
	}
	for _, digits := range unicode.Nd.R16 {
		if lo, hi := rune(digits.Lo), rune(digits.Hi); r >= lo && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	for _, digits := range unicode.Nd.R32 {
		if lo, hi := rune(digits.Lo), rune(digits.Hi); r >= lo && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	return r
}
