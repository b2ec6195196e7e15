package pay

import (
	"strings"
	"time"
)

// nationalIDReason checks a national identification number of one of the Nordic markets: its form, its date and its check digits
// (contract 8.3, 8.5).
func (m Market) nationalIDReason(v string) FieldReason {
	v = strings.ToUpper(strings.ReplaceAll(v, " ", ""))
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, v)
	ok := false
	switch m.Country {
	case "SE":
		ok = swedishID(v, digits)
	case "NO":
		ok = len(v) == len(digits) && norwegianID(digits)
	case "DK":
		// Numbers given out since 2007 have no check digit: the date is all there is to check.
		ok = len(digits) == 10 && marks(v, digits, "-") && dayMonth(digits, 0)
	case "FI":
		ok = finnishID(v)
	}
	switch {
	case ok:
		return ""
	case len(digits) < 6:
		return FieldTooShort
	}
	return FieldForm
}

// marks reports whether v is the digits with at most one of the marks among them.
func marks(v, digits, allowed string) bool {
	rest := len(v) - len(digits)
	return rest == 0 || rest == 1 && strings.ContainsAny(v, allowed)
}

// dayMonth reports whether digits begin with a day and a month; shift is what a foreigner's number has added to the day.
func dayMonth(digits string, shift int) bool {
	day := int(digits[0]-'0')*10 + int(digits[1]-'0')
	if day > shift {
		day -= shift
	}
	month := int(digits[2]-'0')*10 + int(digits[3]-'0')
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month)
}

// daysIn is the most days a month can have.
func daysIn(month int) int {
	return time.Date(2000, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// swedishID: [YY]YYMMDD[-+]NNNC; C makes the sum of Luhn divisible by ten. A coordination number has 60 added to the day.
func swedishID(v, digits string) bool {
	if !marks(v, digits, "-+") || len(digits) != 10 && len(digits) != 12 {
		return false
	}
	d := digits[len(digits)-10:]
	if !dayMonth(string([]byte{d[4], d[5], d[2], d[3]}), 60) {
		return false
	}
	sum := 0
	for i := range len(d) {
		n := int(d[i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// norwegianID: DDMMYYNNNKK with two check digits modulo 11; a D number has 40 added to the day.
func norwegianID(d string) bool {
	if len(d) != 11 || !dayMonth(d, 40) {
		return false
	}
	check := func(weights string, at int) bool {
		sum := 0
		for i := range len(weights) {
			sum += int(weights[i]-'0') * int(d[i]-'0')
		}
		return (11-sum%11)%11 == int(d[at]-'0')
	}
	return check("376189452", 9) && check("5432765432", 10)
}

// finnishChecks is the alphabet of the last character: the nine digits before it modulo 31.
const finnishChecks = "0123456789ABCDEFHJKLMNPRSTUVWXY"

// finnishID: DDMMYY, a mark for the century, NNN, a check character.
func finnishID(v string) bool {
	if len(v) != 11 || !strings.ContainsRune("+-ABCDEFUVWXY", rune(v[6])) {
		return false
	}
	n := 0
	for i := range 10 {
		if i == 6 {
			continue
		}
		if v[i] < '0' || v[i] > '9' {
			return false
		}
		n = n*10 + int(v[i]-'0')
	}
	return dayMonth(v[:6], 0) && finnishChecks[n%31] == v[10]
}
