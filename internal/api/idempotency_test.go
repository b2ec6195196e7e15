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

func TestIdempotency_refusals(t *testing.T) {
	w := newWorld(t)
	order := "/ordermanagement/v1/orders/" + w.order()
	// A decided refusal is an answer like any other.
	first := w.keyed(order+"/captures", "decided", `{"captured_amount":10001}`).refused(403, "CAPTURE_NOT_ALLOWED", "Capture not allowed")
	same(t, first, w.keyed(order+"/captures", "decided", `{"captured_amount":10001}`))
	// What the client can mend is not.
	w.keyed(order+"/captures", "mend", `{}`).refused(422, "UNPROCESSABLE_ENTITY", "'captured_amount' must not be null")
	w.keyed(order+"/captures", "mend", `{"captured_amount":100}`).want(201)
	w.keyed("/payments/v1/sessions", "mend", `{}`).want(400)
	w.keyed("/payments/v1/sessions", "mend", swedishCart).want(200)
	token := w.token()
	mismatch := w.keyed("/payments/v1/authorizations/"+token+"/order", "k", strings.Replace(swedishCart, `"SEK"`, `"EUR"`, 1)).want(409)
	same(t, mismatch, w.keyed("/payments/v1/authorizations/"+token+"/order", "k", swedishCart))
	// A token that another body was placed with: this one is answered with its order, under the key that was refused before.
	used := "/payments/v1/authorizations/" + w.token() + "/order"
	placed := w.post(used, swedishCart).want(200)
	w.keyed(used, "used", strings.Replace(swedishCart, "ON4711", "ON4712", 1)).refused(409, "BAD_VALUE", "The order has been already completed with different request body")
	if again := w.keyed(used, "used", swedishCart).want(200); again.text("order_id") != placed.text("order_id") || again.header.Get("Kassa-Idempotency-Mismatch") != "" {
		t.Fatalf("%s", again.body)
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
