package api

import (
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

func TestFlow_fromSessionToRefund(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	hosted := w.createHosted(payment, "")
	session := "/hpp/v1/sessions/" + hosted.text("session_id")
	if got := w.get(session).want(200).text("status"); got != "WAITING" {
		t.Fatal(got)
	}
	w.payOn(hosted)
	read := w.get(session).want(200)
	if read.text("status") != "COMPLETED" || read.object()["order_id"] != nil {
		t.Fatalf("%s", read.body)
	}
	token := read.text("authorization_token")
	if got := w.get("/payments/v1/sessions/" + payment).want(200).text("authorization_token"); got != token {
		t.Fatalf("token %q on the payment session, %q on the page session", got, token)
	}
	placed := w.post("/payments/v1/authorizations/"+token+"/order", swedishCart).want(200)
	order := "/ordermanagement/v1/orders/" + placed.text("order_id")
	if method := placed.object()["authorized_payment_method"].(map[string]any); method["type"] != "fixed_amount" || method["number_of_installments"] != 3.0 {
		t.Fatalf("%v", method)
	}
	equal := strings.NewReplacer(`"SE"`, `"se"`, `"SEK"`, ` "sek" `, `"physical"`, `"PHYSICAL"`, `"sv-SE"`, `"SV-se"`, `{"purchase`, `{"unknown":[{}],"purchase`).Replace(swedishCart)
	again := w.post("/payments/v1/authorizations/"+token+"/order", equal).want(200)
	if again.text("order_id") != placed.text("order_id") {
		t.Fatal("an equal call placed another order")
	}
	if got := w.get("/payments/v1/sessions/" + payment).want(200).text("status"); got != "complete" {
		t.Fatal(got)
	}

	captured := w.post(order+"/captures", `{"captured_amount":6000,"description":"first\nparcel","shipping_info":[{"shipping_company":"DHL","shipping_method":"home","tracking_number":1245,"tracking_url":"x"}]}`).want(201)
	capture := captured.header.Get("Capture-Id")
	if want := publicURL + order + "/captures/" + capture; captured.header.Get("Location") != want || len(captured.body) != 0 || !pay.ValidUUID(capture) {
		t.Fatalf("%v %s", captured.header, captured.body)
	}
	one := w.get(order + "/captures/" + capture).want(200).object()
	info := one["shipping_info"].([]any)[0].(map[string]any)
	if one["captured_amount"] != 6000.0 || one["refunded_amount"] != 0.0 || info["tracking_number"] != "1245" || info["shipping_method"] != "Home" {
		t.Fatalf("%v", one)
	}
	if list := w.get(order + "/captures").want(200); !strings.HasPrefix(string(list.body), `[{"capture_id":"`+capture) {
		t.Fatalf("%s", list.body)
	}
	refunded := w.post(order+"/refunds", `{"refunded_amount":1000,"reference":"R1"}`).want(201)
	refund := refunded.header.Get("Refund-Id")
	if want := publicURL + order + "/refunds/" + refund; refunded.header.Get("Location") != want {
		t.Fatalf("%v", refunded.header)
	}
	if one := w.get(order + "/refunds/" + refund).want(200).object(); one["refunded_amount"] != 1000.0 || one["credit_invoice"] != false || one["reference"] != "R1" {
		t.Fatalf("%v", one)
	}
	o := w.get(order).want(200).object()
	for member, want := range map[string]any{
		"status": "PART_CAPTURED", "fraud_status": "ACCEPTED", "order_amount": 10000.0, "original_order_amount": 10000.0, "captured_amount": 6000.0,
		"refunded_amount": 1000.0, "remaining_authorized_amount": 4000.0, "merchant_reference1": "ON4711", "purchase_country": "SE",
		"expires_at": "2026-03-30T00:00:00.000Z", "created_at": "2026-03-02T10:30:00.123Z",
	} {
		if o[member] != want {
			t.Errorf("%s is %v, want %v", member, o[member], want)
		}
	}
	w.post(order+"/cancel", "").refused(403, "CANCEL_NOT_ALLOWED", "Order has previous captures. Cancel not possible.")
	w.post(order+"/captures", `{"captured_amount":4001}`).refused(403, "CAPTURE_NOT_ALLOWED", "Captured amount is higher than the remaining authorized amount. Capture not possible.")
	w.post(order+"/refunds", `{"refunded_amount":5001}`).refused(403, "REFUND_NOT_ALLOWED", "Over refund is not allowed. Refund not possible.")
	w.clock.Advance(28 * 24 * time.Hour)
	if got := w.get(order).want(200).object(); got["remaining_authorized_amount"] != 0.0 || got["status"] != "CAPTURED" {
		t.Fatalf("%v", got)
	}
}

func TestHosted_orderModesTellTheOrder(t *testing.T) {
	w := newWorld(t)
	for _, mode := range []string{"place_order", "CAPTURE_ORDER"} {
		hosted := w.createHosted(w.createPayment(), `{"place_order_mode":"`+mode+`","payment_method_category":"PAY_OVER_TIME"}`)
		w.payOn(hosted)
		read := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200)
		if read.text("status") != "COMPLETED" || read.object()["authorization_token"] != nil || len(read.text("klarna_reference")) != 8 {
			t.Fatalf("%s", read.body)
		}
		want := map[string]string{"place_order": "AUTHORIZED", "CAPTURE_ORDER": "CAPTURED"}[mode]
		if got := w.get("/ordermanagement/v1/orders/" + read.text("order_id")).want(200).text("status"); got != want {
			t.Fatalf("%s: %s", mode, got)
		}
	}
}

