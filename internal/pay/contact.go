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
	FieldLandline FieldReason = "landline" // a phone number that text messages do not reach
)

// Place is where a purchase is made, and in which language: both decide what is taken.
type Place struct{ Country, Locale string }

// CheckContact lists what the page must ask for or have corrected now, before a purchase in a country can go on. It never refuses an
// API call: merchants may send what they like.
func CheckContact(at Place, a Address, c Customer, now time.Time) []FieldFault {
	m, ok := MarketOf(at.Country)
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
	check("phone", a.Phone, phoneReason)
	if c.Type != "organization" {
		check("given_name", a.GivenName, at.nameReason)
		check("family_name", a.FamilyName, at.nameReason)
	} else {
		check("organization_name", a.OrganizationName, func(string) FieldReason { return "" })
	}
	check("street_address", a.StreetAddress, at.streetReason)
	check("postal_code", a.PostalCode, m.postalReason)
	check("city", a.City, lengthReason(1, 99))
	if m.Region {
		check("region", a.Region, m.regionReason)
	}
	today := Today(m.Country, string(a.Region), now)
	birth := func(v string) FieldReason { return birthReason(v, today) }
	switch {
	case c.Type == "organization":
		check("organization_registration_id", c.OrganizationRegistrationID, func(v string) FieldReason {
			_, reason := ReadCompany(m.Country, v)
			return reason
		})
	case !m.NationalID:
		check("date_of_birth", c.DateOfBirth, birth)
	case c.NationalIdentificationNumber != "" || birth(string(c.DateOfBirth)) != "": // a birth date is enough if it can be one
		check("national_identification_number", c.NationalIdentificationNumber, func(v string) FieldReason { return nationalIDReason(m.Country, v, today) })
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

// maxContact is how long a member of an address is, in characters: what the page takes, the API takes back.
const maxContact = 99

// phoneReason takes numbers in E.164, as the operations have made them of what was typed or sent: a plus and 5 to 15 digits.
func phoneReason(v string) FieldReason {
	digits, plus := strings.CutPrefix(v, "+")
	if !plus || len(digits) < 5 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return FieldForm
	}
	return ""
}

// Callable reports whether an address has a phone number to which something can be sent.
func (a *Address) Callable() bool { return phoneReason(string(a.Phone)) == "" }

// nameReason wants a name: more than one character, not digits only, the letters of the market's script. An accent that stands alone is
// typed for an apostrophe, and the Catalan dot is part of names like Gal·la.
func (at Place) nameReason(v string) FieldReason {
	switch n := len([]rune(v)); {
	case n < 2:
		return FieldTooShort
	case n > 99:
		return FieldTooLong
	}
	letters := false
	for _, r := range v {
		switch {
		case at.letter(r):
			letters = true
		case unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("-'’`´·.°ºᵃª ", r):
		default:
			return FieldForm
		}
	}
	if !letters {
		return FieldForm
	}
	return ""
}

// letter reports whether a letter is of a script that is written there: Latin everywhere, Greek as well in Greece, save in an en-GR
// session, by which a merchant asks for Latin letters.
func (at Place) letter(r rune) bool {
	return unicode.Is(unicode.Latin, r) || at.Country == "GR" && at.Locale != "en-GR" && unicode.Is(unicode.Greek, r)
}

// streetReason wants letters, digits and the marks that addresses have: also 12½, Paral·lel, №.
func (at Place) streetReason(v string) FieldReason {
	if r := lengthReason(2, 99)(v); r != "" {
		return r
	}
	for _, r := range v {
		if !at.letter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("-'’´`\",.:;#&/()+@ °ºᵃª_\\·½¼¾№", r) {
			return FieldForm
		}
	}
	return ""
}

// regionReason takes the code or the name of a region of the market.
func (m Market) regionReason(v string) FieldReason {
	if _, ok := Region(m.Country, v); !ok {
		return FieldForm
	}
	return ""
}

func (m Market) postalReason(v string) FieldReason {
	if _, ok := Postcode(m.Country, v); !ok {
		return FieldForm
	}
	return ""
}
