package pay

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// TestDecide_afterTheOrderIsOver: what is decided after the merchant cancelled, or the time ran out, is recorded; no acceptance is told,
// neither by a notification nor by the order or an event.
func TestDecide_afterTheOrderIsOver(t *testing.T) {
	for _, tc := range []struct {
		state  string
		event  EventType
		fraud  FraudStatus
		told   []FraudStatus
		jobs   int
		reason string
	}{
		{"PENDING", OrderAccepted, FraudAccepted, []FraudStatus{FraudAccepted}, 0, ""},
		{"PENDING, reject", OrderRejected, FraudRejected, []FraudStatus{FraudRejected}, 1, ""},
		{"PENDING, cancelled", OrderDecisionLapsed, FraudPending, nil, 0, "order_cancelled"},
		{"PENDING, capture, cancelled", OrderDecisionLapsed, FraudPending, nil, 0, "order_cancelled"},
		{"PENDING, reject, cancelled", OrderRejected, FraudRejected, []FraudStatus{FraudRejected}, 0, ""},
		{"PENDING, capture, expired", OrderDecisionLapsed, FraudPending, nil, 0, "order_expired"},
	} {
		t.Run(tc.state, func(t *testing.T) {
			o := orderIn(t, tc.state)
			o.URLs.Notification, o.Jobs, o.Callbacks = "https://shop.example/n", nil, nil
			due := t0.Add(time.Minute)
			if changed, err := o.Decide(testIDs(6), due); !changed || err != nil {
				t.Fatal(changed, err)
			}
			var told []FraudStatus
			for _, c := range o.Callbacks {
				told = append(told, c.Fraud)
			}
			if o.Events[0].Type != tc.event || o.Fraud != tc.fraud || !slices.Equal(told, tc.told) || len(o.Jobs) != tc.jobs || !o.FraudDecidedAt.Equal(due) {
				t.Errorf("%s, fraud %s, told %v, %d jobs, decided %v", o.Events[0].Type, o.Fraud, told, len(o.Jobs), o.FraudDecidedAt)
			}
			var data EventData
			if err := json.Unmarshal(o.Events[0].Data, &data); err != nil || data.Reason != tc.reason || data.FraudStatus != string(tc.fraud) {
				t.Errorf("%+v, %v", data, err)
			}
			if changed, err := o.Decide(testIDs(7), due.Add(time.Hour)); changed || err != nil {
				t.Errorf("decided twice: %v, %v", changed, err)
			}
			if first := tc.state == "PENDING, reject, cancelled"; o.WithdrawnFirst() != (first || o.Events[0].Type == OrderDecisionLapsed && !o.CancelledAt.IsZero()) {
				t.Errorf("withdrawn first: %v", o.WithdrawnFirst())
			}
		})
	}
}

