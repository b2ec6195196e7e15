package page_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
	"kassa/internal/server"
)

// someone is everything a market asks for but the birth.
func someone(country string) string {
	m, _ := pay.MarketOf(country)
	at := map[string]string{
		"SE": `"street_address":"Storgatan 1","postal_code":"11148","city":"Stockholm"`, "DE": `"street_address":"Lindenweg 3","postal_code":"10178","city":"Berlin"`,
		"US": `"street_address":"5 Main St","postal_code":"10024","city":"New York","region":"NY"`, "NO": `"street_address":"Storgata 1","postal_code":"0194","city":"Oslo"`,
		"DK": `"street_address":"Storgade 1","postal_code":"1556","city":"Aarhus"`, "FI": `"street_address":"Katu 1","postal_code":"00100","city":"Helsinki"`,
	}[country]
	phone := map[string]string{"SE": "+46701740615", "DE": "+4917614284340", "US": "+13106683312", "NO": "+4740123456", "DK": "+4542555628", "FI": "+358401234567"}[country]
	return fmt.Sprintf(`%s,"billing_address":{"country":%q,"email":"kim@example.com","phone":%q,"given_name":"Kim","family_name":"Larsen",%s}`,
		market(country, m.Currency, m.Locales[0]), country, phone, at)
}

// Nobody under 18 pays on credit, in whatever mode, whether the shop told the birth or the consumer did; paying at once has no age.
// Swedish, Norwegian, Danish and Finnish numbers are those of docs/data/national-ids.md.
func TestAge_creditBeginsAtEighteen(t *testing.T) {
	w := open(t) // at 12 June 2026
	for _, tc := range []struct {
		country, category, mode, customer, typed, want string
	}{
		{"SE", "pay_over_time", "PLACE_ORDER", `{"national_identification_number":"150301-2393"}`, "", "under_age"},
		{"SE", "pay_later", "NONE", `{"national_identification_number":"150301-2393"}`, "", "under_age"},
		{"SE", "pay_later", "CAPTURE_ORDER", ``, "20150301-2393", "under_age"},
		{"SE", "pay_over_time", "PLACE_ORDER", ``, "200806132395", "under_age"},
		{"SE", "pay_over_time", "PLACE_ORDER", ``, "200806122396", ""},
		{"SE", "pay_later", "PLACE_ORDER", `{"date_of_birth":"2015-03-01"}`, "", "under_age"},
		{"SE", "pay_now", "PLACE_ORDER", ``, "150301-2393", ""},
		{"DE", "pay_over_time", "PLACE_ORDER", `{"date_of_birth":"2026-06-12"}`, "", "under_age"},
		{"DE", "pay_later", "PLACE_ORDER", ``, "13.06.2008", "under_age"},
		{"DE", "pay_later", "PLACE_ORDER", ``, "12.06.2008", ""},
		{"DE", "pay_now", "PLACE_ORDER", `{"date_of_birth":"2015-03-01"}`, "", ""},
		{"US", "pay_later", "PLACE_ORDER", `{"date_of_birth":"2008-06-13"}`, "", "under_age"},
		{"US", "pay_later", "PLACE_ORDER", `{"date_of_birth":"2008-06-12"}`, "", ""},
		{"NO", "pay_later", "PLACE_ORDER", ``, "130608 50180", "under_age"},
		{"DK", "pay_later", "PLACE_ORDER", ``, "120615-4000", "under_age"},
		{"FI", "pay_later", "PLACE_ORDER", ``, "130608F1238", "under_age"},
	} {
		cart := someone(tc.country)
		if tc.customer != "" {
			cart += `,"customer":` + tc.customer
		}
		link := w.link(cart, `"place_order_mode":"`+tc.mode+`"`, everyURL)
		to := "code"
		if tc.typed != "" {
			to = "contact"
		}
		tab := w.Open(t, link).To(to, tc.category)
		if tc.typed != "" {
			tab.Form().Set("date_of_birth", tc.typed).Set("national_identification_number", tc.typed).Submit()
		}
		tab.To("review", tc.category).Form().Submit()
		pg := w.state(link)
		all := pg.Payment.Authorizations
		if len(all) != 1 {
			t.Fatalf("%+v: %d attempts; the page is at %q: %s", tc, len(all), tab.Step(), words(tab.Body))
		}
		status, want := pg.Hosted.Status, pay.Completed
		if tc.want != "" {
			want = pay.Failed
		}
		if got := all[0].Decision.Reason; got != tc.want || status != want {
			t.Errorf("%+v: %s, %q", tc, status, got)
		}
	}
}

// A birth that cannot be is asked for, whoever told it.
func TestAge_birthsThatCannotBeAreAskedFor(t *testing.T) {
	w, _ := forReal(t)
	for _, tc := range []struct{ country, customer, asked string }{
		{"SE", `{"date_of_birth":"2027-01-01"}`, "national_identification_number"}, {"SE", `{"date_of_birth":"1905-01-01"}`, "national_identification_number"},
		{"SE", `{"national_identification_number":"202712312392"}`, "national_identification_number"}, {"SE", `{"date_of_birth":"1970-07-10","national_identification_number":"190606112399"}`, "national_identification_number"},
		{"DE", `{"date_of_birth":"2027-01-01"}`, "date_of_birth"}, {"DE", `{"date_of_birth":"1905-01-01"}`, "date_of_birth"}, {"DE", `{"date_of_birth":"1970-02-30"}`, "date_of_birth"},
	} {
		tab := w.Open(t, w.link(someone(tc.country)+`,"customer":`+tc.customer, ``, everyURL)).To("contact", "pay_later")
		if tab.Step() != "contact" || !tab.Form().Values.Has(tc.asked) {
			t.Errorf("%s %s: not asked for at %q", tc.country, tc.customer, tab.Step())
		}
	}
}

// Outside the sandbox a number that is given to nobody identifies nobody.
func TestAge_testPopulationsPayInTheSandboxOnly(t *testing.T) {
	for _, sandbox := range []bool{true, false} {
		w, want := open(t), ""
		var phone *phone
		if !sandbox {
			w, phone = forReal(t, func(o *server.Options) { o.Config.DecisionLimit = map[string]int64{"NOK": 500000} })
			want = "could_not_establish_identity"
		}
		w.later(time.Minute)
		link := w.link(someone("NO")+`,"customer":{"national_identification_number":"01887010095"}`, ``, everyURL)
		tab := w.Open(t, link).To("code", "pay_later")
		code := "123456"
		if phone != nil {
			code = phone.code(t)
		}
		tab.Form().Set("code", code).Submit().Form().Submit()
		all := w.state(link).Payment.Authorizations
		if len(all) != 1 || all[0].Decision.Reason != want {
			t.Errorf("sandbox %v: %d attempts, want %q; %s", sandbox, len(all), want, strings.TrimSpace(words(tab.Body)))
		}
	}
}
