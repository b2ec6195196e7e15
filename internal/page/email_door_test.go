package page_test

import (
	"strings"
	"testing"
)

// An address to which no mail can be sent is refused where it is typed; of the shop it is taken, and the page asks for another.
func TestEmail_thatCannotBeMailed(t *testing.T) {
	w := open(t)
	for _, bad := range []string{"a..b@example.com", ".kim@example.com", "kim.@example.com", "kim@example", "kim@192.0.2.1", `"kim l"@example.com`, "kim@-example.com"} {
		link := w.link(british, ``, everyURL)
		tab := w.Open(t, link).To("contact", "pay_later")
		if tab.Form().Set("email", bad).Submit(); tab.Step() != "contact" || !strings.Contains(words(tab.Body), "E-mail address: is not right") {
			t.Errorf("%s typed: step %q: %s", bad, tab.Step(), words(tab.Body))
		}
		payment := w.payment("{" + british + "," + strings.ReplaceAll(kim, "kim@example.com", strings.ReplaceAll(bad, `"`, `\"`)) + "}")
		if got := w.shop.Read("/payments/v1/sessions/" + payment).Want(200).Object()["billing_address"].(map[string]any)["email"]; got != bad {
			t.Errorf("%s of the shop reads %q", bad, got)
		}
		tab = w.Open(t, w.hosted(payment, ``, everyURL))
		tab.Form().Set("category", "pay_later").Submit()
		if tab.Step() != "contact" || strings.Contains(tab.Body, `value="`+bad) {
			t.Errorf("%s of the shop leads to %q", bad, tab.Step())
		}
	}
	for _, good := range []string{"kim@bücher.example", "jürgen@example.com", "o’brien@example.com"} {
		tab := w.Open(t, w.link(british, ``, everyURL)).To("contact", "pay_later")
		if tab.Form().Set("email", good).Submit(); tab.Step() != "code" {
			t.Errorf("%s: %s", good, words(tab.Body))
		}
	}
}
