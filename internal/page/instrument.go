package page

import (
	"net/url"
	"strings"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// instrumentOf checks a card or an account and gives its last four digits: nothing else of it is kept, not even in memory
// beyond the request.
func instrumentOf(pg *engine.Page, v url.Values) (last4 string, faults []pay.Fault) {
	switch category := pg.Hosted.Progress.Category; {
	case category == pay.PayNow && v.Get("plan") == "card":
		return cardOf(pg.Now, v)
	case category == pay.PayNow && v.Get("plan") == "bank_account", category == pay.DirectDebit:
		iban := strings.ToUpper(strings.ReplaceAll(v.Get("iban"), " ", ""))
		if fault := checkField("iban", iban, validIBAN(iban)); fault != nil {
			return "", []pay.Fault{*fault}
		}
		return iban[len(iban)-4:], nil
	}
	return "", nil
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

func cardOf(now time.Time, v url.Values) (last4 string, faults []pay.Fault) {
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
		return "", faults
	}
	return number[len(number)-4:], nil
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
