package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kassa/internal/server"
)

// What is typed becomes the number that the code goes to, whatever country is chosen beside it.
func TestPhone_typedNumbersBecomeE164(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ country, currency, locale, chosen, typed, want string }{
		{"HU", "HUF", "hu-HU", "HU", "06 30 010 2692", "+36300102692"},
		{"SE", "SEK", "sv-SE", "SE", "+46 (0)70 174 06 15", "+46701740615"},
		{"SE", "SEK", "sv-SE", "NO", "0046701740615", "+46701740615"},
		{"US", "USD", "en-US", "US", "1 310 668 3312", "+13106683312"},
		{"US", "USD", "en-US", "US", "011 44 7755 564318", "+447755564318"},
		{"MX", "MXN", "es-MX", "MX", "044 55 1234 5678", "+525512345678"},
		{"MX", "MXN", "es-MX", "MX", "+52 1 55 1234 5678", "+525512345678"},
		{"AU", "AUD", "en-AU", "AU", "0011 61 473 752 244", "+61473752244"},
		{"FI", "EUR", "fi-FI", "FI", "0501234", "+358501234"},
		{"FI", "EUR", "fi-FI", "NO", "40 12 34 56", "+4740123456"},
		{"FI", "EUR", "fi-FI", "AD", "312 345", "+376312345"},
		{"GB", "GBP", "en-GB", "FK", "51234", "+50051234"},
		{"NZ", "NZD", "en-NZ", "CK", "71234", "+68271234"},
		{"IT", "EUR", "it-IT", "IT", "333 974 1231", "+393339741231"},
		{"GB", "GBP", "en-GB", "GB", "07700\u00a0904127\u200e", "+447700904127"},
	} {
		link := w.link(market(tc.country, tc.currency, tc.locale), ``, everyURL)
		tab := w.Open(t, link).To("contact", "pay_later")
		tab.Form().Set("phone_country", tc.chosen).Set("phone", tc.typed).Submit()
		pg := w.state(link)
		if contact := pg.Payment.Contact(pg.Hosted); string(contact.Phone) != tc.want || tab.Step() != "code" {
			t.Errorf("%s, %s %q: %q, step %q: %s", tc.country, tc.chosen, tc.typed, string(contact.Phone), tab.Step(), words(tab.Body))
		}
	}
}

// What the shop sends is the same number for everybody: the merchant reads it, the code goes to it. What is no number the merchant reads
// as it was sent, and the page asks for one.
func TestPhone_ofTheShop(t *testing.T) {
	w := open(t)
	for sent, want := range map[string]string{
		"07700 904127": "+447700904127", "+44 (0)7700 904127": "+447700904127", "0044 7700 904127\u200e": "+447700904127", "tel:+44-7700-904127": "+447700904127", "+52 1 55 1234 5678": "+525512345678",
		"call me": "call me", "+999123456": "+999123456", "07700": "07700",
	} {
		payment := w.payment("{" + british + "," + strings.ReplaceAll(kim, "+447700904127", sent) + "}")
		if got := w.shop.Read("/payments/v1/sessions/" + payment).Want(200).Object()["billing_address"].(map[string]any)["phone"]; got != want {
			t.Errorf("%q reads %q, want %q", sent, got, want)
		}
		usable := strings.HasPrefix(want, "+4") || strings.HasPrefix(want, "+5")
		link := w.hosted(payment, ``, everyURL)
		tab := w.Open(t, link)
		tab.Form().Set("category", "pay_later").Submit()
		if step := tab.Step(); (step == "code") != usable || (step == "contact") == usable {
			t.Errorf("%q leads to %q", sent, step)
		}
		if !usable {
			if tab.Form().Submit(); tab.Step() != "code" { // with the sandbox's own
				t.Errorf("%q: step %q: %s", sent, tab.Step(), words(tab.Body))
			}
		}
	}
}

// landlines are known to the library as such: their numbers are of the ranges for landlines alone (Ofcom, PTS, Bundesnetzagentur).
const landline = "+442079460000"

// A code by text message does not reach a landline: it goes by e-mail, and the page says so.
func TestPhone_aLandlineGetsItsCodeByMail(t *testing.T) {
	w := open(t)
	link := w.link(british+","+strings.ReplaceAll(kim, "+447700904127", "020 7946 0000"), ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	if got := words(tab.Body); !strings.Contains(got, "+44 •••• ••0000 is a landline, which text messages do not reach. We sent a six-digit code by e-mail to k••@example.com.") || !strings.Contains(got, "Use another number") {
		t.Errorf("%s", got)
	}
	tab.FormWith("action", "change_contact").Submit().Form().Set("phone", "07700 904127").Submit()
	if got := words(tab.Body); tab.Step() != "code" || !strings.Contains(got, "by text message to +44 •••• ••4127") {
		t.Errorf("with a mobile number: %s", got)
	}
}

// Where codes go by text message alone, a landline is refused where it is typed and asked for again where the shop sent it.
func TestPhone_aLandlineIsRefusedWithoutMail(t *testing.T) {
	w, phone := forReal(t)
	payment := w.payment("{" + british + "," + strings.ReplaceAll(kim, "+447700904127", landline) + "}")
	tab := w.Open(t, w.hosted(payment, ``, everyURL)).To("contact", "pay_later")
	if tab.Step() != "contact" {
		t.Fatalf("step %q", tab.Step())
	}
	tab.Form().Set("phone", "020 7946 0000").Submit()
	if got := words(tab.Body); tab.Step() != "contact" || !strings.Contains(got, "Mobile number: is a landline, which text messages do not reach") || !strings.Contains(got, "Text messages do not reach a landline. Write a mobile number") {
		t.Errorf("%s", got)
	}
	tab.Form().Set("phone", "07700 904127").Submit()
	if tab.Step() != "code" || phone.code(t) == "" {
		t.Errorf("step %q", tab.Step())
	}
}

// The gateway is handed E.164, whatever was typed.
func TestPhone_theCodeGoesToE164(t *testing.T) {
	seen := make(chan url.Values, 10)
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.URL.Query() }))
	t.Cleanup(gateway.Close)
	w, _ := forReal(t, func(o *server.Options) { o.Config.SMSURL = gateway.URL + "/send?to={{to}}&text={{text}}" })
	w.Open(t, w.link(british+","+strings.ReplaceAll(kim, "+447700904127", "+44 (0)7700 904127"), ``, everyURL)).To("code", "pay_later")
	if m := <-seen; m.Get("to") != "+447700904127" {
		t.Errorf("sent to %q", m.Get("to"))
	}
}
