package page_test

import (
	"strings"
	"testing"
)

// What the shop sent with marks that nobody sees, or with typographic ones, is right as it stands: the page asks for nothing.
func TestPlain_whatTheShopSentIsReadPlain(t *testing.T) {
	w := open(t)
	german := strings.NewReplacer(`"country":"GB"`, `"country":"DE"`, "+447700904127", `+49 160\u00a01234567\u200e`, "14 Canal Row", "Lindenweg 3–5", "N1 7AA", `\u200e10115`, "London", `Bad\u00a0Tölz`, `"Kim"`, `"D’Arc\u200b"`, "1970-07-10", `1970\u201107\u201110`).Replace(kim)
	tab := w.Open(t, w.link(market("DE", "EUR", "de-DE")+","+german, ``, everyURL)).To("code", "pay_later")
	if tab.Step() != "code" {
		t.Fatalf("step %q: %s", tab.Step(), words(tab.Body))
	}
	if got := tab.Form().Set("code", "\u200e١٢٣\u202f٤٥٦").Submit(); got.Step() != "review" || !strings.Contains(words(got.Body), "D'Arc Larsen, Lindenweg 3-5, 10115 Bad Tölz") {
		t.Errorf("step %q: %s", got.Step(), words(got.Body))
	}
}

// The same typed into the page's form.
func TestPlain_whatIsTypedIsReadPlain(t *testing.T) {
	w := open(t)
	link := w.link(market("DE", "EUR", "de-DE"), ``, everyURL)
	w.Open(t, link).To("contact", "pay_later").Form().
		Set("email", "\u202akim@example.com\u202c").Set("phone", "0160\u00a0١٢٣٤٥٦٧\u200e").Set("given_name", "D’Arc\u200b").Set("family_name", "Meier\u2011Groß\t").
		Set("street_address", "Lindenweg 3–5").Set("postal_code", "\u200e１０１１５").Set("city", "Bad\u00a0Tölz").Set("date_of_birth", "10\u00a007\u00a0１９７０").Submit()
	pg := w.state(link)
	a, c := pg.Payment.Contact(pg.Hosted), pg.Payment.Consumer(pg.Hosted)
	got := strings.Join([]string{string(a.Email), string(a.Phone), string(a.GivenName), string(a.FamilyName), string(a.StreetAddress), string(a.PostalCode), string(a.City), string(c.DateOfBirth)}, "|")
	if want := "kim@example.com|+491601234567|D'Arc|Meier-Groß|Lindenweg 3-5|10115|Bad Tölz|1970-07-10"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
