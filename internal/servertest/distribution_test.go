package servertest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kassa/internal/server"
	"kassa/internal/servertest"
)

// message is what GET /sandbox/messages tells of one.
type message struct{ Method, To, Subject, Text, Link, Code string }

// messages reads what a sandbox would have sent.
func messages(t *testing.T, s *servertest.Server) []message {
	t.Helper()
	if err := s.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(s.AdminURL() + "/sandbox/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Messages []message }
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return out.Messages
}

func TestDistribution_theLinkIsSentAndPrefillsThePage(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		m := s.Merchant(t)
		for _, tc := range []struct{ contact, method, to, text string }{
			{`"email":"customer@email.se"`, "email", "customer@email.se", "Choose how to pay:"},
			{`"phone":"070-174 06 15","phone_country":"se"`, "sms", "+46701740615", "Nordlys Cykler: pay"},
		} {
			hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``)
			before := len(messages(t, s))
			if got := m.Post(hosted.Text("distribution_url"), `{"method":"`+strings.ToUpper(tc.method)+`","template":"INSTORE_PURCHASE","contact_information":{`+tc.contact+`}}`).Want(201); len(got.Body) != 0 {
				t.Fatalf("%s", got.Body)
			}
			sent := messages(t, s)
			if len(sent) != before+1 {
				t.Fatalf("%d messages, want %d", len(sent), before+1)
			}
			got := sent[before]
			if got.Method != tc.method || got.To != tc.to || got.Link != hosted.Text("redirect_url") || !strings.Contains(got.Text, got.Link) || !strings.Contains(got.Text, tc.text) {
				t.Fatalf("%+v", got)
			}
			if m.Status(hosted.Text("session_id")) != "WAITING" {
				t.Fatal("sending the link is no step of the consumer's")
			}
			if tab := s.Open(t, got.Link).Pay("pay_later"); tab.PageStatus() != "COMPLETED" {
				t.Fatal(tab.Text())
			}
		}
	})
}

func TestDistribution_theAddressDecidesLikeAPersona(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.Cart("SE", "SEK", "en-SE", "")), ``, ``)
	m.Post(hosted.Text("distribution_url"), `{"method":"email","contact_information":{"email":"customer+denied@email.se"}}`).Want(201)
	if tab := s.Open(t, hosted.Text("redirect_url")).Pay("pay_later"); tab.PageStatus() != "FAILED" {
		t.Fatal(tab.Text())
	}
}

func TestDistribution_refusals(t *testing.T) {
	s := servertest.Start(t, func(o *server.Options) { o.Config.MessageQuota = map[string]int64{"sms": 2} })
	m := s.Merchant(t)
	hosted := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``)
	at := hosted.Text("distribution_url")
	for body, want := range map[string]string{
		`{}`: "400 CONSTRAINT_VIOLATION", `{"method":"two_way_sms","contact_information":{}}`: "400 CONSTRAINT_VIOLATION",
		`{"method":"email","contact_information":{}}`: "400 MISSING_CONTACT_DATA", `{"method":"email","contact_information":{"email":"nobody"}}`: "400 CONSTRAINT_VIOLATION",
		`{"method":"sms","contact_information":{"email":"a@b.se"}}`: "400 MISSING_CONTACT_DATA", `{"method":"sms","contact_information":{"phone":"0701740615"}}`: "400 MISSING_CONTACT_DATA",
		`{"method":"sms","contact_information":{"phone":"0701740615","phone_country":"XX"}}`: "400 UNSUPPORTED_COUNTRY", `{"method":"sms","contact_information":{"phone":"call me","phone_country":"SE"}}`: "400 CONSTRAINT_VIOLATION",
		`{"method":"token","contact_information":{}}`: "400 MISSING_CONTACT_DATA", `{"method":"token","contact_information":{"access_id":"klarna:123456"}}`: "404 NOT_FOUND",
	} {
		got := m.Post(at, body)
		if have := http.StatusText(got.Status); want != strings.TrimSpace(map[int]string{400: "400 ", 404: "404 "}[got.Status]+got.Text("error_code")) {
			t.Errorf("%s: %d %s (%s), want %s", body, got.Status, got.Body, have, want)
		}
	}
	const number = `{"method":"sms","contact_information":{"phone":"+46701740615","phone_country":"SE"}}`
	m.Post(at, number).Want(201)
	m.Post(at, number, "Klarna-Idempotency-Key", "k").Want(201)
	m.Post(at, number, "Klarna-Idempotency-Key", "k").Want(201)
	if got := m.Post(at, number).Want(429); got.Text("error_code") != "TOO_MANY_REQUESTS" || got.Header.Get("Retry-After") == "" {
		t.Fatalf("%v %s", got.Header, got.Body)
	}
	if n := len(messages(t, s)); n != 2 {
		t.Fatalf("%d messages", n)
	}
	s.Advance(24 * time.Hour)
	m.Post(at, number).Want(201)
	if err := s.Engine().SetContactBlocked(t.Context(), "K000001", "Stop@email.se", true); err != nil {
		t.Fatal(err)
	}
	const blocked = `{"method":"email","contact_information":{"email":"stop@email.se"}}`
	if got := m.Post(at, blocked).Want(400); got.Text("error_code") != "BLACKLISTED_CONTACT" {
		t.Fatalf("%s", got.Body)
	}
	if err := s.Engine().SetContactBlocked(t.Context(), "K000001", "stop@email.se", false); err != nil {
		t.Fatal(err)
	}
	m.Post(at, blocked).Want(201)
	m.Delete(hosted.Text("session_url")).Want(204)
	if got := m.Post(at, blocked).Want(400); got.Text("error_code") != "CONSTRAINT_VIOLATION" {
		t.Fatalf("%s", got.Body)
	}
	for _, one := range messages(t, s)[3:] {
		if one.Method == "sms" && one.Link == hosted.Text("redirect_url") {
			t.Errorf("a withdrawn link was sent: %+v", one)
		}
	}
	if got := m.Post("/hpp/v1/sessions/0197629e-3d2c-7a44-9f1e-5b7c2d9a6e10/distribution", number).Want(404); got.Text("error_code") != "NOT_FOUND" {
		t.Fatalf("%s", got.Body)
	}
}

func TestSandboxMessages_showTheCode(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	tab := s.Open(t, m.Hosted(m.Payment(servertest.SwedishCart), ``, ``).Text("redirect_url")).To("code", "pay_later")
	got := messages(t, s)
	if len(got) != 1 || len(got[0].Code) != 6 || got[0].Code == "999999" || !strings.Contains(got[0].Text, got[0].Code) || got[0].Method != "sms" {
		t.Fatalf("%+v", got)
	}
	if tab.Form().Set("code", got[0].Code).Submit(); tab.Step() == "code" {
		t.Fatal(tab.Text())
	}
}
