package page

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// instrumentOf checks a card or an account and gives what is told of it later: the last four digits, a card's brand and month.
// Nothing else of it is kept, not even in memory beyond the request.
func instrumentOf(pg *engine.Page, v url.Values) (with pay.Instrument, faults []pay.Fault) {
	switch category := pg.Hosted.Progress.Category; {
	case category == pay.PayNow && v.Get("plan") == "card":
		return cardOf(pg.Now, v)
	case category == pay.PayNow && v.Get("plan") == "bank_account", category == pay.DirectDebit:
		iban := strings.ToUpper(compact(v.Get("iban")))
		if want := ibanReason(iban); want != "" {
			return with, []pay.Fault{{Path: "iban", Want: string(want)}}
		}
		return pay.Instrument{Digits: iban[len(iban)-4:]}, nil
	}
	return with, nil
}

// compact takes out what people and programs put between the digits of a number: blanks of every width, dashes, slashes, dots, and
// marks that nobody sees.
func compact(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf) || r == '/' || r == '.' {
			return -1
		}
		return r
	}, typed)
}

func checkField(name, value string, ok bool) *pay.Fault {
	switch {
	case value == "":
		return &pay.Fault{Path: name, Want: string(pay.FieldMissing)}
	case !ok:
		return &pay.Fault{Path: name, Want: string(pay.FieldForm)}
	}
	return nil
}

func cardOf(now time.Time, v url.Values) (with pay.Instrument, faults []pay.Fault) {
	number, expiry, cvc := compact(v.Get("card_number")), compact(v.Get("card_expiry")), compact(v.Get("card_cvc"))
	for _, fault := range []*pay.Fault{
		checkField("card_number", number, validCard(number)),
		checkField("card_expiry", expiry, validExpiry(expiry, now.Year(), int(now.Month()))),
		checkField("card_cvc", cvc, validCVC(cvc, brandOf(number))),
	} {
		if fault != nil {
			faults = append(faults, *fault)
		}
	}
	if len(faults) > 0 {
		return with, faults
	}
	return pay.Instrument{
		Digits: number[len(number)-4:], Brand: brandOf(number), Expiry: expiry[:2] + "/20" + expiry[len(expiry)-2:],
	}, nil
}

// brands are the first digits of the numbers of each brand of cards, as bounds of equal length, and how long these numbers are.
var brands = []struct{ from, to, name, lengths string }{
	{"34", "34", "AMEX", "15"}, {"37", "37", "AMEX", "15"},
	{"300", "305", "DINERS", "14 16 17 18 19"}, {"36", "36", "DINERS", "14 15 16 17 18 19"}, {"38", "39", "DINERS", "14 16 17 18 19"},
	{"3528", "3589", "JCB", "16 17 18 19"},
	{"4", "4", "VISA", "13 16 19"},
	{"51", "55", "MASTERCARD", "16"}, {"2221", "2720", "MASTERCARD", "16"},
	{"6011", "6011", "DISCOVER", "16 17 18 19"}, {"644", "649", "DISCOVER", "16 17 18 19"}, {"65", "65", "DISCOVER", "16 17 18 19"},
	{"62", "62", "UNIONPAY", "16 17 18 19"},
	{"50", "50", "MAESTRO", maestro}, {"56", "58", "MAESTRO", maestro}, {"63", "63", "MAESTRO", maestro}, {"67", "67", "MAESTRO", maestro},
}

// maestro are the lengths of its numbers, which are those of any card.
const maestro = "12 13 14 15 16 17 18 19"

// brandOf names the brand of a card by its number, OTHER for one that is in no table.
func brandOf(number string) string {
	name, _ := brandAndLengths(number)
	return name
}

func brandAndLengths(number string) (name, lengths string) {
	for _, b := range brands {
		if len(number) < len(b.from) {
			continue
		}
		if head := number[:len(b.from)]; head >= b.from && head <= b.to {
			return b.name, b.lengths
		}
	}
	return "OTHER", maestro
}

// validCVC checks how many digits there are: four on the front of an American Express card, three on the back of others.
func validCVC(cvc, brand string) bool {
	least, most := 3, 3
	switch brand {
	case "AMEX":
		least, most = 4, 4
	case "OTHER":
		most = 4
	}
	return len(cvc) >= least && len(cvc) <= most && allDigits(cvc)
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// validCard checks the length, which is that of its brand, and the Luhn digit of a card number.
func validCard(number string) bool {
	_, lengths := brandAndLengths(number)
	if !allDigits(number) || !slices.Contains(strings.Fields(lengths), strconv.Itoa(len(number))) {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// validExpiry reads MMYY, or MMYYYY as browsers fill it in, and compares with the present month.
func validExpiry(digits string, year, month int) bool {
	if len(digits) == 6 && digits[2:4] == "20" {
		digits = digits[:2] + digits[4:]
	}
	if len(digits) != 4 || !allDigits(digits) {
		return false
	}
	m := int(digits[0]-'0')*10 + int(digits[1]-'0')
	y := 2000 + int(digits[2]-'0')*10 + int(digits[3]-'0')
	return m >= 1 && m <= 12 && (y > year || y == year && m >= month) && y <= year+30
}

// ibanLengths are the countries that have IBANs and how long they are (ISO 13616, the registry of SWIFT).
var ibanLengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22,
	"CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22,
	"GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30,
	"KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20,
	"MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
	"RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26,
	"UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// ibanReason tells what is wrong with an IBAN, in capitals and without blanks: its country, its length there, or the ISO 7064
// remainder.
func ibanReason(iban string) pay.FieldReason {
	if iban == "" {
		return pay.FieldMissing
	}
	length, known := ibanLengths[iban[:min(2, len(iban))]]
	switch {
	case !known:
		return pay.FieldForm
	case len(iban) < length:
		return pay.FieldTooShort
	case len(iban) > length:
		return pay.FieldTooLong
	case !allDigits(iban[2:4]) || iban[2:4] < "02" || iban[2:4] > "98":
		return pay.FieldForm
	}
	rest := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return pay.FieldForm
		}
	}
	if rest != 1 {
		return pay.FieldForm
	}
	return ""
}
