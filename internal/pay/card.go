package pay

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// FieldThree and FieldFour say how many digits the security code of a card's brand has.
const (
	FieldThree FieldReason = "three"
	FieldFour  FieldReason = "four"
)

// anyLengths are the lengths of the numbers of any card (ISO/IEC 7812-1).
const anyLengths = "12 13 14 15 16 17 18 19"

// brands are the first digits of the numbers of each brand, as bounds of equal length, and how long its numbers are. Where several match the
// longest counts: 5019 is Dankort within Maestro's 50 (docs/data/cards.md has the sources).
var brands = []struct{ from, to, name, lengths string }{
	{"1", "1", "UATP", "15"},
	{"2200", "2204", "MIR", "16 17 18 19"},
	{"2221", "2720", "MASTERCARD", "16"}, {"51", "55", "MASTERCARD", "16"},
	{"300", "305", "DINERS", "14 16 17 18 19"}, {"3095", "3095", "DINERS", "16 17 18 19"}, {"36", "36", "DINERS", "14 15 16 17 18 19"}, {"38", "39", "DINERS", "14 16 17 18 19"},
	{"34", "34", "AMEX", "15"}, {"37", "37", "AMEX", "15"},
	{"1800", "1800", "JCB", "15 16 17 18 19"}, {"2131", "2131", "JCB", "15 16 17 18 19"}, {"3528", "3589", "JCB", "16 17 18 19"},
	{"4", "4", "VISA", "13 16 19"},
	{"50", "50", "MAESTRO", anyLengths}, {"56", "58", "MAESTRO", anyLengths}, {"63", "63", "MAESTRO", anyLengths}, {"67", "67", "MAESTRO", anyLengths},
	{"493698", "493698", "MAESTRO", anyLengths}, {"5019", "5019", "DANKORT", "16"},
	{"506099", "506198", "VERVE", "16 18 19"}, {"507865", "507964", "VERVE", "16 18 19"},
	{"508500", "508999", "RUPAY", "16"}, {"606985", "607984", "RUPAY", "16"}, {"608001", "608500", "RUPAY", "16"}, {"652150", "653149", "RUPAY", "16"}, {"817200", "820199", "RUPAY", "16"},
	{"6011", "6011", "DISCOVER", "16 17 18 19"}, {"644", "649", "DISCOVER", "16 17 18 19"}, {"65", "65", "DISCOVER", "16 17 18 19"},
	{"606282", "606282", "HIPERCARD", "16"}, {"637095", "637095", "HIPER", "16"}, {"637568", "637568", "HIPER", "16"}, {"637599", "637599", "HIPER", "16"},
	{"637609", "637609", "HIPER", "16"}, {"637612", "637612", "HIPER", "16"},
	{"62", "62", "UNIONPAY", "16 17 18 19"}, {"8100", "8171", "UNIONPAY", "16 17 18 19"},
	{"9792", "9792", "TROY", "16"},
	{"401178", "401179", "ELO", "16"}, {"431274", "431274", "ELO", "16"}, {"438935", "438935", "ELO", "16"}, {"451416", "451416", "ELO", "16"}, {"457393", "457393", "ELO", "16"},
	{"457631", "457632", "ELO", "16"}, {"504175", "504175", "ELO", "16"}, {"506699", "506778", "ELO", "16"}, {"509000", "509999", "ELO", "16"}, {"627780", "627780", "ELO", "16"},
	{"636297", "636297", "ELO", "16"}, {"636368", "636368", "ELO", "16"}, {"650031", "650033", "ELO", "16"}, {"650035", "650051", "ELO", "16"}, {"650405", "650439", "ELO", "16"},
	{"650485", "650538", "ELO", "16"}, {"650541", "650598", "ELO", "16"}, {"650700", "650718", "ELO", "16"}, {"650720", "650727", "ELO", "16"}, {"650901", "650978", "ELO", "16"},
	{"651652", "651679", "ELO", "16"}, {"655000", "655019", "ELO", "16"}, {"655021", "655058", "ELO", "16"},
}

// brandOf names the brand of a card by its number, OTHER for one that is in no table, and how long its numbers are.
func brandOf(number string) (name, lengths string) {
	name, lengths = "OTHER", anyLengths
	longest := 0
	for i := range brands {
		b := &brands[i]
		if n := len(b.from); n > longest && len(number) >= n && number[:n] >= b.from && number[:n] <= b.to {
			name, lengths, longest = b.name, b.lengths, n
		}
	}
	return name, lengths
}

// TypedCard is a card as somebody types it. It is checked and forgotten.
type TypedCard struct{ Number, Expiry, Code string }

