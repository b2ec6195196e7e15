package pay

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func orderIn(t *testing.T, state string) *Order {
	t.Helper()
	_, o := placed(t)
	ids := testIDs(20)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	capture := func(n Amount) {
		t.Helper()
		_, err := o.Capture(CaptureInput{Amount: &n}, ids, t0)
		must(err)
	}
	switch state {
	case "AUTHORIZED":
	case "PENDING":
		o.Fraud, o.FraudDueAt, o.FraudAccept = FraudPending, t0.Add(time.Minute), true
	case "PENDING, capture":
		o.Fraud, o.FraudDueAt, o.FraudAccept, o.CaptureOnAccept = FraudPending, t0.Add(time.Minute), true, true
	case "PENDING, reject":
		o.Fraud, o.FraudDueAt = FraudPending, t0.Add(time.Minute)
	case "PENDING, cancelled", "PENDING, capture, cancelled", "PENDING, reject, cancelled":
		o.Fraud, o.FraudDueAt, o.FraudAccept = FraudPending, t0.Add(time.Minute), state != "PENDING, reject, cancelled"
		o.CaptureOnAccept = state == "PENDING, capture, cancelled"
		must(o.Cancel(ids, t0))
	case "PENDING, capture, expired":
		o.Fraud, o.FraudDueAt, o.FraudAccept, o.CaptureOnAccept, o.ExpiresAt = FraudPending, t0.Add(time.Minute), true, true, t0
	case "NOTHING":
		o.Purchase.Amount, o.OriginalAmount, o.Purchase.Lines = 0, 0, nil
	case "NOTHING, captured":
		o.Purchase.Amount, o.OriginalAmount, o.Purchase.Lines = 0, 0, nil
		o.captureAll(ids, t0)
	case "PART_CAPTURED":
		capture(4000)
	case "CAPTURED":
		capture(4000)
		capture(6000)
	case "REFUNDED":
		capture(10000)
		_, err := o.Refund(RefundInput{Amount: ptr(Amount(10000))}, ids, t0)
		must(err)
	case "CANCELLED":
		must(o.Cancel(ids, t0))
	case "EXPIRED":
		o.ExpiresAt = t0
	case "PART_CAPTURED, expired":
		capture(4000)
		o.ExpiresAt = t0
	default:
		t.Fatalf("no such state: %s", state)
	}
	o.Events = nil
	return o
}

