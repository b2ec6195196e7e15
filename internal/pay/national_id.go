package pay

import (
	"strings"
	"time"
	"unicode"
)

// nationalID is what a national identification number of one of the Nordic markets says.
type nationalID struct {
	// first and last are the days between which the birth is; they differ only for numbers that leave the day or the month open.
	first, last time.Time
	// artificial numbers are given to nobody: those of test populations.
	artificial bool
}

// idForms are how long a number is in the markets whose numbers are read, in characters without blanks and marks.
var idForms = map[string]struct {
	least, most int
	read        func(v string, today time.Time) (nationalID, bool)
}{
	"SE": {10, 12, swedishID}, "NO": {11, 11, norwegianID}, "DK": {10, 10, danishID}, "FI": {11, 11, finnishID},
}

// parseNationalID reads a number: its form, its control digits, and the date in it, which is a real day (docs/data/national-ids.md).
func parseNationalID(country, typed string, today time.Time) (nationalID, bool) {
	form, known := idForms[country]
	if !known {
		return nationalID{}, false
	}
	return form.read(bareID(typed), today)
}

// nationalIDReason tells what is wrong with a number; the date in it is not after today, and at most 120 years before it.
func nationalIDReason(country, typed string, today time.Time) FieldReason {
	if id, ok := parseNationalID(country, typed, today); ok && !id.first.After(today) && !id.last.Before(oldestBirth(today)) {
		return ""
	}
	form, v, count := idForms[country], bareID(typed), 0
	for _, r := range v {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || country == "FI" {
			count++
		}
	}
	switch {
	case count < form.least:
		return FieldTooShort
	case count > form.most:
		return FieldTooLong
	}
	return FieldForm
}

// bareID writes a number in capitals, without blanks of any width and marks that nobody sees, each dash as the plain one.
func bareID(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		case unicode.Is(unicode.Pd, r):
			return '-'
		}
		return r
	}, PlainNumber(typed)))
}