func TestHosted_createTellsEveryURL(t *testing.T) {
	w := newWorld(t)
	got := w.createHosted(w.createPayment(), "").object()
	id := got["session_id"].(string)
	session := publicURL + "/hpp/v1/sessions/" + id
	page := got["redirect_url"].(string)
	if !strings.HasPrefix(page, publicURL+"/pay/1-") {
		t.Fatal(page)
	}
	for member, want := range map[string]string{
		"session_url": session, "distribution_url": session + "/distribution", "manual_identification_check_url": session + "/manual-id-check",
		"qr_code_url": page + "/qr", "expires_at": "2026-03-04T09:30:00.123Z",
	} {
		if got[member] != want {
			t.Errorf("%s is %v, want %s", member, got[member], want)
		}
	}
	module := got["distribution_module"].(map[string]any)
	for _, member := range []string{"token", "standalone_url", "generation_url"} {
		if s, _ := module[member].(string); s == "" {
			t.Errorf("no %s", member)
		}
	}
}

func TestHosted_paymentSessionURL(t *testing.T) {
	w := newWorld(t)
	payment := w.createPayment()
	body := func(url string) string { return `{"payment_session_url":"` + url + `"}` }
	for _, url := range []string{
		"https://api.klarna.com/payments/v1/sessions/" + payment, "http://10.0.0.1:8080/credit/v1/sessions/" + payment + "/",
		publicURL + "/payments/v1/sessions/" + strings.ToUpper(payment) + "?x=1",
	} {
		w.post("/hpp/v1/sessions", body(url)).want(201)
	}
	for _, url := range []string{
		"nonsense", "https://x/payments/v1/sessions/", "https://x/payments/v1/sessions/abc", "https://x/payments/v2/sessions/" + payment, "%zz",
		"https://x/payments/v1/sessions/11111111-2222-3333-4444-555555555555",
	} {
		w.post("/hpp/v1/sessions", body(url)).refused(404, "NOT_FOUND", "Payment session not found, expired or already completed")
	}
	for _, b := range []string{body("https://api.klarna.com/checkout/v3/orders/" + payment), body(""), `{}`, "", `{"payment_session_url":null}`, `{"payment_session_url":[1]}`} {
		w.post("/hpp/v1/sessions", b).refused(400, "BAD_VALUE", "Bad value: payment_session_url")
	}
	w.clock.Advance(47 * time.Hour)
	w.post("/hpp/v1/sessions", body("https://x/payments/v1/sessions/"+payment)).want(404)
}

func TestHosted_disableAndDistribute(t *testing.T) {
	w := newWorld(t)
	session := "/hpp/v1/sessions/" + w.createHosted(w.createPayment(), "").text("session_id")
	const distribution = `{"method":"email","contact_information":{"email":"a@b.example"}}`
	if got := w.post(session+"/distribution", distribution).want(201); len(got.body) > 0 {
		t.Fatalf("%s", got.body)
	}
	w.post("/hpp/v1/sessions/11111111-2222-3333-4444-555555555555/distribution", distribution).refused(404, "NOT_FOUND", "Session not found or expired")
	w.delete(session).want(204)
	w.delete(session).want(204)
	w.post(session+"/distribution", distribution).refused(400, "CONSTRAINT_VIOLATION", "The session is DISABLED: its link cannot be distributed")
	if got := w.get(session).want(200).text("status"); got != "DISABLED" {
		t.Fatal(got)
	}
	done := w.createHosted(w.createPayment(), "")
	w.payOn(done)
	w.delete("/hpp/v1/sessions/"+done.text("session_id")).refused(400, "BAD_REQUEST", "The session has already been completed")
}

