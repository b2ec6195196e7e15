package pay

import (
	"strings"
	"time"
	"unicode"
)

// FieldFault is one field of the page that the consumer must fill in or correct.
type FieldFault struct {
	Field  string // name of the form field, like postal_code
	Reason FieldReason
}

// FieldReason says what is wrong with a field; the page has a sentence for each.
type FieldReason string

// The reasons.
const (
	FieldMissing  FieldReason = "missing"
	FieldNoAt     FieldReason = "no_at" // an e-mail address without @
	FieldForm     FieldReason = "form"  // not of the form that is needed
	FieldTooShort FieldReason = "too_short"
	FieldTooLong  FieldReason = "too_long"
)

// CheckContact lists what the page must ask for or have corrected before a purchase in a country can go on. It never refuses an
// API call: merchants may send what they like (decisions "Payment sessions").
func CheckContact(country string, a Address, c Customer) []FieldFault {
	m, ok := MarketOf(country)
	if !ok {
		return nil
	}
	var out []FieldFault
	check := func(field string, value Personal, reason func(string) FieldReason) {
		v := strings.TrimSpace(string(value))
		if v == "" {
			out = append(out, FieldFault{field, FieldMissing})
			return
		}
		if r := reason(v); r != "" {
			out = append(out, FieldFault{field, r})
		}
	}
	check("email", a.Email, emailReason)
	check("phone", a.Phone, m.phoneReason)
	if c.Type != "organization" {
		check("given_name", a.GivenName, nameReason)
		check("family_name", a.FamilyName, nameReason)
	} else {
		check("organization_name", a.OrganizationName, func(string) FieldReason { return "" })
	}
	check("street_address", a.StreetAddress, lengthReason(2, 100))
	check("postal_code", a.PostalCode, m.postalReason)
	check("city", a.City, lengthReason(1, 99))
	if m.Region {
		check("region", a.Region, lengthReason(1, 99))
	}
	switch {
	case c.Type == "organization":
	case m.NationalID && c.DateOfBirth == "":
		check("national_identification_number", c.NationalIdentificationNumber, nationalIDReason)
	case !m.NationalID:
		check("date_of_birth", c.DateOfBirth, birthReason)
	}
	return out
}

func lengthReason(least, most int) func(string) FieldReason {
	return func(v string) FieldReason {
		switch n := len([]rune(v)); {
		case n < least:
			return FieldTooShort
		case n > most:
			return FieldTooLong
		}
		return ""
	}
}

func emailReason(v string) FieldReason {
	local, domain, found := strings.Cut(v, "@")
	switch {
	case !found:
		return FieldNoAt
	case len(v) > 254:
		return FieldTooLong
	case local == "" || strings.Contains(domain, "@") || !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, "."):
		return FieldForm
	}
	for _, r := range v {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>()[],;:"\`, r) {
			return FieldForm
		}
	}
	return ""
}

// phoneReason checks a number written nationally or with the calling code: how many digits, and nothing but digits and the usual
// marks between them.
func (m Market) phoneReason(v string) FieldReason {
	digits := 0
	for i, r := range v {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" -./()", r):
		default:
			return FieldForm
		}
	}
	if strings.HasPrefix(v, "+") {
		digits -= len(m.CallingCode) - 1
	}
	switch {
	case digits < 7:
		return FieldTooShort
	case digits > 13:
		return FieldTooLong
	}
	return ""
}

// nameReason follows contract 8.3: more than one character, not digits only.
func nameReason(v string) FieldReason {
	if len([]rune(v)) < 2 {
		return FieldTooShort
	}
	if len([]rune(v)) > 99 {
		return FieldTooLong
	}
	letters := false
	for _, r := range v {
		switch {
		case unicode.IsLetter(r):
			letters = true
		case unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("-'’.°ºᵃª ", r):
		default:
			return FieldForm
		}
	}
	if !letters {
		return FieldForm
	}
	return ""
}

func (m Market) postalReason(v string) FieldReason {
	for pattern := range strings.SplitSeq(m.Postal, "|") {
		if fits(pattern, v) {
			return ""
		}
	}
	return FieldForm
}

// fits compares a postal code with one pattern of a market.
func fits(pattern, v string) bool {
	if len(pattern) != len(v) {
		return false
	}
	for i := range len(v) {
		c := v[i]
		digit := c >= '0' && c <= '9'
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		switch pattern[i] {
		case '9':
			if !digit {
				return false
			}
		case 'A':
			if !letter {
				return false
			}
		case 'X':
			if !digit && !letter {
				return false
			}
		default:
			if c != pattern[i] {
				return false
			}
		}
	}
	return true
}

// nationalIDReason checks the Nordic forms loosely: six to twelve letters and digits with a mark between.
func nationalIDReason(v string) FieldReason {
	n := 0
	for _, r := range v {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			n++
		case strings.ContainsRune("-+ ", r):
		default:
			return FieldForm
		}
	}
	switch {
	case n < 6:
		return FieldTooShort
	case n > 12:
		return FieldTooLong
	}
	return ""
}

func birthReason(v string) FieldReason {
	d, err := time.Parse("2006-01-02", v)
	if err != nil || d.Year() < 1880 {
		return FieldForm
	}
	return ""
}