// ReadCard checks a card and gives what is told of it later: the last four digits, the brand, the month until whose end it is valid.
// today is where the purchase is made. monthOf reads the name of a month, 0 for what is none.
func ReadCard(typed TypedCard, today time.Time, monthOf func(word string) int) (with Instrument, faults []Fault) {
	number, code := bareNumber(typed.Number), bareNumber(typed.Code)
	brand, lengths := brandOf(number)
	month, year, ok := readExpiry(typed.Expiry, monthOf)
	for _, check := range []struct {
		path   string
		empty  bool
		reason FieldReason
	}{
		{"card_number", number == "", numberReason(number, brand, lengths)},
		{"card_expiry", strings.TrimSpace(typed.Expiry) == "", expiryReason(ok, month, year, today)},
		{"card_cvc", code == "", codeReason(code, brand)},
	} {
		switch {
		case check.empty:
			faults = append(faults, Fault{Path: check.path, Want: string(FieldMissing)})
		case check.reason != "":
			faults = append(faults, Fault{Path: check.path, Want: string(check.reason)})
		}
	}
	if len(faults) > 0 {
		return with, faults
	}
	return Instrument{Digits: number[len(number)-4:], Brand: brand, Expiry: pad2(month) + "/" + strconv.Itoa(year)}, nil
}

func pad2(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func allDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// numberReason checks the length, which is that of the brand, and the check digit, which numbers of UnionPay need not have.
func numberReason(number, brand, lengths string) FieldReason {
	if !allDigits(number) || !slices.Contains(strings.Fields(lengths), strconv.Itoa(len(number))) || brand != "UNIONPAY" && !luhn(number) {
		return FieldForm
	}
	return ""
}

// codeReason checks how many digits there are: four on the front of an American Express card, three on the back of others.
func codeReason(code, brand string) FieldReason {
	switch n := len(code); {
	case brand == "AMEX" && (n != 4 || !allDigits(code)):
		return FieldFour
	case brand == "AMEX":
	case brand == "OTHER" && (n == 3 || n == 4) && allDigits(code):
	case brand == "OTHER":
		return FieldForm
	case n != 3 || !allDigits(code):
		return FieldThree
	}
	return ""
}

// readExpiry reads a month and a year in every form in which they can be one thing only: month before year, with two or four digits, or
// year with four digits before month, with anything between them or, at full length, nothing. Day, month and year are not read: which is
// which would be a guess.
func readExpiry(typed string, monthOf func(word string) int) (month, year int, ok bool) {
	kind := func(r rune) int {
		switch {
		case r >= '0' && r <= '9':
			return 1
		case unicode.IsLetter(r), unicode.IsMark(r):
			return 2
		}
		return 0
	}
	var groups []string
	before := 0
	for _, r := range PlainNumber(typed) {
		now := kind(r)
		switch {
		case now == 0 && !unicode.IsSpace(r) && !unicode.Is(unicode.Pd, r) && !strings.ContainsRune(`/\.,;'|_:`, r):
			return 0, 0, false
		case now != 0 && now != before:
			groups = append(groups, "")
			fallthrough
		case now != 0:
			groups[len(groups)-1] += string(r)
		}
		before = now
	}
	m, y := "", ""
	switch {
	case len(groups) == 1 && len(groups[0]) == 6 && strings.HasPrefix(groups[0], "20"): // no month begins with 20
		y, m = groups[0][:4], groups[0][4:]
	case len(groups) == 1 && (len(groups[0]) == 4 || len(groups[0]) == 6):
		m, y = groups[0][:2], groups[0][2:]
	case len(groups) == 2 && len(groups[0]) == 4 && allDigits(groups[0]):
		y, m = groups[0], groups[1]
	case len(groups) == 2:
		m, y = groups[0], groups[1]
	}
	if allDigits(m) && len(m) <= 2 {
		month, _ = strconv.Atoi(m)
	} else if m != "" && monthOf != nil {
		month = monthOf(m)
	}
	if len(y) == 2 {
		y = "20" + y
	}
	if !allDigits(y) || len(y) != 4 || !strings.HasPrefix(y, "20") {
		return 0, 0, false
	}
	year, err := strconv.Atoi(y)
	return month, year, err == nil && month >= 1 && month <= 12
}

// expiryReason: a card is valid until its month ends.
func expiryReason(ok bool, month, year int, today time.Time) FieldReason {
	if !ok || year < today.Year() || year == today.Year() && month < int(today.Month()) || year > today.Year()+30 {
		return FieldForm
	}
	return ""
}
