package pay

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// postcodePrefixes are what people write before a postcode to name its country, or that it is one: the code of ISO 3166-1, the old sign
// of vehicles, and what else is in use there. The post of hardly any market writes them any more, but old letterheads and lists do.
var postcodePrefixes = map[string][]string{
	"AT": {"A", "AT", "AUT"}, "AU": {"AU", "AUS"}, "BE": {"B", "BE", "BEL"}, "CA": {"CA", "CAN", "CDN"},
	"CH": {"CH", "CHE", "FL", "LI"}, // Liechtenstein has codes of Switzerland's
	"CZ": {"CZ", "CZE", "CS"}, "DE": {"D", "DE", "DEU"},
	"DK": {"DK", "DNK", "GL"}, // Greenland
	"ES": {"E", "ES", "ESP", "CP"},
	"FI": {"FI", "FIN", "SF", "AX"}, // Åland writes its own
	"FR": {"F", "FR", "FRA", "MC", "CP"},
	"GB": {"GB", "UK", "GBR"}, "GR": {"GR", "GRC", "EL", "TK"}, "HU": {"H", "HU", "HUN"}, "IE": {"IE", "IRL"},
	"IT": {"I", "IT", "ITA", "SM", "RSM", "V", "VA", "CAP"}, // San Marino and the Vatican
	"MX": {"MX", "MEX", "CP"}, "NL": {"NL", "NLD"}, "NO": {"N", "NO", "NOR", "SJ"}, "NZ": {"NZ", "NZL"}, "PL": {"PL", "POL"},
	"PT": {"P", "PT", "PRT"}, "RO": {"R", "RO", "ROU"}, "SE": {"S", "SE", "SWE"}, "SK": {"SK", "SVK", "CS"}, "US": {"US", "USA"},
}

// postcodeExamples show the form of each market's codes to whom its own was refused.
var postcodeExamples = map[string]string{
	"AT": "1060", "AU": "4877", "BE": "1000", "CA": "V7H 1L9", "CH": "4051", "CZ": "155 00", "DE": "10178", "DK": "1556", "ES": "28012",
	"FI": "00100", "FR": "75009", "GB": "W1S 3BE", "GR": "151 23", "HU": "1083", "IE": "D02 C838", "IT": "00146", "MX": "03000",
	"NL": "1068 SR", "NO": "0194", "NZ": "6011", "PL": "01-460", "PT": "1990-094", "RO": "061357", "SE": "111 48", "SK": "810 06", "US": "10024",
}

// PostcodeExample is a postcode of a market in its own form, empty without a market.
func PostcodeExample(country string) string { return postcodeExamples[strings.ToUpper(country)] }

// Postcode reads a postcode as people type it and gives it in the form that the market's post writes: a country's prefix goes, blanks and
// dashes stand where they belong, letters are capitals, and a letter O or I where only a digit can stand is the digit. ok is false
// for what is no postcode of the market; a country without a market has none.
func Postcode(country, typed string) (code string, ok bool) {
	m, known := MarketOf(country)
	compact, plain := compactCode(typed)
	if !known || !plain {
		return "", false
	}
	if m.Country == "FR" { // what La Poste brings to a company's box: CEDEX, and a number of the office in large cities
		compact = cedex.ReplaceAllString(compact, "$1")
	}
	candidates := []string{compact}
	for _, label := range postcodeLabels {
		if rest, found := strings.CutPrefix(compact, label); found {
			candidates = append(candidates, rest)
		}
	}
	for _, prefix := range postcodePrefixes[m.Country] {
		if rest, found := strings.CutPrefix(compact, prefix); found {
			candidates = append(candidates, rest)
		}
	}
	patterns := strings.Split(m.Postal, "|")
	for _, mend := range []bool{false, true} {
		if mend && len(candidates) > 1 {
			candidates = candidates[1:] // an I that may be Italy's is no 1
		}
		for _, c := range candidates {
			if m.Country == "GB" {
				if special, found := britishSpecial(c); found {
					return special, true
				}
			}
			if written, found := m.written(patterns, c, mend); found {
				return written, true
			}
		}
	}
	return "", false
}

// postcodeLabels say that a postcode follows, in the languages of the markets, as lists and forms have them before it.
var postcodeLabels = []string{"CODPOSTAL", "CODIGOPOSTAL", "CODEPOSTAL", "CP", "PLZ", "POSTCODE", "POSTALCODE", "ZIPCODE", "ZIP", "PSC", "POSTNR", "POSTNUMMER", "EIRCODE"}

// cedex stands behind a French code.
var cedex = regexp.MustCompile(`^(.*[0-9]{5})CEDEX(?:[0-9]{1,2})?$`)

// separators are what stands between the parts of a code.
var separators = strings.NewReplacer(" ", "", "-", "")

// written finds the one pattern that a code without separators has, and writes the code by it. With mend, letters that look like digits are
// the digits where only a digit can stand, and the other way round; a code that could be two is none.
func (m Market) written(patterns []string, compact string, mend bool) (string, bool) {
	var found []string
	for _, pattern := range patterns {
		bare, c := separators.Replace(pattern), compact
		if mend && len(bare) == len(c) {
			c = mended(bare, c)
		}
		if fits(bare, c) && m.given(c) {
			found = append(found, spaced(pattern, c))
		}
	}
	if len(found) != 1 {
		return "", false
	}
	return found[0], true
}

