package decide

import (
	"context"
	"testing"
	"time"

	"kassa/internal/pay"
)

// What the law answers is answered before any decider is asked: of an attempt on the page, of a charge on a customer token, of a raise.
func TestAsk_theLawComesFirst(t *testing.T) {
	noon := time.Date(2026, 6, 12, 12, 0, 0, 0, time.UTC)
	child, artificial := pay.Customer{DateOfBirth: "2015-03-01"}, pay.Customer{NationalIdentificationNumber: "01887010095"}
	for _, tc := range []struct {
		name    string
		buyer   pay.Buyer
		sandbox bool
		reason  string
	}{
		{"a child on credit", pay.Buyer{Customer: child, Country: "NO", Category: pay.PayLater, On: noon}, true, "under_age"},
		{"a child at once", pay.Buyer{Customer: child, Country: "NO", Category: pay.PayNow, On: noon}, true, ""},
		{"test population in the sandbox", pay.Buyer{Customer: artificial, Country: "NO", Category: pay.PayLater, On: noon}, true, ""},
		{"test population", pay.Buyer{Customer: artificial, Country: "NO", Category: pay.PayNow, On: noon}, false, "could_not_establish_identity"},
	} {
		d, err := Ask(context.Background(), Sandbox{}, Request{Buyer: tc.buyer, Sandbox: tc.sandbox, Emails: []pay.Personal{"kim@example.com"}})
		if err != nil || d.Reason != tc.reason || (d.Outcome == pay.OutcomeDeclined) != (tc.reason != "") {
			t.Errorf("%s: %+v, %v", tc.name, d, err)
		}
	}
}
