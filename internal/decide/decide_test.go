package decide

import (
	"context"
	"testing"
	"time"

	"kassa/internal/pay"
)

func TestSandbox_personas(t *testing.T) {
	cases := []struct {
		name    string
		r       Request
		outcome pay.Outcome
		reason  string
		after   time.Duration
		accept  bool
	}{
		{"plain", Request{Emails: []pay.Personal{"customer@email.se"}}, pay.OutcomeApproved, "", 0, false},
		{"nothing known", Request{}, pay.OutcomeApproved, "", 0, false},
		{"denied", Request{Emails: []pay.Personal{"customer+denied@email.se"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"denied behind another suffix, upper case", Request{Emails: []pay.Personal{"Customer+SE+DENIED@klarna.com"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"any denied sign wins", Request{Emails: []pay.Personal{"a+pend-accept-05@x.se", "b+denied@x.se"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"red", Request{Emails: []pay.Personal{"a+red@x.se"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"reason", Request{Emails: []pay.Personal{"a+reject_reason_under_age@x.us"}}, pay.OutcomeDeclined, "under_age", 0, false},
		{"unknown reason", Request{Emails: []pay.Personal{"a+reject_reason_weather@x.us"}}, pay.OutcomeDeclined, "other", 0, false},
		{"pend, accept", Request{Emails: []pay.Personal{"a+pend-accept-05@x.us"}}, pay.OutcomePending, "", 5 * time.Minute, true},
		{"pend, reject", Request{Emails: []pay.Personal{"a+pend-reject-99@x.se"}}, pay.OutcomePending, "", 99 * time.Minute, false},
		{"pend at once", Request{Emails: []pay.Personal{"a+pend-accept-00@x.se"}}, pay.OutcomePending, "", 0, true},
		{"not a pend", Request{Emails: []pay.Personal{"a+pend-accept-soon@x.se"}}, pay.OutcomeApproved, "", 0, false},
		{"plus in the domain", Request{Emails: []pay.Personal{"a@x+denied.se"}}, pay.OutcomeApproved, "", 0, false},
		{"denied phone", Request{Country: "SE", Phones: []pay.Personal{"+46 70 174 06 20"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"denied phone in international form", Request{Country: "DE", Phones: []pay.Personal{"+4917610927312"}}, pay.OutcomeDeclined, "denied", 0, false},
		{"another market's denied phone", Request{Country: "NO", Phones: []pay.Personal{"+46701740620"}}, pay.OutcomeApproved, "", 0, false},
		{"denied national id", Request{Country: "no", NationalID: "010870-00148"}, pay.OutcomeDeclined, "denied", 0, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			d, err := Sandbox{}.Decide(context.Background(), tc.r)
			if err != nil || d.Outcome != tc.outcome || d.Reason != tc.reason || d.PendingFor != tc.after || d.PendingAccept != tc.accept {
				t.Fatalf("%+v, %v", d, err)
			}
		})
	}
}

func TestLimit(t *testing.T) {
	l := Limit{"SEK": 500000}
	for _, tc := range []struct {
		amount   pay.Amount
		currency string
		want     pay.Outcome
	}{{500000, "SEK", pay.OutcomeApproved}, {500001, "SEK", pay.OutcomeDeclined}, {1, "EUR", pay.OutcomeDeclined}} {
		d, err := l.Decide(context.Background(), Request{Amount: tc.amount, Currency: tc.currency})
		if err != nil || d.Outcome != tc.want {
			t.Errorf("%d %s: %+v, %v", tc.amount, tc.currency, d, err)
		}
	}
}

func TestPersons_passTheContactRules(t *testing.T) {
	for _, m := range pay.Markets() {
		a, c := Prefill(m.Country, pay.Address{}, pay.Customer{})
		if a.Email == "" {
			t.Errorf("%s: no test person", m.Country)
		}
		for _, f := range pay.CheckContact(pay.Place{Country: m.Country}, a, c, time.Date(2026, 6, 12, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %s is %s", m.Country, f.Field, f.Reason)
		}
	}
}

func TestSandboxCode(t *testing.T) {
	for code, want := range map[string]bool{"123456": true, "000000": true, "999999": false, "12345": false, "1234567": false, "12345x": false, "": false, "१२३४५६": false} {
		if SandboxCode(code) != want {
			t.Errorf("%q: %v", code, !want)
		}
	}
}

func TestSandbox_idCheck(t *testing.T) {
	for email, want := range map[pay.Personal]pay.Decision{
		"customer@email.se":                         {Outcome: pay.OutcomeApproved},
		"customer+id-check@email.se":                {Outcome: pay.OutcomeApproved, CheckID: true},
		"c+ID-CHECK+pend-accept-05@email.se":        {Outcome: pay.OutcomePending, CheckID: true},
		"c+pend-accept-05+id-check@email.se":        {Outcome: pay.OutcomePending, CheckID: true},
		"customer+id-check+denied@email.se":         {Outcome: pay.OutcomeDeclined},
		"customer+id-checks@email.se":               {Outcome: pay.OutcomeApproved},
		"customer@email+id-check.se":                {Outcome: pay.OutcomeApproved},
		"customer+pend-accept-00@email.id-check.se": {Outcome: pay.OutcomePending},
	} {
		d, err := Sandbox{}.Decide(context.Background(), Request{Emails: []pay.Personal{email}})
		if err != nil || d.Outcome != want.Outcome || d.CheckID != want.CheckID {
			t.Errorf("%s: %+v, %v", string(email), d, err)
		}
	}
}
