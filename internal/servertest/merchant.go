package servertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kassa/client"
	"kassa/internal/server"
)

// Merchant speaks the API over the network. Every exchange is checked against the documents of openapi/.
type Merchant struct {
	t                  testing.TB
	base               string
	Username, Password string
	client             *http.Client
}

// Merchant is the sandbox's own merchant.
func (s *Server) Merchant(t testing.TB) *Merchant {
	t.Helper()
	m := &Merchant{t: t, base: s.URL(), Username: server.SandboxUsername, Password: server.SandboxPassword}
	m.client = &http.Client{
		Transport:     &Checked{T: t, Base: s.URL(), Next: &http.Transport{MaxIdleConnsPerHost: 64}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(m.client.CloseIdleConnections)
	return m
}

// Client is the Go client of the sandbox's own merchant: it makes each call once. Every exchange is checked as well.
func (s *Server) Client(t testing.TB) *client.Client {
	t.Helper()
	return s.Merchant(t).API()
}

// API is the Go client of the merchant.
func (m *Merchant) API() *client.Client {
	m.t.Helper()
	api, err := client.New(client.Options{BaseURL: m.base, Username: m.Username, Password: m.Password, Attempts: 1, HTTP: m.client})
	if err != nil {
		m.t.Fatal(err)
	}
	return api
}

// Answer is what came back.
type Answer struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   []byte
}

// Do makes a call; body is JSON or empty, header alternates names and values. It may be used by several goroutines.
func (m *Merchant) Do(method, path, body string, header ...string) (Answer, error) {
	if !strings.HasPrefix(path, "http") {
		path = m.base + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("make the request: %w", err)
	}
	r.SetBasicAuth(m.Username, m.Password)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := m.client.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	return Answer{m.t, resp.StatusCode, resp.Header, got}, nil
}

// Call makes a call that must be answered.
func (m *Merchant) Call(method, path, body string, header ...string) Answer {
	m.t.Helper()
	a, err := m.Do(method, path, body, header...)
	if err != nil {
		m.t.Fatal(err)
	}
	return a
}

// Post makes a POST.
func (m *Merchant) Post(path, body string, header ...string) Answer {
	m.t.Helper()
	return m.Call(http.MethodPost, path, body, header...)
}

// Read makes a GET.
func (m *Merchant) Read(path string) Answer {
	m.t.Helper()
	return m.Call(http.MethodGet, path, "")
}

// Delete makes a DELETE.
func (m *Merchant) Delete(path string) Answer {
	m.t.Helper()
	return m.Call(http.MethodDelete, path, "")
}

// Want fails the test unless the answer has the status.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s %s", a.Status, status, a.Header.Get("Kassa-Explain"), a.Body)
	}
	return a
}

// Object decodes the body.
func (a Answer) Object() map[string]any {
	a.t.Helper()
	var out map[string]any
	if err := json.Unmarshal(a.Body, &out); err != nil {
		a.t.Fatalf("decode %q: %v", a.Body, err)
	}
	return out
}

// Text gives a member of the body that is a string, empty when it is not there.
func (a Answer) Text(member string) string {
	a.t.Helper()
	s, _ := a.Object()[member].(string)
	return s
}

// Number gives a member of the body that is a whole number, -1 when it is not there.
func (a Answer) Number(member string) int64 {
	a.t.Helper()
	n, ok := a.Object()[member].(float64)
	if !ok {
		return -1
	}
	return int64(n)
}

// Cart is the body of a payment session in a market: one line, two pieces, 100.00 in all, nothing known of the consumer but
// the e-mail address that decides in the sandbox (empty: none).
func Cart(country, currency, locale, email string) string {
	address := ""
	if email != "" {
		address = `,"billing_address":{"country":"` + country + `","email":"` + email + `"}`
	}
	return `{"purchase_country":"` + country + `","purchase_currency":"` + currency + `","locale":"` + locale + `","order_amount":10000,
 "order_lines":[{"type":"physical","reference":"19-402","name":"Bicycle bell","quantity":2,"unit_price":5000,"tax_rate":2500,"total_amount":10000,"total_tax_amount":2000}],
 "merchant_reference1":"ON4711"` + address + `}`
}

// SwedishCart is a cart whose consumer is approved.
var SwedishCart = Cart("SE", "SEK", "en-SE", "customer@email.se")

// typed reads a body into a struct of the Go client, which must have a field for each of its members.
func typed[T any](t testing.TB, body string) (out T) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&out); err != nil {
		t.Fatalf("the client has no words for %s: %v", body, err)
	}
	return out
}

// Payment makes a payment session of a body, by the Go client, and gives its id.
func (m *Merchant) Payment(body string) string {
	m.t.Helper()
	made, err := m.API().CreatePaymentSession(context.Background(), typed[client.PaymentSessionRequest](m.t, body))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(made.SessionID)
}

// Hosted hosts a payment session, by the Go client: options and urls are the members of those objects, as JSON without braces. The
// answer is what the client understood.
func (m *Merchant) Hosted(payment, options, urls string) Answer {
	m.t.Helper()
	made, err := m.API().CreateHostedSession(context.Background(), typed[client.HostedSessionRequest](m.t,
		`{"payment_session_url":"`+m.base+`/payments/v1/sessions/`+payment+`","options":{`+options+`},"merchant_urls":{`+urls+`}}`))
	if err != nil {
		m.t.Fatal(err)
	}
	body, err := json.Marshal(made)
	if err != nil {
		m.t.Fatal(err)
	}
	return Answer{m.t, http.StatusCreated, http.Header{}, body}
}

// Status reads the status of a hosted session, by the Go client.
func (m *Merchant) Status(session string) string {
	m.t.Helper()
	read, err := m.API().ReadHostedSession(context.Background(), client.HostedSessionID(session))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(read.Status)
}

// Query reads a parameter out of a URL.
func Query(t testing.TB, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}
