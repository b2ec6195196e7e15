package pay

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// FieldNoReach is an account that a mandate cannot reach; FieldNoReachSEPA where it would have to be in SEPA.
const (
	FieldNoReach     FieldReason = "no_reach"
	FieldNoReachSEPA FieldReason = "no_reach_sepa"
)

// ibanForms are the countries that have IBANs, and how the part behind the check digits is made: how many digits (n), letters (a), or
// either (c), in a row (ISO 13616; SWIFT, IBAN Registry).
var ibanForms = map[string]string{
	"AD": "8n12c", "AE": "19n", "AL": "8n16c", "AT": "16n", "AZ": "4a20c", "BA": "16n", "BE": "12n", "BG": "4a6n8c", "BH": "4a14c", "BI": "23n",
	"BR": "23n1a1c", "BY": "4c4n16c", "CH": "5n12c", "CR": "18n", "CY": "8n16c", "CZ": "20n", "DE": "18n", "DJ": "23n", "DK": "14n", "DO": "4c20n",
	"EE": "16n", "EG": "25n", "ES": "20n", "FI": "14n", "FK": "2a12n", "FO": "14n", "FR": "10n11c2n", "GB": "4a14n", "GE": "2a16n", "GI": "4a15c",
	"GL": "14n", "GR": "7n16c", "GT": "24c", "HN": "4a20n", "HR": "17n", "HU": "24n", "IE": "4a14n", "IL": "19n", "IQ": "4a15n", "IS": "22n",
	"IT": "1a10n12c", "JO": "4a4n18c", "KW": "4a22c", "KZ": "3n13c", "LB": "4n20c", "LC": "4a24c", "LI": "5n12c", "LT": "16n", "LU": "3n13c",
	"LV": "4a13c", "LY": "21n", "MC": "10n11c2n", "MD": "20c", "ME": "18n", "MK": "3n10c2n", "MN": "16n", "MR": "23n", "MT": "4a5n18c",
	"MU": "4a19n3a", "NI": "4a20n", "NL": "4a10n", "NO": "11n", "OM": "3n16c", "PK": "4a16c", "PL": "24n", "PS": "4a21c", "PT": "21n", "QA": "4a21c",
	"RO": "4a16c", "RS": "18n", "RU": "14n15c", "SA": "2n18c", "SC": "4a20n3a", "SD": "14n", "SE": "20n", "SI": "15n", "SK": "20n",
	"SM": "1a10n12c", "SO": "19n", "ST": "21n", "SV": "4a20n", "TL": "19n", "TN": "20n", "TR": "6n16c", "UA": "6n19c", "VA": "18n", "VG": "4a16n",
	"XK": "16n", "YE": "4a4n18c",
}

// sepa are the countries of the Single Euro Payments Area, by the codes of their IBANs (European Payments Council, EPC409-09). The
// territories of France, Spain and Portugal, Åland, Guernsey, Jersey and the Isle of Man have the IBANs of FR, ES, PT, FI and GB.
const sepa = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM VA"

// MandateCodes lists with which codes the IBANs begin that a mandate can reach, by the currency that it collects and the country of the
// purchase: euros in SEPA, pounds in GB, Swiss francs in CH and LI, everything else in its own country.
func MandateCodes(currency, country string) []string {
	switch currency {
	case "EUR":
		return strings.Fields(sepa)
	case "GBP":
		return []string{"GB"}
	case "CHF":
		return []string{"CH", "LI"}
	}
	return []string{strings.ToUpper(country)}
}

// ReadIBAN gives the IBAN of an account that a mandate of a purchase can reach, in capitals and without blanks, or what is wrong
// with it. The word IBAN may stand before it.
func ReadIBAN(typed, currency, country string) (iban string, reason FieldReason) {
	iban = ibanLabel.ReplaceAllString(bareNumber(typed), "")
	if reason = ibanReason(iban); reason != "" {
		return "", reason
	}
	for _, code := range MandateCodes(currency, country) {
		if strings.HasPrefix(iban, code) {
			return iban, ""
		}
	}
	if currency == "EUR" {
		return "", FieldNoReachSEPA
	}
	return "", FieldNoReach
}

// ibanLabel is what stands before an IBAN on paper and is copied with it.
var ibanLabel = regexp.MustCompile(`^IBAN(?:NR|NO|NUMMER|NUMBER|CODE)?:?`)

// bareNumber takes out what people and programs put between the characters of a number: blanks of every width, dashes, slashes, dots, and
// marks that nobody sees. What is left is in capitals.
func bareNumber(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf), strings.ContainsRune("/.,_", r):
			return -1
		case r >= 'Ａ' && r <= 'Ｚ': // full width, as digits are
			return 'A' + r - 'Ａ'
		case r >= 'ａ' && r <= 'ｚ':
			return 'A' + r - 'ａ'
		}
		return r
	}, PlainNumber(typed)))
}

// ibanReason tells what is wrong with an IBAN, in capitals and without blanks: its country, its length and form there, or the ISO 7064
// remainder.
func ibanReason(iban string) FieldReason {
	if iban == "" {
		return FieldMissing
	}
	form, known := ibanForms[iban[:min(2, len(iban))]]
	if !known {
		return FieldForm
	}
	pattern := "aann" + unfolded(form)
	switch {
	case len(iban) < len(pattern):
		return FieldTooShort
	case len(iban) > len(pattern):
		return FieldTooLong
	case iban[2:4] < "02" || iban[2:4] > "98":
		return FieldForm
	}
	for i := range len(pattern) {
		digit, letter := iban[i] >= '0' && iban[i] <= '9', iban[i] >= 'A' && iban[i] <= 'Z'
		if !digit && !letter || digit && pattern[i] == 'a' || letter && pattern[i] == 'n' {
			return FieldForm
		}
	}
	rest := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		if c <= '9' {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	if rest != 1 {
		return FieldForm
	}
	return ""
}

// unfolded writes a form with one letter for each character: 4a2n is aaaann.
func unfolded(form string) string {
	var out strings.Builder
	for form != "" {
		at := strings.IndexAny(form, "nac")
		count, err := strconv.Atoi(form[:max(at, 0)])
		if err != nil {
			return ""
		}
		out.WriteString(strings.Repeat(form[at:at+1], count))
		form = form[at+1:]
	}
	return out.String()
}

// sampleIBANs are accounts for the sandbox: the examples of SWIFT's IBAN Registry for the markets without the euro.
var sampleIBANs = map[string]string{
	"CHF": "CH93 0076 2011 6238 5295 7", "CZK": "CZ65 0800 0000 1920 0014 5399", "DKK": "DK50 0040 0440 1162 43", "EUR": "DE11 5205 1373 5120 7101 31",
	"GBP": "GB29 NWBK 6016 1331 9268 19", "HUF": "HU42 1177 3016 1111 1018 0000 0000", "NOK": "NO93 8601 1117 947",
	"PLN": "PL61 1090 1014 0000 0712 1981 2874", "RON": "RO49 AAAA 1B31 0075 9384 0000", "SEK": "SE45 5000 0000 0583 9825 7466",
}

// SampleIBAN is an account that a mandate in a currency reaches, for forms of the sandbox.
func SampleIBAN(currency string) string { return sampleIBANs[currency] }
