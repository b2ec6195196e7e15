package page

import (
	"net/url"
	"strings"
	"time"

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
		iban := strings.ToUpper(strings.ReplaceAll(v.Get("iban"), " ", ""))
		if fault := checkField("iban", iban, validIBAN(iban)); fault != nil {
			return with, []pay.Fault{*fault}
		}
		return pay.Instrument{Digits: iban[len(iban)-4:]}, nil
	}
	return with, nil
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
	number := strings.NewReplacer(" ", "", "-", "").Replace(v.Get("card_number"))
	expiry := strings.NewReplacer(" ", "", "/", "", "-", "", ".", "").Replace(v.Get("card_expiry"))
	cvc := v.Get("card_cvc")
	for _, fault := range []*pay.Fault{
		checkField("card_number", number, validCard(number)),
		checkField("card_expiry", expiry, validExpiry(expiry, now.Year(), int(now.Month()))),
		checkField("card_cvc", cvc, len(cvc) >= 3 && len(cvc) <= 4 && allDigits(cvc)),
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

// brands are the first digits of the numbers of each brand of cards, as bounds of equal length.
var brands = []struct{ from, to, name string }{
	{"34", "34", "AMEX"}, {"37", "37", "AMEX"},
	{"300", "305", "DINERS"}, {"36", "36", "DINERS"}, {"38", "39", "DINERS"},
	{"3528", "3589", "JCB"},
	{"4", "4", "VISA"},
	{"51", "55", "MASTERCARD"}, {"2221", "2720", "MASTERCARD"},
	{"6011", "6011", "DISCOVER"}, {"644", "649", "DISCOVER"}, {"65", "65", "DISCOVER"},
	{"62", "62", "UNIONPAY"},
	{"50", "50", "MAESTRO"}, {"56", "58", "MAESTRO"}, {"63", "63", "MAESTRO"}, {"67", "67", "MAESTRO"},
}

// brandOf names the brand of a card by its number, OTHER for one that is in no table.
func brandOf(number string) string {
	for _, b := range brands {
		if head := number[:len(b.from)]; head >= b.from && head <= b.to {
			return b.name
		}
	}
	return "OTHER"
}

func allDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// validCard checks the length and the Luhn digit of a card number.
func validCard(number string) bool {
	if len(number) < 12 || len(number) > 19 || !allDigits(number) {
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

// validIBAN checks length and the ISO 7064 remainder.
func validIBAN(iban string) bool {
	if len(iban) < 15 || len(iban) > 34 {
		return false
	}
	rest := 0
	for _, c := range []byte(iban[4:] + iban[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
