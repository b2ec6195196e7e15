package engine_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// paymentLife asks about a payment session that was updated meanwhile.
func paymentLife(ask func(h *house, id pay.PaymentID) error) func(h *house) (time.Time, func() error) {
	return func(h *house) (time.Time, func() error) {
		edge, id := h.clock.Now().Add(48*time.Hour), h.payment(approved)
		h.clock.Advance(time.Hour)
		if err := h.UpdatePayment(h.t.Context(), h.call(), id, pay.PaymentInput{MerchantReference1: ptr("x")}); err != nil {
			h.t.Fatal(err)
		}
		return edge, func() error { return ask(h, id) }
	}
}

// hostedLife asks about a page that was made an hour after its payment session.
func hostedLife(ask func(h *house, s *pay.HostedSession) error) func(h *house) (time.Time, func() error) {
	return func(h *house) (time.Time, func() error) {
		edge, id := h.clock.Now().Add(47*time.Hour), h.payment(approved)
		h.clock.Advance(time.Hour)
		one, two := h.host(id, pay.ModeNone), h.host(id, pay.ModeNone)
		return edge, once(func() error { return ask(h, one) }, func() error { return ask(h, two) })
	}
}

// tokenLife uses a token before its end and another one after it.
func tokenLife(intent pay.Intent, use func(h *house, token pay.Secret) error) func(h *house) (time.Time, func() error) {
	return func(h *house) (time.Time, func() error) {
		tokens := [2]pay.Secret{}
		for i := range tokens {
			in := paymentInput(approved)
			in.Intent = &intent
			p, err := h.CreatePayment(h.t.Context(), h.call(), in)
			if err != nil {
				h.t.Fatal(err)
			}
			s := h.host(p.Session.ID, pay.ModeNone)
			h.toReview(s.Link)
			if err := h.Authorize(h.t.Context(), s.Link, 0, nil); err != nil {
				h.t.Fatal(err)
			}
			view, err := h.Hosted(h.t.Context(), h.shop, s.ID)
			if err != nil {
				h.t.Fatal(err)
			}
			tokens[i] = view.Authorization.Token
		}
		return h.clock.Now().Add(time.Hour), once(func() error { return use(h, tokens[0]) }, func() error { return use(h, tokens[1]) })
	}
}

// once asks one thing the first time and another the second time.
func once(first, second func() error) func() error {
	next := first
	return func() error {
		ask := next
		next = second
		return ask()
	}
}

// orderLife asks about an order that was placed just before midnight, of which a part is captured: days counts from its date.
func orderLife(settings pay.MerchantSettings, days int, ask func(h *house, id pay.OrderID) error) func(h *house) (time.Time, func() error) {
	return func(h *house) (time.Time, func() error) {
		h.shop.Settings = settings
		date := h.clock.Now().Truncate(24 * time.Hour)
		h.clock.Advance(date.Add(24*time.Hour - time.Second).Sub(h.clock.Now()))
		one, two := h.placed(100), h.placed(100)
		return date.AddDate(0, 0, days), once(func() error { return ask(h, one.ID) }, func() error { return ask(h, two.ID) })
	}
}

// extendedLife extends an order again and again, every so often; it then lives so many days from its own date.
func extendedLife(every time.Duration, days int) func(h *house) (time.Time, func() error) {
	return func(h *house) (time.Time, func() error) {
		date := h.clock.Now().Truncate(24 * time.Hour)
		edge, id := date.AddDate(0, 0, days), h.placed(100).ID
		for h.order(id).ExpiresAt.Before(edge) {
			h.clock.Advance(every)
			for range 2 { // the same day changes nothing
				if err := h.ExtendTime(h.t.Context(), h.call(), id); err != nil {
					h.t.Fatal(err)
				}
			}
		}
		return edge, func() error { return capture(h, id) }
	}
}

func capture(h *house, id pay.OrderID) error {
	_, err := h.Capture(h.t.Context(), h.call(), id, pay.CaptureInput{Amount: ptr(pay.Amount(100))})
	return err
}

// pending makes an order whose e-mail address says that its decision comes later.
func (h *house) pending(email pay.Personal) pay.OrderID {
	h.t.Helper()
	id, s := h.reviewed(email, pay.ModePlaceOrder)
	if err := h.Authorize(h.t.Context(), s.Link, 0, nil); err != nil {
		h.t.Fatal(err)
	}
	return h.inspect(string(id)).Orders[0].ID
}

