package engine_test

import (
	"context"
	"fmt"
	"testing"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

func TestRace_oneAuthorizationForManyPressesOfOneForm(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for _, mode := range []pay.PlaceOrderMode{pay.ModeNone, pay.ModePlaceOrder, pay.ModeCaptureOrder} {
			id, s := h.reviewed(approved, mode)
			before := len(h.decider.attempts())
			errs := race(32, func(i int) error { return nodes[i%2].Authorize(context.Background(), s.Link, 0, nil) })
			if n := count(t, errs, 0, pay.Stale); n != 1 {
				t.Errorf("%s: %d presses of 32 went through", mode, n)
			}
			i := h.inspect(string(id))
			if len(i.Payment.Authorizations) != 1 || len(h.decider.attempts()) != before+1 {
				t.Errorf("%s: %d authorizations, %d decisions", mode, len(i.Payment.Authorizations), len(h.decider.attempts())-before)
			}
			if orders := len(i.Orders); (orders == 1) != (mode != pay.ModeNone) {
				t.Errorf("%s: %d orders", mode, orders)
			}
		}
	})
}

func TestRace_oneOrderForOneToken(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		id, _, token := h.authorized()
		ids := make([]pay.OrderID, 32)
		errs := race(len(ids), func(i int) error {
			o, err := nodes[i%2].PlaceOrder(context.Background(), h.call(), token, placeInput())
			if err == nil {
				ids[i] = o.ID
			}
			return err
		})
		if n := count(t, errs, 0); n != len(ids) {
			t.Errorf("%d of %d calls were answered", n, len(ids))
		}
		i := h.inspect(string(id))
		for n, got := range ids {
			if len(i.Orders) != 1 || got != i.Orders[0].ID {
				t.Errorf("call %d got order %s; the orders are %v", n, got, i.Orders)
			}
		}
	})
}

func TestRace_capturesStopAtWhatWasAuthorized(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		o := h.placed(0)
		errs := race(64, func(i int) error {
			_, err := nodes[i%2].Capture(context.Background(), h.call(), o.ID, pay.CaptureInput{Amount: ptr(pay.Amount(100))})
			return err
		})
		if n := count(t, errs, 0, pay.Forbidden); n != 10 {
			t.Errorf("%d captures of 100 on 1,000 succeeded", n)
		}
		h.inspect(string(o.ID))
		if got := h.order(o.ID); got.Captured != 1000 || len(got.Captures) != 10 {
			t.Errorf("captured %d in %d captures", got.Captured, len(got.Captures))
		}
	})
}

func TestRace_refundsStopAtWhatWasCaptured(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		o := h.placed(700)
		errs := race(64, func(i int) error {
			_, err := nodes[i%2].Refund(context.Background(), h.call(), o.ID, pay.RefundInput{Amount: ptr(pay.Amount(100))})
			return err
		})
		if n := count(t, errs, 0, pay.Forbidden); n != 7 {
			t.Errorf("%d refunds of 100 of 700 succeeded", n)
		}
		h.inspect(string(o.ID))
		if got := h.order(o.ID); got.Refunded != 700 || len(got.Refunds) != 7 {
			t.Errorf("refunded %d in %d refunds", got.Refunded, len(got.Refunds))
		}
	})
}

func TestRace_oneEffectForOneIdempotencyKey(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		o := h.placed(0)
		payment := h.payment(approved)
		for name, call := range map[string]func(e *engine.Engine, c engine.Call) (string, error){
			"capture": func(e *engine.Engine, c engine.Call) (string, error) {
				return answered(e.Capture(context.Background(), c, o.ID, pay.CaptureInput{Amount: ptr(pay.Amount(100))}))
			},
			"create": func(e *engine.Engine, c engine.Call) (string, error) {
				return answered(e.CreatePayment(context.Background(), c, paymentInput(approved)))
			},
			"host": func(e *engine.Engine, c engine.Call) (string, error) {
				return answered(e.CreateHosted(context.Background(), c, payment, pay.HostedInput{}))
			},
		} {
			answers := make([]string, 64)
			errs := race(len(answers), func(i int) (err error) {
				answers[i], err = call(nodes[i%2], h.keyed("POST /"+name, "k"))
				return err
			})
			count(t, errs, 0)
			for i, got := range answers {
				if got == "" || got != answers[0] {
					t.Errorf("%s: racer %d got %q, the first %q", name, i, got, answers[0])
				}
			}
		}
		if got := h.order(o.ID); got.Captured != 100 {
			t.Errorf("captured %d with one key", got.Captured)
		}
		if i := h.inspect(string(payment)); len(i.Payment.Hosted) != 1 {
			t.Errorf("%d hosted sessions with one key", len(i.Payment.Hosted))
		}
	})
}

