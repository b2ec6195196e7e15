package pay

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// verbOrder makes an order in one of orderIn's states, or in one that follows from the verbs of this file.
func verbOrder(t *testing.T, state string) *Order {
	t.Helper()
	switch state {
	case "RELEASED":
		o := orderIn(t, "PART_CAPTURED")
		if err := o.Release(testIDs(22), t0); err != nil {
			t.Fatal(err)
		}
		o.Events = nil
		return o
	case "REJECTED", "REJECTED, over", "REJECTED, part captured":
		o := orderIn(t, "AUTHORIZED")
		o.Fraud, o.FraudDecidedAt = FraudRejected, t0
		if state == "REJECTED, part captured" {
			if _, err := o.Capture(CaptureInput{Amount: ptr(Amount(4000))}, testIDs(22), t0); err != nil {
				t.Fatal(err)
			}
		}
		if state != "REJECTED" {
			o.FraudDecidedAt = t0.Add(time.Minute - RejectedGrace)
		}
		o.Events = nil
		return o
	}
	return orderIn(t, state)
}

func TestOrderVerbs_everyStateAndVerb(t *testing.T) {
	states := []string{
		"AUTHORIZED", "PENDING", "PART_CAPTURED", "CAPTURED", "REFUNDED", "CANCELLED", "EXPIRED", "PART_CAPTURED, expired", "RELEASED",
		"REJECTED", "REJECTED, over", "REJECTED, part captured", "PENDING, cancelled", "NOTHING", "NOTHING, captured",
	}
	later := t0.Add(time.Minute)
	yes, no := Decision{Outcome: OutcomeApproved}, Decision{Outcome: OutcomeDeclined}
	parcel := ShippingInput{Info: []ShippingInfo{{Company: "DHL"}}}
	bad := []Fault{{Path: "x", Want: "y"}}
	captureOf := func(o *Order) CaptureID {
		if len(o.Captures) > 0 {
			return o.Captures[0].ID
		}
		return "none"
	}
	verbs := []struct {
		name string
		do   func(*Order) error
	}{
		{"capture 1000", func(o *Order) error {
			_, err := o.Capture(CaptureInput{Amount: ptr(Amount(1000))}, testIDs(21), later)
			return err
		}},
		{"cancel", func(o *Order) error { return o.Cancel(testIDs(21), later) }},
		{"acknowledge", func(o *Order) error { o.Acknowledge(testIDs(21), later); return nil }},
		{"lower to 5000", func(o *Order) error {
			return o.Update(UpdateInput{Amount: ptr(Amount(5000))}, Decision{}, testIDs(21), later)
		}},
		{"lower to 3000", func(o *Order) error {
			return o.Update(UpdateInput{Amount: ptr(Amount(3000))}, Decision{}, testIDs(21), later)
		}},
		{"raise to 12000", func(o *Order) error {
			return o.Update(UpdateInput{Amount: ptr(Amount(12000))}, yes, testIDs(21), later)
		}},
		{"raise, declined", func(o *Order) error { return o.Update(UpdateInput{Amount: ptr(Amount(12000))}, no, testIDs(21), later) }},
		{"update to nothing", func(o *Order) error { return o.Update(UpdateInput{}, yes, testIDs(21), later) }},
		{"release", func(o *Order) error { return o.Release(testIDs(21), later) }},
		{"extend time", func(o *Order) error { _, err := o.ExtendTime(shop(), testIDs(21), later.AddDate(0, 0, 3)); return err }},
		{"references", func(o *Order) error {
			return o.SetReferences(ReferencesInput{Reference1: ptr("A")}, testIDs(21), later)
		}},
		{"shipping address", func(o *Order) error {
			return o.SetDetails(DetailsInput{Shipping: &AddressChange{City: ptr(Personal("Malmö"))}}, testIDs(21), later)
		}},
		{"billing address", func(o *Order) error { return o.SetDetails(DetailsInput{Billing: &AddressChange{}}, testIDs(21), later) }},
		{"address cleared", func(o *Order) error {
			return o.SetDetails(DetailsInput{Shipping: &AddressChange{City: ptr(Personal(""))}}, testIDs(21), later)
		}},
		{"shipping info", func(o *Order) error { return o.AddShipping(parcel, testIDs(21), later) }},
		{"bad shipping info", func(o *Order) error { return o.AddShipping(ShippingInput{Faults: bad}, testIDs(21), later) }},
		{"capture's info", func(o *Order) error { return o.AddCaptureShipping(captureOf(o), parcel, testIDs(21), later) }},
		{"no such capture", func(o *Order) error { return o.AddCaptureShipping("none", parcel, testIDs(21), later) }},
		{"send out", func(o *Order) error { return o.SendOut(captureOf(o), testIDs(21), later) }},
		{"capture's address", func(o *Order) error {
			return o.SetCaptureDetails(captureOf(o), DetailsInput{Billing: &AddressChange{City: ptr(Personal("Malmö"))}}, testIDs(21), later)
		}},
		{"due date 10", func(o *Order) error { return o.ExtendDueDate(captureOf(o), DueDateInput{Days: 10}, testIDs(21), later) }},
		{"due date 11", func(o *Order) error { return o.ExtendDueDate(captureOf(o), DueDateInput{Days: 11}, testIDs(21), later) }},
		{"end rejected", func(o *Order) error { o.EndRejected(testIDs(21), later); return nil }},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-17s %-23s %-14s %-9s authorized captured remaining %-22s %s\n", "verb", "from", "to", "fraud", "outcome", "events")
	for _, v := range verbs {
		for _, from := range states {
			o := verbOrder(t, from)
			err := v.do(o)
			var events []string
			for _, e := range o.Events {
				events = append(events, string(e.Type))
			}
			if err != nil && len(events) > 0 {
				t.Errorf("%s from %s was refused and left %v", v.name, from, events)
			}
			fmt.Fprintf(&b, "%-17s %-23s %-14s %-9s %10d %8d %9d %-22s %s\n", v.name, from, o.Status(later), o.Fraud, o.Purchase.Amount, o.Captured, o.Remaining(later), outcomeOf(err), strings.Join(events, " "))
			if o.Captured > o.Purchase.Amount || o.Remaining(later) < 0 {
				t.Errorf("%s from %s: captured %d of %d", v.name, from, o.Captured, o.Purchase.Amount)
			}
		}
	}
	golden(t, "order_verbs.golden", b.String())
}

func TestUpdate_whichMethodsMayBeRaised(t *testing.T) {
	for _, tc := range []struct {
		method, country string
		ok              bool
	}{
		{"invoice", "US", true}, {"b2b_invoice", "SE", true}, {"base_account", "CH", true}, {"fixed_amount", "SE", true}, {"fixed_amount", "US", false},
		{"direct_debit", "DE", true}, {"direct_debit", "CH", false}, {"card", "SE", false}, {"direct_bank_transfer", "SE", false},
	} {
		o := orderIn(t, "AUTHORIZED")
		o.Method.Type, o.Purchase.Country = tc.method, tc.country
		in := UpdateInput{Amount: ptr(Amount(10001))}
		if err := o.CheckUpdate(in, t0); (err == nil) != tc.ok {
			t.Errorf("%s in %s: %v", tc.method, tc.country, err)
		}
		in.Amount = ptr(Amount(9999))
		if err := o.CheckUpdate(in, t0); err != nil {
			t.Errorf("%s in %s cannot be lowered: %v", tc.method, tc.country, err)
		}
	}
}

func TestUpdate_belowWhatWasCapturedSaysBothAmounts(t *testing.T) {
	o := orderIn(t, "PART_CAPTURED")
	err := o.Update(UpdateInput{Amount: ptr(Amount(3999))}, Decision{}, testIDs(21), t0)
	const want = "Resulting authorization amount 3999 cannot be less than the captured amount 4000 for order. Order authorization cannot be updated"
	if AsError(err) == nil || AsError(err).Message != want {
		t.Fatalf("%v", err)
	}
	if err := o.Update(UpdateInput{Amount: ptr(Amount(4000))}, Decision{}, testIDs(21), t0); err != nil || o.Status(t0) != OrderFullCaptured {
		t.Fatalf("lowered to what was captured: %v, %s", err, o.Status(t0))
	}
	if o.Purchase.Lines != nil || o.OriginalAmount != 10000 {
		t.Fatalf("lines %v, original amount %d", o.Purchase.Lines, o.OriginalAmount)
	}
}

func TestExtendTime_countsFromTodayAndEndsAfter180Days(t *testing.T) {
	o := orderIn(t, "AUTHORIZED")
	if want := time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC); !o.ExpiresAt.Equal(want) {
		t.Fatalf("expires %v", o.ExpiresAt)
	}
	if changed, err := o.ExtendTime(shop(), testIDs(21), t0); changed || err != nil {
		t.Fatalf("on the day of the order: %v, %v", changed, err)
	}
	day20 := t0.AddDate(0, 0, 20)
	for i, want := range []bool{true, false} {
		if changed, err := o.ExtendTime(shop(), testIDs(21), day20); changed != want || err != nil {
			t.Fatalf("call %d: %v, %v", i, changed, err)
		}
	}
	if want := time.Date(2026, 7, 30, 0, 0, 0, 0, time.UTC); !o.ExpiresAt.Equal(want) || len(o.Jobs) != 2 {
		t.Fatalf("expires %v, jobs %v", o.ExpiresAt, o.Jobs)
	}
	last := time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC) // 180 days after the order's date
	for now := day20; now.Before(last); now = now.AddDate(0, 0, 20) {
		if _, err := o.ExtendTime(shop(), testIDs(21), now); err != nil {
			t.Fatalf("on %v: %v", now, err)
		}
	}
	if !o.ExpiresAt.Equal(last) {
		t.Fatalf("expires %v, want %v", o.ExpiresAt, last)
	}
	if _, err := o.ExtendTime(shop(), testIDs(21), last); AsError(err) == nil || AsError(err).Message != "Order is expired. Authorization time cannot be extended." {
		t.Fatalf("%v", err)
	}
	for _, method := range []struct {
		m       Method
		country string
	}{{Method{Type: "card"}, "SE"}, {Method{Type: "fixed_amount", Installments: 6}, "US"}} {
		o := orderIn(t, "AUTHORIZED")
		o.Method, o.Purchase.Country = method.m, method.country
		if _, err := o.ExtendTime(shop(), testIDs(21), day20); outcomeOf(err) != "NOT_ALLOWED" {
			t.Errorf("%v: %v", method, err)
		}
	}
}

