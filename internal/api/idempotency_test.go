package api

import (
	"bytes"
	"strings"
	"testing"
)

func (w *world) keyed(path, key, body string) answer {
	w.t.Helper()
	return w.send(request{method: "POST", path: path, body: body, header: map[string]string{keyHeader: key}})
}

// same checks that one answer is the other again, byte for byte.
func same(t *testing.T, first, again answer) {
	t.Helper()
	if again.status != first.status || !bytes.Equal(again.body, first.body) {
		t.Fatalf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
	}
	if first.header.Get(replayedHeader) != "" || again.header.Get(replayedHeader) != "true" {
		t.Fatalf("%s: first %q, again %q", replayedHeader, first.header.Get(replayedHeader), again.header.Get(replayedHeader))
	}
	for _, name := range []string{"Klarna-Correlation-Id", "Content-Type", "Location", "Capture-Id", "Refund-Id"} {
		if first.header.Get(name) != again.header.Get(name) {
			t.Fatalf("%s: first %q, again %q", name, first.header.Get(name), again.header.Get(name))
		}
	}
}

func TestIdempotency_answersAgain(t *testing.T) {
	w := newWorld(t)
	payment := w.keyed("/payments/v1/sessions", "k1", swedishCart).want(200)
	same(t, payment, w.keyed("/payments/v1/sessions", "k1", swedishCart))
	if w.keyed("/payments/v1/sessions", "k2", swedishCart).text("session_id") == payment.text("session_id") {
		t.Fatal("another key gave the same session")
	}
	hosted := `{"payment_session_url":"https://x/payments/v1/sessions/` + payment.text("session_id") + `"}`
	same(t, w.keyed("/hpp/v1/sessions", "k1", hosted).want(201), w.keyed("/hpp/v1/sessions", "k1", hosted))

	order := "/ordermanagement/v1/orders/" + w.order()
	captured := w.keyed(order+"/captures", "k1", `{"captured_amount":1000}`).want(201)
	same(t, captured, w.keyed(order+"/captures", "k1", `{"captured_amount":1000}`))
	refunded := w.keyed(order+"/refunds", "k1", `{"refunded_amount":100}`).want(201)
	same(t, refunded, w.keyed(order+"/refunds", "k1", `{"refunded_amount":100}`))
	if got := w.get(order).object(); got["captured_amount"] != 1000.0 || got["refunded_amount"] != 100.0 {
		t.Fatalf("%v", got)
	}
	w.keyed("/payments/v1/sessions/"+payment.text("session_id"), "k3", `{}`).want(204)
	if got := w.keyed("/payments/v1/sessions/"+payment.text("session_id"), "k3", `{}`).want(204); got.header.Get("Kassa-Idempotency-Mismatch") != "" {
		t.Fatalf("%v", got.header)
	}
}

func TestIdempotency_anotherBodyIsTold(t *testing.T) {
	w := newWorld(t)
	order := "/ordermanagement/v1/orders/" + w.order()
	first := w.keyed(order+"/captures", "k", `{"captured_amount":1000}`).want(201)
	for _, body := range []string{`{"captured_amount":2000}`, `{}`, `{"captured_amount":"x"}`} {
		again := w.keyed(order+"/captures", "k", body)
		same(t, first, again)
		if again.header.Get("Kassa-Idempotency-Mismatch") != "true" || w.logged()["idempotency_mismatch"] != true {
			t.Fatalf("%v %v", again.header, w.logged())
		}
	}
	if got := w.get(order).object(); got["captured_amount"] != 1000.0 {
		t.Fatalf("%v", got)
	}
}