// mended writes digits for letters that look like them, where a pattern has digits, and the letter O for 0.
func mended(pattern, compact string) string {
	out := []byte(compact)
	for i, want := range []byte(pattern) {
		switch c := out[i]; {
		case (want == '9' || want == 'X') && c == 'O':
			out[i] = '0'
		case (want == '9' || want == 'X') && (c == 'I' || c == 'L'):
			out[i] = '1'
		case want == 'A' && c == '0':
			out[i] = 'O'
		}
	}
	return string(out)
}

// spaced puts the separators of a pattern into a code.
func spaced(pattern, compact string) string {
	var b strings.Builder
	for _, p := range []byte(pattern) {
		if p == ' ' || p == '-' {
			b.WriteByte(p)
			continue
		}
		b.WriteByte(compact[0])
		compact = compact[1:]
	}
	return b.String()
}

// compactCode keeps the letters and digits of a code, capitals and ASCII; plain is false when there is something that does not belong
// into one.
func compactCode(typed string) (compact string, plain bool) {
	var b strings.Builder
	for _, r := range PlainNumber(typed) {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0 // the wide letters of East Asian keyboards
		}
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		case r == 'Τ', r == 'τ':
			b.WriteByte('T') // Τ.Κ. stands before Greek codes
		case r == 'Κ', r == 'κ':
			b.WriteByte('K')
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '.', r == '_':
		default:
			return "", false
		}
	}
	return b.String(), true
}

// eircodeLetters are the letters of Eircodes (Eircode's product guide): those that are not mistaken for digits or each other.
const eircodeLetters = "ACDEFHKNPRTVWXY"

// given reports whether a code that has the form can have been given to an address, where the operator says which letters it uses.
func (m Market) given(compact string) bool {
	without := func(s, letters string) bool { return !strings.ContainsAny(s, letters) }
	switch m.Country {
	case "CA": // Canada Post: no D, F, I, O, Q, U; none begins with W or Z
		return without(compact, "DFIOQU") && without(compact[:1], "WZ")
	case "GB": // Royal Mail: the inward code has no C, I, K, M, O, V; no district of two digits begins with 0
		outward, inward := compact[:len(compact)-3], compact[len(compact)-3:]
		digits := strings.TrimLeft(outward, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		return without(inward, "CIKMOV") && (len(digits) < 2 || digits[0] != '0')
	case "IE":
		return strings.Contains(eircodeLetters, compact[:1])
	case "NL": // PostNL: from 1000 on, and never SA, SD, SS
		return compact[0] != '0' && !slices.Contains([]string{"SA", "SD", "SS"}, compact[4:])
	}
	return true
}

// britishTerritories are the codes of overseas territories that have one each (UPU), with their blank.
var britishTerritories = []string{"ASCN 1ZZ", "BBND 1ZZ", "BIQQ 1ZZ", "FIQQ 1ZZ", "GIR 0AA", "GX11 1AA", "PCRN 1ZZ", "SIQQ 1ZZ", "STHL 1ZZ", "TDCU 1ZZ", "TKCA 1ZZ"}

// britishSpecial finds the codes of Britain that have no form of its towns: the Girobank's, those of the forces (BFPO and a number), and
// those of the overseas territories.
func britishSpecial(compact string) (string, bool) {
	for _, code := range britishTerritories {
		letters, digits, _ := strings.Cut(code, " ")
		if compact == letters+digits || compact == strings.Replace(letters+digits, "0AA", "OAA", 1) {
			return code, true
		}
	}
	for _, form := range []struct{ start, pattern, separator string }{
		{"BFPO", "9", " "}, {"BFPO", "99", " "}, {"BFPO", "999", " "}, {"BFPO", "9999", " "},
		{"AI", "9999", "-"}, {"KY", "99999", ""}, {"MSR", "9999", ""}, {"VG", "9999", ""},
	} {
		rest, found := strings.CutPrefix(compact, form.start)
		if !found || !fits(form.pattern, rest) {
			continue
		}
		if form.start == "KY" {
			return "KY" + rest[:1] + "-" + rest[1:], true // Cayman Islands: KY1-1001
		}
		return form.start + form.separator + rest, true
	}
	return bermudan(compact)
}

// bermudan finds the codes of Bermuda: a parish and two digits, or two letters for a post office.
func bermudan(compact string) (string, bool) {
	if len(compact) != 4 || !slices.Contains([]string{"CR", "DD", "DV", "FL", "GE", "HM", "HS", "MA", "PG", "SB", "SN", "WK"}, compact[:2]) {
		return "", false
	}
	return compact[:2] + " " + compact[2:], fits("99", compact[2:]) || fits("AA", compact[2:])
}

// fits compares a code with a pattern of its length.
func fits(pattern, v string) bool {
	if len(pattern) != len(v) {
		return false
	}
	for i := range len(v) {
		c := v[i]
		digit, letter := c >= '0' && c <= '9', c >= 'A' && c <= 'Z'
		switch pattern[i] {
		case '9':
			if !digit {
				return false
			}
		case 'A':
			if !letter {
				return false
			}
		case 'X':
			if !digit && !strings.Contains(eircodeLetters, string(c)) {
				return false
			}
		default:
			if c != pattern[i] {
				return false
			}
		}
	}
	return true
}
