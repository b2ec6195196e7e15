package pay

import "strings"

// czechCompany: eight digits, modulo 11; older ones are written without leading zeros. Slovakia has kept it (ČSÚ, ŠÚ SR).
func czechCompany(v string) string {
	if len(v) >= 6 && len(v) < 8 {
		v = strings.Repeat("0", 8-len(v)) + v
	}
	if digitsLong(v, 8) && check11(v, 8, 7, 6, 5, 4, 3, 2)%10 == digit(v, 7) {
		return v
	}
	return ""
}

// hungarianCompany: the first eight digits of a tax number have a check digit; after them may come the kind of tax and the county (NAV). A
// number of the register of companies has ten: court, form, number (cégbíróság).
func hungarianCompany(v string) string {
	v = strings.TrimPrefix(v, "HU")
	whole := digitsLong(v, 11) && v[8] >= '1' && v[8] <= '5' && v[9:] >= "02" && v[9:] <= "51"
	if (digitsLong(v, 8) || whole) && (10-weigh(v, 9, 7, 3, 1, 9, 7, 3)%10)%10 == digit(v, 7) {
		if whole {
			return v[:8] + "-" + v[8:9] + "-" + v[9:]
		}
		return v
	}
	if digitsLong(v, 10) && v[:2] >= "01" && v[:2] <= "20" && v[2:4] >= "01" && v[2:4] <= "23" && strings.Trim(v[4:], "0") != "" {
		return v[:2] + "-" + v[2:4] + "-" + v[4:]
	}
	return ""
}

// polishCompany: NIP has ten digits, modulo 11 (Ministerstwo Finansów); KRS ten that begin with zeros, without a check (Ministerstwo
// Sprawiedliwości); REGON nine or fourteen, modulo 11 (GUS).
func polishCompany(v string) string {
	for _, prefix := range [...]string{"PL", "NIP", "KRS", "REGON"} {
		v = strings.TrimPrefix(v, prefix)
	}
	regon := digitsLong(v, 9) || digitsLong(v, 14)
	if regon && weigh(v, 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != digit(v, 8) {
		return ""
	}
	switch {
	case digitsLong(v, 10) && v[:3] == "000", digitsLong(v, 9), digitsLong(v, 10) && weigh(v, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == digit(v, 9):
		return v
	case digitsLong(v, 14) && weigh(v, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == digit(v, 13):
		return v
	}
	return ""
}

// romanianCompany: CUI has two to ten digits, modulo 11 (ANAF). A number of the trade register has its county and year: J40/1234/2005, or since
// 2024 the year first, J2024001234056 (ONRC).
func romanianCompany(v string) string {
	if v != "" && strings.IndexByte("JFC", v[0]) >= 0 && allDigits(v[1:]) {
		switch n := len(v); {
		case n == 14 && v[1:5] >= "1990" && v[1:5] <= "2099":
			return v
		case n >= 8 && n <= 13 && v[n-4:] >= "1990" && v[n-4:] <= "2099" && v[1:3] >= "01" && v[1:3] <= "52":
			return v[:3] + "/" + v[3:n-4] + "/" + v[n-4:]
		}
		return ""
	}
	v = strings.TrimPrefix(v, "RO")
	if len(v) < 2 || len(v) > 10 || !digitsLong(v, len(v)) {
		return ""
	}
	padded := strings.Repeat("0", 10-len(v)) + v
	if weigh(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2)*10%11%10 != digit(padded, 9) {
		return ""
	}
	return v
}
