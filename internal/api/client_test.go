package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"kassa/client"
)

// The ordinary calls of the tests are made by the Go client, as a merchant makes them; what no client would send is sent by hand.

// direct carries a client's requests to the handler without a network.
type direct struct{ w *world }

// RoundTrip answers below the path prefix of the public URL.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	prefix := strings.TrimPrefix(publicURL, "https://pay.example")
	in.URL.Path, in.URL.RawPath = strings.TrimPrefix(r.URL.Path, prefix), strings.TrimPrefix(r.URL.RawPath, prefix)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	d.w.http.ServeHTTP(rec, in)
	out := rec.Result()
	out.Request = r
	return out, nil
}

// client is the Go client of the first merchant.
func (w *world) client() *client.Client {
	w.t.Helper()
	api, err := client.New(client.Options{
		BaseURL: publicURL, Username: "K000001_sandbox", Password: password, Attempts: 1, HTTP: &http.Client{Transport: direct{w}},
	})
	w.must(err)
	return api
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// typed reads a body into a struct of the client, which must have a field for each of its members.
func typed[T any](w *world, body string) (out T) {
	w.t.Helper()
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	w.must(dec.Decode(&out))
	return out
}

// retold is what a client has understood of an answer, in the words of the API.
func (w *world) retold(status int, v any) answer {
	w.t.Helper()
	body, err := json.Marshal(v)
	w.must(err)
	return answer{w.t, status, http.Header{}, body}
}

// createPayment makes a payment session and gives its id.
func (w *world) createPayment() string {
	w.t.Helper()
	made, err := w.client().CreatePaymentSession(w.t.Context(), typed[client.PaymentSessionRequest](w, swedishCart))
	w.must(err)
	return string(made.SessionID)
}

// createHosted hosts a payment session; options may be empty.
func (w *world) createHosted(payment, options string) answer {
	w.t.Helper()
	if options == "" {
		options = "{}"
	}
	in := typed[client.HostedSessionRequest](w, `{"payment_session_url":"https://api.klarna.com/payments/v1/sessions/`+payment+`","options":`+options+`,
 "merchant_urls":{"success":"https://shop.example/ok?sid={{session_id}}&t={{authorization_token}}&oder_id={{oder_id}}","cancel":"https://shop.example/cancel"}}`)
	made, err := w.client().CreateHostedSession(w.t.Context(), in)
	w.must(err)
	return w.retold(http.StatusCreated, made)
}

// authorizationOf reads the token of a hosted session that was paid.
func (w *world) authorizationOf(hosted answer) string {
	w.t.Helper()
	read, err := w.client().ReadHostedSession(w.t.Context(), client.HostedSessionID(hosted.text("session_id")))
	w.must(err)
	if read.AuthorizationToken == "" {
		w.t.Fatalf("no token: %+v", read)
	}
	return string(read.AuthorizationToken)
}

// token walks from the first call to an authorization token.
func (w *world) token() string {
	w.t.Helper()
	hosted := w.createHosted(w.createPayment(), "")
	w.payOn(hosted)
	return w.authorizationOf(hosted)
}

// tokenizable walks to an authorization token of a session with an intent.
func (w *world) tokenizable(intent string) (session, token string) {
	w.t.Helper()
	in := typed[client.PaymentSessionRequest](w, swedishCart)
	in.Intent, in.MerchantURLs = client.Intent(intent), &client.PaymentURLs{Confirmation: "https://shop.example/done?s={session.id}"}
	made, err := w.client().CreatePaymentSession(w.t.Context(), in)
	w.must(err)
	hosted := w.createHosted(string(made.SessionID), "")
	w.payLater(hosted)
	return string(made.SessionID), w.authorizationOf(hosted)
}

// order walks to an order of 10,000.
func (w *world) order() string {
	w.t.Helper()
	in := typed[client.OrderRequest](w, swedishCart)
	placed, err := w.client().PlaceOrder(w.t.Context(), client.AuthorizationToken(w.token()), in)
	w.must(err)
	return string(placed.OrderID)
}
