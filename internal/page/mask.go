package page

import (
	"strings"
	"unicode/utf8"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/phone"
)

// isWhoTheShopMeans reports whether the code was confirmed at a phone number or an e-mail address that the shop told of. Whoever
// confirms one of their own, with a link that was forwarded, learns nothing about the person whom the shop means.
func (p *Page) isWhoTheShopMeans(pg *engine.Page) bool {
	if !pg.Hosted.Progress.Code.Verified {
		return false
	}
	told, now := pg.Payment.Told(pg.Hosted), pg.Payment.Contact(pg.Hosted)
	if p.engine.CodeByPhone(now) {
		return told.Phone == now.Phone
	}
	return told.Email == now.Email
}

// revealed is contact data for whoever looks at the page now: as it is when they gave it themselves, or are who the shop means;
// otherwise masked.
func (p *Page) revealed(pg *engine.Page, a pay.Address) pay.Address {
	if p.isWhoTheShopMeans(pg) {
		return a
	}
	own := pg.Hosted.Progress.Contact
	hide := func(value *pay.Personal, given pay.Personal, mask func(string) string) {
		if *value != given {
			*value = pay.Personal(mask(string(*value)))
		}
	}
	hide(&a.Email, own.Email, maskEmail)
	for _, f := range []struct {
		value *pay.Personal
		given pay.Personal
	}{
		{&a.OrganizationName, own.OrganizationName}, {&a.GivenName, own.GivenName}, {&a.FamilyName, own.FamilyName}, {&a.StreetAddress, own.StreetAddress},
		{&a.StreetAddress2, own.StreetAddress2}, {&a.PostalCode, own.PostalCode}, {&a.City, own.City}, {&a.Region, own.Region},
	} {
		hide(f.value, f.given, maskText)
	}
	return a
}

// maskEmail keeps the first letter and the domain: k••@example.com.
func maskEmail(email string) string {
	local, domain, found := strings.Cut(email, "@")
	if !found || local == "" {
		return "••"
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "••@" + domain
}

// maskPhone keeps the calling code and the last digits, at most four and less than half: +44 •••• ••4127.
func maskPhone(number string) string {
	code, national := phone.Cut(number)
	if code == "" {
		return "••••"
	}
	return code + " •••• ••" + national[len(national)-min(4, (len(national)-1)/2):]
}

// maskText keeps the first letter.
func maskText(s string) string {
	if s == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "•••"
}
