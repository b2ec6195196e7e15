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

// atEdge asks a question a millisecond before an instant and a millisecond after it.
func (h *house) atEdge(what string, edge time.Time, alive func() error, refusal pay.Kind) {
	h.t.Helper()
	h.clock.Advance(edge.Add(-time.Millisecond).Sub(h.clock.Now()))
	if err := alive(); err != nil {
		h.t.Errorf("%s, 1 ms before its end: %v", what, err)
	}
	h.clock.Advance(2 * time.Millisecond)
	if err := alive(); kindOf(h.t, err) != refusal {
		h.t.Errorf("%s, 1 ms after its end: %v, want kind %d", what, err, refusal)
	}
}

func TestLife_ofAPaymentSessionIs48Hours(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id := h.payment(approved)
		h.clock.Advance(time.Hour)
		if err := h.UpdatePayment(t.Context(), h.call(), id, pay.PaymentInput{MerchantReference1: ptr("x")}); err != nil {
			t.Fatal(err) // and it does not extend the life
		}
		h.atEdge("reading", begin.Add(48*time.Hour), func() error { _, err := h.Payment(t.Context(), h.shop, id); return err }, pay.NotFound)
		if err := h.UpdatePayment(t.Context(), h.call(), id, pay.PaymentInput{}); kindOf(t, err) != pay.NotFound {
			t.Errorf("update afterwards: %v", err)
		}
	})
}

func TestLife_ofAHostedSessionEndsAnHourEarlier(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModeNone)
		late := h.payment(approved)
		edge := begin.Add(47 * time.Hour)
		h.atEdge("reading", edge, func() error { _, err := h.Hosted(t.Context(), h.shop, s.ID); return err }, pay.NotFound)
		if err := h.Authorize(t.Context(), s.Link, 0, nil); kindOf(t, err) != pay.Stale {
			t.Errorf("paying afterwards: %v", err)
		}
		if err := h.DisableHosted(t.Context(), h.call(), s.ID); kindOf(t, err) != pay.NotFound {
			t.Errorf("disabling afterwards: %v", err)
		}
		if _, err := h.CreateHosted(t.Context(), h.call(), late, pay.HostedInput{}); kindOf(t, err) != pay.NotFound {
			t.Errorf("hosting with less than an hour left: %v", err)
		}
		if i := h.inspect(string(id)); len(i.Payment.Authorizations) != 0 {
			t.Errorf("%d attempts", len(i.Payment.Authorizations))
		}
	})
}

func TestLife_hostingNeedsMoreThanAnHour(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id := h.payment(approved)
		h.atEdge("hosting", begin.Add(47*time.Hour), func() error {
			_, err := h.CreateHosted(t.Context(), h.call(), id, pay.HostedInput{})
			return err
		}, pay.NotFound)
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

func TestLife_ofATokenIs60Minutes(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for what, use := range map[string]func(token pay.Secret) error{
			"placing": func(token pay.Secret) error {
				_, err := h.PlaceOrder(t.Context(), h.call(), token, placeInput())
				return err
			},
			"cancelling": func(token pay.Secret) error { return h.CancelAuthorization(t.Context(), h.call(), token) },
		} {
			_, _, early := h.authorized() // whoever uses a token uses it up: it takes two
			_, s, late := h.authorized()
			edge := h.clock.Now().Add(time.Hour)
			told := func() bool {
				view, err := h.Hosted(t.Context(), h.shop, s.ID)
				if err != nil || view.Hosted.Status != pay.Completed {
					t.Errorf("the session of the token: %+v, %v", view, err)
				}
				return view.Authorization != nil && view.Authorization.Token == late
			}
			h.atEdge(what, edge, func() error {
				before := h.clock.Now().Before(edge)
				if told() != before {
					t.Errorf("%s: the token is told: %v, it lives: %v", what, !before, before)
				}
				if before {
					return use(early)
				}
				return use(late)
			}, pay.NotFound)
		}
	})
}

func TestLife_ofAnOrderEndsAtMidnight28DaysLater(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		h.clock.Advance(14*time.Hour + 29*time.Minute + 59*time.Second) // 23:59:59 UTC
		o := h.placed(0)
		edge := time.Date(2026, 7, 10, 0, 0, 0, 0, time.UTC)
		if !o.ExpiresAt.Equal(edge) {
			t.Fatalf("expires at %v, want %v", o.ExpiresAt, edge)
		}
		h.atEdge("capture", edge, func() error {
			_, err := h.Capture(t.Context(), h.call(), o.ID, pay.CaptureInput{Amount: ptr(pay.Amount(100))})
			return err
		}, pay.Forbidden)
		h.advance(0)
		if got := h.order(o.ID); got.ExpiredAt.IsZero() || got.Remaining(h.clock.Now()) != 0 || got.Captured != 100 {
			t.Errorf("after its end: expired at %v, %d remain", got.ExpiredAt, got.Remaining(h.clock.Now()))
		}
		h.inspect(string(o.ID))
	})
}

// code reads the one-time code out of the job that would send it.
func (h *house) code(s *pay.HostedSession) string {
	h.t.Helper()
	var jobs []store.Job
	if err := h.config.Store.Read(h.t.Context(), store.JobsOf(merchant, string(s.ID)+"/code", &jobs)); err != nil || len(jobs) == 0 {
		h.t.Fatalf("no code was sent: %v", err)
	}
	var m engine.CodeMessage
	if err := json.Unmarshal([]byte(jobs[len(jobs)-1].Payload), &m); err != nil {
		h.t.Fatal(err)
	}
	return m.Code
}

func TestLife_ofACodeIsTenMinutes(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		ask := func() (*pay.HostedSession, string) {
			s := h.host(h.payment(approved), pay.ModeNone)
			if err := h.Choose(t.Context(), s.Link, engine.Visitor{Address: string(s.ID)}, pay.PayLater); err != nil {
				t.Fatal(err)
			}
			return s, h.code(s)
		}
		one, oneCode := ask()
		two, twoCode := ask()
		codes := map[bool]struct {
			link pay.Secret
			code string
		}{true: {one.Link, oneCode}, false: {two.Link, twoCode}}
		edge := h.clock.Now().Add(10 * time.Minute)
		h.atEdge("code", edge, func() error {
			c := codes[h.clock.Now().Before(edge)]
			return h.Confirm(t.Context(), c.link, c.code)
		}, pay.Invalid)
	}, func(_ *store.Options, c *engine.Config) { c.Sandbox = false })
}

func TestLife_ofAnIdempotencyKeyIs30Days(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		create := func() string {
			t.Helper()
			id, err := answered(h.CreatePayment(t.Context(), h.keyed("POST /sessions", "k"), paymentInput(approved)))
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		first := create()
		h.reopen()
		h.advance(30*24*time.Hour - time.Millisecond)
		if got := create(); got != first {
			t.Errorf("within 30 days the key made %s, then %s", first, got)
		}
		h.reopen() // a fresh outbox cleans at once
		h.advance(2 * time.Millisecond)
		if got := create(); got == first {
			t.Error("after 30 days the answer is still kept")
		}
	})
}