// TestIdempotency_aRefusalIsNeverKept: what a call was refused for may have gone by the next one with the same key.
func TestIdempotency_aRefusalIsNeverKept(t *testing.T) {
	const om = "/ordermanagement/v1/orders/"
	order := func(w *world) string { return om + w.order() }
	captured := func(w *world) string {
		at := order(w)
		w.post(at+"/captures", `{"captured_amount":1000}`).want(201)
		return at
	}
	for name, tc := range map[string]struct {
		on                 func(w *world) string // makes what the calls are about
		method, path, body string
		status             int
		code               string
		mend               func(w *world, at string) // takes the reason away; the body may change instead
		mended             string
		then               int
	}{
		"refund before the capture": {on: order, path: "/refunds", body: `{"refunded_amount":100}`, status: 403, code: "REFUND_NOT_ALLOWED",
			mend: func(w *world, at string) { w.post(at+"/captures", `{"captured_amount":1000}`).want(201) }, then: 201},
		"over-capture, then raised": {on: order, path: "/captures", body: `{"captured_amount":10001}`, status: 403, code: "CAPTURE_NOT_ALLOWED",
			mend: func(w *world, at string) {
				w.send(request{method: "PATCH", path: at + "/authorization", body: `{"order_amount":20000}`}).want(204)
			}, then: 201},
		"over-capture, another body": {on: order, path: "/captures", body: `{"captured_amount":10001}`, status: 403, code: "CAPTURE_NOT_ALLOWED", mended: `{"captured_amount":10000}`, then: 201},
		"bad body":                   {on: order, path: "/captures", body: `{}`, status: 422, code: "UNPROCESSABLE_ENTITY", mended: `{"captured_amount":1}`, then: 201},
		"malformed body":             {on: order, path: "/captures", body: `{`, status: 400, code: "BAD_REQUEST", mended: `{"captured_amount":1}`, then: 201},
		"release before the capture": {on: order, path: "/release-remaining-authorization", status: 403, code: "NOT_ALLOWED",
			mend: func(w *world, at string) { w.post(at+"/captures", `{"captured_amount":1000}`).want(201) }, then: 204},
		"lowered too far": {on: captured, method: "PATCH", path: "/authorization", body: `{"order_amount":900}`, status: 403, code: "NOT_ALLOWED", mended: `{"order_amount":1100}`, then: 204},
		"send-out before the capture": {on: order, path: "/captures/00000000-0000-7000-8000-000000000000/trigger-send-out", status: 403, code: "NOT_ALLOWED",
			mend: func(w *world, at string) { w.post(at+"/captures", `{"captured_amount":1000}`).want(201) }, then: 404},
		"place order, not matching": {on: func(w *world) string { return "/payments/v1/authorizations/" + w.token() }, path: "/order",
			body: strings.Replace(swedishCart, `"SEK"`, `"EUR"`, 1), status: 409, code: "BAD_VALUE", mended: swedishCart, then: 200},
		"new session": {on: func(*world) string { return "/payments/v1/sessions" }, body: `{}`, status: 400, code: "BAD_VALUE", mended: swedishCart, then: 200},
		"customer token of no such intent": {on: func(w *world) string { return "/payments/v1/authorizations/" + w.token() }, path: "/customer-token",
			body: `{"description":"x","intended_use":"SUBSCRIPTION"}`, status: 403, code: "INVALID_OPERATION", then: 403},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			at := tc.on(w)
			call := func(body string) answer {
				method := tc.method
				if method == "" {
					method = "POST"
				}
				return w.send(request{method: method, path: at + tc.path, body: body, header: map[string]string{keyHeader: "k"}})
			}
			for range 2 {
				if got := call(tc.body).want(tc.status); got.object()["error_code"] != tc.code || got.header.Get(replayedHeader) != "" || got.header.Get(mismatchHeader) != "" {
					t.Fatalf("%s %v", got.body, got.header)
				}
			}
			body := tc.body
			if tc.mended != "" {
				body = tc.mended
			}
			if tc.mend != nil {
				tc.mend(w, at)
			}
			first := call(body).want(tc.then)
			if first.header.Get(replayedHeader) != "" {
				t.Fatal("a first answer says that it was given again")
			}
			if tc.then < 300 {
				if again := call(body); again.header.Get(replayedHeader) != "true" || again.header.Get(mismatchHeader) != "" {
					t.Fatalf("%v", again.header)
				}
			}
		})
	}
}

// TestIdempotency_whatSticksSticksToTheObject: a used token is answered by what it was used for, whatever the key.
func TestIdempotency_whatSticksSticksToTheObject(t *testing.T) {
	w := newWorld(t)
	used := "/payments/v1/authorizations/" + w.token() + "/order"
	placed := w.keyed(used, "one", swedishCart).want(200)
	other := strings.Replace(swedishCart, "ON4711", "ON4712", 1)
	for _, key := range []string{"two", "three", "two"} {
		w.keyed(used, key, other).refused(409, "BAD_VALUE", "The order has been already completed with different request body")
	}
	for _, key := range []string{"two", "four"} {
		if again := w.keyed(used, key, swedishCart).want(200); again.text("order_id") != placed.text("order_id") {
			t.Fatalf("%s", again.body)
		}
	}
}

func TestIdempotency_scopeIsMerchantMethodAndPath(t *testing.T) {
	w := newWorld(t)
	a, b := "/ordermanagement/v1/orders/"+w.order(), "/ordermanagement/v1/orders/"+w.order()
	w.keyed(a+"/captures", "k", `{"captured_amount":10}`).want(201)
	w.keyed(b+"/captures", "k", `{"captured_amount":10}`).want(201)
	if got := w.get(b).object(); got["captured_amount"] != 10.0 {
		t.Fatal("a key of another order was taken for this one's")
	}
	again := w.keyed("/ordermanagement/v1/orders/"+strings.ToUpper(strings.TrimPrefix(a, "/ordermanagement/v1/orders/"))+"/captures/", "k", `{"captured_amount":10}`).want(201)
	if got := w.get(a).object(); got["captured_amount"] != 10.0 || again.header.Get(replayedHeader) != "true" {
		t.Fatalf("an id in capitals was taken for another order's: %v captured", got["captured_amount"])
	}
	mine := w.keyed("/payments/v1/sessions", "k", swedishCart).want(200)
	other := w.send(request{method: "POST", path: "/payments/v1/sessions", body: swedishCart, merchant: "K000002_sandbox", header: map[string]string{keyHeader: "k"}}).want(200)
	if mine.text("session_id") == other.text("session_id") {
		t.Fatal("a key of another merchant was taken for this one's")
	}
}

func TestIdempotency_badKeys(t *testing.T) {
	w := newWorld(t)
	for _, key := range []string{"a\x00b", "a\tb", "\xff\xfe", "a\x7f", strings.Repeat("k", 256), "a\u0085b"} {
		w.keyed("/payments/v1/sessions", key, swedishCart).refused(400, "BAD_VALUE", "Bad value: Klarna-Idempotency-Key")
	}
	w.keyed("/payments/v1/sessions", strings.Repeat("ä", 127), swedishCart).want(200)
	w.keyed("/payments/v1/sessions", "  ", swedishCart).want(200)
}
