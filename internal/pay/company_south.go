package pay

import "strings"

// italianCompany: the partita IVA has eleven digits, Luhn, and the code of a province; a REA number has the province's letters (Registro
// delle imprese).
func italianCompany(v string) string {
	if rest := strings.TrimPrefix(v, "IT"); digitsLong(rest, 11) && luhn(rest) && strings.Trim(rest[:7], "0") != "" {
		if p := rest[7:10]; p >= "001" && p <= "100" || p == "120" || p == "121" || p == "888" || p == "999" {
			return rest
		}
		return ""
	}
	v = strings.TrimPrefix(v, "REA")
	if len(v) >= 7 && len(v) <= 9 && v[0] >= 'A' && v[0] <= 'Z' && v[1] >= 'A' && v[1] <= 'Z' && digitsLong(v[2:], len(v)-2) {
		return v[:2] + "-" + v[2:]
	}
	return ""
}

// spanishCompany: a letter of the kind, seven digits, a check digit or letter; or the number of a person who trades (Agencia Tributaria).
func spanishCompany(v string) string {
	const people, kinds = "TRWAGMYFPDXBNJZSQVHLCKE", "JABCDEFGHI"
	if v = strings.TrimPrefix(v, "ES"); len(v) != 9 {
		return ""
	}
	body, last := v[:8], v[8]
	if at := strings.IndexByte("XYZ", v[0]); at >= 0 {
		body = string("012"[at]) + v[1:8]
	}
	if allDigits(body) {
		rest := 0
		for i := range len(body) {
			rest = (rest*10 + digit(body, i)) % 23
		}
		if people[rest] == last {
			return v
		}
		return ""
	}
	if strings.IndexByte("ABCDEFGHJNPQRSUVW", v[0]) < 0 || !allDigits(v[1:8]) {
		return ""
	}
	sum := 0
	for i := range 7 {
		n := digit(v, i+1)
		if i%2 == 0 {
			n = n*2/10 + n*2%10
		}
		sum += n
	}
	check := (10 - sum%10) % 10
	asDigit, asLetter := last == byte('0'+check), last == kinds[check]
	switch {
	case strings.IndexByte("ABEH", v[0]) >= 0 && asDigit, strings.IndexByte("NPQRSW", v[0]) >= 0 && asLetter, strings.IndexByte("CDFGJUV", v[0]) >= 0 && (asDigit || asLetter):
		return v
	}
	return ""
}

// portugueseCompany: nine digits, modulo 11 (RNPC).
func portugueseCompany(v string) string {
	v = strings.TrimPrefix(v, "PT")
	if digitsLong(v, 9) && v[0] != '0' && check11(v, 9, 8, 7, 6, 5, 4, 3, 2)%11%10 == digit(v, 8) {
		return v
	}
	return ""
}

// greekCompany: a tax number has nine digits, powers of two modulo 11 (ΑΑΔΕ); a number of ΓΕΜΗ twelve.
func greekCompany(v string) string {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "EL"), "GR")
	if digitsLong(v, 12) || digitsLong(v, 9) && weigh(v, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == digit(v, 8) {
		return v
	}
	return ""
}

// mexicanCompany: three letters, or four for a person who trades, the day of foundation, three characters (SAT). The last of them is a
// check digit that does not hold in all numbers in use, and so is not asked for.
func mexicanCompany(v string) string {
	letters := []rune(v)
	if len(letters) != 12 && len(letters) != 13 {
		return ""
	}
	head := len(letters) - 9
	for i, r := range letters {
		letter, isDigit := r >= 'A' && r <= 'Z', r >= '0' && r <= '9'
		switch {
		case i < head && !letter && r != '&' && r != 'Ñ', i >= head && i < head+6 && !isDigit, i >= head+6 && !letter && !isDigit:
			return ""
		}
	}
	day := string(letters[head : head+6])
	if _, ok := realDay(2000+number(day), number(day[2:]), number(day[4:])); !ok {
		if _, ok = realDay(1900+number(day), number(day[2:]), number(day[4:])); !ok {
			return ""
		}
	}
	return v
}
