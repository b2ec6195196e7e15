package pay

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tokenizable is an approved authorization of a payment with an intent.
func tokenizable(t *testing.T, intent Intent) (*Payment, *Authorization) {
	t.Helper()
	p, _, a := authorized(t, nil)
	p.Session.Intent, a.Intent = intent, intent
	p.Events = nil
	return p, a
}

func tokenInput() TokenInput {
	return TokenInput{Description: ptr("Every month a tyre"), IntendedUse: ptr("SUBSCRIPTION")}
}

func chargeInput(n Amount) ChargeInput {
	return ChargeInput{Currency: ptr("SEK"), Amount: &n, Lines: []OrderLine{{Name: "tyre", Quantity: 1, UnitPrice: n, TotalAmount: n}}}
}

func TestTokenize_refusals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		intent Intent
		change func(p *Payment, a *Authorization, in *TokenInput)
		at     time.Duration
		want   string
	}{
		{"tokenize", Tokenize, func(*Payment, *Authorization, *TokenInput) {}, 0, ""},
		{"buy and tokenize", BuyAndTokenize, func(*Payment, *Authorization, *TokenInput) {}, 0, ""},
		{"just in time", Tokenize, func(*Payment, *Authorization, *TokenInput) {}, TokenLife - time.Millisecond, ""},
		{"too late", Tokenize, func(*Payment, *Authorization, *TokenInput) {}, TokenLife, "Invalid authorization token"},
		{"buy", Buy, func(*Payment, *Authorization, *TokenInput) {}, 0, "Not allowed to create customer token for intent buy"},
		{"voided", Tokenize, func(_ *Payment, a *Authorization, _ *TokenInput) { a.VoidedAt = t0 }, 0, "Invalid authorization token"},
		{"nothing sent", Tokenize, func(_ *Payment, _ *Authorization, in *TokenInput) { *in = TokenInput{} }, 0, "Bad value: description, intended_use"},
		{"another country", Tokenize, func(_ *Payment, _ *Authorization, in *TokenInput) { in.Billing = &Address{Country: "NO"} }, 0, "Bad value: purchase_country"},
		{"another currency", Tokenize, func(_ *Payment, _ *Authorization, in *TokenInput) { in.Currency = ptr("NOK") }, 0, "Bad value: purchase_currency"},
	} {
		p, a := tokenizable(t, tc.intent)
		in := tokenInput()
		tc.change(p, a, &in)
		c, err := p.Tokenize(shop(), a, in, testIDs(50), t0.Add(tc.at))
		switch {
		case tc.want == "" && (err != nil || c.Status() != TokenActive || !strings.HasPrefix(string(c.Token), "00000001-") || !ValidUUID(string(c.Token))):
			t.Errorf("%s: %v", tc.name, err)
		case tc.want != "" && (AsError(err) == nil || AsError(err).Message != tc.want):
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestTokenize_onceAnAuthorizationBesideItsOrder(t *testing.T) {
	p, a := tokenizable(t, BuyAndTokenize)
	if _, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Tokenize(shop(), a, tokenInput(), testIDs(50), t0); err != nil {
		t.Fatalf("after the order: %v", err)
	}
	if _, err := p.Tokenize(shop(), a, tokenInput(), testIDs(51), t0); AsError(err) == nil || AsError(err).Message != "Authorization token already consumed" {
		t.Fatalf("a second time: %v", err)
	}
	p, a = tokenizable(t, Tokenize)
	if _, _, err := p.PlaceOrder(shop(), a, placeInput(), testIDs(5), t0, URLPolicy{}); outcomeOf(err) != "INVALID_OPERATION" {
		t.Fatalf("an order for intent tokenize: %v", err)
	}
}

func TestToken_everyStatusAndVerb(t *testing.T) {
	verbs := []struct {
		name string
		do   func(p *Payment, c *CustomerToken) error
	}{
		{"cancel", func(p *Payment, c *CustomerToken) error {
			_, err := p.SetTokenStatus(c, TokenIsCancelled, testIDs(52), t0)
			return err
		}},
		{"suspend", func(p *Payment, c *CustomerToken) error {
			_, err := p.SetTokenStatus(c, TokenIsSuspended, testIDs(52), t0)
			return err
		}},
		{"resume", func(p *Payment, c *CustomerToken) error {
			_, err := p.SetTokenStatus(c, TokenActive, testIDs(52), t0)
			return err
		}},
		{"charge, approved", func(p *Payment, c *CustomerToken) error { return chargeWith(p, c, OutcomeApproved) }},
		{"charge, declined", func(p *Payment, c *CustomerToken) error { return chargeWith(p, c, OutcomeDeclined) }},
		{"charge, no decision", func(p *Payment, c *CustomerToken) error { return chargeWith(p, c, OutcomeError) }},
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %-10s %-10s %-26s %s\n", "verb", "from", "to", "outcome", "events")
	for _, v := range verbs {
		for _, from := range []TokenStatus{TokenActive, TokenIsSuspended, TokenIsCancelled} {
			p, a := tokenizable(t, Tokenize)
			c, err := p.Tokenize(shop(), a, tokenInput(), testIDs(50), t0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.SetTokenStatus(c, from, testIDs(51), t0); err != nil {
				t.Fatal(err)
			}
			p.Events = nil
			err = v.do(p, c)
			var events []string
			for _, e := range p.Events {
				events = append(events, string(e.Type))
			}
			fmt.Fprintf(&b, "%-20s %-10s %-10s %-26s %s\n", v.name, from, c.Status(), outcomeOf(err), strings.Join(events, " "))
		}
	}
	golden(t, "token.golden", b.String())
}

// chargeWith checks and makes a charge as the engine does.
func chargeWith(p *Payment, c *CustomerToken, outcome Outcome) error {
	in := chargeInput(5000)
	if err := c.CheckCharge(in, URLPolicy{}); err != nil {
		return err
	}
	_, err := p.Charge(shop(), c, in, Decision{Outcome: outcome, Reason: "denied"}, testIDs(53), t0)
	return err
}

func TestCharge_makesAnOrderOfItsOwnStream(t *testing.T) {
	p, a := tokenizable(t, Tokenize)
	c, err := p.Tokenize(shop(), a, tokenInput(), testIDs(50), t0)
	if err != nil {
		t.Fatal(err)
	}
	in := chargeInput(5000)
	in.AutoCapture = true
	o, err := p.Charge(shop(), c, in, Decision{Outcome: OutcomeApproved, Method: Method{Type: "invoice"}}, testIDs(53), t0)
	if err != nil {
		t.Fatal(err)
	}
	if o.Status(t0) != OrderFullCaptured || o.Hosted != "" || o.Billing.Email != a.Billing.Email || o.Purchase.Country != "SE" {
		t.Fatalf("%+v", o)
	}
	if e := o.Events[0]; e.Type != OrderPlaced || e.Sequence != 1 || e.SessionID != string(o.ID) {
		t.Fatalf("%+v", e)
	}
}

func TestCharge_aRefusalOffersStepUpWhenAsked(t *testing.T) {
	p, a := tokenizable(t, Tokenize)
	c, err := p.Tokenize(shop(), a, tokenInput(), testIDs(50), t0)
	if err != nil {
		t.Fatal(err)
	}
	declined := Decision{Outcome: OutcomeDeclined, Reason: "high_risk"}
	for _, stepUp := range []bool{false, true} {
		in := chargeInput(5000)
		in.StepUp = stepUp
		_, err := p.Charge(shop(), c, in, declined, testIDs(54), t0)
		refusal := AsError(err)
		if refusal == nil || refusal.Charge == nil || refusal.Charge.Reason != "high_risk" || (refusal.Charge.StepUpID != "") != stepUp || refusal.Charge.StepUpID != c.StepUpID {
			t.Fatalf("step-up %v: %v", stepUp, err)
		}
	}
	a.Plan, a.Digits, a.Decision.Method = "card", "1111", Method{Type: "card"}
	p.Recover(c, a, testIDs(55), t0)
	if c.StepUpID != "" || c.Digits != "1111" || c.Method.Type != "card" {
		t.Fatalf("%+v", c)
	}
}

func TestCharge_badBodies(t *testing.T) {
	p, a := tokenizable(t, Tokenize)
	c, err := p.Tokenize(shop(), a, tokenInput(), testIDs(50), t0)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		change func(in *ChargeInput)
		want   string
	}{
		{func(in *ChargeInput) { *in = ChargeInput{} }, "Bad value: purchase_currency, order_amount, order_lines"},
		{func(in *ChargeInput) { *in = chargeInput(0) }, "Bad value: order_amount"},
		{func(in *ChargeInput) { *in = chargeInput(100_000_001) }, "Bad value: order_lines[0].unit_price, order_lines[0].total_amount"},
		{func(in *ChargeInput) { in.Amount = ptr(Amount(1)) }, "Bad value: order_amount"},
		{func(in *ChargeInput) { in.Attachment = &Attachment{ContentType: AttachmentType, Body: "{"} }, "Bad value: attachment.attachment"},
		{func(in *ChargeInput) { in.Currency = ptr("NOK") }, "Not matching fields: [purchase_currency]"},
	} {
		in := chargeInput(5000)
		tc.change(&in)
		if err := c.CheckCharge(in, URLPolicy{}); AsError(err) == nil || AsError(err).Message != tc.want {
			t.Errorf("%v, want %q", err, tc.want)
		}
	}
}

func TestAttachment_whatCanBeDecoded(t *testing.T) {
	for body, ok := range map[string]bool{
		`{}`: true, `{"customer_account_info":[{"unique_account_identifier":"a"}]}`: true, `{"air_reservation_details":[]}`: true, `{"unknown":7}`: true,
		`null`: false, ``: false, `[]`: true, `{"air_reservation_details":{}}`: false, `{"voucher":[1]}`: false, `{"event":"x"}`: false, `{"a":`: false,
		`{"voucher":[{"amount":1e400}]}`: true, `{"voucher":null}`: true, `{"voucher":[null]}`: false, `{"voucher":[{}]} x`: false,
	} {
		faults := (&Attachment{ContentType: AttachmentType, Body: Personal(body)}).check(nil)
		if (len(faults) == 0) != ok {
			t.Errorf("%s: %v", body, faults)
		}
	}
	for _, spelled := range []string{AttachmentType + "; charset=utf-8", "Application/VND.klarna.internal.emd-v2+json"} {
		if faults := (&Attachment{ContentType: spelled, Body: "{}"}).check(nil); len(faults) > 0 {
			t.Errorf("%s: %v", spelled, faults)
		}
	}
	if faults := (&Attachment{ContentType: "application/json", Body: "{}"}).check(nil); len(faults) != 1 || faults[0].Path != "attachment.attachment" {
		t.Errorf("another type: %v", faults)
	}
}
