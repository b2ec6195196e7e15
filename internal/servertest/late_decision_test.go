package servertest_test

import (
	"strings"
	"testing"
	"time"

	"kassa/client"
	"kassa/internal/servertest"
)

// TestLateDecision_afterACancel has a merchant cancel orders whose fraud decision is pending, by every door that makes one, and waits for
// the decision: a late acceptance reaches nobody, a late rejection is told.
func TestLateDecision_afterACancel(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		for _, made := range []string{"PLACE_ORDER", "CAPTURE_ORDER", "NONE", "a customer token"} {
			for _, cancel := range []bool{true, false} {
				for _, persona := range []string{"pend-accept-05", "pend-reject-05"} {
					name := persona + ", " + made
					if cancel {
						name += ", cancelled"
					}
					t.Run(name, func(t *testing.T) {
						lateDecision(&refusals{t, s, s.Merchant(t), s.Client(t)}, made, persona, cancel)
					})
				}
			}
		}
	})
}

// pendingOrder makes an order through one of the doors; page is the address of its page, empty without.
func (w *refusals) pendingOrder(made, persona, notification string) (id client.OrderID, page string) {
	w.t.Helper()
	in := cart()
	in.BillingAddress.Email = "customer+" + persona + "@email.se"
	in.MerchantURLs = &client.PaymentURLs{Notification: notification}
	if made == "a customer token" {
		placed, err := w.api.ChargeCustomerToken(w.t.Context(), w.customerToken(), client.TokenOrderRequest{
			PurchaseCurrency: "SEK", OrderAmount: 10000, OrderLines: lines(), AutoCapture: true, ShippingAddress: in.BillingAddress, MerchantURLs: in.MerchantURLs,
		})
		w.must(err)
		return placed.OrderID, ""
	}
	hosted, err := w.host(w.payment(in), client.HostedOptions{PlaceOrderMode: client.PlaceOrderMode(made)})
	w.must(err)
	w.s.Open(w.t, hosted.RedirectURL).Pay("pay_later")
	read, err := w.api.ReadHostedSession(w.t.Context(), hosted.SessionID)
	w.must(err)
	if id = read.OrderID; id == "" {
		placed, err := w.api.PlaceOrder(w.t.Context(), read.AuthorizationToken, placing())
		w.must(err)
		id = placed.OrderID
	}
	return id, hosted.RedirectURL
}

// orderEvents reads the feed until it has told n events of an order: they get their places a little after they happened.
func (w *refusals) orderEvents(id client.OrderID, n int) string {
	w.t.Helper()
	var out []string
	for page, err := range w.api.FollowPages(w.t.Context(), "", 100) {
		w.must(err)
		for _, e := range page.Events {
			if e.OrderID == id && strings.HasPrefix(string(e.Type), "order.") {
				out = append(out, string(e.Type)+" "+string(e.Data.FraudStatus))
			}
		}
		if len(out) >= n {
			break
		}
	}
	return strings.Join(out, ", ")
}

func lateDecision(w *refusals, made, persona string, cancel bool) {
	w.t.Helper()
	hook := servertest.NewReceiver(w.t)
	id, page := w.pendingOrder(made, persona, hook.URL)
	before, err := w.api.ReadOrder(w.t.Context(), id)
	w.must(err)
	if before.FraudStatus != client.FraudPending {
		w.t.Fatalf("fraud status %s", before.FraudStatus)
	}
	if cancel {
		w.must(w.api.CancelOrder(w.t.Context(), id))
	}
	w.s.Advance(10 * time.Minute)
	after, err := w.api.ReadOrder(w.t.Context(), id)
	w.must(err)
	var told []string
	for _, r := range hook.Took() {
		told = append(told, r.Text("event_type"))
	}
	captures := made == "CAPTURE_ORDER" || made == "a customer token"
	accept := persona == "pend-accept-05"
	wantStatus, wantFraud, wantTold, wantEvents := client.OrderAuthorized, client.FraudAccepted, "FRAUD_RISK_ACCEPTED", "order.placed PENDING, order.accepted ACCEPTED"
	switch {
	case cancel && accept:
		wantStatus, wantFraud, wantTold, wantEvents = client.OrderCancelled, client.FraudPending, "", "order.placed PENDING, order.cancelled , order.decision_lapsed PENDING"
	case cancel:
		wantStatus, wantFraud, wantTold, wantEvents = client.OrderCancelled, client.FraudRejected, "FRAUD_RISK_REJECTED", "order.placed PENDING, order.cancelled , order.rejected REJECTED"
	case !accept:
		wantFraud, wantTold, wantEvents = client.FraudRejected, "FRAUD_RISK_REJECTED", "order.placed PENDING, order.rejected REJECTED"
	case captures:
		wantStatus, wantEvents = client.OrderCaptured, wantEvents+", order.captured "
	}
	if got := strings.Join(told, " "); after.Status != wantStatus || after.FraudStatus != wantFraud || got != wantTold {
		w.t.Errorf("the order is %s, fraud %s; told %q", after.Status, after.FraudStatus, got)
	}
	if got := w.orderEvents(id, strings.Count(wantEvents, ",")+1); got != wantEvents {
		w.t.Errorf("events %s", got)
	}
	if page != "" && cancel { // the page says that it is cancelled, whatever the decision said then
		if heading := w.s.Open(w.t, page).Heading(); heading != "Payment cancelled" {
			w.t.Errorf("the page says %q", heading)
		}
	}
}

