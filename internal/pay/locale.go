package pay

import "strings"

// norwegian is the language of the page for all of Norway: the codes of the whole language and of its other written form lead to it.
const norwegian = "nb"

// languageAliases are codes of languages that have others now (ISO 639-1, as the IANA registry of language subtags has them), and those of
// Norwegian: Java wrote iw, in and ji until version 17; shops write no-NO.
var languageAliases = map[string]string{"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "no": norwegian, "nn": norwegian}

// CanonicalLocale reads a locale as programs write them (BCP 47 in any case, or POSIX) into a language with or without a country, like
// sv-SE or he. Scripts, regions of several countries, variants and extensions choose nothing here: they are left out. False: it is none.
func CanonicalLocale(written string) (locale string, ok bool) {
	written, _, _ = strings.Cut(written, ".") // de_DE.UTF-8
	written, _, _ = strings.Cut(written, "@") // de_DE@euro
	parts := strings.Split(strings.ReplaceAll(written, "_", "-"), "-")
	language := strings.ToLower(parts[0])
	if !onlyLetters(language) || len(language) != 2 {
		return "", false
	}
	if now, old := languageAliases[language]; old {
		language = now
	}
	country := ""
	for i, part := range parts[1:] {
		switch {
		case !plainSubtag(part):
			return "", false
		case len(part) == 1: // an extension, like en-GB-u-ca-gregory
			if i+2 == len(parts) {
				return "", false
			}
			return joined(language, country), true
		case len(part) == 2 && onlyLetters(part) && country == "":
			country = strings.ToUpper(part)
		case len(part) == 2, len(part) == 3 && onlyLetters(part):
			return "", false
		}
	}
	return joined(language, country), true
}

func joined(language, country string) string {
	if country == "" {
		return language
	}
	return language + "-" + country
}

func onlyLetters(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c|0x20 < 'a' || c|0x20 > 'z' })
}

// plainSubtag reports whether a part of a locale is one to eight letters and digits.
func plainSubtag(s string) bool {
	return s != "" && len(s) <= 8 && !strings.ContainsFunc(s, func(c rune) bool { return (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') })
}