func TestRejected_canBeCapturedForFourHours(t *testing.T) {
	for _, tc := range []struct {
		after time.Duration
		ok    bool
	}{{RejectedGrace - time.Millisecond, true}, {RejectedGrace, false}, {RejectedGrace + time.Millisecond, false}} {
		o := orderIn(t, "PENDING, reject")
		due := o.FraudDueAt
		if changed, err := o.Decide(testIDs(21), due); !changed || err != nil || o.Fraud != FraudRejected {
			t.Fatalf("%v, %v, %s", changed, err, o.Fraud)
		}
		if job := o.Jobs[len(o.Jobs)-1]; job.Kind != JobRejection || !job.DueAt.Equal(due.Add(RejectedGrace)) {
			t.Fatalf("%+v", job)
		}
		now := due.Add(tc.after)
		_, err := o.Capture(CaptureInput{Amount: ptr(Amount(1000))}, testIDs(22), now)
		if (err == nil) != tc.ok {
			t.Errorf("captured %v after the rejection: %v", tc.after, err)
		}
		if changed := o.EndRejected(testIDs(23), now); changed != !tc.ok {
			t.Errorf("ended %v after the rejection: %v", tc.after, changed)
		}
		if !tc.ok && o.Status(now) != OrderIsCancelled {
			t.Errorf("%v after the rejection: %s", tc.after, o.Status(now))
		}
	}
}

