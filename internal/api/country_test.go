package api

import (
	"fmt"
	"strings"
	"testing"
)

// TestCountry_ofEveryAddress: ISO 3166-1 alpha-2 in any case, at every door that takes an address from a merchant; a code that ISO leaves
// to its users or only reserves is a 400 with its path.
func TestCountry_ofEveryAddress(t *testing.T) {
	w := newWorld(t)
	payment, order, capture := w.createPayment(), "/ordermanagement/v1/orders/"+w.order(), ""
	capture = w.post(order+"/captures", `{"captured_amount":1}`).want(201).header.Get("Capture-Id")
	_, token := w.tokenizable("tokenize")
	customer := w.post("/payments/v1/authorizations/"+token+"/customer-token", tokenBody).want(200).text("token_id")
	for _, door := range []struct{ method, path, body, member, code string }{
		{"POST", "/payments/v1/sessions", strings.TrimSuffix(swedishCart, "}") + `,"shipping_address":{"country":$}}`, "shipping_address.country", "BAD_VALUE"},
		{"POST", "/payments/v1/sessions/" + payment, `{"billing_address":{"country":$}}`, "billing_address.country", "BAD_VALUE"},
		{"POST", "/payments/v1/sessions/" + payment, `{"shipping_address":{"country":$}}`, "shipping_address.country", "BAD_VALUE"},
		{"POST", "/payments/v1/sessions/" + payment, `{"purchase_country":$}`, "purchase_country", "BAD_VALUE"},
		{"POST", "/payments/v1/authorizations/" + w.token() + "/order", strings.Replace(swedishCart, `"se"`, "$", 1), "billing_address.country", "BAD_VALUE"},
		{"POST", "/payments/v1/authorizations/" + w.token() + "/order", strings.Replace(swedishCart, `"SE"`, "$", 1), "purchase_country", "BAD_VALUE"},
		{"POST", "/payments/v1/authorizations/" + token + "/customer-token", strings.TrimSuffix(tokenBody, "}") + `,"billing_address":{"country":$}}`, "billing_address.country", "BAD_VALUE"},
		{"POST", "/customer-token/v1/tokens/" + customer + "/order", `{"purchase_currency":"SEK","order_amount":1,"order_lines":[{"name":"a","quantity":1,"unit_price":1,"total_amount":1}],"shipping_address":{"country":$}}`, "shipping_address.country", "BAD_VALUE"},
		{"PATCH", order + "/customer-details", `{"shipping_address":{"country":$}}`, "shipping_address.country", "BAD_VALUE"},
		{"PATCH", order + "/captures/" + capture + "/customer-details", `{"billing_address":{"country":$}}`, "billing_address.country", "BAD_VALUE"},
	} {
		for _, none := range []string{"XX", "UK", "ZZ", "EU", "XK", "AA", "QM", "xa", "AN", "SU", "S", "SWE", "Sweden", "S1", "ÅÄ", "S "} {
			got := w.send(request{method: door.method, path: door.path, body: strings.Replace(door.body, "$", `"`+none+`"`, 1)})
			if got.status != 400 || got.text("error_code") != door.code || !strings.Contains(got.messages(), door.member) {
				t.Errorf("%s %s: %s %s: %d %s", door.method, door.path, door.member, none, got.status, got.body)
			}
		}
		for _, country := range []string{"SE", "gb", "Ax", "SJ", "PR", "HK"} {
			got := w.send(request{method: door.method, path: door.path, body: strings.Replace(door.body, "$", `"`+country+`"`, 1)})
			if door.member != "purchase_country" && got.status == 400 && strings.Contains(got.messages(), door.member) {
				t.Errorf("%s %s: %s %s: %s", door.method, door.path, door.member, country, got.body)
			}
		}
	}
	w.post("/payments/v1/sessions/"+payment, `{"billing_address":{"country":"gB"}}`).want(204)
	if got := w.get("/payments/v1/sessions/" + payment).object()["billing_address"]; fmt.Sprint(got) != "map[country:GB]" {
		t.Errorf("%v", got)
	}
}

// TestLocale_asProgramsWriteIt: BCP 47 and POSIX spellings, codes that ISO 639 has replaced, and Norwegian by any of its three codes.
func TestLocale_asProgramsWriteIt(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ country, currency, locale, want string }{
		{"NO", "NOK", "no-NO", "nb-NO"}, {"NO", "NOK", "no", "nb"}, {"NO", "NOK", "nn_NO", "nb-NO"}, {"NO", "NOK", "NB-no", "nb-NO"}, {"NO", "NOK", "nn", "nb"}, {"NO", "NOK", "nb_NO.UTF-8", "nb-NO"},
		{"GB", "GBP", "en_GB", "en-GB"}, {"GB", "GBP", "EN-gb", "en-GB"}, {"GB", "GBP", "en-Latn-GB", "en-GB"}, {"SE", "SEK", "iw", "he"}, {"SE", "SEK", "zh-Hans", "zh"}, {"RO", "RON", "mo-RO", "ro-RO"},
		{"DE", "EUR", "de_DE@euro", "de-DE"}, {"DE", "EUR", "de-DE-1996", "de-DE"}, {"MX", "MXN", "es-419", "es"}, {"US", "USD", "en_US", "en-US"}, {"SE", "SEK", "en_US", "en-US"},
		{"SE", "SEK", "no-NO", ""}, {"NO", "NOK", "sv-SE", ""}, {"SE", "SEK", "Swedish", ""}, {"SE", "SEK", "sv-", ""}, {"SE", "SEK", "", ""}, {"NO", "NOK", "nb-SE", ""}, {"SE", "SEK", "swe", ""},
	} {
		body := `{"purchase_country":"` + c.country + `","purchase_currency":"` + c.currency + `","locale":"` + c.locale + `","order_amount":0,"order_lines":[{"name":"a","quantity":0,"unit_price":0,"total_amount":0}]}`
		got := w.post("/payments/v1/sessions", body)
		if c.want == "" {
			got.refused(400, "BAD_VALUE", "Bad value: locale")
			continue
		}
		if read := w.get("/payments/v1/sessions/" + got.want(200).text("session_id")); read.text("locale") != c.want {
			t.Errorf("%s in %s is read as %s, want %s", c.locale, c.country, read.text("locale"), c.want)
		}
	}
	w.post("/payments/v1/authorizations/"+w.token()+"/order", strings.Replace(swedishCart, "sv-SE", "sv_SE", 1)).want(200)
	_, token := w.tokenizable("tokenize")
	w.post("/payments/v1/authorizations/"+token+"/customer-token", `{"description":"a","intended_use":"SUBSCRIPTION","locale":"en_SE"}`).want(200)
}