// TestRace_aRefusalUsesUpNoIdempotencyKey: what it was refused for may go, and then the same key has its one effect.
func TestRace_aRefusalUsesUpNoIdempotencyKey(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		o := h.placed(0)
		refund := func(e *engine.Engine) (string, error) {
			return answered(e.Refund(context.Background(), h.keyed("POST /refunds", "k"), o.ID, pay.RefundInput{Amount: ptr(pay.Amount(100))}))
		}
		errs := race(16, func(i int) error {
			_, err := refund(nodes[i%2])
			return err
		})
		if refused := count(t, errs, pay.Forbidden); refused != len(errs) {
			t.Errorf("%d of %d were refused", refused, len(errs))
		}
		if _, err := h.Capture(t.Context(), h.call(), o.ID, pay.CaptureInput{Amount: ptr(pay.Amount(500))}); err != nil {
			t.Fatal(err)
		}
		answers := make([]string, 16)
		errs = race(len(answers), func(i int) (err error) {
			answers[i], err = refund(nodes[i%2])
			return err
		})
		count(t, errs, 0)
		for i, got := range answers {
			if got == "" || got != answers[0] {
				t.Errorf("racer %d got %q, the first %q", i, got, answers[0])
			}
		}
		if got := h.order(o.ID); got.Refunded != 100 || len(got.Refunds) != 1 {
			t.Errorf("refunded %d in %d refunds", got.Refunded, len(got.Refunds))
		}
	})
}

func TestRace_hostingNeverPassesACompletion(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for round := range 8 {
			id, _, token := h.authorized()
			errs := race(9, func(i int) error {
				e := nodes[i%2]
				if i == round {
					_, err := e.PlaceOrder(context.Background(), h.call(), token, placeInput())
					return err
				}
				_, err := e.CreateHosted(context.Background(), h.call(), id, pay.HostedInput{})
				return err
			})
			if errs[round] != nil {
				t.Errorf("place order: %v", errs[round])
			}
			hosted := count(t, errs, 0, pay.NotFound) // one of them is the order
			if i := h.inspect(string(id)); len(i.Payment.Hosted) != hosted || len(i.Orders) != 1 {
				t.Errorf("%d hosted sessions, %d were answered; %d orders", len(i.Payment.Hosted), hosted-1, len(i.Orders))
			}
		}
	})
}

// TestRace_hostingNeverPassesAPaymentOnThePage is the same with the page placing the order.
func TestRace_hostingNeverPassesAPaymentOnThePage(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for round := range 6 {
			id, s := h.reviewed(approved, pay.ModeCaptureOrder)
			errs := race(9, func(i int) error {
				if i == round {
					return nodes[i%2].Authorize(context.Background(), s.Link, 0, nil)
				}
				_, err := nodes[i%2].CreateHosted(context.Background(), h.call(), id, pay.HostedInput{})
				return err
			})
			if errs[round] != nil {
				t.Errorf("pay: %v", errs[round])
			}
			count(t, errs, 0, pay.NotFound)
			if i := h.inspect(string(id)); len(i.Orders) != 1 || i.Orders[0].Captured != 1000 {
				t.Errorf("orders %+v", i.Orders)
			}
		}
	})
}

func TestRace_twoPagesOfOnePaymentHaveOneAttemptAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for _, mode := range []pay.PlaceOrderMode{pay.ModeNone, pay.ModePlaceOrder} {
			id := h.payment(approved)
			links := []pay.Secret{h.host(id, mode).Link, h.host(id, mode).Link}
			h.toReview(links[0])
			h.toReview(links[1])
			began, release := h.decider.wait()
			errs := make(chan []error, 1)
			go func() {
				errs <- race(16, func(i int) error { return nodes[i%2].Authorize(context.Background(), links[i/2%2], 0, nil) })
			}()
			<-began // one is being decided; all the others must be refused meanwhile
			if i := h.inspect(string(id)); len(i.Payment.Authorizations) != 1 {
				t.Errorf("%s: %d attempts while one is being decided", mode, len(i.Payment.Authorizations))
			}
			release()
			got := <-errs
			paid := count(t, got, 0, pay.Stale)
			// Without an order the second page may be paid after the first was authorized: it is another authorization.
			i := h.inspect(string(id))
			if paid != len(i.Payment.Authorizations) || paid < 1 || paid > 2 || mode == pay.ModePlaceOrder && paid != 1 {
				t.Errorf("%s: %d presses went through, %d authorizations", mode, paid, len(i.Payment.Authorizations))
			}
		}
	})
}