func TestDueDateOptions_feeTable(t *testing.T) {
	for _, tc := range []struct {
		country, currency string
		amount            Amount
		want              string
	}{
		{"DE", "EUR", 299_99, "2:0 10:100 30:199 60:499"},
		{"DE", "EUR", 300_00, "2:0 10:100 30:499 60:999"},
		{"NL", "EUR", 750_00, "2:0 10:100 30:499 60:999"},
		{"GB", "GBP", 750_01, "2:0 10:100 30:799 60:1299"},
		{"SE", "SEK", 2999_99, "10:1000 30:1900 60:4900"},
		{"NO", "NOK", 3000_00, "10:1000 30:4900 60:9900"},
		{"DK", "DKK", 7500_01, "10:1000 30:7900 60:12900"},
		{"FR", "EUR", 100_00, ""},
		{"US", "USD", 100_00, ""},
	} {
		o := orderIn(t, "AUTHORIZED")
		o.Purchase.Country, o.Purchase.Currency, o.Method = tc.country, tc.currency, Method{Type: "invoice", Days: 14}
		var got []string
		for _, d := range o.DueDateOptions(&Capture{Amount: tc.amount, DueAt: t0}) {
			got = append(got, fmt.Sprintf("%d:%d", d.Days, d.Fee))
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("%s %d in %s: %v, want %s", tc.currency, tc.amount, tc.country, got, tc.want)
		}
	}
}

func TestExtendDueDate_theFreeDaysAreGivenOnce(t *testing.T) {
	o := orderIn(t, "AUTHORIZED")
	o.Purchase.Country, o.Purchase.Currency, o.Method = "DE", "EUR", Method{Type: "invoice", Days: 14}
	c, err := o.Capture(CaptureInput{Amount: ptr(Amount(1000))}, testIDs(21), t0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"ok", "NOT_ALLOWED"} {
		if got := outcomeOf(o.ExtendDueDate(c.ID, DueDateInput{Days: 2}, testIDs(22), t0)); got != want {
			t.Errorf("call %d: %s", i, got)
		}
	}
	if want := time.Date(2026, 6, 28, 0, 0, 0, 0, time.UTC); !c.DueAt.Equal(want) {
		t.Errorf("due %v, want %v", c.DueAt, want)
	}
	if got := outcomeOf(o.ExtendDueDate("none", DueDateInput{Days: 10}, testIDs(22), t0)); got != "NO_SUCH_CAPTURE" {
		t.Error(got)
	}
	o.Method = Method{Type: "card"}
	paid, err := o.Capture(CaptureInput{Amount: ptr(Amount(1000))}, testIDs(23), t0)
	if err != nil || !paid.DueAt.IsZero() || o.DueDateOptions(paid) != nil {
		t.Errorf("paid by card: due %v, %v", paid.DueAt, err)
	}
}