func TestAuthorization_cancelAndMismatch(t *testing.T) {
	w := newWorld(t)
	token := w.token()
	path := "/payments/v1/authorizations/" + token
	w.post(path+"/order", strings.Replace(swedishCart, `"SEK"`, `"EUR"`, 1)).refused(409, "BAD_VALUE", "Not matching fields: [purchase_currency]")
	w.post(path+"/order", `{}`).refused(400, "BAD_VALUE", "Bad value: purchase_country, purchase_currency, order_amount, order_lines")
	w.delete(path).want(204)
	w.delete(path).want(404)
	w.post(path+"/order", swedishCart).refused(404, "NOT_FOUND", "Invalid authorization token")

	used := "/payments/v1/authorizations/" + w.token()
	w.post(used+"/order", swedishCart).want(200)
	w.post(used+"/order", strings.Replace(swedishCart, "ON4711", "ON4712", 1)).
		refused(409, "BAD_VALUE", "The order has been already completed with different request body")
	w.delete(used).refused(404, "NOT_FOUND", "Authorization cannot be deleted")

	late := "/payments/v1/authorizations/" + w.token()
	w.clock.Advance(time.Hour)
	w.post(late+"/order", swedishCart).refused(404, "NOT_FOUND", "Invalid authorization token")
}

func TestPayment_updateAndExpiry(t *testing.T) {
	w := newWorld(t)
	path := "/payments/v1/sessions/" + w.createPayment()
	if got := w.post(path, `{"order_amount":5000,"order_lines":[{"name":"Bell","quantity":1,"unit_price":5000,"total_amount":5000}],"merchant_reference1":""}`).want(204); len(got.body) != 0 {
		t.Fatalf("%s", got.body)
	}
	read := w.get(path).want(200).object()
	if read["order_amount"] != 5000.0 || read["merchant_reference1"] != nil || read["order_tax_amount"] != nil || read["intent"] != "buy" || read["acquiring_channel"] != "ECOMMERCE" {
		t.Fatalf("%v", read)
	}
	if c := read["customer"].(map[string]any); c["national_identification_number"] != nil || c["date_of_birth"] != "1941-03-21" {
		t.Fatalf("%v", c)
	}
	w.post(path, "").want(204)
	w.post(path, `{"order_amount":1}`).refused(400, "BAD_VALUE", "Bad value: order_amount")
	legacy := strings.Replace(path, "payments", "credit", 1)
	w.get(legacy).want(200)
	w.clock.Advance(48 * time.Hour)
	w.get(path).refused(404, "NOT_FOUND", "Invalid session id")
	w.post(path, `{}`).refused(404, "NOT_FOUND", "Invalid session id")
	used := w.createPayment()
	w.clock.Advance(0)
	hosted := w.createHosted(used, `{"place_order_mode":"PLACE_ORDER"}`)
	w.payOn(hosted)
	w.post("/payments/v1/sessions/"+used, `{}`).refused(404, "SESSION_COMPLETED", "Session has already been completed")
	w.get("/payments/v1/sessions/" + used).want(200)
}

func TestClientToken_hasItsClaims(t *testing.T) {
	w := newWorld(t)
	created := w.post("/payments/v1/sessions", swedishCart).want(200)
	var claims clientClaims
	if err := w.keys.ParseJWT(created.text("client_token"), &claims); err != nil {
		t.Fatal(err)
	}
	want := clientClaims{
		SessionID: created.text("session_id"), BaseURL: publicURL, Language: "sv", PurchaseCountry: "SE", Environment: "playground",
		MerchantName: "Nordlys Cykler", SessionType: "PAYMENTS", Region: "eu", OrderAmount: 10000, IssuedAt: start.Unix(), ExpiresAt: start.Add(48 * time.Hour).Unix(),
	}
	if claims != want {
		t.Fatalf("%+v", claims)
	}
	categories := created.object()["payment_method_categories"].([]any)
	if len(categories) != 4 {
		t.Fatalf("%v", categories)
	}
	if c := categories[0].(map[string]any); c["identifier"] != "pay_later" || c["name"] != "Pay later" || c["asset_urls"].(map[string]any)["standard"] == nil {
		t.Fatalf("%v", c)
	}
}
