package api

import (
	"strings"
	"testing"
	"time"
)

// TestExplain_saysWhy refuses for each kind of reason: the sandbox's header and the log say the same, what was expected and what came.
func TestExplain_saysWhy(t *testing.T) {
	w := newWorld(t)
	open, part, whole, nothing := w.laterOrder(), w.laterOrder(), w.laterOrder(), w.laterOrder()
	w.patch(nothing+"/authorization", `{"order_amount":0}`).want(204)
	w.post(part+"/captures", `{"captured_amount":6000}`).want(201)
	w.post(whole+"/captures", `{"captured_amount":10000}`).want(201)
	pending := w.createHosted(w.post("/payments/v1/sessions", strings.Replace(swedishCart, "alva@", "alva+pend-accept-09@", 1)).want(200).text("session_id"), `{"place_order_mode":"PLACE_ORDER"}`)
	w.payOn(pending)
	waiting := "/ordermanagement/v1/orders/" + w.get("/hpp/v1/sessions/"+pending.text("session_id")).want(200).text("order_id")
	place := "/payments/v1/authorizations/" + w.token() + "/order"
	used := "/payments/v1/authorizations/" + w.token()
	usedOrder := w.post(used+"/order", swedishCart).want(200).text("order_id")
	_, tokenize := w.tokenizable("tokenize")
	customer := "/customer-token/v1/tokens/" + w.post("/payments/v1/authorizations/"+tokenize+"/customer-token", tokenBody).want(200).text("token_id")
	completed := w.createHosted(w.createPayment(), `{"place_order_mode":"PLACE_ORDER"}`)
	w.payOn(completed)
	with := func(old, new string) string { return strings.Replace(swedishCart, old, new, 1) }
	wooCart := `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":495,"order_lines":[{"name":"a","quantity":1,"unit_price":495,"total_amount":495,"tax_rate":700,"total_tax_amount":41}]}`
	for _, c := range []struct {
		method, path, body string
		status             int
		why                string
	}{
		{"POST", "/payments/v1/sessions", wooCart, 400, "order_lines[0].total_tax_amount: expected 32, got 41"},
		{"POST", "/payments/v1/sessions", with(`"locale":"sv-SE"`, `"locale":"de-DE"`), 400, "locale: expected one of sv-SE, en-SE, got de-DE"},
		{"POST", "/hpp/v1/sessions", `{"payment_session_url":"https://x/checkout/v3/orders/1"}`, 400, "payment_session_url: expected"},
		{"POST", "/hpp/v1/sessions", `{"payment_session_url":"https://x/payments/v1/sessions/` + unknownID + `"}`, 404, ""},
		{"POST", place, with(`"order_amount":10000,"order_tax_amount":2000`, `"order_amount":12000`), 400, "order_amount: expected 10000, got 12000"},
		{"POST", place, strings.NewReplacer(`"quantity":2,"unit_price":5000`, `"quantity":1,"unit_price":10000`, "Storgatan", "Lillgatan").Replace(swedishCart), 409,
			"order_lines[0].quantity: expected 2, got 1; order_lines[0].unit_price: expected 5000, got 10000; billing_address.street_address: expected what was authorized"},
		{"POST", used + "/order", with("ON4711", "ON4712"), 409, "body: expected that of the call that placed order " + usedOrder},
		{"DELETE", used, "", 404, "authorization_token: expected APPROVED, got CONSUMED"},
		{"POST", "/payments/v1/authorizations/" + tokenize + "/order", swedishCart, 403, "intent: expected buy or buy_and_tokenize, got tokenize"},
		{"POST", used + "/customer-token", tokenBody, 403, "intent: expected tokenize or buy_and_tokenize, got buy"},
		{"POST", customer + "/order", strings.Replace(chargeBody, "sek", "NOK", 1) + "}", 409, "purchase_currency: expected SEK, got NOK"},
		{"POST", open + "/captures", `{"captured_amount":0}`, 422, "captured_amount: expected 1 or more, got 0"},
		{"POST", open + "/captures", `{"captured_amount":"ten"}`, 422, "captured_amount: expected"},
		{"POST", part + "/captures", `{"captured_amount":4001}`, 403, "captured_amount: expected at most what remains, 4000, got 4001"},
		{"POST", nothing + "/captures", `{"captured_amount":1}`, 403, "captured_amount: expected at most what remains, 0, got 1"},
		{"POST", whole + "/captures", `{"captured_amount":1}`, 403, "status: expected AUTHORIZED or PART_CAPTURED, got CAPTURED"},
		{"POST", waiting + "/captures", `{"captured_amount":1}`, 403, "fraud_status: expected ACCEPTED, got PENDING"},
		{"POST", part + "/refunds", `{"refunded_amount":6001}`, 403, "refunded_amount: expected at most what was captured and not refunded, 6000, got 6001"},
		{"POST", whole + "/refunds", `{"refunded_amount":1000,"order_lines":[{"name":"a","quantity":1,"unit_price":1500,"total_amount":1500},{"type":"return_fee","name":"fee","quantity":1,"unit_price":-400,"total_amount":-400}]}`, 403,
			"refunded_amount: expected 1100, got 1000"},
		{"PATCH", whole + "/authorization", `{"order_amount":9000}`, 403, "status: expected AUTHORIZED or PART_CAPTURED, got CAPTURED"},
		{"PATCH", waiting + "/authorization", `{"order_amount":9000}`, 403, "fraud_status: expected ACCEPTED, got PENDING"},
		{"GET", "/hpp/v1/sessions/" + unknownID, "", 404, ""},
		{"GET", "/ordermanagement/v1/orders/" + unknownID, "", 404, ""},
	} {
		got := w.send(request{method: c.method, path: c.path, body: c.body}).want(c.status)
		why := got.header.Get("Kassa-Explain")
		if (why == "") != (c.why == "") || !strings.HasPrefix(why, c.why) {
			t.Errorf("%s %s: %q, want %q", c.method, c.path, why, c.why)
		}
		if line := w.logged(); why != "" && line["reasons"] != why {
			t.Errorf("%s %s: the log says %v, the header %q", c.method, c.path, line["reasons"], why)
		}
		if strings.Contains(w.log.String(), "Lillgatan") || strings.Contains(why, "Storgatan") {
			t.Errorf("%s %s: somebody's address is told", c.method, c.path)
		}
	}
	hosting := `{"payment_session_url":"https://x/payments/v1/sessions/` + w.createPayment() + `"}`
	late := w.createHosted(w.createPayment(), "").text("session_id")
	w.clock.Advance(47*time.Hour + time.Minute)
	if got := w.post("/hpp/v1/sessions", hosting).want(404).header.Get("Kassa-Explain"); got != "expires_at: expected more than an hour to come, got 2026-03-04T10:30:00.123456Z" {
		t.Errorf("%q", got)
	}
	if got := w.get("/hpp/v1/sessions/" + late).want(404).header.Get("Kassa-Explain"); got != "expires_at: expected a time to come, got 2026-03-04T09:30:00.123456Z" {
		t.Errorf("%q", got)
	}
}