// TestOrderOfNothing_isCapturedAtOnce walks an order of 0 through the doors that capture.
func TestOrderOfNothing_isCapturedAtOnce(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		w := &refusals{t, s, s.Merchant(t), s.Client(t)}
		in := cart()
		in.OrderAmount = 0
		in.OrderLines = []client.OrderLine{{Reference: "trial", Name: "Trial month", Quantity: 1}}
		for _, mode := range []client.PlaceOrderMode{client.ModePlaceOrder, client.ModeCaptureOrder, client.ModeNone} {
			hosted, err := w.host(w.payment(in), client.HostedOptions{PlaceOrderMode: mode})
			w.must(err)
			w.s.Open(t, hosted.RedirectURL).Pay("pay_now")
			read, err := w.api.ReadHostedSession(t.Context(), hosted.SessionID)
			w.must(err)
			id := read.OrderID
			if mode == client.ModeNone {
				placed, err := w.api.PlaceOrder(t.Context(), read.AuthorizationToken, client.OrderRequest{
					PurchaseCountry: "SE", PurchaseCurrency: "SEK", OrderLines: in.OrderLines, AutoCapture: true,
				})
				w.must(err)
				id = placed.OrderID
			}
			o, err := w.api.ReadOrder(t.Context(), id)
			w.must(err)
			want := client.OrderCaptured
			if mode == client.ModePlaceOrder {
				want = client.OrderAuthorized
			}
			if o.Status != want || o.CapturedAmount != 0 || o.RemainingAuthorizedAmount != 0 || len(o.Captures) != 0 {
				t.Errorf("%s: %s, captured %d, remaining %d, %d captures", mode, o.Status, o.CapturedAmount, o.RemainingAuthorizedAmount, len(o.Captures))
			}
			if got := w.s.Open(t, hosted.RedirectURL).PageStatus(); got != "COMPLETED" || strings.Contains(w.s.Open(t, hosted.RedirectURL).Text(), "cancelled") {
				t.Errorf("%s: the page is %s: %s", mode, got, w.s.Open(t, hosted.RedirectURL).Text())
			}
		}
	})
}

// TestPlaceOrder_withTheShopsOwnAddress: the session had no address, the consumer typed one on the page, and the shop places the order with
// the one that it knows.
func TestPlaceOrder_withTheShopsOwnAddress(t *testing.T) {
	servertest.OnBoth(t, func(t *testing.T, s *servertest.Server) {
		w := &refusals{t, s, s.Merchant(t), s.Client(t)}
		in := cart()
		in.BillingAddress = nil
		own := client.Address{Country: "SE", GivenName: "Bo", FamilyName: "Ek", Email: "bo@shop.example", StreetAddress: "Lillgatan 2", PostalCode: "41319", City: "Göteborg"}
		_, read := w.paid(in, client.ModeNone, "pay_later")
		place := placing()
		place.BillingAddress, place.ShippingAddress = &own, &own
		placed, err := w.api.PlaceOrder(t.Context(), read.AuthorizationToken, place)
		w.must(err)
		o, err := w.api.ReadOrder(t.Context(), placed.OrderID)
		w.must(err)
		for name, a := range map[string]*client.Address{"billing": o.BillingAddress, "shipping": o.ShippingAddress} {
			if a.StreetAddress != own.StreetAddress || a.City != own.City || a.FamilyName != own.FamilyName || a.Email != own.Email {
				t.Errorf("%s is %+v", name, a)
			}
		}
		_, read = w.paid(cart(), client.ModeNone, "pay_later") // its session has country and e-mail
		_, err = w.api.PlaceOrder(t.Context(), read.AuthorizationToken, place)
		if e := client.AsError(err); e == nil || e.Status != 409 || e.Messages[0] != "Not matching fields: [billing_address.email]" {
			t.Errorf("%v", err)
		}
	})
}
