package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"kassa/internal/engine"
	"kassa/internal/pay"
	"kassa/internal/store"
)

// TestDeadline_endsWhatACrashLeftWithTheSameAttempt crashes between the two commits of each outcome.
func TestDeadline_endsWhatACrashLeftWithTheSameAttempt(t *testing.T) {
	for email, want := range map[pay.Personal]string{
		approved: "COMPLETED CONSUMED", "customer+denied@email.se": "FAILED DECLINED", "customer+pend-accept-05@email.se": "COMPLETED CONSUMED",
	} {
		for _, how := range []store.Fault{store.NotHappened, store.Happened} {
			t.Run(fmt.Sprintf("%s, fault %d", want, how), func(t *testing.T) {
				f := &faults{}
				onBoth(t, func(t *testing.T, h *house) {
					id, s := h.reviewed(email, pay.ModePlaceOrder)
					f.arm(2, how) // the second commit of the two
					if err := h.Authorize(t.Context(), s.Link, 0, nil); !errors.Is(err, store.ErrUnknown) {
						t.Fatalf("pay: %v, want unknown", err)
					}
					f.arm(0, store.NoFault)
					h.reopen()
					if err := h.Authorize(t.Context(), s.Link, 0, nil); pay.AsError(err) == nil || pay.AsError(err).Kind != pay.Stale {
						t.Errorf("the same form again: %v, want stale", err)
					}
					h.advance(pay.DecisionLimit - 1)
					if n := len(h.decider.asked); n != 1 {
						t.Errorf("asked %d times before the deadline", n)
					}
					h.advance(1)
					i := h.inspect(string(id))
					a := i.Payment.Authorizations[0]
					if got := string(i.Payment.Hosted[0].Status) + " " + string(a.State()); got != want || len(i.Payment.Authorizations) != 1 {
						t.Errorf("ended %s with %d attempts, want %s", got, len(i.Payment.Authorizations), want)
					}
					if got := h.decider.attempts(); len(got) != 1 || got[0] != a.ID {
						t.Errorf("asked about %v, the attempt is %s", got, a.ID)
					}
					asked := len(h.decider.asked)
					h.advance(pay.TokenLife)
					if len(h.decider.asked) != asked {
						t.Error("asked again about what is decided")
					}
				}, func(o *store.Options, _ *engine.Config) { o.Fault = f.next })
			})
		}
	}
}

func TestAuthorize_withoutAnAnswerIsAnError(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModePlaceOrder)
		h.decider.fail = errNoDecision
		if err := h.Authorize(t.Context(), s.Link, 0, nil); err != nil {
			t.Fatal(err)
		}
		i := h.inspect(string(id))
		if i.Payment.Hosted[0].Status != pay.Errored || i.Payment.Authorizations[0].State() != pay.Faulted {
			t.Fatalf("session %s, attempt %s", i.Payment.Hosted[0].Status, i.Payment.Authorizations[0].State())
		}
		h.decider.fail = nil
		if err := h.Retry(t.Context(), s.Link); err != nil {
			t.Fatal(err)
		}
		if err := h.Choose(t.Context(), s.Link, engine.Visitor{}, pay.PayLater); err != nil {
			t.Fatal(err)
		}
		if err := h.Authorize(t.Context(), s.Link, 0, nil); kindOf(t, err) != pay.Stale {
			t.Errorf("the form of the first attempt: %v, want stale", err)
		}
		if err := h.Authorize(t.Context(), s.Link, 1, nil); err != nil {
			t.Fatal(err)
		}
		if i := h.inspect(string(id)); len(i.Orders) != 1 || len(h.decider.attempts()) != 2 {
			t.Errorf("%d orders after %d attempts", len(i.Orders), len(h.decider.attempts()))
		}
	})
}

// TestAuthorize_withoutAnAnswerInTimeAsksAgainForTheSameAttempt: who was asked may have said yes, so no other attempt begins.
func TestAuthorize_withoutAnAnswerInTimeAsksAgainForTheSameAttempt(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModePlaceOrder)
		h.decider.fail = fmt.Errorf("ask: %w", context.DeadlineExceeded)
		if err := h.Authorize(t.Context(), s.Link, 0, nil); kindOf(t, err) != pay.Unavailable {
			t.Fatalf("%v, want unavailable", err)
		}
		if i := h.inspect(string(id)); i.Payment.Authorizations[0].State() != pay.Deciding {
			t.Fatalf("attempt %s", i.Payment.Authorizations[0].State())
		}
		h.decider.fail = nil
		h.advance(pay.DecisionLimit)
		if i := h.inspect(string(id)); len(i.Orders) != 1 || len(h.decider.attempts()) != 1 {
			t.Errorf("%d orders, %d attempts", len(i.Orders), len(h.decider.attempts()))
		}
	})
}

func TestDeadline_withoutAnAnswerEndsInError(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModePlaceOrder)
		h.decider.fail = fmt.Errorf("ask: %w", context.DeadlineExceeded)
		if err := h.Authorize(t.Context(), s.Link, 0, nil); kindOf(t, err) != pay.Unavailable {
			t.Fatalf("%v, want unavailable", err)
		}
		h.advance(pay.DecisionLimit)
		if i := h.inspect(string(id)); i.Payment.Hosted[0].Status != pay.Errored {
			t.Errorf("session %s, want an end that the consumer can go on from", i.Payment.Hosted[0].Status)
		}
	})
}

// TestAuthorize_isEndedWhenTheConsumerLeaves: what was begun is ended.
func TestAuthorize_isEndedWhenTheConsumerLeaves(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModeCaptureOrder)
		began, release := h.decider.wait()
		ctx, leave := context.WithCancel(t.Context())
		paid := make(chan error, 1)
		go func() { paid <- h.Authorize(ctx, s.Link, 0, nil) }()
		<-began
		leave()
		release()
		if err := <-paid; err != nil {
			t.Error(err)
		}
		if i := h.inspect(string(id)); len(i.Orders) != 1 || i.Orders[0].Captured != 1000 {
			t.Errorf("orders %+v", i.Orders)
		}
	})
}

// What the consumer read above the button is what is paid: a change between the page's read and the press makes it stale.
func TestAuthorize_paysWhatWasSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		id, s := h.reviewed(approved, pay.ModeNone)
		seen, err := h.Page(t.Context(), s.Link)
		if err != nil {
			t.Fatal(err)
		}
		phone := seen.Payment.Session.Billing
		phone.StreetAddress = "Storgatan 1"
		if err := h.UpdatePayment(t.Context(), h.call(), id, pay.PaymentInput{Billing: &phone}); err != nil {
			t.Fatal(err)
		}
		if err := h.Authorize(t.Context(), s.Link, 0, seen); kindOf(t, err) != pay.Stale {
			t.Errorf("paying to an address that was not shown: %v", err)
		}
		if n := len(h.inspect(string(id)).Payment.Authorizations); n != 0 {
			t.Errorf("%d attempts", n)
		}
		if seen, err = h.Page(t.Context(), s.Link); err != nil {
			t.Fatal(err)
		}
		if err := h.Authorize(t.Context(), s.Link, 0, seen); err != nil {
			t.Errorf("paying what is shown: %v", err)
		}
	})
}
