package page

import (
	"html/template"
	"net/url"
	"strings"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// helpAddress is where the footer's link to help leads, empty without.
func helpAddress(s *pay.Support) string {
	if s.URL != "" || s.Email == "" {
		return s.URL
	}
	return mailto(s.Email)
}

// questions says whom to ask about the order: the shop's e-mail address, or else its number, or its page of help; nothing where the
// shop told of none.
func (v *View) questions(pg *engine.Page) []text {
	s := &pg.Merchant.Settings.Support
	var where text
	switch {
	case s.Email != "":
		where = contactLink(mailto(s.Email), s.Email)
	case s.Phone != "":
		where = contactLink("tel:"+strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(s.Phone), s.Phone)
	case s.URL != "":
		where = contactLink(s.URL, s.URL)
	default:
		return nil
	}
	return []text{v.H("support.questions", "Contact", where)}
}

// mailto is the address of a mail to somebody, with nothing else in it.
func mailto(email string) string { return "mailto:" + url.PathEscape(email) }

// contactLink shows an address that leads to itself.
func contactLink(href, shown string) text {
	return text(`<a href="` + template.HTMLEscapeString(href) + `" rel="noopener noreferrer">` + string(isolateLTR(shown)) + `</a>`) // escaped; checked when it was stored
}
