package page_test

import (
	"strings"
	"testing"

	"kassa/internal/pay"
)

// typedAddresses are a postcode and a region of each market as people type them, and as they are kept.
var typedAddresses = []struct{ country, postcode, kept, region, code string }{
	{"AT", "A-1010", "1010", "", ""}, {"AU", "AU 4877", "4877", "Queensland", "QLD"}, {"BE", "B-1000", "1000", "", ""}, {"CA", "v7h-1l9", "V7H 1L9", "Colombie-Britannique", "BC"},
	{"CH", "CH-8001", "8001", "", ""}, {"CZ", "CZ-15500", "155 00", "", ""}, {"DE", "D-10115", "10115", "", ""}, {"DK", "DK-1556", "1556", "", ""}, {"ES", "E-28012", "28012", "", ""},
	{"FI", "FI-00100", "00100", "", ""}, {"FR", "F-75001", "75001", "", ""}, {"GB", "bfpo58", "BFPO 58", "", ""}, {"GR", "GR-15123", "151 23", "", ""}, {"HU", "H-1083", "1083", "", ""},
	{"IE", "d6wxy00", "D6W XY00", "", ""}, {"IT", "I-00100", "00100", "Roma", "RM"}, {"MX", "C.P. 03000", "03000", "Ciudad de México", "CMX"}, {"NL", "NL-1234ab", "1234 AB", "", ""},
	{"NO", "N-0194", "0194", "", ""}, {"NZ", "NZ 6011", "6011", "", ""}, {"PL", "00 001", "00-001", "", ""}, {"PT", "1000 001", "1000-001", "", ""}, {"RO", "RO-061357", "061357", "Județul Cluj", "CJ"},
	{"SE", "S-11122", "111 22", "", ""}, {"SK", "SK-81006", "810 06", "", ""}, {"US", "10024 3941", "10024-3941", "california", "CA"},
}

// What is typed on the page is kept as the market's post writes it; what is refused is told the form.
func TestAddress_isTypedAsPeopleWriteIt(t *testing.T) {
	w := open(t)
	seen := map[string]bool{}
	for _, tc := range typedAddresses {
		seen[tc.country] = true
		m, _ := pay.MarketOf(tc.country)
		link := w.link(market(m.Country, m.Currency, m.Locales[0]), ``, everyURL)
		tab := w.Open(t, link).To("contact", "pay_later")
		tab.Form().Set("postal_code", "nowhere").Submit()
		if got := words(tab.Body); tab.Step() != "contact" || !strings.Contains(got, pay.PostcodeExample(m.Country)) {
			t.Errorf("%s: the form of a postcode is not shown at step %q: %s", m.Country, tab.Step(), got)
		}
		form := tab.Form().Set("postal_code", tc.postcode)
		if m.Region {
			form.Set("region", tc.region)
		}
		form.Submit()
		if got := w.state(link).Payment.Contact(w.state(link).Hosted); tab.Step() != "code" || string(got.PostalCode) != tc.kept || m.Region && string(got.Region) != tc.code {
			t.Errorf("%s: %q and %q are %q and %q at step %q", m.Country, tc.postcode, tc.region, string(got.PostalCode), string(got.Region), tab.Step())
		}
	}
	for _, m := range pay.Markets() {
		if !seen[m.Country] {
			t.Errorf("nothing is typed in %s", m.Country)
		}
	}
}

// What the shop sends is read likewise: its session has the market's form, the page does not ask again, and a place-order call with
// either form is about the same address.
func TestAddress_isSentAsShopsWriteIt(t *testing.T) {
	w := open(t)
	for _, tc := range typedAddresses {
		m, _ := pay.MarketOf(tc.country)
		if tc.country == "SE" {
			tc.postcode = "11 148" // the test person's, as the original's documents have it
			tc.kept = "111 48"
		}
		address := `"billing_address":{"country":"` + tc.country + `","postal_code":"` + tc.postcode + `","region":"` + tc.region + `"}`
		cart := market(m.Country, m.Currency, m.Locales[0]) + "," + address
		session := w.payment("{" + cart + "}")
		read := w.shop.Read("/payments/v1/sessions/" + session).Want(200).Object()["billing_address"].(map[string]any)
		if region, _ := read["region"].(string); read["postal_code"] != tc.kept || region != tc.code {
			t.Errorf("%s: the session has %v", tc.country, read)
		}
		tab := w.Open(t, w.hosted(session, `"place_order_mode":"NONE"`, everyURL)).To("contact", "pay_later")
		if form := tab.Form().Values; form.Has("postal_code") || form.Has("region") {
			t.Errorf("%s: what the shop sent is asked for again: %v", tc.country, form)
		}
		if tab.Pay("pay_later"); tab.PageStatus() != "COMPLETED" {
			t.Fatalf("%s: %s %s", tc.country, tab.Step(), words(tab.Body))
		}
		token := w.shop.Read("/payments/v1/sessions/" + session).Want(200).Text("authorization_token")
		kept := strings.NewReplacer(`"`+tc.postcode+`"`, `"`+tc.kept+`"`, `"`+tc.region+`"`, `"`+tc.code+`"`)
		if m.Region {
			cart = strings.ReplaceAll(cart, address, kept.Replace(address))
		}
		order := w.shop.Post("/payments/v1/authorizations/"+token+"/order", "{"+cart+"}").Want(200).Text("order_id")
		placed := w.shop.Read("/ordermanagement/v1/orders/" + order).Want(200).Object()["billing_address"].(map[string]any)
		if placed["postal_code"] != tc.kept || m.Region && placed["region"] != tc.code {
			t.Errorf("%s: the order has %v", tc.country, placed)
		}
	}
}

// A region that is not known is kept for the shop, and the page asks for it.
func TestAddress_unknownRegionsAreAskedFor(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ country, sent, typed, code string }{
		{"US", "Ontario", "n.y.", "NY"}, {"CA", "Montréal", "Québec", "QC"}, {"AU", "Auckland", "vic.", "VIC"}, {"IT", "Lazio", "Provincia di Roma", "RM"}, {"MX", "Guadalajara", "Jalisco", "JAL"}, {"RO", "Transilvania", "Cluj", "CJ"},
	} {
		m, _ := pay.MarketOf(tc.country)
		session := w.payment("{" + market(m.Country, m.Currency, m.Locales[0]) + `,"billing_address":{"country":"` + tc.country + `","region":"` + tc.sent + `"}}`)
		if read := w.shop.Read("/payments/v1/sessions/" + session).Want(200).Object()["billing_address"].(map[string]any); read["region"] != tc.sent {
			t.Errorf("%s: the session has %v", tc.country, read)
		}
		link := w.hosted(session, ``, everyURL)
		tab := w.Open(t, link).To("contact", "pay_later")
		if form := tab.Form().Values; !form.Has("region") {
			t.Fatalf("%s: %q is not asked for: %v", tc.country, tc.sent, form)
		}
		tab.Form().Set("region", tc.typed).Submit()
		if got := string(w.state(link).Payment.Contact(w.state(link).Hosted).Region); tab.Step() != "code" || got != tc.code {
			t.Errorf("%s: %q is %q at step %q", tc.country, tc.typed, got, tab.Step())
		}
	}
}
