package api

import (
	"strings"
	"testing"
	"time"

	"kassa/internal/pay"
)

// largeCart is an order larger than the amount of one capture call.
const largeCart = `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":300000000,"billing_address":{"country":"SE","email":"EMAIL"},
 "order_lines":[{"name":"ship","quantity":2,"unit_price":150000000,"total_amount":200000000,"total_discount_amount":100000000},{"name":"boat","quantity":1,"unit_price":100000000,"total_amount":100000000}]}`

func TestCapture_whatIsCapturedWholeMayBeLargerThanACall(t *testing.T) {
	w := newWorld(t)
	for email, fraud := range map[string]string{"a@email.se": "ACCEPTED", "a+pend-accept-01@email.se": "PENDING"} {
		payment := w.post("/payments/v1/sessions", strings.Replace(largeCart, "EMAIL", email, 1)).want(200).text("session_id")
		hosted := w.createHosted(payment, `{"place_order_mode":"CAPTURE_ORDER"}`)
		w.payLater(hosted)
		order := "/ordermanagement/v1/orders/" + w.get("/hpp/v1/sessions/"+hosted.text("session_id")).want(200).text("order_id")
		got := w.get(order).want(200).object()
		if captured := map[string]float64{"ACCEPTED": 300000000}[fraud]; got["fraud_status"] != fraud || got["captured_amount"] != captured {
			t.Errorf("%s: %v captured %v", email, got["fraud_status"], got["captured_amount"])
		}
	}
}

func TestIntent_isBoundToWhatWasAuthorized(t *testing.T) {
	w := newWorld(t)
	session, bought := w.tokenizable("buy")
	w.post("/payments/v1/sessions/"+session, `{"intent":"buy_and_tokenize"}`).want(204)
	w.post("/payments/v1/authorizations/"+bought+"/customer-token", tokenBody).refused(403, "INVALID_OPERATION", "Not allowed to create customer token for intent buy")
	session, agreed := w.tokenizable("tokenize")
	w.post("/payments/v1/sessions/"+session, `{"intent":"buy"}`).want(204)
	w.post("/payments/v1/authorizations/"+agreed+"/order", swedishCart).refused(403, "INVALID_OPERATION", "Not allowed to place an order for intent tokenize")
}

func TestStepUp_recoversTheTokenThatWasRefusedAndNoOther(t *testing.T) {
	w := newWorld(t)
	token := func() string {
		_, authorization := w.tokenizable("tokenize")
		return w.post("/payments/v1/authorizations/"+authorization+"/customer-token", tokenBody).want(200).text("token_id")
	}
	refused, other := token(), token()
	stepUp := w.post("/customer-token/v1/tokens/"+refused+"/order", chargeBody+`,"step_up":"SUPPORTED","shipping_address":{"email":"a+denied@email.se"}}`).want(403).text("step_up_id")
	session := w.post("/payments/v1/sessions", strings.Replace(strings.Replace(swedishCart, "{", `{"step_up_id":"`+stepUp+`",`, 1), `"customer":{`, `"customer":{"customer_token":"`+refused+`",`, 1)).want(200).text("session_id")
	w.post("/payments/v1/sessions/"+session, `{"customer":{"customer_token":"`+other+`","date_of_birth":"1941-03-21"}}`).want(204)
	w.post("/payments/v1/sessions/"+session, `{"step_up_id":"`+stepUp+`","customer":{"customer_token":"`+other+`"}}`).refused(400, "BAD_VALUE", "Bad value: step_up_id")
	hosted := w.createHosted(session, `{"place_order_mode":"PLACE_ORDER"}`)
	w.payOn(hosted) // over time
	for id, what := range map[string]string{refused: "refused", other: "other"} {
		if got := w.get("/customer-token/v1/tokens/" + id).want(200).text("payment_method_type"); got != "INVOICE" {
			t.Errorf("the %s token is paid with %s now", what, got)
		}
	}
}

func TestOrder_ofNothingExpiresToo(t *testing.T) {
	w := newWorld(t)
	order := w.laterOrder()
	w.patch(order+"/authorization", `{"order_amount":0,"order_lines":[]}`).want(204)
	w.clock.Advance(29 * 24 * time.Hour)
	if got := w.get(order).want(200).text("status"); got != "EXPIRED" {
		t.Fatal(got)
	}
	w.patch(order+"/authorization", `{"order_amount":5000}`).refused(403, "NOT_ALLOWED", "Update not allowed.")
}