// digitsOf gives the digits of a number that has at most one of some marks among them.
func digitsOf(v, marks string) (digits string, mark byte, ok bool) {
	digits = v
	if at := strings.IndexAny(v, marks); at >= 0 && marks != "" {
		digits, mark = v[:at]+v[at+1:], v[at]
	}
	return digits, mark, digits != "" && strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// number is what two digits say.
func number(twoDigits string) int { return int(twoDigits[0]-'0')*10 + int(twoDigits[1]-'0') }

// realDay gives a day that is in the calendar.
func realDay(year, month, day int) (time.Time, bool) {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return d, month >= 1 && month <= 12 && day >= 1 && d.Day() == day
}

// born is a number that tells the day of birth.
func born(year, month, day int, artificial bool) (nationalID, bool) {
	d, ok := realDay(year, month, day)
	return nationalID{d, d, artificial}, ok
}

// swedishID reads [YY]YYMMDD[-+]NNNC; C makes the sum of Luhn divisible by ten. A coordination number has 60 added to the day, and may
// leave the day (60) or the month (00) open (Skatteverket, SKV 707 and its open test data). Without its century a number is
// of somebody under 100, with + of somebody who has turned 100 or will this year.
func swedishID(v string, today time.Time) (nationalID, bool) {
	digits, mark, ok := digitsOf(v, "-+")
	if !ok || len(digits) != 10 && len(digits) != 12 || mark != 0 && v[len(v)-5] != mark {
		return nationalID{}, false
	}
	d := digits[len(digits)-10:]
	if !luhn(d) {
		return nationalID{}, false
	}
	year, month, day := 0, number(d[2:]), number(d[4:])
	read := func() (nationalID, bool) {
		if day < 60 {
			return born(year, month, day, false)
		}
		return coordinated(year, month, day-60)
	}
	if len(digits) == 12 {
		year = number(digits)*100 + number(d)
		return read()
	}
	year = today.Year() - (today.Year()-number(d))%100
	if mark == '+' {
		year -= 100
		return read()
	}
	id, ok := read()
	if mark == 0 && ok && id.first.After(today) { // whoever turns 100 this year has +, which is left out at times
		year -= 100
		return read()
	}
	return id, ok
}

// coordinated reads the date of a coordination number, in which month and day may be 0: unknown.
func coordinated(year, month, day int) (id nationalID, ok bool) {
	from, to := month, month
	if month == 0 {
		from, to = 1, 12
	}
	for m := from; m <= to && m <= 12; m++ {
		first, last := day, day
		if day == 0 {
			first, last = 1, time.Date(year, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		}
		begin, real := realDay(year, m, first)
		end, _ := realDay(year, m, last)
		if !real {
			continue
		}
		if !ok {
			id.first, ok = begin, true
		}
		id.last = end
	}
	return id, ok
}

// norwegianID reads DDMMYYNNNKK with two control digits modulo 11. The first may leave a remainder of 0 to 3: numbers given out from
// 2032 on have the other three as well, and who reads numbers is to take both kinds side by side (Skatteetaten, "Nytt fødselsnummer fra
// 2032"). A D number has 40 added to the day. Test populations have 80 (Skatteetaten's Tenor), 65 or 40 added to the month, with or
// without the 40 of a D number.
func norwegianID(v string, today time.Time) (nationalID, bool) {
	d, mark, ok := digitsOf(v, "-")
	if !ok || len(d) != 11 || mark != 0 && v[6] != mark {
		return nationalID{}, false
	}
	first, second := weigh(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11, weigh(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11
	if first > 3 || second != 0 {
		return nationalID{}, false
	}
	day, month := number(d), number(d[2:])
	if day > 40 {
		day -= 40
	}
	artificial := false
	for _, added := range [...]int{80, 65, 40} {
		if month > added && month <= added+12 {
			month, artificial = month-added, true
		}
	}
	year := number(d[4:])
	if century, ok := norwegianCentury(year, number(d[6:])*10+int(d[8]-'0')); ok && first == 0 {
		return born(century+year, month, day, artificial)
	} else if first == 0 && !artificial {
		return nationalID{}, false
	}
	// In a number of 2032 and later nothing tells the century: the youngest that somebody can be is taken.
	year = today.Year() - (today.Year()-year)%100
	id, ok := born(year, month, day, artificial)
	if !ok || id.first.After(today) {
		return born(year-100, month, day, artificial)
	}
	return id, ok
}

// norwegianCentury is told by the individual number in the numbers given out before 2032 (Folkeregisterforskriften § 2-2-1).
func norwegianCentury(year, individual int) (century int, ok bool) {
	switch {
	case individual <= 499:
		return 1900, true
	case year <= 39:
		return 2000, true
	case individual >= 900:
		return 1900, true
	case individual <= 749 && year >= 54:
		return 1800, true
	}
	return 0, false
}

// weigh is the sum of the leading digits times their weights.
func weigh(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return sum
}

// luhn reports whether a number ends with its check digit (ISO/IEC 7812-1, annex B).
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// danishID reads DDMMYY-NNNN. Numbers given out since 2007 have no control digit that holds: the date is all there is to check.
// Replacement numbers, of those who have none yet, have 60 added to the day. The seventh digit tells the century (CPR-kontoret,
// "Personnummeret i CPR").
func danishID(v string, _ time.Time) (nationalID, bool) {
	d, mark, ok := digitsOf(v, "-")
	if !ok || len(d) != 10 || mark != 0 && v[6] != mark {
		return nationalID{}, false
	}
	day, year := number(d), number(d[4:])
	if day > 60 {
		day -= 60
	}
	switch seventh := d[6]; {
	case seventh <= '3', (seventh == '4' || seventh == '9') && year >= 37:
		year += 1900
	case seventh >= '5' && seventh <= '8' && year >= 58:
		year += 1800
	default:
		year += 2000
	}
	return born(year, number(d[2:]), day, false)
}

// finnishChecks is the alphabet of the last character: the nine digits before it modulo 31.
const finnishChecks = "0123456789ABCDEFHJKLMNPRSTUVWXY"

// finnishID reads DDMMYY, a sign of the century, NNN, a check character. Each century has several signs since 2023 (Valtioneuvoston asetus
// 690/2022). The three digits are 002 to 899 for people; 900 to 999 are temporary, and used for test data (DVV).
func finnishID(v string, _ time.Time) (nationalID, bool) {
	if len(v) != 11 {
		return nationalID{}, false
	}
	century := 0
	switch {
	case v[6] == '+':
		century = 1800
	case strings.IndexByte("-YXWVU", v[6]) >= 0:
		century = 1900
	case strings.IndexByte("ABCDEF", v[6]) >= 0:
		century = 2000
	}
	d, _, ok := digitsOf(v[:6]+v[7:10], "")
	if century == 0 || !ok {
		return nationalID{}, false
	}
	rest := 0
	for i := range len(d) {
		rest = (rest*10 + int(d[i]-'0')) % 31
	}
	individual := number(d[6:])*10 + int(d[8]-'0')
	if finnishChecks[rest] != v[10] || individual < 2 {
		return nationalID{}, false
	}
	return born(century+number(d[4:]), number(d[2:]), number(d), individual >= 900)
}
