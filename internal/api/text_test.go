package api

import (
	"strings"
	"testing"
)

// Every member about a person is made plain; what a shop writes about its goods and for itself stays as it was sent.
func TestAddress_isMadePlain(t *testing.T) {
	w := newWorld(t)
	address := `{"title":"Mr\u200b","given_name":"\u202aD\u2019Arc\u202c","family_name":"Meier\u2011Groß","organization_name":"Meier\u00a0GmbH","attention":"Kim\u00ad","email":"kim\u200e@example.com",
	 "street_address":"Lindenweg 3–5","street_address2":"2.\u202fStock","postal_code":"\u200e１０１１５\u200f\ufeff","city":"\ufeffBerlin\u00a0","region":"\u200eBE","phone":"+49 160 1234567\u200e"}`
	body := `{"purchase_country":"DE","purchase_currency":"EUR","locale":"de-DE","order_amount":100,"merchant_reference1":"3–5","order_lines":[{"name":"Größe 3–5","quantity":1,"unit_price":100,"total_amount":100}],
	 "billing_address":` + address + `,"shipping_address":` + address + `,"customer":{"date_of_birth":"١٩٧٠\u201107\u201110","vat_id":"DE\u00a0123"}}`
	session := w.post("/payments/v1/sessions", body).want(200).text("session_id")
	got := w.get("/payments/v1/sessions/" + session).want(200)
	for _, member := range []string{"billing_address", "shipping_address"} {
		a := got.object()[member].(map[string]any)
		for name, want := range map[string]string{
			"title": "Mr", "given_name": "D'Arc", "family_name": "Meier-Groß", "organization_name": "Meier GmbH", "attention": "Kim", "email": "kim@example.com",
			"street_address": "Lindenweg 3-5", "street_address2": "2. Stock", "postal_code": "10115", "city": "Berlin", "region": "BE",
		} {
			if a[name] != want {
				t.Errorf("%s.%s is %q, want %q", member, name, a[name], want)
			}
		}
	}
	c := got.object()["customer"].(map[string]any)
	if c["date_of_birth"] != "1970-07-10" || c["vat_id"] != "DE 123" {
		t.Errorf("customer %v", c)
	}
	if got.text("merchant_reference1") != "3–5" || !strings.Contains(string(got.body), "Größe 3–5") {
		t.Errorf("the shop's own words were changed: %s", got.body)
	}
}
