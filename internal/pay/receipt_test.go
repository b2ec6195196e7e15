package pay

import (
	"testing"
	"time"
)

func TestReceipt_isDue(t *testing.T) {
	for _, tc := range []struct {
		name    string
		mode    PlaceOrderMode
		outcome Outcome
		change  func(p *Payment, a *Authorization)
		after   time.Duration // -1: there is none
	}{
		{"at once", ModeNone, OutcomeApproved, nil, 0},
		{"with an order", ModePlaceOrder, OutcomeApproved, nil, 0},
		{"after its review", ModePlaceOrder, OutcomePending, nil, 10*time.Minute + time.Minute},
		{"of a review whose end nobody here will know", ModeNone, OutcomePending, nil, -1},
		{"of a token", ModeNone, OutcomeApproved, func(_ *Payment, a *Authorization) { a.Intent = Tokenize }, -1},
		{"to nobody", ModeNone, OutcomeApproved, func(_ *Payment, a *Authorization) { a.Billing.Email = "" }, -1},
		{"of a page that was paid by another", ModeNone, OutcomeApproved, func(p *Payment, _ *Authorization) { p.Hosted[0].AuthorizationID = "other" }, -1},
	} {
		p, h, a := authorized(t, nil)
		h.Options.PlaceOrderMode = tc.mode
		a.Decision.Outcome, a.Decision.PendingFor, h.Status = tc.outcome, 10*time.Minute, Completed
		if tc.mode != ModeNone {
			a.OrderID = "order"
		}
		if a.Billing.Email == "" {
			t.Fatal("the consumer has no address")
		}
		if tc.change != nil {
			tc.change(p, a)
		}
		p.Jobs = nil
		p.Receipt(a, testIDs(9), t0)
		switch {
		case tc.after < 0 && len(p.Jobs) != 0:
			t.Errorf("%s: %d jobs", tc.name, len(p.Jobs))
		case tc.after >= 0 && (len(p.Jobs) != 1 || p.Jobs[0].Kind != JobReceipt || !p.Jobs[0].DueAt.Equal(t0.Add(tc.after)) || p.Jobs[0].Subject != string(h.ID)):
			t.Errorf("%s: %+v", tc.name, p.Jobs)
		}
	}
}
