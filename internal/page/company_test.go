package page_test

import (
	"net/http"
	"strings"
	"testing"

	"kassa/internal/pay"
)

// A company is asked for its registration number where the shop did not send one that its market's register could have given; the
// merchant gets it as the register writes it.
func TestCompany_isAskedForItsNumber(t *testing.T) {
	w := open(t)
	for _, m := range pay.Markets() {
		payment := w.payment("{" + market(m.Country, m.Currency, m.Locales[0]) + `,"customer":{"type":"organization"}}`)
		tab := w.Open(t, w.hosted(payment, `"place_order_mode":"PLACE_ORDER"`, everyURL)).To("contact", "pay_later")
		register, example := pay.CompanyRegister(m.Country)
		form := tab.Form()
		if got := form.Values; !got.Has("organization_registration_id") || got.Has("date_of_birth") || got.Has("national_identification_number") || !strings.Contains(words(tab.Body), register) {
			t.Errorf("%s: asks for %v: %s", m.Country, got, words(tab.Body))
			continue
		}
		if tab = form.Set("organization_registration_id", "12x").Submit(); tab.Step() != "contact" || !strings.Contains(tab.Body, `id="organization_registration_id-err"`) {
			t.Errorf("%s: 12x is taken: step %q", m.Country, tab.Step())
		}
		tab = tab.Form().Set("organization_registration_id", " "+strings.ToLower(example)+"\u200e").Submit().To("review", "pay_later")
		if tab = tab.Form().Submit(); tab.PageStatus() != "COMPLETED" {
			t.Errorf("%s: %s %s", m.Country, tab.PageStatus(), words(tab.Body))
			continue
		}
		want, _ := pay.ReadCompany(m.Country, example)
		read := w.shop.Read(w.Local(w.URL() + "/payments/v1/sessions/" + payment)).Want(http.StatusOK)
		if !strings.Contains(string(read.Body), `"organization_registration_id":"`+want+`"`) {
			t.Errorf("%s: %s is not told the merchant: %s", m.Country, want, read.Body)
		}
	}
}

func TestCompany_ofWhichTheShopToldTheNumber(t *testing.T) {
	w := open(t)
	for _, tc := range []struct {
		country, number string
		asked           bool
	}{
		{"SE", "556016-0680", false}, {"SE", "5560160680", false}, {"SE", "556016-0681", true}, {"DK", "27968880", false}, {"DK", "27968881", true}, {"DE", "HRB 12345", false}, {"FI", "0112038–9", false},
	} {
		cart := someone(tc.country)
		cart = strings.Replace(cart, `"given_name"`, `"organization_name":"Larsen & Co","given_name"`, 1) + `,"customer":{"type":"organization","organization_registration_id":"` + tc.number + `"}`
		tab := w.Open(t, w.link(cart, ``, everyURL))
		if tab.Form().Set("category", "pay_later").Submit(); (tab.Step() == "contact") != tc.asked {
			t.Errorf("%s %s: %q", tc.country, tc.number, tab.Step())
		}
	}
}