func TestRace_oneOrderForTwoTokensOfOnePayment(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for range 5 {
			id, _, one := h.authorized()
			s := h.host(id, pay.ModeNone)
			h.toReview(s.Link)
			if err := h.Authorize(t.Context(), s.Link, 0, nil); err != nil {
				t.Fatal(err)
			}
			view, err := h.Hosted(t.Context(), h.shop, s.ID)
			if err != nil {
				t.Fatal(err)
			}
			tokens := []pay.Secret{one, view.Authorization.Token}
			orders := make([]string, 8)
			errs := race(len(orders), func(i int) (err error) {
				in := placeInput()
				in.Digest = fmt.Append(nil, i/2%2)
				orders[i], err = answered(nodes[i%2].PlaceOrder(context.Background(), h.call(), tokens[i/2%2], in))
				return err
			})
			if n := count(t, errs, 0, pay.NotFound); n != len(orders)/2 {
				t.Errorf("%d calls of %d were answered with an order", n, len(orders))
			}
			h.inspect(string(id))
		}
	})
}

func TestRace_placeOrderOrCancelAuthorization(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for range 10 {
			id, _, token := h.authorized()
			errs := race(2, func(i int) error {
				if i == 0 {
					_, err := nodes[0].PlaceOrder(context.Background(), h.call(), token, placeInput())
					return err
				}
				return nodes[1].CancelAuthorization(context.Background(), h.call(), token)
			})
			if n := count(t, errs, 0, pay.NotFound); n != 1 {
				t.Errorf("%d of placing and cancelling succeeded: %v", n, errs)
			}
			if i := h.inspect(string(id)); (len(i.Orders) == 1) != (errs[0] == nil) {
				t.Errorf("%d orders, place order said %v", len(i.Orders), errs[0])
			}
		}
	})
}

func TestRace_cancelOrderOrCapture(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for range 10 {
			o := h.placed(0)
			errs := race(2, func(i int) error {
				if i == 0 {
					_, err := nodes[0].Capture(context.Background(), h.call(), o.ID, pay.CaptureInput{Amount: ptr(pay.Amount(100))})
					return err
				}
				return nodes[1].CancelOrder(context.Background(), h.call(), o.ID)
			})
			if n := count(t, errs, 0, pay.Forbidden); n != 1 {
				t.Errorf("%d of capturing and cancelling succeeded: %v", n, errs)
			}
			h.inspect(string(o.ID))
			got := h.order(o.ID)
			if got.CancelledAt.IsZero() != (errs[1] != nil) || (got.Captured == 100) != (errs[0] == nil) {
				t.Errorf("cancelled at %v, captured %d: %v", got.CancelledAt, got.Captured, errs)
			}
		}
	})
}

func TestRace_disableOrPay(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		nodes := h.nodes()
		for range 8 {
			id, s := h.reviewed(approved, pay.ModeCaptureOrder)
			errs := race(2, func(i int) error {
				if i == 0 {
					return nodes[0].Authorize(context.Background(), s.Link, 0, nil)
				}
				return nodes[1].DisableHosted(context.Background(), h.call(), s.ID)
			})
			count(t, errs, 0, pay.Stale, pay.Invalid)
			i := h.inspect(string(id))
			status := i.Payment.Hosted[0].Status
			if disabled := errs[1] == nil; disabled != (status == pay.Disabled) || disabled != (len(i.Orders) == 0) {
				t.Errorf("disable said %v: session %s, %d orders", errs[1], status, len(i.Orders))
			}
		}
	})
}

func TestDisable_whileADecisionIsBeingMadeVoidsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, h *house) {
		for _, mode := range []pay.PlaceOrderMode{pay.ModeNone, pay.ModeCaptureOrder} {
			id, s := h.reviewed(approved, mode)
			began, release := h.decider.wait()
			paid := make(chan error, 1)
			go func() { paid <- h.Authorize(context.Background(), s.Link, 0, nil) }()
			<-began
			if err := h.DisableHosted(t.Context(), h.call(), s.ID); err != nil {
				t.Fatal(err)
			}
			release()
			if err := <-paid; err != nil {
				t.Fatal(err)
			}
			i := h.inspect(string(id))
			if a := i.Payment.Authorizations[0]; a.State() != pay.Voided || a.Token != "" || i.Payment.Hosted[0].Status != pay.Disabled || len(i.Orders) != 0 {
				t.Errorf("%s: attempt %s, session %s, %d orders", mode, a.State(), i.Payment.Hosted[0].Status, len(i.Orders))
			}
		}
	})
}