func TestOrder_everyStateAndVerb(t *testing.T) {
	states := []string{
		"AUTHORIZED", "PENDING", "PENDING, capture", "PENDING, reject", "PART_CAPTURED", "CAPTURED", "REFUNDED", "CANCELLED", "EXPIRED", "PART_CAPTURED, expired",
		"PENDING, cancelled", "PENDING, capture, cancelled", "PENDING, reject, cancelled", "PENDING, capture, expired", "NOTHING", "NOTHING, captured",
	}
	later := t0.Add(time.Minute)
	verbs := []struct {
		name string
		do   func(*Order) error
	}{
		{"capture 1000", func(o *Order) error {
			_, err := o.Capture(CaptureInput{Amount: ptr(Amount(1000))}, testIDs(21), later)
			return err
		}},
		{"capture 10001", func(o *Order) error {
			_, err := o.Capture(CaptureInput{Amount: ptr(Amount(10001))}, testIDs(21), later)
			return err
		}},
		{"capture 0", func(o *Order) error {
			_, err := o.Capture(CaptureInput{Amount: ptr(Amount(0))}, testIDs(21), later)
			return err
		}},
		{"refund 1000", func(o *Order) error {
			_, err := o.Refund(RefundInput{Amount: ptr(Amount(1000))}, testIDs(21), later)
			return err
		}},
		{"refund 10001", func(o *Order) error {
			_, err := o.Refund(RefundInput{Amount: ptr(Amount(10001))}, testIDs(21), later)
			return err
		}},
		{"refund nothing", func(o *Order) error { _, err := o.Refund(RefundInput{}, testIDs(21), later); return err }},
		{"cancel", func(o *Order) error { return o.Cancel(testIDs(21), later) }},
		{"decide", func(o *Order) error { _, err := o.Decide(testIDs(21), later); return err }},
		{"expire", func(o *Order) error { o.Expire(testIDs(21), later); return nil }},
		{"expire in time", func(o *Order) error { o.Expire(testIDs(21), o.ExpiresAt); return nil }},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-15s %-23s %-14s %-9s captured refunded remaining %-22s %s\n", "verb", "from", "to", "fraud", "outcome", "events")
	for _, v := range verbs {
		for _, from := range states {
			o := orderIn(t, from)
			err := v.do(o)
			events := "-"
			if len(o.Events) > 0 {
				events = ""
				for _, e := range o.Events {
					events += string(e.Type) + " "
				}
			}
			fmt.Fprintf(&b, "%-15s %-23s %-14s %-9s %8d %8d %9d %-22s %s\n", v.name, from, o.Status(later), o.Fraud, o.Captured, o.Refunded, o.Remaining(later), outcomeOf(err), strings.TrimSpace(events))
			if o.Refunded < 0 || o.Refunded > o.Captured || o.Captured > o.Purchase.Amount {
				t.Errorf("%s from %s: refunded %d, captured %d, authorized %d", v.name, from, o.Refunded, o.Captured, o.Purchase.Amount)
			}
		}
	}
	golden(t, "order.golden", b.String())
}

func TestPlaceOrder_matching(t *testing.T) {
	cases := []struct {
		name   string
		change func(*PlaceInput)
		want   string // message, or empty
	}{
		{"equal", func(*PlaceInput) {}, ""},
		{"lower amount with its own lines", func(in *PlaceInput) { in.Amount = ptr(Amount(8000)); in.Lines = in.Lines[:1] }, ""},
		{"lower amount, lines do not add up", func(in *PlaceInput) { in.Amount = ptr(Amount(8000)) }, "Bad value: order_amount"},
		{"higher amount", func(in *PlaceInput) {
			in.Amount = ptr(Amount(12000))
			in.Lines = append(in.Lines, OrderLine{Name: "more", Quantity: 1, UnitPrice: 2000, TotalAmount: 2000})
		}, "Not matching fields: [order_amount]"},
		{"other currency", func(in *PlaceInput) { in.Currency = ptr("EUR") }, "Not matching fields: [purchase_currency]"},
		{"other country", func(in *PlaceInput) { in.Country = ptr("FI") }, "Not matching fields: [purchase_country]"},
		{"other address", func(in *PlaceInput) { in.Billing = &Address{PostalCode: "99999"} }, "Not matching fields: [billing_address.postal_code]"},
		{"same address", func(in *PlaceInput) { in.Billing = &Address{PostalCode: "11148", City: "Stockholm"} }, ""},
		{"other reference", func(in *PlaceInput) { in.Lines[0].Reference = "bulb" }, "Not matching fields: [order_lines[0].reference]"},
		{"equal amount, other number of lines", func(in *PlaceInput) {
			in.Lines = []OrderLine{{Name: "all", Quantity: 1, UnitPrice: 10000, TotalAmount: 10000}}
		}, "Not matching fields: [Incorrect number of items in the cart. Expected: 2, Actual: 1]"},
		{"nothing", func(in *PlaceInput) { *in = PlaceInput{} }, "Bad value: purchase_country, purchase_currency, order_amount, order_lines"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p, _, a := authorized(t, nil)
			in := placeInput()
			tc.change(&in)
			o, _, err := p.PlaceOrder(shop(), a, in, testIDs(5), t0, URLPolicy{})
			switch {
			case tc.want == "" && err != nil:
				t.Fatal(err)
			case tc.want == "" && o.Purchase.Amount != *in.Amount:
				t.Fatalf("order of %d, want %d", o.Purchase.Amount, *in.Amount)
			case tc.want != "" && (AsError(err) == nil || AsError(err).Message != tc.want):
				t.Fatalf("%v, want %q", err, tc.want)
			}
		})
	}
}

