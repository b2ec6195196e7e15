package page_test

import (
	"strings"
	"testing"
)

// Whoever opens a forwarded link learns nothing about the person until the code is confirmed.
func TestContact_isMaskedUntilTheCodeIsConfirmed(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	secrets := []string{"kim@example.com", "Kim", "Larsen", "Canal Row", "7AA", "London", "447700904127", "7700904127", "1970"}
	tells := func(body string) string {
		for _, secret := range secrets {
			if strings.Contains(withoutRandom(body), secret) {
				return secret
			}
		}
		return ""
	}
	tab := w.Open(t, link)
	if told := tells(tab.Body); told != "" {
		t.Errorf("method tells %q", told)
	}
	tab.To("code", "pay_later")
	if told := tells(tab.Body); told != "" || !strings.Contains(words(tab.Body), "by text message to +44 •••• ••4127. It works for 10 minutes.") {
		t.Errorf("code tells %q: %s", told, words(tab.Body))
	}
	tab.FormWith("action", "change_contact").Submit()
	if told := tells(tab.Body); told != "" || tab.Step() != "contact" || !strings.Contains(words(tab.Body), "Leave empty to keep k••@example.com") || !strings.Contains(words(tab.Body), "Leave empty to keep +44 •••• ••4127") {
		t.Errorf("contact tells %q: %s", told, words(tab.Body))
	}
	if tab.Form().Submit(); tab.Step() != "code" {
		t.Fatalf("keeping both leads to %q: %s", tab.Step(), words(tab.Body))
	}
	if tab.Form().Set("code", phone.code(t)).Submit(); tab.Step() != "review" || !strings.Contains(words(tab.Body), "kim@example.com") {
		t.Fatalf("step %q: %s", tab.Step(), words(tab.Body))
	}
	tab.FormWith("action", "change_contact").Submit()
	if v := tab.Form().Values; v.Get("email") != "kim@example.com" || v.Get("phone_country") != "GB" || v.Get("phone") != "7700904127" {
		t.Errorf("after the code nothing is asked twice: %v", v)
	}
	tab.Form().Set("phone", "7700 904128").Submit()
	if tab.Step() != "code" || !strings.Contains(words(tab.Body), "••4128") {
		t.Fatalf("a new number needs a new code: step %q", tab.Step())
	}
	tab.Form().Set("code", phone.code(t)).Submit().Form().Submit()
	if told := tells(tab.Body); told != "" || tab.PageStatus() != "COMPLETED" {
		t.Errorf("the receipt (%s) tells %q", tab.PageStatus(), told)
	}
}