// asked makes a page that has asked for a code.
func (h *house) asked() *pay.HostedSession {
	h.t.Helper()
	in := paymentInput(approved)
	in.Billing.Phone = "+4670174061" + pay.Personal(rune('0'+h.pages)) // so many codes a number
	h.pages++
	p, err := h.CreatePayment(h.t.Context(), h.call(), in)
	if err != nil {
		h.t.Fatal(err)
	}
	s := h.host(p.Session.ID, pay.ModeNone)
	if err := h.Choose(h.t.Context(), s.Link, engine.Visitor{Address: string(s.ID)}, pay.PayLater); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// code reads the one-time code out of the job that would send it.
func (h *house) code(s *pay.HostedSession) string {
	h.t.Helper()
	var jobs []store.Job
	if err := h.config.Store.Read(h.t.Context(), store.MessagesOf(merchant, s.Payment, &jobs)); err != nil || len(jobs) == 0 {
		h.t.Fatalf("no code was sent: %v", err)
	}
	var m engine.CodeMessage
	if err := json.Unmarshal([]byte(jobs[len(jobs)-1].Payload), &m); err != nil {
		h.t.Fatal(err)
	}
	return m.Code
}

func TestLife_afterAHostedSessionNothingIsBegun(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModeNone)
		h.clock.Advance(47 * time.Hour)
		if err := h.Authorize(t.Context(), s.Link, 0, nil); kindOf(t, err) != pay.Stale {
			t.Errorf("paying afterwards: %v", err)
		}
		if i := h.inspect(string(id)); len(i.Payment.Authorizations) != 0 {
			t.Errorf("%d attempts", len(i.Payment.Authorizations))
		}
	})
}

// TestLife_anAttemptBegunInTimeMayFinish lets the link expire while the decision is being made.
func TestLife_anAttemptBegunInTimeMayFinish(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModePlaceOrder)
		h.clock.Advance(s.ExpiresAt.Add(-time.Millisecond).Sub(h.clock.Now()))
		began, release := h.decider.wait()
		paid := make(chan error, 1)
		go func() { paid <- h.Authorize(context.Background(), s.Link, 0, nil) }()
		<-began
		h.clock.Advance(time.Second)
		release()
		if err := <-paid; err != nil {
			t.Fatal(err)
		}
		if i := h.inspect(string(id)); i.Payment.Hosted[0].Status != pay.Completed || len(i.Orders) != 1 {
			t.Errorf("session %s, %d orders", i.Payment.Hosted[0].Status, len(i.Orders))
		}
		if view, err := h.Hosted(t.Context(), h.shop, s.ID); err != nil || view.Hosted.OrderID == "" {
			t.Errorf("a completed session stays readable: %+v, %v", view, err)
		}
	})
}

// TestLife_anEndedOrderIsRecorded holds what the job notes against what the read derived already.
func TestLife_anEndedOrderIsRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		o := h.placed(100)
		h.advance(28*24*time.Hour + time.Hour)
		if got := h.order(o.ID); got.ExpiredAt.IsZero() || got.Remaining(h.clock.Now()) != 0 || got.Captured != 100 {
			t.Errorf("after its end: expired at %v, %d remain", got.ExpiredAt, got.Remaining(h.clock.Now()))
		}
		h.inspect(string(o.ID))
	})
}

// TestLife_aDisabledMerchantIsSoonRefused has another node disable the merchant that this node remembers.
func TestLife_aDisabledMerchantIsSoonRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		b := h.config.Store.NewBatch()
		b.InsertCredential(merchant, "name", engine.CredentialHash(h.config.Keys, "name", "pass"), begin)
		if err := h.config.Store.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Authenticate(t.Context(), "name", "pass"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.second().SetMerchantStatus(t.Context(), "name", pay.MerchantDisabled); err != nil {
			t.Fatal(err)
		}
		for begun := time.Now(); ; {
			if _, err := h.Authenticate(t.Context(), "name", "pass"); kindOf(t, err) == pay.Forbidden {
				return
			} else if time.Since(begun) > 20*time.Second {
				t.Fatal("the merchant is still remembered as it was")
			}
		}
	})
}
