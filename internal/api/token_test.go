package api

import (
	"strings"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// payLater walks the page of a hosted session to its end, paying later.
func (w *world) payLater(hosted answer) {
	w.t.Helper()
	ctx, link := w.t.Context(), pay.Secret(strings.TrimPrefix(hosted.text("redirect_url"), publicURL+"/pay/"))
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	must(w.engine.Choose(ctx, link, engine.Visitor{Locale: "en"}, pay.PayLater))
	pg, err := w.engine.Page(ctx, link)
	must(err)
	if pg.Payment.StepOf(pg.Hosted, pg.Now) == pay.StepContact {
		contact, customer := w.engine.Prefill(pg)
		must(w.engine.Identify(ctx, link, engine.Visitor{}, contact, customer))
	}
	must(w.engine.Confirm(ctx, link, "123456"))
	must(w.engine.Authorize(ctx, link, pg.Hosted.Progress.Attempts, nil))
}

const (
	tokenBody  = `{"description":"rides","intended_use":"subscription","locale":"en-SE","purchase_country":"se","purchase_currency":"sek"}`
	chargeBody = `{"purchase_country":"SE","purchase_currency":"sek","locale":"sv-SE","order_amount":5000,"order_tax_amount":0,"order_lines":[{"name":"ride","quantity":1,"unit_price":5000,"total_amount":5000}]`
)

func TestCustomerToken_fromIntentToCancellation(t *testing.T) {
	w := newWorld(t)
	session, authorization := w.tokenizable("buy_and_tokenize")
	made := w.post("/payments/v1/authorizations/"+authorization+"/customer-token", tokenBody).want(200)
	if got := made.text("redirect_url"); got != publicURL+"/redirect/1-"+session {
		t.Fatal(got)
	}
	if b := made.object()["billing_address"].(map[string]any); b["city"] != "Stockholm" || made.object()["customer"].(map[string]any)["date_of_birth"] != "1941-03-21" {
		t.Fatalf("%s", made.body)
	}
	token := "/customer-token/v1/tokens/" + made.text("token_id")
	if got := string(w.get(token).want(200).body); got != `{"payment_method_type":"INVOICE","status":"ACTIVE"}`+"\n" {
		t.Fatal(got)
	}
	placed := w.post("/payments/v1/authorizations/"+authorization+"/order", strings.Replace(swedishCart, "{", `{"merchant_urls":{"confirmation":"https://shop.example/done"},`, 1)).want(200)
	if placed.text("redirect_url") != publicURL+"/redirect/1-"+session {
		t.Fatalf("%s", placed.body)
	}
	charged := w.send(request{method: "POST", path: token + "/order", body: chargeBody + `,"auto_capture":true,"merchant_reference1":"M1"}`, header: map[string]string{keyHeader: "k1"}}).want(200)
	again := w.send(request{method: "POST", path: token + "/order", body: chargeBody + `}`, header: map[string]string{keyHeader: "k1"}}).want(200)
	if again.text("order_id") != charged.text("order_id") || again.header.Get("Kassa-Idempotency-Mismatch") != "true" {
		t.Fatalf("%v %s", again.header, again.body)
	}
	order := w.get("/ordermanagement/v1/orders/" + charged.text("order_id")).want(200).object()
	if order["status"] != "CAPTURED" || order["merchant_reference1"] != "M1" || order["billing_address"].(map[string]any)["given_name"] != "Alva" {
		t.Fatalf("%v", order)
	}
	for range 2 {
		if got := w.patch(token+"/status", `{"status":"cancelled"}`).want(202); len(got.body) != 0 {
			t.Fatalf("%s", got.body)
		}
	}
	if got := w.get(token).want(200).text("status"); got != "CANCELLED" {
		t.Fatal(got)
	}
	w.post(token+"/order", chargeBody+"}").refused(403, "TOKEN_CANCELED", "Customer token is cancelled")
}

func TestCustomerToken_refusals(t *testing.T) {
	w := newWorld(t)
	_, buy := w.tokenizable("buy")
	_, tokenize := w.tokenizable("tokenize")
	at := func(token string) string { return "/payments/v1/authorizations/" + token + "/customer-token" }
	w.post(at(buy), tokenBody).refused(403, "INVALID_OPERATION", "Not allowed to create customer token for intent buy")
	w.post(at(tokenize), `{}`).refused(400, "BAD_VALUE", "Bad value: description, intended_use")
	w.post(at(tokenize), `{"description":"","intended_use":"GIFT","purchase_country":"Sweden"}`).refused(400, "BAD_VALUE", "Bad value: description, intended_use, purchase_country")
	w.post(at(tokenize), strings.Replace(tokenBody, `"se"`, `"no"`, 1)).refused(400, "BAD_VALUE", "Bad value: purchase_country")
	w.post(at("x"), tokenBody).refused(404, "NOT_FOUND", "Invalid authorization token")
	w.send(request{method: "POST", path: at(tokenize), body: tokenBody, merchant: "K000002_sandbox"}).refused(404, "NOT_FOUND", "Invalid authorization token")
	w.post("/payments/v1/authorizations/"+tokenize+"/order", swedishCart).refused(403, "INVALID_OPERATION", "Not allowed to place an order for intent tokenize")
	id := w.post(at(tokenize), tokenBody).want(200).text("token_id")
	w.post(at(tokenize), tokenBody).refused(403, "INVALID_OPERATION", "Authorization token already consumed")
	token := "/customer-token/v1/tokens/" + id
	w.post(token+"/order", `{}`).refused(400, "BAD_VALUE", "Bad value: purchase_currency, order_amount, order_lines")
	w.post(token+"/order", strings.Replace(chargeBody, "sek", "NOK", 1)+"}").refused(409, "BAD_VALUE", "Not matching fields: [purchase_currency]")
	w.post(token+"/order", chargeBody+`,"attachment":{"content_type":"application/vnd.klarna.internal.emd-v2+json","body":"["}}`).refused(400, "BAD_VALUE", "Bad value: attachment.attachment")
	w.patch(token+"/status", `{"status":"ACTIVE"}`).refused(400, "BAD_VALUE", "Bad value: status")
	w.patch(token+"/status", ``).refused(400, "BAD_VALUE", "Bad value: status")
	for _, c := range []struct{ method, path, body string }{{"GET", "", ""}, {"POST", "/order", chargeBody + "}"}, {"PATCH", "/status", `{"status":"CANCELLED"}`}, {"PATCH", "/status", `{}`}} {
		w.send(request{method: c.method, path: "/customer-token/v1/tokens/unknown-token" + c.path, body: c.body}).refused(404, "TOKEN_NOT_FOUND", "Customer token not found")
		w.send(request{method: c.method, path: token + c.path, body: c.body, merchant: "K000002_sandbox"}).refused(404, "TOKEN_NOT_FOUND", "Customer token not found")
	}
	if err := w.engine.SetTokenStatus(t.Context(), engine.Call{Merchant: &pay.Merchant{ID: "K000001"}}, pay.Secret(id), pay.TokenIsSuspended); err != nil {
		t.Fatal(err)
	}
	w.post(token+"/order", chargeBody+"}").refused(403, "TOKEN_SUSPENDED", "Customer token is suspended")
	_, late := w.tokenizable("tokenize")
	w.clock.Advance(time.Hour)
	w.post(at(late), tokenBody).refused(404, "NOT_FOUND", "Invalid authorization token")
}

func TestCustomerToken_aRefusedChargeIsRecoveredOnThePage(t *testing.T) {
	w := newWorld(t)
	_, authorization := w.tokenizable("tokenize")
	id := w.post("/payments/v1/authorizations/"+authorization+"/customer-token", tokenBody).want(200).text("token_id")
	token := "/customer-token/v1/tokens/" + id
	const denied = `,"shipping_address":{"email":"alva+denied@example.se"}`
	plain := w.post(token+"/order", chargeBody+denied+"}").want(403).object()
	if plain["error_code"] != "UNAVAILABLE_PAYMENT_METHOD" || plain["fraud_status"] != "REJECTED" || plain["reason"] != "denied" || plain["step_up_id"] != nil {
		t.Fatalf("%v", plain)
	}
	refused := w.send(request{method: "POST", path: token + "/order", body: chargeBody + denied + `,"step_up":"SUPPORTED"}`, header: map[string]string{keyHeader: "k"}}).want(403)
	again := w.send(request{method: "POST", path: token + "/order", body: chargeBody + denied + `,"step_up":"SUPPORTED"}`, header: map[string]string{keyHeader: "k"}}).want(403)
	stepUp := refused.text("step_up_id")
	if again.text("step_up_id") != stepUp {
		t.Fatalf("%s, then %s", refused.body, again.body)
	}
	recovery := func(id, stepUp string) string {
		return strings.Replace(strings.Replace(swedishCart, "{", `{"step_up_id":"`+stepUp+`",`, 1), `"customer":{`, `"customer":{"customer_token":"`+id+`",`, 1)
	}
	w.post("/payments/v1/sessions", recovery(id, "another")).refused(400, "BAD_VALUE", "Bad value: step_up_id")
	w.post("/payments/v1/sessions", recovery("another", stepUp)).refused(400, "BAD_VALUE", "Bad value: step_up_id")
	session := w.post("/payments/v1/sessions", recovery(id, stepUp)).want(200).text("session_id")
	hosted := w.createHosted(session, `{"place_order_mode":"PLACE_ORDER"}`)
	w.payOn(hosted) // over time, where the token was to be paid later
	if got := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200).text("status"); got != "COMPLETED" {
		t.Fatal(got)
	}
	if got := w.get(token).want(200).text("payment_method_type"); got != "FIXED_AMOUNT" {
		t.Fatalf("the token is still paid with %s", got)
	}
	w.post(token+"/order", chargeBody+"}").want(200)
}
