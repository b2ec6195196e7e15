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