func TestPlaceOrder_keepsTheURLsThatAreNotSent(t *testing.T) {
	w := newWorld(t)
	payment := w.post("/payments/v1/sessions", strings.Replace(swedishCart, "{", `{"merchant_urls":{"push":"https://shop.example/push","confirmation":"https://shop.example/a"},`, 1)).want(200).text("session_id")
	hosted := w.createHosted(payment, "")
	w.payLater(hosted)
	token := w.get("/hpp/v1/sessions/" + hosted.text("session_id")).want(200).text("authorization_token")
	id := w.post("/payments/v1/authorizations/"+token+"/order", strings.Replace(swedishCart, "{", `{"merchant_urls":{"confirmation":"https://shop.example/b"},`, 1)).want(200).text("order_id")
	i, err := w.engine.Inspect(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if u := i.Orders[0].URLs; u.Push != "https://shop.example/push" || u.Confirmation != "https://shop.example/b" {
		t.Fatalf("%+v", u)
	}
}

// TestLocale_fitsTheMarket: every family takes and refuses the same ones.
func TestLocale_fitsTheMarket(t *testing.T) {
	w := newWorld(t)
	for locale, ok := range map[string]bool{"sv-SE": true, "en-se": true, "EN": true, "pl": true, "en-US": true, "EN-us": true, "de-DE": false, "sv-FI": false, "es-US": false} {
		_, tokenize := w.tokenizable("tokenize")
		cart := strings.Replace(swedishCart, "sv-SE", locale, 1)
		for path, body := range map[string]string{
			"/payments/v1/sessions":                                       cart,
			"/payments/v1/sessions/" + w.createPayment():                  `{"locale":"` + locale + `"}`,
			"/payments/v1/authorizations/" + w.token() + "/order":         cart,
			"/payments/v1/authorizations/" + tokenize + "/customer-token": `{"description":"a","intended_use":"SUBSCRIPTION","locale":"` + locale + `"}`,
		} {
			got := w.post(path, body)
			if ok && got.status != 200 && got.status != 204 {
				t.Errorf("%s at %s: %d %s", locale, path, got.status, got.body)
			} else if !ok {
				got.refused(400, "BAD_VALUE", "Bad value: locale")
			}
		}
	}
}

// TestLocale_whatIsToldIsTaken: a session without a locale tells the default, in every market, and takes it back.
func TestLocale_whatIsToldIsTaken(t *testing.T) {
	w := newWorld(t)
	for _, m := range pay.Markets() {
		at := "/payments/v1/sessions/" + w.post("/payments/v1/sessions", `{"purchase_country":"`+m.Country+`","purchase_currency":"`+m.Currency+`","order_amount":1,"order_lines":[{"name":"a","quantity":1,"unit_price":1,"total_amount":1}]}`).want(200).text("session_id")
		w.post(at, `{"locale":"`+w.get(at).want(200).text("locale")+`"}`).want(204)
	}
}

func TestIdempotency_theStoredAnswerComesBeforeWhatIsWrongWithTheBody(t *testing.T) {
	w := newWorld(t)
	send := func(body string) answer {
		return w.send(request{method: "POST", path: "/payments/v1/sessions", body: body, header: map[string]string{keyHeader: "k"}})
	}
	first := send(swedishCart).want(200)
	for _, body := range []string{"{", "", `{"order_amount":"x"}`, strings.Repeat("\x00", 3)} {
		if again := send(body).want(200); again.text("session_id") != first.text("session_id") || again.header.Get("Kassa-Idempotency-Mismatch") != "true" {
			t.Errorf("%q: %s", body, again.body)
		}
	}
}

func TestEnum_mayBeEscaped(t *testing.T) {
	w := newWorld(t)
	session := w.post("/payments/v1/sessions", strings.Replace(swedishCart, "{", `{"intent":"b\u0075y",`, 1)).want(200).text("session_id")
	if got := w.get("/payments/v1/sessions/" + session).want(200); got.text("intent") != "buy" {
		t.Fatalf("%s", got.body)
	}
}

func TestPaymentRead_tellsTheConsumersDataOnceAuthorized(t *testing.T) {
	w := newWorld(t)
	payment := w.post("/payments/v1/sessions", `{"purchase_country":"SE","purchase_currency":"SEK","order_amount":100,"order_lines":[{"name":"a","quantity":1,"unit_price":100,"total_amount":100}]}`).want(200).text("session_id")
	if got := w.get("/payments/v1/sessions/" + payment).want(200).object(); got["billing_address"] != nil {
		t.Fatalf("%v", got)
	}
	w.payLater(w.createHosted(payment, ""))
	if got, _ := w.get("/payments/v1/sessions/" + payment).want(200).object()["billing_address"].(map[string]any); got["given_name"] != "Alice" {
		t.Fatalf("%v", got)
	}
}

// TestAppReturn_isTakenForAllowedSchemesByEveryCall asks for the same way back with every call that takes merchant_urls of a payment.
func TestAppReturn_isTakenForAllowedSchemesByEveryCall(t *testing.T) {
	const urls = `"merchant_urls":{"app_return_url":"myapp://ret"}`
	for _, schemes := range [][]string{{"otherapp"}, {"myapp"}} {
		w := newWorld(t)
		if _, err := w.engine.SetMerchantAppSchemes(t.Context(), "K000001", schemes); err != nil {
			t.Fatal(err)
		}
		_, tokenize := w.tokenizable("tokenize")
		customer := w.post("/payments/v1/authorizations/"+tokenize+"/customer-token", tokenBody).want(200).text("token_id")
		cart := strings.Replace(swedishCart, "{", "{"+urls+",", 1)
		for path, body := range map[string]string{
			"/payments/v1/sessions":                               cart,
			"/payments/v1/sessions/" + w.createPayment():          "{" + urls + "}",
			"/payments/v1/authorizations/" + w.token() + "/order": cart,
			"/customer-token/v1/tokens/" + customer + "/order":    chargeBody + "," + urls + "}",
		} {
			got := w.post(path, body)
			if schemes[0] != "myapp" {
				got.refused(400, "BAD_VALUE", "Bad value: merchant_urls.app_return_url")
			} else if got.status != 200 && got.status != 204 {
				t.Errorf("%s: %d %s", path, got.status, got.body)
			}
		}
	}
}
