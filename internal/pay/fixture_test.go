package pay

import (
	"testing"
	"time"
)

var t0 = time.Date(2026, 6, 12, 14, 0, 0, 0, time.UTC)

// shop is the merchant of the tests.
func shop() *Merchant {
	return &Merchant{ID: "K000001", Number: 1, Name: "Nordlys Cykler", Status: MerchantActive, CreatedAt: t0}
}

func testIDs(n byte) *IDs { return NewIDs([32]byte{n, 'k'}, t0) }

func ptr[T any](v T) *T { return &v }

// cart is a purchase of 10,000 with 25 % tax included.
func cart() []OrderLine {
	return []OrderLine{
		{Type: Physical, Reference: "lamp", Name: "Front light", Quantity: 2, UnitPrice: 4000, TotalAmount: 8000, TaxRate: 2500, TotalTaxAmount: 1600},
		{Type: ShippingFee, Name: "Delivery", Quantity: 1, UnitPrice: 2000, TotalAmount: 2000, TaxRate: 2500, TotalTaxAmount: 400},
	}
}

func paymentInput() PaymentInput {
	return PaymentInput{
		Country: ptr("SE"), Currency: ptr("SEK"), Locale: ptr("sv-SE"), Amount: ptr(Amount(10000)), TaxAmount: ptr(Amount(2000)), Lines: cart(),
		Billing: &Address{
			Country: "SE", GivenName: "Alice", FamilyName: "Test", Email: "customer@email.se", Phone: "+46701740615",
			StreetAddress: "Södra Blasieholmshamnen 2", PostalCode: "11148", City: "Stockholm",
		},
		Customer: &Customer{DateOfBirth: "1941-03-21", NationalIdentificationNumber: "194103219202"},
	}
}

// hosted makes a payment with one hosted session on it.
func hosted(t *testing.T, change func(*HostedInput)) (*Payment, *HostedSession) {
	t.Helper()
	p, err := NewPayment(shop(), paymentInput(), "p1", t0, URLPolicy{})
	if err != nil {
		t.Fatalf("NewPayment: %v", err)
	}
	in := HostedInput{}
	if change != nil {
		change(&in)
	}
	h, err := p.Host(shop(), in, testIDs(1), t0, URLPolicy{})
	if err != nil {
		t.Fatalf("Host: %v", err)
	}
	return p, h
}

// toReview brings a session to the review step with a category.
func toReview(t *testing.T, p *Payment, h *HostedSession, c Category) {
	t.Helper()
	ids := testIDs(2)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(p.Choose(h, c, ids, t0))
	if !h.Progress.Code.Verified {
		h.CodeSent(nil, t0)
		must(p.Confirm(h, true, ids, t0))
	}
	if NeedsPlan(c) {
		must(p.ChoosePlan(h, p.Session.Plans(c)[0], Instrument{}, ids, t0))
	}
	if step := p.StepOf(h, t0); step != StepReview {
		t.Fatalf("step %s, want review", step)
	}
}

// authorized brings a session to an approved authorization.
func authorized(t *testing.T, change func(*HostedInput)) (*Payment, *HostedSession, *Authorization) {
	t.Helper()
	p, h := hosted(t, change)
	toReview(t, p, h, PayLater)
	a, err := p.Begin(h, 0, testIDs(3), t0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(shop(), a, Decision{Outcome: OutcomeApproved, Method: Method{Type: "invoice"}}, testIDs(4), t0); err != nil {
		t.Fatal(err)
	}
	return p, h, a
}

// placeInput is the place-order call that matches paymentInput.
func placeInput() PlaceInput {
	return PlaceInput{Country: ptr("SE"), Currency: ptr("SEK"), Amount: ptr(Amount(10000)), Lines: cart(), Digest: []byte("digest")}
}

// placed makes an order of 10,000.
func placed(t *testing.T) (*Payment, *Order) {
	t.Helper()
	p, _, a := authorized(t, nil)
	o, replay, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{})
	if err != nil || replay {
		t.Fatalf("PlaceOrder: replay %v, %v", replay, err)
	}
	return p, o
}
