package pay

import (
	"strings"
	"unicode"
)

// Region reads the region of an address as people type it and gives its code: the code itself, with or without its country (US-NY), an
// older code, an abbreviation, or the name in the languages of the country or in English, in any case, with or without accents and
// words like "State of". ok is false for what is not known; a market whose addresses need no region takes all of them as they are.
func Region(country, typed string) (code string, ok bool) {
	m, known := MarketOf(country)
	typed = Plain(typed)
	if !known || typed == "" {
		return typed, false
	}
	if !m.Region {
		return typed, true
	}
	if code := m.regionCode(typed); code != "" {
		return code, true
	}
	if at := strings.LastIndexByte(typed, ' '); at > 0 { // "Roma RM"
		if one := m.regionCode(typed[at:]); one != "" && one == m.regionCode(typed[:at]) {
			return one, true
		}
	}
	// Code and name together, or two names: "Roma (RM)", "NY - New York", "Bolzano/Bozen"; the country behind it: "Jalisco, México". All that
	// is told must be one region.
	for part := range strings.FieldsFuncSeq(typed, func(r rune) bool { return strings.ContainsRune("()[],/;|", r) || unicode.Is(unicode.Pd, r) }) {
		key := foldRegion(part)
		if key == "" || strings.Contains(regionCountries[m.Country], " "+key+" ") {
			continue
		}
		one := m.regionCode(part)
		if one == "" || code != "" && one != code {
			return typed, false
		}
		code = one
	}
	return code, code != ""
}

// regionCountries are the names of the countries themselves, folded, between blanks.
var regionCountries = map[string]string{
	"AU": " australia aus ", "CA": " canada can ", "IT": " italia italy italie italien ita ", "MX": " mexico mex ", "RO": " romania rou rumanien roumanie ",
	"US": " usa us unitedstates unitedstatesofamerica estadosunidos eeuu eua ",
}

// regionCode finds the region of one name or code, empty without.
func (m Market) regionCode(typed string) string {
	table := regionsOf[m.Country]
	key := foldRegion(typed)
	for _, k := range []string{key, strings.TrimPrefix(key, strings.ToLower(m.Country))} {
		for line := range strings.SplitSeq(table, "\n") {
			if code, _, found := strings.Cut(line, "|"); found && strings.EqualFold(code, k) {
				return code
			}
		}
	}
	keys := plainRegion(key)
	if rest, found := strings.CutPrefix(key, strings.ToLower(m.Country)); found && len(rest) > 1 && len(rest) <= 3 {
		keys = append(keys, rest) // an older code after its country: MX-DIF
	}
	for _, k := range keys {
		for line := range strings.SplitSeq(table, "\n") {
			code, names, _ := strings.Cut(line, "|")
			for name := range strings.SplitSeq(names, "|") {
				if name != "" && foldRegion(name) == k {
					return code
				}
			}
		}
	}
	return ""
}

// regionsBefore and regionsAfter stand before or after a name and say only what kind of region it is. They are folded.
var (
	regionsBefore = []string{
		"stateof", "commonwealthof", "territoryof", "provinceof", "provincede", "provincedu", "provincedel", "provinciadel", "provinciaautonomadi", "provinciadi", "provincia", "provdi", "prov", "cittametropolitanadi",
		"metropolitancityof", "liberoconsorziocomunaledi", "estadolibreysoberanode", "estadode", "edode", "edo", "estado", "judetul", "judet", "jud", "countyof", "municipiul", "mun", "the",
	}
	regionsAfter = []string{"state", "province", "territory", "county", "judet"}
)

// plainRegion gives a folded name as it is, and without the words that say only what kind of region it is.
func plainRegion(key string) []string {
	out := []string{key}
	for _, word := range regionsBefore {
		if rest, found := strings.CutPrefix(key, word); found && len(rest) > 1 {
			out = append(out, rest)
		}
	}
	for _, word := range regionsAfter {
		if rest, found := strings.CutSuffix(key, word); found && len(rest) > 1 {
			out = append(out, rest)
		}
	}
	return out
}

// foldedLetters are the letters of the markets' regions that are others with a mark.
var foldedLetters = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ä", "a", "ã", "a", "ă", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ʻ", "",
	"ó", "o", "ò", "o", "ô", "o", "ö", "o", "õ", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ñ", "n", "ç", "c", "ș", "s", "ş", "s", "ț", "t", "ţ", "t",
)

// foldRegion keeps what tells regions apart: letters and digits, small and without marks.
func foldRegion(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1 // also the marks of letters that are written in two parts
	}, foldedLetters.Replace(strings.ToLower(s)))
}
