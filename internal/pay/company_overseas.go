package pay

import "strings"

// irishCompany: up to six digits, without a check (Companies Registration Office); or the VAT number, seven digits and one or two letters,
// modulo 23 (Revenue).
func irishCompany(v string) string {
	v = strings.TrimPrefix(v, "CRO")
	if len(v) >= 2 && len(v) <= 6 && digitsLong(v, len(v)) {
		return v
	}
	vat := strings.TrimPrefix(v, "IE")
	if (len(vat) == 8 || len(vat) == 9) && allDigits(vat[:7]) {
		sum := weigh(vat, 8, 7, 6, 5, 4, 3, 2)
		if len(vat) == 9 {
			at := strings.IndexByte("WABCDEFGHI", vat[8])
			if at < 0 {
				return ""
			}
			sum += 9 * at
		}
		if "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == vat[7] {
			return "IE" + vat
		}
	}
	return ""
}

// americanCompany: nine digits that begin with the prefix of a campus (IRS, "How EINs are assigned and valid EIN prefixes").
func americanCompany(v string) string {
	v = strings.TrimPrefix(v, "EIN")
	if !digitsLong(v, 9) || strings.Contains(" 00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97 ", " "+v[:2]+" ") {
		return ""
	}
	return v[:2] + "-" + v[2:]
}

// canadianCompany: nine digits, Luhn; after them may stand a program and its account, RC0001 (Canada Revenue Agency).
func canadianCompany(v string) string {
	v = strings.TrimPrefix(v, "BN")
	if len(v) == 15 && v[9] == 'R' && v[10] >= 'A' && v[10] <= 'Z' && digitsLong(v[11:], 4) && digitsLong(v[:9], 9) && luhn(v[:9]) {
		return v
	}
	if digitsLong(v, 9) && luhn(v) {
		return v
	}
	return ""
}

// australianCompany: an ABN has eleven digits, modulo 89, an ACN nine, modulo 10 (ABR, ASIC).
func australianCompany(v string) string {
	v = strings.TrimPrefix(strings.TrimPrefix(v, "ABN"), "ACN")
	switch {
	case digitsLong(v, 11) && v[0] != '0' && (weigh(v, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0:
		return v
	case digitsLong(v, 9) && (10-weigh(v, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == digit(v, 8):
		return v
	}
	return ""
}

// newZealandCompany: NZBN has thirteen digits of GS1, which begin with 9429 (MBIE); the older number of the Companies Office up to eight,
// without a check.
func newZealandCompany(v string) string {
	v = strings.TrimPrefix(v, "NZBN")
	switch {
	case digitsLong(v, 13) && v[:4] == "9429" && weigh(v, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0:
		return v
	case len(v) >= 3 && len(v) <= 8 && digitsLong(v, len(v)):
		return v
	}
	return ""
}
