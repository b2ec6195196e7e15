package page_test

import (
	"strings"
	"testing"
)

// Whoever got a link forwarded and confirms a number of their own learns nothing about the person whom the shop means.
func TestForwarded_tellsNothingAboutThePerson(t *testing.T) {
	w, phone := forReal(t)
	link := w.known("kim@example.com", ``, everyURL)
	tab := w.Open(t, link).To("code", "pay_later")
	phone.code(t)
	tab.FormWith("action", "change_contact").Submit()
	tab.Form().Set("phone", "07700 900999").Submit()
	tab.Form().Set("code", phone.code(t)).Submit()
	if tab.Step() != "review" {
		t.Fatalf("%s: %s", tab.Step(), words(tab.Body))
	}
	secret := func(what string) {
		t.Helper()
		for _, told := range []string{"Larsen", "Canal Row", "7AA", "London", "kim@example.com", "904127"} {
			if strings.Contains(withoutRandom(tab.Body), told) {
				t.Errorf("%s tells %q: %s", what, told, words(tab.Body))
			}
		}
	}
	secret("the review")
	if !strings.Contains(words(tab.Body), "k••@example.com") {
		t.Error(words(tab.Body))
	}
	tab.FormWith("action", "change_contact").Submit()
	secret("the contact step")
	if !strings.Contains(tab.Body, "900999") {
		t.Error("what the consumer gave is not there to be corrected")
	}
	tab.To("review", "pay_later").Form().Submit()
	secret("the receipt")
}

// Whom the shop means sees all of it, once the code is confirmed.
func TestForwarded_thePersonSeesWhatTheShopTold(t *testing.T) {
	w, phone := forReal(t)
	tab := w.Open(t, w.known("kim@example.com", ``, everyURL)).To("code", "pay_later")
	tab.Form().Set("code", phone.code(t)).Submit()
	if text := words(tab.Body); tab.Step() != "review" || !strings.Contains(text, "kim@example.com") || !strings.Contains(text, "Kim Larsen, 14 Canal Row") {
		t.Errorf("%s: %s", tab.Step(), text)
	}
}