func TestContact_faultsAreExplained(t *testing.T) {
	w := open(t)
	link := w.link(british, ``, everyURL)
	tab := w.Open(t, link).To("contact", "pay_later")
	before := w.version(link)
	tab.Form().Set("email", "kim.example.com").Set("phone", "7700 900").Submit()
	text := words(tab.Body)
	for _, want := range []string{
		"Two things to correct E-mail address: the @ is missing Mobile number: three digits too few",
		"E-mail address For questions about this payment. Write it with an @, like name@example.com",
		"Mobile number We send a code to it in the next step. The number has 10 digits after +44",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not said: %q in %s", want, text)
		}
	}
	for _, want := range []string{`href="#email"`, `href="#phone"`, `role="alert" tabindex="-1" autofocus`, `aria-describedby="email-hint email-err"`, `value="kim.example.com"`, `value="7700 900"`, "<title>Error: Your details"} {
		if !strings.Contains(tab.Body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if v := w.version(link); v != before || tab.Status != 200 {
		t.Errorf("status %d, version %d became %d", tab.Status, before, v)
	}
	if resp, body := w.get("GET", link); resp.StatusCode != 200 || strings.Contains(body, "kim.example.com") {
		t.Error("what was typed is kept where a forwarded link shows it")
	}
	tab.Form().Set("email", "kim@example.com").Set("phone", "07700 904127").Submit()
	if contact := w.state(link).Payment.Contact(w.state(link).Hosted); tab.Step() != "code" || string(contact.Phone) != "+447700904127" || string(contact.Email) != "kim@example.com" {
		t.Errorf("step %q, %s %s", tab.Step(), string(contact.Phone), string(contact.Email))
	}
}

// A name in letters that are not taken is told which are.
func TestContact_namesInOtherLetters(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ country, currency, locale, field, typed, want string }{
		{"GB", "GBP", "en-GB", "given_name", "محمد", "First name Write it in Latin letters, as in your passport"},
		{"GB", "GBP", "en-GB", "family_name", "王小明", "Last name Write it in Latin letters, as in your passport"},
		{"GB", "GBP", "en-GB", "street_address", "Οδός Ερμού 4", "Write it in Latin letters"},
		{"GR", "EUR", "en-GR", "given_name", "דוד", "First name Write it in Greek or Latin letters"},
	} {
		tab := w.Open(t, w.link(market(tc.country, tc.currency, tc.locale), ``, everyURL)).To("contact", "pay_later")
		tab.Form().Set(tc.field, tc.typed).Submit()
		if got := words(tab.Body); !strings.Contains(got, tc.want) || strings.Contains(got, "Check what you typed") {
			t.Errorf("%s in %s: not said %q: %s", tc.typed, tc.country, tc.want, got)
		}
	}
}

func TestContact_phonesOfOtherCountries(t *testing.T) {
	w := open(t)
	for _, tc := range []struct{ country, typed, want string }{
		{"SE", "070-174 06 15", "+46701740615"}, {"GB", "+46 70 174 06 15", "+46701740615"}, {"DE", "0176 14284340", "+4917614284340"},
		{"GB", "٠٧٧٠٠ ٩٠٤١٢٧", "+447700904127"}, {"XX", "07700 904127", "+447700904127"},
	} {
		link := w.link(british, ``, everyURL)
		tab := w.Open(t, link).To("contact", "pay_later")
		tab.Form().Set("phone_country", tc.country).Set("phone", tc.typed).Submit()
		if got := string(w.state(link).Payment.Contact(w.state(link).Hosted).Phone); got != tc.want || tab.Step() != "code" {
			t.Errorf("%s %s: %s at step %q, want %s", tc.country, tc.typed, got, tab.Step(), tc.want)
		}
	}
	for typed, want := range map[string]string{"12": "Mobile number: eight digits too few", "call me": "Mobile number: is not right", "7700 900 123 456 789": "Mobile number: is too long", "": ""} {
		tab := w.Open(t, w.link(british, ``, everyURL)).To("contact", "pay_later")
		tab.Form().Set("phone", typed).Submit()
		if want == "" {
			want = "Mobile number: is missing"
		}
		if typed == "12" {
			want = "Mobile number: 8 digits too few"
		}
		if !strings.Contains(words(tab.Body), want) {
			t.Errorf("%q: not said %q: %s", typed, want, words(tab.Body))
		}
	}
}

// What the shop told wrong is asked for, and not shown: it may be another's.
func TestContact_whatTheShopToldWrongIsAskedFor(t *testing.T) {
	w, _ := forReal(t)
	link := w.link(british+","+strings.Replace(kim, `"N1 7AA"`, `"99999"`, 1), ``, everyURL)
	tab := w.Open(t, link).To("contact", "pay_later")
	if tab.Form().Values.Has("email") || !tab.Form().Values.Has("postal_code") || strings.Contains(tab.Body, "99999") {
		t.Errorf("%s", tab.Body)
	}
	if !strings.Contains(words(tab.Body), "First name K••• Last name L•••") {
		t.Errorf("what is known is not shown masked: %s", words(tab.Body))
	}
	if tab.Form().Set("postal_code", "N1 7AA").Submit(); tab.Step() != "code" {
		t.Errorf("step %q: %s", tab.Step(), words(tab.Body))
	}
}
