package pay

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// authorizationIn makes a payment whose one attempt is in a state.
func authorizationIn(t *testing.T, state string) (*Payment, *Authorization) {
	t.Helper()
	decide := func(d Decision, change func(*HostedInput)) (*Payment, *Authorization) {
		p, h := hosted(t, change)
		toReview(t, p, h, PayLater)
		a, err := p.Begin(h, 0, testIDs(3), t0)
		if err == nil && d.Outcome != "" {
			_, err = p.Finish(shop(), a, d, testIDs(4), t0)
		}
		if err != nil {
			t.Fatal(err)
		}
		return p, a
	}
	var p *Payment
	var a *Authorization
	switch state {
	case "DECIDING":
		p, a = decide(Decision{}, nil)
	case "APPROVED", "APPROVED, expired":
		p, a = decide(Decision{Outcome: OutcomeApproved}, nil)
		if state != "APPROVED" {
			a.ExpiresAt = t0.Add(time.Second)
		}
	case "PENDING":
		p, a = decide(Decision{Outcome: OutcomePending, PendingFor: time.Minute, PendingAccept: true}, nil)
	case "DECLINED":
		p, a = decide(Decision{Outcome: OutcomeDeclined}, nil)
	case "ERROR":
		p, a = decide(Decision{Outcome: OutcomeError}, nil)
	case "CONSUMED by the merchant":
		p, a = decide(Decision{Outcome: OutcomeApproved}, nil)
		if _, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{}); err != nil {
			t.Fatal(err)
		}
	case "CONSUMED by the page":
		p, a = decide(Decision{Outcome: OutcomeApproved}, func(in *HostedInput) { in.Options.PlaceOrderMode = ModePlaceOrder })
	case "VOIDED":
		p, a = decide(Decision{Outcome: OutcomeApproved}, nil)
		if err := p.CancelAuthorization(a, testIDs(5), t0); err != nil {
			t.Fatal(err)
		}
	default:
		t.Fatalf("no such state: %s", state)
	}
	p.Events = nil
	return p, a
}

