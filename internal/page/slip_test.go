package page_test

import (
	"strings"
	"testing"
)

// Where tax is a line of its own, as in the United States, it is named once.
func TestSlip_salesTaxIsNamedOnce(t *testing.T) {
	w := open(t)
	cart := `"purchase_country":"US","purchase_currency":"USD","locale":"en-US","order_amount":10800,"order_tax_amount":800,"order_lines":[
 {"type":"physical","name":"Lamp","quantity":1,"unit_price":10000,"tax_rate":0,"total_amount":10000,"total_tax_amount":0},
 {"type":"sales_tax","name":"Sales tax","quantity":1,"unit_price":800,"total_amount":800}]`
	if text := words(w.Open(t, w.link(cart, ``, everyURL)).Body); strings.Count(strings.ToLower(text), "sales tax") != 1 {
		t.Error(text)
	}
}

// What is weighed is one thing; what is counted is as many as there are, whatever the pieces are called.
func TestSlip_countsThings(t *testing.T) {
	w := open(t)
	for unit, want := range map[string]string{"": "3 items", "pcs": "3 items", "Stück": "3 items", "g": "1 item", "KG": "1 item", "fl oz": "1 item"} {
		cart := `"purchase_country":"GB","purchase_currency":"GBP","locale":"en-GB","order_amount":900,"order_lines":[{"name":"Coffee","quantity":3,"quantity_unit":"` + unit + `","unit_price":300,"total_amount":900}]`
		if text := words(w.Open(t, w.link(cart, ``, everyURL)).Body); !strings.Contains(text, "To pay "+want+" £9.00") {
			t.Errorf("%q: not said: %s in %s", unit, want, text[:min(len(text), 400)])
		}
	}
}

// Where four digits alone are not grouped, they are among those that are: on the whole page, and in the mail.
func TestSlip_groupsItsFiguresAlike(t *testing.T) {
	w := open(t)
	for _, tc := range []struct {
		country, currency, locale string
		says, never               []string
	}{
		{"ES", "EUR", "es-ES", []string{"37.070,00 €", "−1.234,50 €", "2.000,00 €"}, []string{"1234,50", "2000,00"}},
		{"IT", "EUR", "it-IT", []string{"37.070,00 €", "−1.234,50 €", "2.000,00 €"}, []string{"1234,50", "2000,00"}},
		{"PL", "PLN", "pl-PL", []string{"37 070,00 zł", "−1 234,50 zł", "2 000,00 zł"}, []string{"1234,50", "2000,00"}},
		{"PT", "EUR", "pt-PT", []string{"37 070,00 €", "−1 234,50 €", "2 000,00 €"}, []string{"1234,50", "2000,00"}},
		{"HU", "HUF", "hu-HU", []string{"37 070,00 Ft", "−1 234,50 Ft", "2 000,00 Ft"}, []string{"1234,50", "2000,00"}},
	} {
		cart := `"purchase_country":"` + tc.country + `","purchase_currency":"` + tc.currency + `","locale":"` + tc.locale + `","order_amount":3783550,"order_lines":[
 {"name":"A","quantity":1,"unit_price":3707000,"total_amount":3707000},{"name":"B","quantity":1,"unit_price":200000,"total_amount":200000},
 {"type":"discount","name":"C","quantity":1,"unit_price":-123450,"total_amount":-123450}]`
		text := words(w.Open(t, w.link(cart, ``, everyURL)).Body)
		for _, want := range tc.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: not said %q: %s", tc.locale, want, text)
			}
		}
		for _, never := range tc.never {
			if strings.Contains(text, never) {
				t.Errorf("%s: said %q: %s", tc.locale, never, text)
			}
		}
	}
}

// Forints are told without fillér where there are none, also those of a plan, step by step to the receipt.
func TestSlip_forintsAreWhole(t *testing.T) {
	w := open(t)
	cart := `"purchase_country":"HU","purchase_currency":"HUF","locale":"hu-HU","order_amount":1000000,"order_lines":[{"name":"Lámpa","quantity":1,"unit_price":1000000,"total_amount":1000000}]`
	tab := w.Open(t, w.link(cart, ``, everyURL))
	for _, step := range []string{"method", "contact", "code", "plan", "review"} {
		tab.To(step, "pay_over_time")
		if text := words(tab.Body); !strings.Contains(text, "10 000 Ft") || strings.Contains(text, ",00 Ft") {
			t.Errorf("%s: %s", step, text)
		}
		if text := words(tab.Body); step == "plan" && (!strings.Contains(text, "3 334 Ft") || !strings.Contains(text, "3 333 Ft")) {
			t.Errorf("payments are not whole: %s", text)
		}
	}
	tab.Pay("pay_over_time")
	if text := words(tab.Body); tab.PageStatus() != "COMPLETED" || !strings.Contains(text, "3 334 Ft") || strings.Contains(text, ",00 Ft") {
		t.Errorf("receipt: %s", text)
	}
}
