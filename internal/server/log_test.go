package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/server"
	"kassa/internal/servertest"
)

// record is a log that can be read while it is written.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(line)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// into has a server log everything, the least important lines too.
func into(r *record) func(o *server.Options) {
	return func(o *server.Options) {
		o.Log = slog.New(slog.NewJSONHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// person is nobody else's data, so that each piece of it can be searched for.
const person = `"billing_address":{"given_name":"Ottilia","family_name":"Vinterskog","email":"ottilia.vinterskog@post.example","phone":"+46701740607",
 "street_address":"Granitgatan 77","postal_code":"41319","city":"Kvarnsveden","country":"SE"},
 "customer":{"date_of_birth":"1987-04-23","national_identification_number":"19870423-2381"},"merchant_data":"{\"member\":\"M-555-0199\"}"`

// secrets are what must be in no log, whatever happens.
func secrets(m *servertest.Merchant, more ...string) []string {
	basic := base64.StdEncoding.EncodeToString([]byte(m.Username + ":" + m.Password))
	return append(more, "Ottilia", "Vinterskog", "post.example", "46701740607", "0701740607", "Granitgatan", "41319", "Kvarnsveden",
		"1987-04-23", "19870423", "M-555-0199", m.Password, basic, "4111111111111111", "4111 1111")
}

// cartOf is the body of a payment session of a person.
func cartOf(person string) string {
	return `{"purchase_country":"SE","purchase_currency":"SEK","locale":"en-SE","order_amount":10000,
 "order_lines":[{"name":"Bicycle bell","quantity":1,"unit_price":10000,"total_amount":10000}],` + person + `}`
}

// TestLog_knowsNobody walks through a purchase outside the sandbox, with everything that goes wrong on the way, and reads the log.
func TestLog_knowsNobody(t *testing.T) {
	var log record
	mails := openMailbox(t)
	s := servertest.Start(t, forReal(mails), into(&log))
	access, err := s.Engine().AddMerchant(context.Background(), "Nordlys Cykler")
	if err != nil {
		t.Fatal(err)
	}
	m := s.Merchant(t)
	m.Username, m.Password = access.Username, string(access.Password)

	hosted := m.Hosted(m.Payment(cartOf(person)), ``, `"success":"https://shop.example/ok?token={{authorization_token}}"`)
	link := hosted.Text("redirect_url")
	tab := s.Open(t, link)
	tab.Form().Set("category", "pay_now").Submit()
	code := mails.code(t)
	tab.Form().Set("code", "000000").Submit()
	tab.Form().Set("code", code).Submit()
	tab.Form().Set("plan", "card").Set("card_number", "4111 1111 1111 1111").Set("card_expiry", "01/20").Set("card_cvc", "123").Submit()
	tab.Form().Set("plan", "card").Set("card_number", "4111111111111111").Set("card_expiry", "12/39").Set("card_cvc", "123").Submit()
	tab.Form().Submit()
	if tab.PageStatus() != "COMPLETED" {
		t.Fatal(tab.Text())
	}
	token := servertest.Query(t, tab.Return(), "token")
	order := m.Post("/payments/v1/authorizations/"+token+"/order", cartOf(person), "Klarna-Idempotency-Key", "once").Want(200).Text("order_id")
	m.Post("/payments/v1/authorizations/"+token+"/order", cartOf(`"billing_address":{"given_name":"Ottilia","email":"ottilia@post.example"}`)).Want(409)
	m.Read("/payments/v1/authorizations/" + token + "/nothing").Want(404)
	m.Delete("/payments/v1/authorizations/" + token).Want(404)
	m.Post("/ordermanagement/v1/orders/"+order+"/captures", `{"captured_amount":99999}`)
	// Bad values of personal members, each with a fault that the log explains.
	m.Post("/payments/v1/sessions", cartOf(`"billing_address":{"email":"Ottilia at post.example","phone":"0701740607","postal_code":["41319"],"given_name":"Ottilia\u0007Vinterskog"}`)).Want(400)
	m.Post("/payments/v1/sessions", cartOf(`"customer":{"date_of_birth":"1987-04-23 or so","national_identification_number":19870423}`))
	m.Post("/payments/v1/sessions", cartOf(`"billing_address":"Ottilia Vinterskog, Granitgatan 77"`)).Want(400)
	m.Post("/payments/v1/sessions", `{"order_lines":"Ottilia Vinterskog`).Want(400)
	// The clerk's page: its token, what is typed on it, and the codes that it shows.
	shop := m.Hosted(m.Payment(cartOf(person)), ``, ``)
	module := shop.Object()["distribution_module"].(map[string]any)["token"].(string)
	clerk := s.Open(t, s.URL()+"/hpp/distributions/"+module)
	clerk.Form().Set("email", "Ottilia at post.example").Submit()
	clerk.Form().Set("email", "ottilia.vinterskog@post.example").Submit()
	s.Open(t, s.URL()+"/hpp/distributions/"+module+"?by=qr")
	s.Open(t, s.URL()+"/hpp/distributions/"+module+"x")
	scan, err := s.Engine().ScanCode(&engine.Page{Merchant: &pay.Merchant{Number: 2}, Hosted: &pay.HostedSession{ID: pay.HostedID(shop.Text("session_id"))}, Now: s.Clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if scanned := s.Open(t, s.URL()+"/scan/"+string(scan)); scanned.Status != http.StatusSeeOther {
		t.Fatalf("scan: %d", scanned.Status)
	}
	wrong := *m
	wrong.Password = "Granitgatan"
	wrong.Read("/payments/v1/sessions/" + order).Want(401)
	// Links that are not ours, and a page's link where it does not belong.
	for _, address := range []string{link + "x", s.URL() + "/" + token, s.URL() + "/Ottilia?email=ottilia@post.example"} {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	s.Stop()

	said := log.String()
	for _, line := range []string{`"route":"/payments/v1/sessions","status":400`, `"error_code":"BAD_VALUE"`, `billing_address.postal_code`, `"method":"POST","route":"/pay/{link}","status":303`, `"status":401`} {
		if !strings.Contains(said, line) {
			t.Errorf("the log lacks %s", line)
		}
	}
	for _, secret := range secrets(m, token, code, strings.TrimPrefix(link, s.URL()+"/pay/"), module, string(scan), strings.TrimPrefix(shop.Text("redirect_url"), s.URL()+"/pay/")) {
		for line := range strings.Lines(said) {
			if strings.Contains(line, secret) {
				t.Errorf("the log knows %q: %s", secret, line)
			}
		}
	}
}