func TestAuthorization_everyStateAndVerb(t *testing.T) {
	states := []string{
		"DECIDING", "APPROVED", "APPROVED, expired", "PENDING", "DECLINED", "ERROR", "CONSUMED by the merchant", "CONSUMED by the page", "VOIDED",
	}
	later := t0.Add(time.Minute)
	place := func(change func(*PlaceInput)) func(*Payment, *Authorization) (*Order, string, error) {
		return func(p *Payment, a *Authorization) (*Order, string, error) {
			in := placeInput()
			change(&in)
			o, replay, err := p.PlaceOrder(shop(), a, in, testIDs(9), later, URLPolicy{})
			if replay {
				return o, "the same order again", err
			}
			return o, "", err
		}
	}
	finish := func(o Outcome) func(*Payment, *Authorization) (*Order, string, error) {
		return func(p *Payment, a *Authorization) (*Order, string, error) {
			order, err := p.Finish(shop(), a, Decision{Outcome: o}, testIDs(9), later)
			return order, "", err
		}
	}
	verbs := []struct {
		name string
		do   func(*Payment, *Authorization) (*Order, string, error)
	}{
		{"place order", place(func(*PlaceInput) {})},
		{"place another body", place(func(in *PlaceInput) { in.Digest = []byte("another") })},
		{"place and capture", place(func(in *PlaceInput) { in.AutoCapture = ptr(true) })},
		{"place a bad body", place(func(in *PlaceInput) { in.Amount = nil })},
		{"cancel", func(p *Payment, a *Authorization) (*Order, string, error) {
			return nil, "", p.CancelAuthorization(a, testIDs(9), later)
		}},
		{"approve", finish(OutcomeApproved)},
		{"decline", finish(OutcomeDeclined)},
		{"fault", finish(OutcomeError)},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %-26s %-10s %-12s %-26s %s\n", "verb", "from", "to", "outcome", "order", "events")
	for _, v := range verbs {
		for _, from := range states {
			p, a := authorizationIn(t, from)
			o, note, err := v.do(p, a)
			order, events := "-", []string{}
			if note != "" {
				order = note
			}
			for _, e := range p.Events {
				events = append(events, string(e.Type))
			}
			if o != nil {
				order = fmt.Sprintf("%s %s %d", o.Status(later), o.Fraud, o.Captured)
				for _, e := range o.Events {
					events = append(events, string(e.Type))
				}
			}
			if len(events) == 0 {
				events = []string{"-"}
			}
			fmt.Fprintf(&b, "%-20s %-26s %-10s %-12s %-26s %s\n", v.name, from, a.State(), outcomeOf(err), order, strings.Join(events, " "))
			if o != nil && (a.OrderID != o.ID || p.Session.OrderID != o.ID || p.Session.Status() != Complete) {
				t.Errorf("%s from %s: the attempt knows order %q, the session %q", v.name, from, a.OrderID, p.Session.OrderID)
			}
			if a.State() == Approved && a.Token == "" || a.State() == Deciding && a.Token != "" {
				t.Errorf("%s from %s: token %v in state %s", v.name, from, a.Token != "", a.State())
			}
		}
	}
	golden(t, "authorization.golden", b.String())
}

// TestFinish_pendingIsCapturedOnlyWhenItTurnsOutWell is CAPTURE_ORDER with a decision that is not final.
func TestFinish_pendingIsCapturedOnlyWhenItTurnsOutWell(t *testing.T) {
	for _, accept := range []bool{true, false} {
		for _, mode := range []PlaceOrderMode{ModePlaceOrder, ModeCaptureOrder} {
			p, h := hosted(t, func(in *HostedInput) { in.Options.PlaceOrderMode = mode })
			toReview(t, p, h, PayLater)
			a, err := p.Begin(h, 0, testIDs(3), t0)
			if err != nil {
				t.Fatal(err)
			}
			o, err := p.Finish(shop(), a, Decision{Outcome: OutcomePending, PendingFor: 5 * time.Minute, PendingAccept: accept}, testIDs(4), t0)
			if err != nil || o == nil || h.Status != Completed || o.Captured != 0 {
				t.Fatalf("%+v, %v", o, err)
			}
			if _, err := o.Capture(CaptureInput{Amount: ptr(Amount(1))}, testIDs(5), t0); outcomeOf(err) != "CAPTURE_NOT_ALLOWED" {
				t.Errorf("capture while pending: %v", err)
			}
			due := t0.Add(5 * time.Minute)
			var job *Job
			for i := range o.Jobs {
				if o.Jobs[i].Kind == JobDecision {
					job = &o.Jobs[i]
				}
			}
			if job == nil || !job.DueAt.Equal(due) || job.Subject != string(o.ID) {
				t.Fatalf("jobs %+v", o.Jobs)
			}
			if changed, err := o.Decide(testIDs(6), due); !changed || err != nil {
				t.Fatal(changed, err)
			}
			want := Amount(0)
			if accept && mode == ModeCaptureOrder {
				want = o.Purchase.Amount
			}
			if o.Captured != want || (o.Fraud == FraudAccepted) != accept {
				t.Errorf("%s, accepted %v: captured %d, fraud %s", mode, accept, o.Captured, o.Fraud)
			}
			if changed, err := o.Decide(testIDs(7), due.Add(time.Hour)); changed || err != nil {
				t.Errorf("decided twice: %v, %v", changed, err)
			}
		}
	}
}

func TestFinish_aPaymentThatWasCompletedMeanwhileVoidsTheApproval(t *testing.T) {
	p, _, first := authorized(t, nil)
	second, err := p.Host(shop(), HostedInput{Options: HostedOptions{PlaceOrderMode: ModeCaptureOrder}}, testIDs(8), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	toReview(t, p, second, PayLater)
	a, err := p.Begin(second, 0, testIDs(9), t0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.PlaceOrder(shop(), first, placeInput(), testIDs(10), t0, URLPolicy{}); err != nil {
		t.Fatal(err)
	}
	o, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved}, testIDs(11), t0)
	if o != nil || err != nil || a.State() != Voided || a.Token != "" || second.OrderID != p.Session.OrderID {
		t.Errorf("a second order %v, %v; attempt %s", o, err, a.State())
	}
}

// TestBegin_bindsWhatIsAuthorized: a later update of the session changes nothing in it.
func TestBegin_bindsWhatIsAuthorized(t *testing.T) {
	p, _, a := authorized(t, nil)
	if err := p.Update(shop(), PaymentInput{Amount: ptr(Amount(8000)), Lines: cart()[:1], Billing: &Address{City: "Lund"}}, t0, URLPolicy{}); err != nil {
		t.Fatal(err)
	}
	if a.Purchase.Amount != 10000 || len(a.Purchase.Lines) != 2 || a.Billing.City != "Stockholm" || a.Shipping != a.Billing {
		t.Errorf("the attempt became %+v, %+v", a.Purchase, a.Billing)
	}
	o, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(9), t0, URLPolicy{})
	if err != nil || o.Purchase.Amount != 10000 || o.Billing.City != "Stockholm" {
		t.Errorf("order %+v, %v", o, err)
	}
}