// TestPlaceOrder_theMerchantsOwnAddress: only what differs from the session's own words is a mismatch, member by member. What the consumer
// typed on the page because the session had nothing there is replaced by the merchant's word.
func TestPlaceOrder_theMerchantsOwnAddress(t *testing.T) {
	typed := Address{
		Country: "SE", GivenName: "Alva", FamilyName: "Test", Email: "alva@email.se", Phone: "+46701740615",
		StreetAddress: "Storgatan 1", StreetAddress2: "lgh 1101", PostalCode: "11122", City: "Stockholm", Region: "AB",
	}
	own := Address{
		Country: "SE", GivenName: "Alva", FamilyName: "Testsson", Email: "a@shop.example", Phone: "+46701740616",
		StreetAddress: "Lillgatan 2", PostalCode: "41319", City: "Göteborg",
	}
	for _, tc := range []struct {
		name                string
		given, sent         Address
		faults              []string
		street, second, who Personal
	}{
		{"session had none", Address{}, own, nil, "Lillgatan 2", "", "Testsson"},
		{"session had the country", Address{Country: "SE"}, own, nil, "Lillgatan 2", "", "Testsson"},
		{"nothing sent", Address{}, Address{}, nil, "Storgatan 1", "lgh 1101", "Test"},
		{"session had a part, and says it again", Address{FamilyName: "Test"}, Address{FamilyName: "Test", City: "Göteborg"}, nil, "Storgatan 1", "lgh 1101", "Test"},
		{"session had a part, and says otherwise", Address{FamilyName: "Test", Phone: "12"}, own, []string{"family_name", "phone"}, "", "", ""},
		{"session had it corrected", Address{StreetAddress: "Storgatan"}, Address{StreetAddress: "Storgatan"}, nil, "Storgatan 1", "lgh 1101", "Test"},
		{"the corrected word", Address{StreetAddress: "Storgatan"}, Address{StreetAddress: "Storgatan 1"}, nil, "Storgatan 1", "lgh 1101", "Test"},
		{"neither", Address{StreetAddress: "Storgatan"}, Address{StreetAddress: "Storgatan 3"}, []string{"street_address"}, "", "", ""},
		{"another country", Address{Country: "SE"}, Address{Country: "FI"}, []string{"country"}, "", "", ""},
	} {
		for _, member := range []string{"billing_address", "shipping_address"} {
			t.Run(tc.name+", "+member, func(t *testing.T) {
				p, _, a := authorized(t, nil)
				a.Billing, a.Shipping, a.Given, a.GivenShipping = typed, typed, tc.given, tc.given
				in := placeInput()
				if member == "billing_address" {
					in.Billing = &tc.sent
				} else {
					in.Shipping = &tc.sent
				}
				o, _, err := p.PlaceOrder(shop(), a, in, testIDs(5), t0, URLPolicy{})
				if tc.faults != nil {
					var got []string
					if e := AsError(err); e != nil && e.Kind == Conflict {
						for _, f := range e.Faults {
							got = append(got, f.Path)
						}
					}
					var want []string
					for _, name := range tc.faults {
						want = append(want, member+"."+name)
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%v: %v, want %v", err, got, want)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				got := o.Billing
				if member == "shipping_address" {
					got = o.Shipping
				}
				if got.StreetAddress != tc.street || got.StreetAddress2 != tc.second || got.FamilyName != tc.who {
					t.Errorf("%q %q %q", got.StreetAddress, got.StreetAddress2, got.FamilyName)
				}
			})
		}
	}
	t.Run("shipping follows billing", func(t *testing.T) {
		p, _, a := authorized(t, nil)
		a.Billing, a.Shipping, a.Given, a.GivenShipping = typed, typed, Address{}, Address{}
		in := placeInput()
		in.Billing = &own
		o, _, err := p.PlaceOrder(shop(), a, in, testIDs(5), t0, URLPolicy{})
		if err != nil || o.Shipping != o.Billing || o.Shipping.City != "Göteborg" || o.Shipping.Region != "" {
			t.Fatalf("%v", err)
		}
	})
}

// TestOrder_ofNothing: an order of nothing that was to be captured at once is CAPTURED and stays so; another one waits to be cancelled
// or to expire.
func TestOrder_ofNothing(t *testing.T) {
	for state, want := range map[string][2]OrderStatus{
		"NOTHING":           {OrderAuthorized, OrderIsExpired},
		"NOTHING, captured": {OrderFullCaptured, OrderFullCaptured},
	} {
		o := orderIn(t, state)
		if got := o.Status(t0); got != want[0] || len(o.Captures) != 0 {
			t.Errorf("%s: %s, %d captures", state, got, len(o.Captures))
		}
		changed := o.Expire(testIDs(6), o.ExpiresAt)
		if got := o.Status(o.ExpiresAt); got != want[1] || changed != (got == OrderIsExpired) {
			t.Errorf("%s, later: %s, recorded %v", state, got, changed)
		}
	}
}
