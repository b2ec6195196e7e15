package api

import (
	"strings"
	"testing"
)

// A phone number is one and the same in every call, however it is written, and orders tell it as sessions do.
func TestPhone_isE164InEveryCall(t *testing.T) {
	w := newWorld(t)
	cart := func(phone string) string { return strings.Replace(swedishCart, "+46701740615", phone, 1) }
	told := func(a answer, member string) any { return a.want(200).object()[member].(map[string]any)["phone"] }

	session := w.post("/payments/v1/sessions", cart("070-174 06 15")).want(200).text("session_id")
	if got := told(w.get("/payments/v1/sessions/"+session), "billing_address"); got != "+46701740615" {
		t.Errorf("created: %v", got)
	}
	w.post("/payments/v1/sessions/"+session, `{"shipping_address":{"phone":"call me"}}`).want(204)
	if got := told(w.get("/payments/v1/sessions/"+session), "shipping_address"); got != "call me" {
		t.Errorf("no number: %v", got)
	}
	w.post("/payments/v1/sessions/"+session, strings.Replace(cart("0046 (0)70 174 06 16"), "{", `{"shipping_address":{},`, 1)).want(204)
	if got := told(w.get("/payments/v1/sessions/"+session), "billing_address"); got != "+46701740616" {
		t.Errorf("updated: %v", got)
	}
	hosted := w.createHosted(session, "")
	w.payLater(hosted)
	token := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200).text("authorization_token")
	order := "/ordermanagement/v1/orders/" + w.post("/payments/v1/authorizations/"+token+"/order", cart("+46 (0)70-174 06 16")).want(200).text("order_id")
	if got := told(w.get(order), "billing_address"); got != "+46701740616" {
		t.Errorf("ordered: %v", got)
	}
	for sent, want := range map[string]any{"070 174 06 17\u200e": "+46701740617", "nobody": "nobody", "": nil} {
		w.patch(order+"/customer-details", `{"shipping_address":{"phone":"`+sent+`"}}`).want(204)
		if got := told(w.get(order), "shipping_address"); got != want {
			t.Errorf("order changed to %q: %v", sent, got)
		}
	}
}

// What is no number in one country is read again when the session moves to another; what was one stays it.
func TestPhone_isReadAgainInAnotherCountry(t *testing.T) {
	w := newWorld(t)
	session := "/payments/v1/sessions/" + w.post("/payments/v1/sessions", strings.Replace(swedishCart, "+46701740615", "06 30 010 2692", 1)).want(200).text("session_id")
	told := func(member string) any { return w.get(session).want(200).object()[member].(map[string]any)["phone"] }
	w.post(session, `{"shipping_address":{"phone":"070 174 06 15"}}`).want(204)
	if got := told("billing_address"); got != "06 30 010 2692" {
		t.Errorf("in Sweden: %v", got)
	}
	w.post(session, `{"purchase_country":"HU","purchase_currency":"HUF","locale":"hu-HU"}`).want(204)
	if got := told("billing_address"); got != "+36300102692" {
		t.Errorf("in Hungary: %v", got)
	}
	if got := told("shipping_address"); got != "+46701740615" {
		t.Errorf("a Swedish number in Hungary: %v", got)
	}
}