func TestPlaceOrder_onceAToken(t *testing.T) {
	p, _, a := authorized(t, nil)
	first, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if _, replay, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(6), t0, URLPolicy{}); err != nil || !replay || a.OrderID != first.ID {
		t.Fatalf("an equal call: replay %v, %v", replay, err)
	}
	other := placeInput()
	other.Digest = []byte("another")
	if _, _, err := p.PlaceOrder(shop(), a, other, testIDs(6), t0, URLPolicy{}); AsError(err) == nil || AsError(err).Kind != Conflict {
		t.Fatalf("another body: %v", err)
	}
	if err := p.CancelAuthorization(a, testIDs(6), t0); outcomeOf(err) != "NOT_FOUND" {
		t.Fatalf("cancelling a used token: %v", err)
	}
}

func TestPlaceOrder_tokenLife(t *testing.T) {
	for _, tc := range []struct {
		after time.Duration
		ok    bool
	}{{TokenLife - time.Millisecond, true}, {TokenLife, false}, {TokenLife + time.Millisecond, false}} {
		p, _, a := authorized(t, nil)
		_, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0.Add(tc.after), URLPolicy{})
		if (err == nil) != tc.ok {
			t.Errorf("after %v: %v", tc.after, err)
		}
	}
}

func TestPlaceOrder_endsSiblingsAndVoidsOtherTokens(t *testing.T) {
	p, h, a := authorized(t, nil)
	sibling, err := p.Host(shop(), HostedInput{}, testIDs(8), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	withdrawn, err := p.Host(shop(), HostedInput{}, testIDs(9), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Disable(withdrawn, testIDs(10), t0); err != nil {
		t.Fatal(err)
	}
	second, err := p.Host(shop(), HostedInput{}, testIDs(11), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	toReview(t, p, second, PayLater)
	b, err := p.Begin(second, 0, testIDs(12), t0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(shop(), b, Decision{Outcome: OutcomeApproved}, testIDs(13), t0); err != nil {
		t.Fatal(err)
	}
	o, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	if sibling.Status != Completed || sibling.OrderID != o.ID || sibling.Reference != o.Reference {
		t.Errorf("sibling %s with order %q", sibling.Status, sibling.OrderID)
	}
	if withdrawn.Status != Disabled || withdrawn.OrderID != "" {
		t.Errorf("withdrawn %s", withdrawn.Status)
	}
	if b.State() != Voided || a.State() != Consumed {
		t.Errorf("other token %s, used token %s", b.State(), a.State())
	}
	if h.OrderID != o.ID || p.Session.Status() != Complete {
		t.Errorf("session %s, hosted order %q", p.Session.Status(), h.OrderID)
	}
	if _, err := p.Host(shop(), HostedInput{}, testIDs(14), t0, URLPolicy{}); outcomeOf(err) != "NOT_FOUND" {
		t.Errorf("hosting a completed payment: %v", err)
	}
}

func TestFinish_captureOrder(t *testing.T) {
	p, h := hosted(t, func(in *HostedInput) { in.Options.PlaceOrderMode = ModeCaptureOrder })
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.Finish(shop(), a, Decision{Outcome: OutcomePending, PendingFor: time.Minute, PendingAccept: true}, testIDs(4), t0)
	if err != nil {
		t.Fatal(err)
	}
	if o.Captured != 0 || h.Status != Completed || o.Fraud != FraudPending {
		t.Fatalf("captured %d, session %s, fraud %s", o.Captured, h.Status, o.Fraud)
	}
	if changed, err := o.Decide(testIDs(6), t0.Add(time.Minute-time.Millisecond)); changed || err != nil {
		t.Fatalf("decided early: %v %v", changed, err)
	}
	if changed, err := o.Decide(testIDs(6), t0.Add(time.Minute)); !changed || err != nil {
		t.Fatalf("not decided when due: %v %v", changed, err)
	}
	if o.Captured != 10000 || o.Fraud != FraudAccepted {
		t.Fatalf("captured %d, fraud %s", o.Captured, o.Fraud)
	}
}

func TestOrder_expiresAtMidnightUTC(t *testing.T) {
	created := time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)
	if got, want := orderExpiry(created, 28), time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Fatalf("%s, want %s", got, want)
	}
	_, o := placed(t)
	if o.Status(o.ExpiresAt.Add(-time.Millisecond)) != OrderAuthorized || o.Status(o.ExpiresAt) != OrderIsExpired || o.Remaining(o.ExpiresAt) != 0 {
		t.Fatalf("at the boundary: %s", o.Status(o.ExpiresAt))
	}
}

func TestRefund_spreadsOldestFirst(t *testing.T) {
	o := orderIn(t, "CAPTURED")
	r, err := o.Refund(RefundInput{Amount: ptr(Amount(5000))}, testIDs(22), t0)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Parts) != 2 || r.Parts[0].Amount != 4000 || r.Parts[1].Amount != 1000 || o.Captures[0].Refunded != 4000 || o.Captures[1].Refunded != 1000 {
		t.Fatalf("parts %+v", r.Parts)
	}
}

func TestEvents_numberedAndChainedOverSessionAndOrder(t *testing.T) {
	p, o := placed(t)
	amount := Amount(100)
	if _, err := o.Capture(CaptureInput{Amount: &amount}, testIDs(23), t0); err != nil {
		t.Fatal(err)
	}
	events := append(p.Events, o.Events...)
	var prev []byte
	for i, e := range events {
		if e.Sequence != int64(i+1) || e.SessionID != string(o.Hosted) {
			t.Fatalf("event %d has sequence %d in %s", i, e.Sequence, e.SessionID)
		}
		if !e.Chained(prev) {
			t.Fatalf("event %d (%s) is not chained", i, e.Type)
		}
		prev = e.Hash
	}
	changed := events[2]
	changed.OccurredAt = changed.OccurredAt.Add(time.Second)
	if changed.Chained(events[1].Hash) {
		t.Fatal("a changed event still fits the chain")
	}
}

// TestPlaceOrder_mayRepeatWhatTheSessionSaid: the consumer corrected the number on the page, which the merchant cannot know.
func TestPlaceOrder_mayRepeatWhatTheSessionSaid(t *testing.T) {
	for _, tc := range []struct {
		name              string
		billing, shipping *Address
		apart             bool // the session had a shipping address of its own
		ok                bool
	}{
		{"what was authorized", &Address{Phone: "+46701740615", City: "Stockholm"}, nil, false, true},
		{"what the session said", &Address{Phone: "12", City: "Stockholm"}, nil, false, true},
		{"neither", &Address{Phone: "13"}, nil, false, false},
		{"what the session said, and another city", &Address{Phone: "12", City: "Malmö"}, nil, false, false},
		{"the copy for shipping", nil, &Address{Phone: "12"}, false, true},
		{"a shipping address of its own", nil, &Address{Phone: "12"}, true, false},
	} {
		p, _, a := authorized(t, nil)
		a.Billing.Phone = "+46701740615"
		a.Given = a.Billing
		a.Given.Phone = "12"
		a.Shipping = a.Billing
		if tc.apart {
			a.Shipping.City = "Lund"
			a.GivenShipping = a.Shipping
		}
		in := placeInput()
		in.Billing, in.Shipping = tc.billing, tc.shipping
		o, _, err := p.PlaceOrder(shop(), a, in, testIDs(5), t0, URLPolicy{})
		if (err == nil) != tc.ok || err != nil && outcomeOf(err) != "BAD_VALUE" {
			t.Errorf("%s: %v", tc.name, err)
		}
		if err == nil && o.Billing.Phone != "+46701740615" {
			t.Errorf("%s: the order has %s", tc.name, string(o.Billing.Phone))
		}
	}
}
