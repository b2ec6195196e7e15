package servertest_test

import (
	"fmt"
	"strings"
	"testing"

	"kassa/internal/servertest"
)

// However a receiver is written, the message goes to one and the same, and who is blocked is blocked.
func TestDistribution_receiversAreWrittenInManyWays(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	at := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``).Text("distribution_url")
	send := func(country, phone string) servertest.Answer {
		return m.Post(at, fmt.Sprintf(`{"method":"sms","contact_information":{"phone":%q,"phone_country":%q}}`, phone, country))
	}
	for _, tc := range []struct{ country, phone, want string }{
		{"SE", "+46 (0)70 174 06 15", "+46701740615"}, {"SE", "0046701740615", "+46701740615"}, {"SE", "070-174 06 15\u200e", "+46701740615"}, {"HU", "06 30 010 2692", "+36300102692"},
		{"US", "1 310 668 3312", "+13106683312"}, {"US", "011 46 70 174 06 15", "+46701740615"}, {"AU", "0011 46 70 174 06 15", "+46701740615"}, {"MX", "+52 1 55 1234 5678", "+525512345678"},
		{"MX", "045 55 1234 5678", "+525512345678"}, {"FI", "0501234", "+358501234"}, {"FI", "+376 312 345", "+376312345"}, {"GB", "+500 51234", "+50051234"}, {"NZ", "0068271234", "+68271234"},
		{"IT", "0039 333 974 1231", "+393339741231"}, {"SE", "tel:+46-70-174-06-15", "+46701740615"}, {"GB", "٠٧٧٠٠ ٩٠٤١٢٧", "+447700904127"},
	} {
		send(tc.country, tc.phone).Want(201)
		if all := messages(t, s); all[len(all)-1].To != tc.want {
			t.Errorf("%s %q was sent to %s, want %s", tc.country, tc.phone, all[len(all)-1].To, tc.want)
		}
	}
	for _, tc := range []struct{ country, phone string }{{"SE", "0701"}, {"SE", "070 174 06 155"}, {"SE", "+999 123456"}, {"SE", "08-123 456 78"}, {"GB", "020 7946 0000"}, {"US", "1-800-356-9377"}} {
		if got := send(tc.country, tc.phone).Want(400); got.Text("error_code") != "CONSTRAINT_VIOLATION" || !strings.Contains(string(got.Body), "contact_information.phone") {
			t.Errorf("%s %q: %s", tc.country, tc.phone, got.Body)
		}
	}
	for _, bad := range []string{"a..b@example.com", ".kim@example.com", "kim@example", "kim@192.0.2.1", "Kim <kim@example.com>"} {
		if got := m.Post(at, `{"method":"email","contact_information":{"email":"`+bad+`"}}`).Want(400); got.Text("error_code") != "CONSTRAINT_VIOLATION" {
			t.Errorf("%s: %s", bad, got.Body)
		}
	}
}

// An operator blocks a number in any form, and it is blocked in every other.
func TestContact_blocksCompareE164(t *testing.T) {
	s := servertest.Start(t)
	m := s.Merchant(t)
	at := m.Hosted(m.Payment(servertest.SwedishCart), ``, ``).Text("distribution_url")
	for _, form := range []string{"+46 (0)70 174 06 15", "0046 70 174 06 15", "tel:+46701740615", "+46701740615\u200e"} {
		if _, err := s.Engine().BlockContact(t.Context(), "K000001", form, true); err != nil {
			t.Fatalf("%q: %v", form, err)
		}
		if got := m.Post(at, `{"method":"sms","contact_information":{"phone":"070-174 06 15","phone_country":"SE"}}`).Want(400); got.Text("error_code") != "BLACKLISTED_CONTACT" {
			t.Errorf("%q: %s", form, got.Body)
		}
		if was, err := s.Engine().BlockContact(t.Context(), "K000001", "+46 0701740615", false); err != nil || !was {
			t.Errorf("%q: %v %v", form, was, err)
		}
	}
	for _, none := range []string{"070 174 06 15", "+999123456", "call me", ""} {
		if _, err := s.Engine().BlockContact(t.Context(), "K000001", none, true); err == nil {
			t.Errorf("%q is blocked", none)
		}
	}
}
